"""The audit of identity: its events, the trail they are appended to, and its hash chain."""
