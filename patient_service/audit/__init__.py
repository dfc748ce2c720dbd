"""The audit of the record: its events, and the trail they are appended to."""
