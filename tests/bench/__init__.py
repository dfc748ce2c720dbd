"""Measurements of the whole system: `make bench`."""
