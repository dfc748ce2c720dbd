"""A worker's part of a trace. Costs nothing, not even an import, where no collector is named."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

# The worker's only settings are its environment (serving/torchserve_process.py).
ENDPOINT_VARIABLE = "DERMIS_OTLP_ENDPOINT"
TRACE_HEADER = "traceparent"


def configure() -> None:
    """Send this worker's spans to the collector that TorchServe was started with."""
    if endpoint := os.environ.get(ENDPOINT_VARIABLE, ""):
        from service_kit import telemetry  # noqa: PLC0415  20 MB that a worker can do without

        telemetry.configure("torchserve", endpoint)


@contextmanager
def answering(traceparent: str | None) -> Iterator[None]:
    """One photo's span, in the trace that its request belongs to."""
    if not os.environ.get(ENDPOINT_VARIABLE):
        yield
        return
    from service_kit import telemetry  # noqa: PLC0415

    parent = telemetry.incoming({TRACE_HEADER: traceparent or ""})
    with telemetry.tracer.start_as_current_span("answer a photo", context=parent):
        yield
