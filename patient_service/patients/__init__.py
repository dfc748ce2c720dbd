"""Patients: profiles, lists, the timeline, lookalikes, and erasure."""
