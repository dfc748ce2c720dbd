"""Photos of a whole part of the body, and the pins on them that stand for lesions."""
