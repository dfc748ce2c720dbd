"""`python -m local_stack`."""

from local_stack.main import app

app(prog_name="python -m local_stack")
