"""Photos: stored, read, corrected, and swept where a crash left one without a row."""
