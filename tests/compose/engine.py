"""The Docker engine and Compose, by their own command lines."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer import echo

from tests.compose.environment import ROOT

PROJECT = "dermis-compose-test"
# From requirements/deploy.lock.
COMPOSE = str(ROOT / ".venv" / "deploy" / "bin" / "docker-compose")
_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def docker(*arguments: str) -> str:
    """What `docker` printed. Raises: CalledProcessError, with its own words on standard error."""
    return subprocess.run(
        ["docker", *arguments], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


@dataclass(frozen=True)
class Part:
    """One running container.

    Attributes:
        name: of its service.
        seconds_to_healthy: from its start to its first passed health check; None without one.
        memory: bytes in use now.
    """

    name: str
    seconds_to_healthy: float | None
    memory: float


class Compose:
    """docker-compose.yml with the overlay of the test, under a project name of its own.

    Args:
        env_file: its settings.
        overlays: further compose files.
        settings: settings that differ.
    """

    def __init__(
        self,
        env_file: Path,
        *,
        overlays: Sequence[str] = (),
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = settings or {}
        self._command = [
            COMPOSE, "--project-name", PROJECT, "--project-directory", str(ROOT),
            "--env-file", str(env_file),
            "--file", "docker-compose.yml", "--file", "tests/compose/overlay.yml",
            *(f"--file={overlay}" for overlay in overlays),
        ]  # fmt: skip

    def run(self, *arguments: str) -> str:
        """What `docker compose` printed."""
        return self._printed([*self._command, *arguments])

    def script(self, name: str, *arguments: str, **settings: str) -> str:
        """What a script of `compose/` printed; it uses this composition, with further settings."""
        command = {"COMPOSE": " ".join(self._command)}
        return self._printed([str(ROOT / "compose" / name), *arguments], command | settings)

    def _printed(self, command: list[str], settings: Mapping[str, str] | None = None) -> str:
        environment = {k: v for k, v in os.environ.items() if k in _KEPT}
        environment |= {**self._settings, **(settings or {})}
        return subprocess.run(
            command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
        ).stdout

    def configuration(self) -> dict[str, Any]:
        """The whole configuration, variables filled in."""
        read: dict[str, Any] = json.loads(self.run("config", "--format", "json"))
        return read

    def build(self, *, network: str) -> None:
        """Build every image that is ours, in the network that reaches the package registries."""
        done = set()
        for service in self.configuration()["services"].values():
            build = service.get("build")
            if not build or service["image"] in done:
                continue
            done.add(service["image"])
            echo(f"image {service['image']}")
            arguments = [f"--build-arg={k}={v}" for k, v in build.get("args", {}).items()]
            if target := build.get("target"):
                arguments += ["--target", target]
            docker(
                "build", "--quiet", "--network", network, "--tag", service["image"], *arguments,
                "--file", str(Path(build["context"]) / build["dockerfile"]), build["context"],
            )  # fmt: skip

    def images(self) -> dict[str, int]:
        """Bytes of every image in use."""
        names = {service["image"] for service in self.configuration()["services"].values()}
        sizes = {}
        for name in sorted(names):
            found = docker("image", "ls", "--quiet", name).split()
            if found:
                sizes[name] = int(docker("image", "inspect", "--format", "{{.Size}}", found[0]))
        return sizes

    def parts(self) -> list[Part]:
        """What runs."""
        ids = self.run("ps", "--quiet", "--status", "running").split()
        states = json.loads(docker("inspect", *ids))
        lines = docker(
            "stats", "--no-stream", "--no-trunc", "--format", "{{.ID}} {{.MemUsage}}", *ids
        )
        used = {line.split()[0]: _bytes(line.split()[1]) for line in lines.splitlines()}
        starts = {state["Id"]: _moment(state["State"]["StartedAt"]) for state in states}
        healthy = _first_healthy(min(starts.values()))
        parts = []
        for state in states:
            number = state["Id"]
            passed = healthy.get(number)
            seconds = (passed - starts[number]).total_seconds() if passed else None
            name = state["Config"]["Labels"]["com.docker.compose.service"]
            parts.append(Part(name, seconds, used[number]))
        return sorted(parts, key=lambda part: part.name)


_KEPT = {"PATH", "HOME", "DOCKER_HOST", "DOCKER_BUILDKIT"}


def _bytes(text: str) -> float:
    number = text.rstrip("BKMGi")
    return float(number) * _UNITS[text[len(number) :]]


def _first_healthy(since: datetime) -> dict[str, datetime]:
    """When each container of the project passed its first check, by the container's id."""
    lines = docker(
        "events", "--since", since.isoformat(), "--until", datetime.now(UTC).isoformat(),
        "--filter", "event=health_status",
        "--filter", f"label=com.docker.compose.project={PROJECT}", "--format", "{{json .}}",
    )  # fmt: skip
    moments: dict[str, datetime] = {}
    for event in map(json.loads, lines.splitlines()):
        if event["status"] == "health_status: healthy":
            moments.setdefault(event["id"], datetime.fromtimestamp(event["timeNano"] / 1e9, UTC))
    return moments


def _moment(text: str) -> datetime:
    # Nanoseconds are more than datetime reads.
    head, _, rest = text.partition(".")
    zone = rest.lstrip("0123456789").replace("Z", "+00:00") or "+00:00"
    return datetime.fromisoformat(f"{head}.{rest[:6].rstrip('Z+-').ljust(6, '0')}{zone}")
