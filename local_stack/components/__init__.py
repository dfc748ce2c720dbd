"""One class per embedded part: start, stop, and what others need to reach it."""
