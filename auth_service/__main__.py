"""`python -m auth_service`: see `commands`."""

from auth_service.commands import app

app(prog_name="python -m auth_service")
