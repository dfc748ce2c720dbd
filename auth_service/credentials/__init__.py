"""Signing in: passwords, the second factor, and how many guesses there may be."""
