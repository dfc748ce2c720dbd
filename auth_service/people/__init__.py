"""Accounts: how they are opened, shown, changed and administered."""
