"""The name of a service can't be resolved: the gateway runs on, says so, and recovers."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from local_stack.components.ports import free_port
from local_stack.stack import ROOT, Stack

NAME = "auth.dermis.test"
SECONDS = 120


@pytest.fixture
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client


@pytest.mark.timeout(400)
async def fault_a_name_is_not_known(stack: Stack, api: httpx.AsyncClient, tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only root gives a process a hosts file of its own")
    hosts, port = tmp_path / "hosts", free_port()
    hosts.write_text("127.0.0.1 localhost\n")
    url = f"http://127.0.0.1:{port}"
    with _gateway(stack, port, hosts, tmp_path / "gateway.log"):
        # It starts without the name, and says what it lacks.
        await _until(api, f"{url}/api/healthz", 200)
        without = await _until(api, f"{url}/api/readyz", 503)
        assert without["dependencies"]["auth_service"] != "ok"
        assert without["dependencies"]["patient_service"] == "ok"

        hosts.write_text(f"127.0.0.1 localhost {NAME}\n")
        await _until(api, f"{url}/api/readyz", 200)

        # The name is lost, and with it the connection.
        hosts.write_text("127.0.0.1 localhost\n")
        async with stack.supervisor.held_down("auth_service"):
            await _until(api, f"{url}/api/readyz", 503)
        assert (await api.get(f"{url}/api/healthz")).status_code == 200
        await _until(api, f"{url}/api/readyz", 503)
        hosts.write_text(f"127.0.0.1 localhost {NAME}\n")
        await _until(api, f"{url}/api/readyz", 200)


@contextmanager
def _gateway(stack: Stack, port: int, hosts: Path, log: Path) -> Iterator[None]:
    """A second gateway of the system, with a hosts file of its own."""
    settings = stack.services.gateway_service() | {
        "PORT": str(port), "AUTH_ADDRESS": f"{NAME}:{stack.services.auth}",
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    script = 'mount --bind "$0" /etc/hosts && exec "$@"'
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(hosts)]
    with log.open("wb") as out:
        gateway = subprocess.Popen(
            [*command, sys.executable, "-m", "gateway"],
            env=settings, cwd=ROOT, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        yield
    finally:
        gateway.terminate()
        gateway.wait(60)


async def _until(api: httpx.AsyncClient, url: str, status: int) -> dict[str, Any]:
    """Ask until it answers so."""
    answer: httpx.Response | None = None
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                try:
                    answer = await api.get(url)
                    if answer.status_code == status:
                        told: dict[str, Any] = answer.json()
                        return told
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.3)
    except TimeoutError:
        raise AssertionError(answer.text if answer else f"{url} does not answer") from None
