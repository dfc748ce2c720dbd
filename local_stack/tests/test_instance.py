"""One system, one folder, one process; and others can see it."""

import os
import stat
from pathlib import Path

import pytest

from local_stack.instance import AlreadyRuns, Instance
from local_stack.secrets_file import load_or_make


def test_a_folder_is_taken_by_one_at_a_time(tmp_path: Path) -> None:
    first, second = Instance(tmp_path / "stack"), Instance(tmp_path / "stack")
    first.take()
    first.record("http://localhost:8000", {})
    with pytest.raises(AlreadyRuns, match=rf"http://localhost:8000 \(process {os.getpid()}\)"):
        second.take()
    first.leave()
    second.take()
    second.leave()


def test_the_state_of_a_system_is_read_by_others_while_it_runs(tmp_path: Path) -> None:
    running, other = Instance(tmp_path / "stack"), Instance(tmp_path / "stack")
    assert other.read() is None
    running.take()
    running.record("http://localhost:8000", {})
    found = other.read()
    assert found
    assert found.pid == os.getpid()
    running.leave()
    assert other.read() is None


def test_the_state_that_a_killed_process_left_counts_for_nothing(tmp_path: Path) -> None:
    killed = Instance(tmp_path / "stack")
    killed.take()
    killed.record("http://localhost:8000", {})
    killed._lock.release()  # what the kernel does for a process that is gone
    assert Instance(tmp_path / "stack").read() is None


def test_the_folder_is_closed_to_others(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "stack")
    instance.take()
    assert stat.S_IMODE((tmp_path / "stack").stat().st_mode) == 0o700
    instance.leave()


def test_secrets_are_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = load_or_make(path)
    assert load_or_make(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len({made.secret_key, made.gateway_secret, made.database_password}) == 3
    assert load_or_make(tmp_path / "other.json") != made
