"""Worklists: what waits in a clinic, for whom, and how the last weeks went."""
