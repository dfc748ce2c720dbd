"""Waits, within a deadline, until the replicas have done what was asked."""

import time
from collections.abc import Iterator
from typing import Any

from serving.cli.admin_api import AdminApi
from serving.cli.output import CommandFailed, notices

Replicas = list[dict[str, Any]]


def await_live(api: AdminApi, version: str, seconds: float, *, quiet: bool) -> int:
    """Tell every change until all replicas serve a version.

    Returns:
        How many do.

    Raises:
        CommandFailed: a replica refused it, or it took too long.
    """
    told = ""
    for replicas in _states(api, seconds, f"{version} is not live"):
        line = ", ".join(_short(replica) for replica in replicas) or "no replica"
        if line != told and not quiet:
            notices.print(line, markup=False)
            told = line
        if replicas and all(replica["live_version"] == version for replica in replicas):
            return len(replicas)
        _raise_refusals(replicas, f"{version}:", f"{version} did not become live.")
    raise AssertionError("states end by a failure only")


def await_beside(api: AdminApi, entry: dict[str, Any], seconds: float) -> int:
    """Wait until all replicas hold a canary or shadow.

    Args:
        api: to ask.
        entry: of the release log.
        seconds: how long at most.

    Returns:
        How many do.

    Raises:
        CommandFailed: a replica refused it, or it took too long.
    """
    version, kind = entry["version"], entry["kind"]
    asked = {"version": version, "kind": kind, "percent": entry["percent"]}
    for replicas in _states(api, seconds, f"{version} is not ready"):
        if replicas and all(replica["candidate"] == asked for replica in replicas):
            return len(replicas)
        _raise_refusals(replicas, f"{kind} {version}:", f"{version} did not become a {kind}.")
    raise AssertionError("states end by a failure only")


def await_withdrawn(api: AdminApi, version: str, seconds: float) -> int:
    """Wait until no replica tells of a canary or shadow of a version.

    Returns:
        How many replicas there are.

    Raises:
        CommandFailed: it took too long.
    """
    for replicas in _states(api, seconds, f"{version} is not withdrawn"):
        beside = [replica["candidate"] for replica in replicas]
        if not any(candidate and candidate["version"] == version for candidate in beside):
            return len(replicas)
    raise AssertionError("states end by a failure only")


def await_regeneration(api: AdminApi, request: str, seconds: float) -> Replicas:
    """Wait until every replica has made a regeneration, and return them.

    Raises:
        CommandFailed: it took too long.
    """
    for replicas in _states(api, seconds, "The cache is not regenerated"):
        made = [replica["regeneration"] for replica in replicas]
        if made and all(latest and latest["id"] == request for latest in made):
            return replicas
    raise AssertionError("states end by a failure only")


def await_trial(api: AdminApi, trial: str, seconds: float) -> Replicas:
    """Wait until every replica has made a trial, and return them.

    Raises:
        CommandFailed: it took too long.
    """
    for replicas in _states(api, seconds, "The trial is not made"):
        if replicas and all(_has_made(replica, trial) for replica in replicas):
            return replicas
    raise AssertionError("states end by a failure only")


def _states(api: AdminApi, seconds: float, otherwise: str) -> Iterator[Replicas]:
    """The replicas at each change.

    Raises:
        CommandFailed: the time is over.
    """
    ends = time.monotonic() + seconds
    for serving in api.serving():
        yield serving["replicas"]
        if time.monotonic() > ends:
            raise CommandFailed("NOT_YET", f"{otherwise} after {seconds:.0f} s; see `status`.")


def _has_made(replica: dict[str, Any], trial: str) -> bool:
    return any(made["id"] == trial for made in replica["trials"])


def _short(replica: dict[str, Any]) -> str:
    return f"{replica['id']}: {replica['state']} {replica['live_version'] or 'nothing live'}"


def _raise_refusals(replicas: Replicas, prefix: str, message: str) -> None:
    """Fail where replicas tell that they refused what they were to load."""
    details = [
        f"{replica['id']}: {replica['last_error']}"
        for replica in replicas
        if (replica["last_error"] or "").startswith(prefix)
    ]
    if details:
        raise CommandFailed("RELEASE_REFUSED", message, details)
