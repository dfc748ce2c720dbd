"""`python -m auth_service`: see `commands`."""

from auth_service.commands import app

app()
