"""`python -m patient_service`: serve, migrate, sweep, erase-patient."""

from patient_service.main import app

app(prog_name="python -m patient_service")
