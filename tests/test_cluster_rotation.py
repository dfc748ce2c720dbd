"""k8s/rotate-secrets.sh, with the templates of k8s/overlays/production; kubectl is a stand-in."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from local_stack.stack import ROOT
from tests import cluster_of_files
from tests.cluster_of_files import Cluster, Templates

K8S = ROOT / "k8s"
SCRIPT = K8S / "rotate-secrets.sh"
KINDS = re.findall(r"^rotate_(\w+)\(\)", SCRIPT.read_text(), re.MULTILINE)
# Their values are others', who put them into the vault.
GIVEN = {
    "redis": ["redis_url"],
    "mail": ["smtp_username", "smtp_password"],
    "objects": ["aws_access_key_id", "aws_secret_access_key"],
}


def templates() -> Templates:
    found = yaml.safe_load_all((K8S / "overlays/production/external-secrets.yaml").read_text())
    return {one["metadata"]["name"]: one["spec"]["target"]["template"]["data"] for one in found}


def mounted() -> dict[str, list[str]]:
    """The Secrets of each workload."""
    found: dict[str, list[str]] = {}
    for name in ("auth-service", "patient-service", "gateway", "torchserve"):
        for one in yaml.safe_load_all((K8S / "base" / f"{name}.yaml").read_text()):
            if one["kind"] in ("Deployment", "StatefulSet"):
                volumes = one["spec"]["template"]["spec"]["volumes"]
                sources = [s for v in volumes for s in v.get("projected", {}).get("sources", ())]
                found[name] = [source["secret"]["name"] for source in sources if "secret" in source]
    return found


class Operator:
    """Somebody with kubectl and a vault."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.cluster = Cluster(folder)
        self.cluster.make(templates(), mounted())
        for program in ("kubectl", "vault"):
            self.stand_in(program, f"-IS {cluster_of_files.__file__} {folder} {program}")

    def stand_in(self, program: str, python: str) -> None:
        path = self._folder / program
        path.write_text(f'#!/bin/sh\nexec {sys.executable} {python} "$@"\n')
        path.chmod(0o755)

    def rotates(self, kind: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "PATH": f"{self._folder}:{os.environ['PATH']}",
            "WRITE_SECRET": str(self._folder / "vault"),
            "SYNC_SECONDS": "3",
        }
        return subprocess.run(
            [SCRIPT, kind],
            env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_pod_holds_what_is_in_the_vault_afterwards(operator: Operator, kind: str) -> None:
    cluster = operator.cluster
    before = cluster.state["vault"]
    for name in GIVEN.get(kind, ()):
        cluster.put(name, f"given-{name}")
    done = operator.rotates(kind)
    assert done.returncode == 0, done.stderr
    after = cluster.state
    changed = {name: value for name, value in after["vault"].items() if value != before[name]}
    # The signing key is in the database.
    assert bool(changed) == (kind != "signing")
    for workload, held in after["pods"].items():
        for secret in mounted()[workload]:
            assert cluster.expected(secret).items() <= held.items(), (workload, secret)
    # None is left beside the new one.
    assert not [value for value in changed.values() if "old" in value]


def test_the_old_key_goes_only_when_everything_is_encrypted_with_the_new_one(
    operator: Operator,
) -> None:
    operator.rotates("encryption")
    calls = operator.cluster.state["calls"]
    steps = [call for call in calls if call.startswith(("rollout restart", "exec"))]
    assert [step.split(" -- ")[-1] for step in steps] == [
        "rollout restart deployment/auth-service",
        "python -m auth_service rotate-encryption-key",
        "rollout restart deployment/auth-service",
    ]


def test_no_secret_stands_in_an_argument(operator: Operator) -> None:
    """Everybody on the operator's machine can read those."""
    for kind in KINDS:
        operator.rotates(kind)
    state = operator.cluster.state
    values = {value for value in state["vault"].values() if not value.startswith("old")}
    assert values
    assert not [call for call in state["calls"] for value in values if value in call]


def test_a_secret_that_does_not_arrive_stops_before_any_pod_is_replaced(
    operator: Operator,
) -> None:
    """The vault takes what is written, and nobody fetches it."""
    cluster = operator.cluster
    held = cluster.state["secrets"]["auth-service"]
    operator.stand_in("vault", "-c pass")
    done = operator.rotates("sessions")
    assert done.returncode == 1
    assert "did not get its new SECRET_KEY" in done.stderr
    assert cluster.state["secrets"]["auth-service"] == held
    assert not [call for call in cluster.state["calls"] if call.startswith("rollout")]
