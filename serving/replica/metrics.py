"""This replica's state for Prometheus, the same that its follower publishes, and for Kubernetes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

from prometheus_client import REGISTRY, Gauge, make_wsgi_app, start_http_server

from serving.archives.card import Precision
from serving.contract.replicas import Phase, Replica

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

STATE = Gauge("dermis_follower_state", "1 for the state that the replica is in.", ["state"])
WORKERS = Gauge("dermis_follower_workers", "Workers of the live version that are ready.")
RELEASE = Gauge("dermis_follower_release", "Number of the release that is live; 0: none.")
PRECISION = Gauge(
    "dermis_follower_precision",
    "1 for how the live version computes.",
    ["precision"],
)
HINDERED = Gauge("dermis_follower_hindered", "1 while TorchServe or the object store is away.")
READY = Gauge("dermis_follower_ready", "1 while the live version answers, or none was released.")


def serve(port: int) -> None:
    """Answer /metrics, and /readyz with 200 or 503, in a thread of its own."""
    server, _ = start_http_server(port)
    metrics: WSGIApplication = make_wsgi_app()

    def application(request: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if request["PATH_INFO"] != "/readyz":
            return metrics(request, start)
        ready = bool(REGISTRY.get_sample_value("dermis_follower_ready"))
        start("200 OK" if ready else "503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"ready" if ready else b"the live version does not answer yet"]

    server.set_app(application)


def observe(replica: Replica, *, release: int, hindered: bool, nothing_released: bool) -> None:
    """Set every gauge from what is published.

    Args:
        replica: as the gateways hear of it.
        release: number of the one that is live; 0 for none.
        hindered: TorchServe or the object store is away.
        nothing_released: no version ever was, so none can be missing.
    """
    for state in get_args(Phase):
        STATE.labels(state).set(state == replica.state)
    WORKERS.set(replica.workers)
    live = next((m for m in replica.measured if m.version == replica.live_version), None)
    for precision in get_args(Precision):
        PRECISION.labels(precision).set(live is not None and live.precision == precision)
    RELEASE.set(release)
    HINDERED.set(hindered)
    READY.set(bool(replica.workers) or (nothing_released and not hindered))
