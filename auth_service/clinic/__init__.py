"""Clinics: their teams, invitations, requests to join, and letterheads."""
