"""`python -m patient_service`: see `commands`."""

from patient_service.commands import app

app(prog_name="python -m patient_service")
