"""`make run`: the whole system on one machine with embedded parts, no Docker."""
