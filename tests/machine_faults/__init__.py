"""Faults that a machine has: `make test-faults`. Each starts a system of its own."""
