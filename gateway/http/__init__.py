"""What stands around every request: who calls, how often, how failures are answered."""
