"""Prometheus and its exporters beside the composed system, and what they are asked."""

import json
import time
from typing import Any
from urllib.parse import quote

from tests.compose.engine import Compose, docker
from tests.compose.second_day import Say

SCRAPED_SECONDS = 120
EXPORTERS = ("postgres", "redis", "node", "blackbox")
TARGETS = {
    "auth_service:9100", "gateway:8000", "patient_service:9100", "torchserve:9101",
    "postgres-exporter:9187", "redis-exporter:9121", "node-exporter:9100",
    "http://nginx:8080/", "nginx:8443",
}  # fmt: skip


def watched(compose: Compose, say: Say) -> None:
    """The profiles' parts that this machine has images for, seeing everything."""
    # A part that is named is started whatever its profile.
    exporters = [f"{name}-exporter" for name in EXPORTERS]
    parts = ("mail", "prometheus", "alertmanager")
    compose.run("up", "--detach", "--no-build", "--wait", *parts, *exporters)
    say("mail sink, Prometheus, its exporters and Alertmanager are healthy")
    ends = time.monotonic() + SCRAPED_SECONDS
    while (up := scraped(compose)) != TARGETS:
        assert time.monotonic() < ends, f"scraped: {up}, not {TARGETS}"
        time.sleep(1)
    groups = prometheus(compose, "rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert rules
    assert all(rule["health"] != "err" for rule in rules), rules
    for metric in ("pg_up", "redis_up", 'probe_success{job="web"}'):
        # The first scrape may have come before the exporter had connected.
        while (found := prometheus(compose, f"query?query={quote(metric)}")["result"]) and (
            found[0]["value"][1] != "1"
        ):
            assert time.monotonic() < ends, f"{metric}: {found}"
            time.sleep(1)
        assert found, f"{metric} is missing"
    say(f"Prometheus scrapes {', '.join(sorted(up))} and knows {len(rules)} alert rules")


def scraped(compose: Compose) -> set[str]:
    """The targets that answered Prometheus's last scrape."""
    targets = prometheus(compose, "targets?state=active")["activeTargets"]
    return {target["labels"]["instance"] for target in targets if target["health"] == "up"}


def raised(compose: Compose) -> set[str]:
    """The alerts that are raised now."""
    alerts = prometheus(compose, "alerts")["alerts"]
    return {alert["labels"]["alertname"] for alert in alerts}


def prometheus(compose: Compose, path: str) -> dict[str, Any]:
    """What Prometheus's own API says."""
    (container,) = compose.run("ps", "--quiet", "prometheus").split()
    url = f"http://127.0.0.1:9090/api/v1/{path}"
    read: dict[str, Any] = json.loads(docker("exec", container, "wget", "-qO-", url))["data"]
    return read
