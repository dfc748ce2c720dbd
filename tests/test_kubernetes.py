"""Kubernetes' files: what a checker of one file can't see, and the order of a roll-out.

kubectl is a stand-in here that writes down what it is asked for.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_stack.stack import ROOT

K8S = ROOT / "k8s"
# A superuser's reserve, CloudNativePG's replication and checks, two migrations.
OTHER_CONNECTIONS = 30

KUBECTL = r"""#!/usr/bin/env bash
echo "$*" >>"$CALLS"
case "$*" in
*$FAILS*) exit 1 ;;
"get "*)
    # What a workload's pods are made from: another template once everything has been applied.
    applied=$(grep -c "^apply -k overlay$" "$CALLS")
    [[ $2 == "$UNCHANGED" ]] && applied=0
    echo "template $2 $applied" ;;
esac
"""


def documents(path: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((K8S / path).read_text()))


def literals(name: str) -> dict[str, str]:
    (kustomization,) = documents("base/kustomization.yaml")
    (found,) = (made for made in kustomization["configMapGenerator"] if made["name"] == name)
    return dict(literal.split("=", 1) for literal in found["literals"])


def test_no_autoscaling_opens_more_connections_than_postgresql_takes() -> None:
    most = {
        document["metadata"]["name"]: document["spec"]["maxReplicas"]
        for document in documents("base/autoscaling.yaml")
    }
    cluster = documents("components/cloudnative-pg/postgres.yaml")[0]
    allowed = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
    # One more of each while new pods replace the old ones; twice the pool under load.
    replicas = sum(most[service] + 1 for service in ("auth-service", "patient-service"))
    opened = replicas * 2 * int(literals("shared")["DATABASE_POOL_SIZE"])
    assert opened + OTHER_CONNECTIONS <= allowed


def test_a_replica_counts_as_ready_only_while_its_live_version_answers() -> None:
    (stateful,) = (one for one in documents("base/torchserve.yaml") if one["kind"] == "StatefulSet")
    containers = stateful["spec"]["template"]["spec"]["containers"]
    (follower,) = (one for one in containers if one["name"] == "follower")
    assert follower["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "metrics"}


def test_names_are_resolved_by_the_cluster_and_by_a_cache_on_the_node() -> None:
    (policy,) = (
        one
        for one in documents("base/network-policies.yaml")
        if one["metadata"]["name"] == "names-are-resolved"
    )
    (rule,) = policy["spec"]["egress"]
    assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in rule["to"]
    assert any("podSelector" in to for to in rule["to"])


def test_the_ingress_reaches_the_pod_that_proves_the_hosts_name() -> None:
    (policy,) = (
        one for one in documents("overlays/production/ingress.yaml") if "policyTypes" in one["spec"]
    )
    # As cert-manager labels and opens it.
    assert policy["spec"]["podSelector"]["matchLabels"] == {
        "acme.cert-manager.io/http01-solver": "true"
    }
    assert policy["spec"]["ingress"][0]["ports"] == [{"port": 8089, "protocol": "TCP"}]


class RollOut:
    """k8s/roll-out.sh with the stand-in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "kubectl").write_text(KUBECTL)
        (folder / "kubectl").chmod(0o755)

    def run(self, *, fails: str = "(nothing)", unchanged: str = "") -> tuple[int, list[str]]:
        """Its exit status, and what it asked kubectl for."""
        calls = self.folder / "calls"
        calls.write_text("")
        environment = os.environ | {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "CALLS": str(calls), "FAILS": fails, "UNCHANGED": unchanged,
        }  # fmt: skip
        done = subprocess.run(
            [K8S / "roll-out.sh", "overlay"], env=environment, timeout=60, check=False
        )
        return done.returncode, calls.read_text().splitlines()


@pytest.fixture
def roll_out(tmp_path: Path) -> RollOut:
    return RollOut(tmp_path)


def test_new_pods_come_after_settings_and_finished_migrations(roll_out: RollOut) -> None:
    status, calls = roll_out.run()
    assert status == 0
    steps = [call for call in calls if not call.startswith("get ")]
    assert [step.split(" --")[0] for step in steps] == [
        "kustomize overlay",
        "apply -k overlay",
        "delete jobs",
        "apply -k overlay",
        "wait jobs",
        "apply -k overlay",
        "rollout status deployment/auth-service",
        "rollout status deployment/patient-service",
        "rollout status statefulset/torchserve",
        "rollout status deployment/gateway",
        "rollout status deployment/web",
    ]
    assert "dermis/step=settings" in steps[1]
    assert "dermis/step=migrate" in steps[3]
    assert steps[5] == "apply -k overlay"


def test_a_migration_that_fails_leaves_the_old_pods(roll_out: RollOut) -> None:
    status, calls = roll_out.run(fails="wait jobs")
    assert status == 1
    assert calls[-1].startswith("wait jobs")


def test_pods_that_do_not_become_ready_are_taken_back(roll_out: RollOut) -> None:
    status, calls = roll_out.run(
        fails="rollout status statefulset/torchserve", unchanged="deployment/web"
    )
    assert status == 1
    # The gateway too: its new pods came with the same call. The client's never changed.
    assert [call.split(" --")[0] for call in calls if "undo" in call] == [
        "rollout undo deployment/auth-service",
        "rollout undo deployment/patient-service",
        "rollout undo statefulset/torchserve",
        "rollout undo deployment/gateway",
    ]
