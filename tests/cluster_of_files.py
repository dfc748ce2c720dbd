"""A cluster, as far as k8s/rotate-secrets.sh sees one, in one file; stands in for kubectl.

`python cluster_of_files.py FOLDER kubectl ARGUMENTS…`, or `vault PROPERTY` with a value on standard
input. External Secrets fills Secrets from the vault; pods hold what their Secrets held when they
started. It imports little, since it is started for every call.
"""

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any

Templates = dict[str, dict[str, str]]


class Cluster:
    """What the stand-in remembers."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "cluster.json"

    def make(self, templates: Templates, mounted: dict[str, list[str]]) -> None:
        """Everything filled with old values.

        Args:
            templates: of each Secret, by its settings.
            mounted: the Secrets of each workload.
        """
        properties = set(re.findall(r"\{\{ \.(\w+)", json.dumps(templates)))
        self._write({
            "templates": templates, "mounted": mounted, "secrets": {}, "pods": {}, "calls": [],
            "vault": {name: f"old-{name.replace('_', '-')}" for name in properties}, "fetched": 0,
        })  # fmt: skip
        for name in templates:
            self._fetch(name)
        for workload in mounted:
            self._start(workload)

    @property
    def state(self) -> Any:
        """All of it."""
        return json.loads(self._file.read_text())

    def put(self, name: str, value: str) -> None:
        """A value into the vault."""
        state = self.state
        state["vault"][name] = value
        self._write(state)

    def answer(self, arguments: list[str]) -> str:
        """What kubectl says."""
        state = self.state
        call = " ".join(arguments).removeprefix("--namespace dermis ")
        state["calls"].append(call)
        self._write(state)
        said = ""
        match call.split():
            case ["annotate", "externalsecret", name, *_]:
                self._fetch(name)
            case ["get", "secret", name, "--output", path] if ".data." in path:
                value = state["secrets"][name][path.partition(".data.")[2].removesuffix("}")]
                said = base64.b64encode(value.encode()).decode()
            case ["get", "externalsecret", *_]:
                said = str(state["fetched"])
            case ["get", *_]:
                said = "a version"
            case ["rollout", "restart", workload]:
                self._start(workload.partition("/")[2])
        self._gateway_is_let_in()
        return said

    def expected(self, secret: str) -> dict[str, str]:
        """What a Secret holds once it has been filled from the vault."""
        state = self.state
        return {
            setting: filled(template, state["vault"])
            for setting, template in state["templates"][secret].items()
        }

    def _fetch(self, name: str) -> None:
        state = self.state
        state["secrets"][name] = self.expected(name)
        state["fetched"] += 1
        self._write(state)

    def _start(self, workload: str) -> None:
        state = self.state
        state["pods"][workload] = {
            setting: value
            for secret in state["mounted"][workload]
            for setting, value in state["secrets"][secret].items()
        }
        self._write(state)

    def _gateway_is_let_in(self) -> None:
        """At every moment, by the pods that there are and by the next that start."""
        state = self.state
        for shown in (state["pods"]["gateway"], state["secrets"]["gateway"]):
            wanted = f"gateway:{shown['SERVICE_SECRET']}"
            assert wanted in state["pods"]["auth-service"]["SERVICE_SECRETS"].split(","), state

    def _write(self, state: Any) -> None:
        self._file.write_text(json.dumps(state))


def filled(template: str, vault: dict[str, str]) -> str:
    """A template of External Secrets, with the functions that are used."""

    def value(found: re.Match[str]) -> str:
        text = vault[found[1]]
        match found[2]:
            case "":
                return text
            case '| splitList "," | first':
                return text.split(",")[0]
            case '| replace "," ",gateway:"':
                return text.replace(",", ",gateway:")
        raise AssertionError(found[0])

    return re.sub(r"\{\{ \.(\w+) ?(.*?) ?\}\}", value, template)


if __name__ == "__main__":
    cluster = Cluster(Path(sys.argv[1]))
    if sys.argv[2] == "vault":
        cluster.put(sys.argv[3], sys.stdin.read())
    else:
        sys.stdout.write(cluster.answer(sys.argv[3:]))
