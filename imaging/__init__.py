"""Lesion photos as files: decoded safely by one function, stripped of metadata."""
