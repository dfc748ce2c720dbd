"""Photos of lesions as files: decoded safely by one function, and stripped of metadata."""
