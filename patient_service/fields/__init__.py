"""Texts and dates that people enter, checked."""
