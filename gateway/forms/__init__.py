"""Multipart bodies, read only once their sender may upload."""
