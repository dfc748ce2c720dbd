"""OpenTelemetry traces with W3C trace context; without a collector nothing is recorded."""

from collections.abc import Mapping

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

EXPORT_TIMEOUT_SECONDS = 5

tracer = trace.get_tracer("dermis")


def configure(service: str, endpoint: str) -> None:
    """Send this service's spans to the collector at `endpoint` (gRPC); "" leaves tracing off."""
    if not endpoint:
        return
    provider = TracerProvider(resource=Resource({SERVICE_NAME: service}))
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_TIMEOUT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def incoming(headers: Mapping[str, str]) -> Context:
    """The trace that a caller's headers belong to."""
    return propagate.extract(headers)


def outgoing() -> dict[str, str]:
    """The headers that pass the current trace on (`traceparent`); empty when there is none."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers
