"""A worker's part of a trace. Without a collector it costs nothing, not even an import."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from serving.worker import environment

TRACE_HEADER = "traceparent"


def configure() -> None:
    """Send this worker's spans to the collector that TorchServe was started with."""
    if endpoint := os.environ.get(environment.ENDPOINT, ""):
        from service_kit import telemetry  # noqa: PLC0415  20 MB that a worker can do without

        telemetry.configure("torchserve", endpoint)


@contextmanager
def answering(traceparent: str | None) -> Iterator[None]:
    """One photo's span, in the trace that its request belongs to."""
    if not os.environ.get(environment.ENDPOINT):
        yield
        return
    from service_kit import telemetry  # noqa: PLC0415  only where traces are wanted

    parent = telemetry.incoming({TRACE_HEADER: traceparent or ""})
    with telemetry.tracer.start_as_current_span("answer a photo", context=parent):
        yield
