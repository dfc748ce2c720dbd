"""This replica's state for Prometheus, the same that its follower publishes."""

from typing import get_args

from prometheus_client import Gauge

from serving.contract.replicas import Phase, Replica

STATE = Gauge("dermis_follower_state", "1 for the state that the replica is in.", ["state"])
WORKERS = Gauge("dermis_follower_workers", "Workers of the live version that are ready.")
RELEASE = Gauge("dermis_follower_release", "Number of the release that is live; 0: none.")
HINDERED = Gauge("dermis_follower_hindered", "1 while TorchServe or the object store is away.")


def observe(replica: Replica, *, release: int, hindered: bool) -> None:
    """Set every gauge from what is published."""
    for state in get_args(Phase):
        STATE.labels(state).set(state == replica.state)
    WORKERS.set(replica.workers)
    RELEASE.set(release)
    HINDERED.set(hindered)
