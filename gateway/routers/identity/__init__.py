"""Accounts: sign-in, one's own account, colleagues, administration."""
