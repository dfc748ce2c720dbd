"""`python -m patient_service`."""

from patient_service.main import app

app(prog_name="python -m patient_service")
