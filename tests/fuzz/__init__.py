"""Hostile files, made by the thousand: `make fuzz` for ten minutes each, a short run in the tests.

A target is a module with `fuzz(seconds, keep)`; `__main__` lists them.
"""
