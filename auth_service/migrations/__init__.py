"""Alembic's folder: how the schema of database `auth` came to be."""
