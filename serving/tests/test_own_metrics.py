"""TorchServe's own metrics are told beside the follower's."""

from prometheus_client import CollectorRegistry, generate_latest

from local_stack.components.ports import free_port
from local_stack.components.torchserve import TorchServe
from serving.replica.torchserve.own_metrics import TorchServeMetrics


async def test_whoever_scrapes_a_replica_is_told_what_torchserve_counts(
    torchserve: TorchServe,
) -> None:
    registry = CollectorRegistry()
    registry.register(TorchServeMetrics(torchserve.metrics_address))
    assert b"# HELP ts_inference_requests_total" in generate_latest(registry)


def test_nothing_is_told_while_torchserve_is_away() -> None:
    assert not list(TorchServeMetrics(f"http://127.0.0.1:{free_port()}").collect())
