"""`python -m serving`."""

from serving.main import app

app(prog_name="python -m serving")
