"""Dashboards and alerts ask only for metrics that exist, and every alert has its runbook entry."""

import importlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import prometheus_client
import pytest
import yaml

from local_stack.stack import ROOT

FOLDER = ROOT / "observability"
ALERTS = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
METRIC = re.compile(r"\bdermis_[a-z_]+")
SUFFIXES = ("_bucket", "_count", "_sum", "_total")


# The state is on the gateways' board already; the gauges are for whoever looks at one replica.
NOT_SHOWN = {"dermis_follower_precision", "dermis_follower_ready", "dermis_follower_state"}

# Whoever defines metrics registers them when imported.
MODULES = (
    "auth_service.backup_age", "auth_service.mail.queue_metrics", "auth_service.mail.sender",
    "gateway.assessments.admission", "gateway.assessments.assessment",
    "gateway.assessments.completion", "gateway.http.connection", "gateway.http.middleware",
    "gateway.inference.model", "gateway.inference.replicas", "gateway.inference.shadow",
    "gateway.model_store.versions",
    "gateway.inference.answer_watch",
    "patient_service.detections.queue_metrics", "service_kit.interceptors",
    "serving.replica.metrics",
)  # fmt: skip


def exported() -> set[str]:
    for module in MODULES:
        importlib.import_module(module)
    names = {family.name for family in prometheus_client.REGISTRY.collect()}
    return {name for name in names if name.startswith("dermis_")}


@pytest.mark.parametrize(
    "file", [FOLDER / "alerts.yml", FOLDER / "grafana" / "dashboards" / "dermis.json"]
)
def test_every_metric_that_is_asked_for_is_exported(file: Path) -> None:
    known = exported()
    asked = set(METRIC.findall(file.read_text()))
    assert asked
    for name in asked:
        base = next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name)
        assert {name, base} & known, name


@pytest.mark.parametrize("alert", [rule["alert"] for rule in ALERTS])
def test_every_alert_has_an_entry_in_the_runbook(alert: str) -> None:
    assert f"### {alert}" in (ROOT / "docs" / "runbook.md").read_text()


def test_kubernetes_has_the_same_rules() -> None:
    rule = yaml.safe_load((ROOT / "k8s/components/monitoring/alerts.yaml").read_text())
    assert rule["spec"]["groups"][0]["rules"] == ALERTS


def test_every_gauge_and_counter_of_ours_is_looked_at() -> None:
    seen = (FOLDER / "alerts.yml").read_text()
    seen += (FOLDER / "grafana" / "dashboards" / "dermis.json").read_text()
    assert {name for name in exported() if name not in seen} <= NOT_SHOWN


def test_prometheus_scrapes_every_part_that_tells_metrics() -> None:
    jobs = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    made = [group for job in jobs for group in job["static_configs"]]
    targets = {target for group in made for target in group["targets"]}
    assert targets == {
        "gateway:8000", "auth_service:9100", "patient_service:9100", "torchserve:9101",
        "postgres-exporter:9187", "redis-exporter:9121", "node-exporter:9100",
        "http://nginx:8080/", "nginx:8443",
    }  # fmt: skip


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is missing (apt: prometheus)")
@pytest.mark.parametrize("file", ["alerts_test.yml", "drift_test.yml"])
def test_alerts_are_raised_by_what_they_are_for(file: str) -> None:
    rules = FOLDER / file
    run = subprocess.run(
        ["promtool", "test", "rules", rules],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.skipif(
    not shutil.which("amtool"), reason="amtool is missing (apt: prometheus-alertmanager)"
)
def test_alerts_are_mailed_by_the_mail_server_of_the_settings(tmp_path: Path) -> None:
    written = tmp_path / "alertmanager.yml"
    settings = {
        "PATH": os.environ["PATH"],
        "SMTP_HOST": "mail.clinic.example",
        "SMTP_PORT": "587",
        "SMTP_SECURITY": "starttls",
        "SMTP_USERNAME": "dermis",
        "MAIL_FROM": "Dermis & Co <no-reply@clinic.example>",
        "ALERT_MAIL_TO": "it@clinic.example",
        "PUBLIC_URL": "https://dermis.clinic.example",
        "CONFIGURATION": str(written),
        "ALERTMANAGER": "true",
    }
    start = FOLDER / "alertmanager" / "start.sh"
    subprocess.run([start], env=settings, check=True, timeout=60)
    subprocess.run(["amtool", "check-config", written], check=True, timeout=60)
    read = yaml.safe_load(written.read_text())
    assert read["global"]["smtp_smarthost"] == "mail.clinic.example:587"
    assert read["global"]["smtp_from"] == "Dermis & Co <no-reply@clinic.example>"
    assert read["global"]["smtp_require_tls"] is True
    assert read["receivers"][0]["email_configs"][0]["to"] == "it@clinic.example"
