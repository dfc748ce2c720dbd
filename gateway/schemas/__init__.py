"""What clients send and read, one file a noun."""
