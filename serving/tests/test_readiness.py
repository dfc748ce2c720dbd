"""What Kubernetes hears of a replica."""

import httpx
import pytest

from local_stack.components.ports import free_port
from serving.contract.replicas import Replica
from serving.replica import metrics


@pytest.fixture(scope="module")
def port() -> int:
    port = free_port()
    metrics.serve(port)
    return port


@pytest.mark.parametrize(
    ("workers", "hindered", "nothing_released", "status"),
    [
        (2, False, False, 200),
        # What is loaded keeps answering while the object store is away.
        (2, True, False, 200),
        (0, False, False, 503),
        # A new installation, before its first release.
        (0, False, True, 200),
        (0, True, True, 503),
    ],
)
def test_a_replica_is_ready_while_its_live_version_answers(
    port: int, workers: int, hindered: bool, nothing_released: bool, status: int
) -> None:
    replica = Replica(
        id="r-1", address="http://r-1:8080", token="t", model="lesion", workers=workers, seen_at=0
    )
    metrics.observe(replica, release=1, hindered=hindered, nothing_released=nothing_released)
    assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10).status_code == status


def test_metrics_are_answered_beside_it(port: int) -> None:
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10)
    assert "dermis_follower_ready" in answer.text
