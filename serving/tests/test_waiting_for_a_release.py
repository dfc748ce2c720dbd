"""`dermis-model release` follows its own entry of the log, not what was said of another."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from serving.cli import rollout
from serving.cli.admin_api import AdminApi
from serving.cli.failures import Failure
from serving.cli.output import CommandFailed

ENTRY = {"number": 7, "version": "1.3.0"}


def replica(live_release: int, **told: Any) -> dict[str, Any]:
    known = {"id": "one", "state": "ready", "live_version": "1.2.0", "live_release": live_release}
    return known | {"last_error": None, "refused_release": None} | told


class FakeApi:
    """An API that shows one replica, state by state; the last one from then on."""

    def __init__(self, *states: dict[str, Any]) -> None:
        self._states = list(states)

    def serving(self) -> Iterator[dict[str, Any]]:
        while True:
            yield self.get("/admin/serving")

    def get(self, _: str) -> dict[str, Any]:
        state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        return {"replicas": [state]}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Five looks, without the second between them.
    monkeypatch.setattr(rollout, "CONFIRMING_SECONDS", 0)


def wait(*states: dict[str, Any]) -> int:
    return rollout.await_live(cast(AdminApi, FakeApi(*states)), ENTRY, 60, quiet=False)


def failure_of(*states: dict[str, Any]) -> CommandFailed:
    with pytest.raises(CommandFailed) as failed:
        wait(*states)
    return failed.value


def test_a_former_failure_of_the_same_version_is_not_this_release_s() -> None:
    failed_before = replica(5, refused_release=6, last_error="1.3.0: golden_00.jpg is off")
    assert wait(failed_before, failed_before, replica(7)) == 1


def test_its_own_refusal_ends_the_wait_with_the_reason() -> None:
    failed = failure_of(replica(5), replica(5, refused_release=7, last_error="1.3.0: too slow"))
    assert failed.reason == Failure.RELEASE_REFUSED
    assert "too slow" in str(failed.details)


def test_a_later_release_ends_the_wait_at_once() -> None:
    failed = failure_of(replica(5), replica(8, live_version="1.4.0"))
    assert failed.reason == Failure.SUPERSEDED
    assert "1.4.0" in failed.message


def test_what_was_live_for_a_moment_is_not_called_live() -> None:
    crashed = replica(0, live_version=None, last_error="the live version stopped answering")
    failed = failure_of(replica(7), replica(7), replica(7), crashed)
    assert failed.reason == Failure.NOT_STABLE
    assert "stopped answering" in str(failed.details)


def test_what_a_replica_waits_for_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    waits = "1.3.0 waits until 1.1.3 is unloaded: it may still be answering"
    wait(replica(6, last_error=waits), replica(7))
    assert waits in " ".join(capsys.readouterr().err.split())
