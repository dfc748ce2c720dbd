"""`make run`: the whole system on one machine with embedded components, without Docker."""
