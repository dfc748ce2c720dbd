"""The environment variables that configure a worker.

TorchServe has no other way to pass settings to a handler; `serving.replica.torchserve.process`
sets them.
"""

# Where OpenTelemetry spans go; empty: nowhere.
ENDPOINT = "DERMIS_OTLP_ENDPOINT"
# The folder that all workers of a TorchServe share their exports in.
EXPORTS = "DERMIS_EXPORTS"
# Threads that one prediction may use.
THREADS = "DERMIS_WORKER_THREADS"
