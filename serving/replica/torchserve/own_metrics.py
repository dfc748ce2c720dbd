"""TorchServe's own metrics, passed on: it tells them on loopback, where nobody scrapes."""

from collections.abc import Iterable

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

# Prometheus itself waits for ten.
ANSWER_SECONDS = 3.0


class TorchServeMetrics(Collector):
    """Requests, latencies and queue of TorchServe (`ts_…`), read whenever this replica is scraped.

    Args:
        address: of its metrics API.
    """

    def __init__(self, address: str) -> None:
        self._url = f"{address}/metrics"

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: a registry asks on registration, when TorchServe may not be there."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """What TorchServe tells now; nothing while it is away."""
        try:
            answer = httpx.get(self._url, timeout=ANSWER_SECONDS, trust_env=False)
            answer.raise_for_status()
            return list(text_string_to_metric_families(answer.text))
        except (httpx.HTTPError, ValueError):
            return ()
