"""Waits, with a deadline, until the replicas have done what was requested."""

import time
from collections.abc import Callable
from typing import Any

from serving.cli.admin_api import AdminApi
from serving.cli.failures import Failure
from serving.cli.output import CommandFailed, notices

Replicas = list[dict[str, Any]]

# How often, and after which pauses, a live release is looked at before it is called live.
CONFIRMING_LOOKS, CONFIRMING_SECONDS = 5, 1.0


def await_live(api: AdminApi, entry: dict[str, Any], seconds: float, *, quiet: bool) -> int:
    """Print every change until all replicas serve a release, and have done so for a while.

    Args:
        api: to ask.
        entry: of the release log. Its number counts: an older failure of the same version says
            nothing about this release.
        seconds: longest wait.
        quiet: print nothing.

    Returns:
        How many replicas there are.

    Raises:
        CommandFailed: a replica refused it, somebody released something else meanwhile, it was
            live and is no longer, or it took too long.
    """
    version, number = entry["version"], entry["number"]
    printed = ""

    def is_live(replicas: Replicas) -> bool:
        nonlocal printed
        line = ", ".join(_short(replica) for replica in replicas) or "no replica"
        if line != printed and not quiet:
            notices.print(line, markup=False)
            printed = line
        _raise_superseded(replicas, entry)
        return _serve(replicas, number)

    refusal = (number, f"{version} did not become live; each replica tries it again by itself.")
    _await(api, seconds, f"{version} is not live", is_live, refusal)
    return _confirmed(api, entry)


def _serve(replicas: Replicas, number: int) -> bool:
    return bool(replicas) and all(replica["live_release"] == number for replica in replicas)


def _confirmed(api: AdminApi, entry: dict[str, Any]) -> int:
    """Look again for a while: a version can answer its probes and then crash.

    Raises:
        CommandFailed: a replica no longer serves it.
    """
    replicas: Replicas = []
    for _ in range(CONFIRMING_LOOKS):
        time.sleep(CONFIRMING_SECONDS)
        replicas = api.get("/admin/serving")["replicas"]
        _raise_superseded(replicas, entry)
        if not _serve(replicas, entry["number"]):
            raise CommandFailed(
                Failure.NOT_STABLE,
                f"{entry['version']} was live and no longer is; see `status`.",
                [_short(replica) for replica in replicas],
            )
    return len(replicas)


def _raise_superseded(replicas: Replicas, entry: dict[str, Any]) -> None:
    """Fail where a later release is live: nobody waits for this one any more."""
    for replica in replicas:
        later = replica["live_release"] or 0
        if later > entry["number"]:
            raise CommandFailed(
                Failure.SUPERSEDED,
                f"Release {entry['number']} of {entry['version']} was superseded by release "
                f"{later}, {replica['live_version']}.",
            )


def await_candidate(api: AdminApi, entry: dict[str, Any], seconds: float) -> int:
    """Wait until a canary or shadow is ready on all replicas.

    Args:
        api: to ask.
        entry: of the release log.
        seconds: longest wait.

    Returns:
        How many replicas there are.

    Raises:
        CommandFailed: a replica refused it, or it took too long.
    """
    version, kind = entry["version"], entry["kind"]
    wanted = {"version": version, "kind": kind, "percent": entry["percent"]}

    def is_ready(replicas: Replicas) -> bool:
        return bool(replicas) and all(replica["candidate"] == wanted for replica in replicas)

    refusal = (entry["number"], f"{version} did not become a {kind}.")
    return len(_await(api, seconds, f"{version} is not ready", is_ready, refusal))


def await_withdrawn(api: AdminApi, version: str, seconds: float) -> int:
    """Wait until no replica has a version as its canary or shadow.

    Returns:
        How many replicas there are.

    Raises:
        CommandFailed: it took too long.
    """

    def is_withdrawn(replicas: Replicas) -> bool:
        candidates = [replica["candidate"] for replica in replicas]
        return not any(candidate and candidate["version"] == version for candidate in candidates)

    return len(_await(api, seconds, f"{version} is not withdrawn", is_withdrawn))


def await_regeneration(api: AdminApi, request: str, seconds: float) -> Replicas:
    """Wait until every replica has dealt with a regeneration, and return them.

    Raises:
        CommandFailed: it took too long.
    """

    def is_done(replicas: Replicas) -> bool:
        latest = [replica["regeneration"] for replica in replicas]
        return bool(latest) and all(result and result["id"] == request for result in latest)

    return _await(api, seconds, "The cache is not regenerated", is_done)


def await_trial(api: AdminApi, trial: str, seconds: float) -> Replicas:
    """Wait until every replica has run a trial, and return them.

    Raises:
        CommandFailed: it took too long.
    """

    def is_done(replicas: Replicas) -> bool:
        return bool(replicas) and all(
            any(result["id"] == trial for result in replica["trials"]) for replica in replicas
        )

    return _await(api, seconds, "The trial is not finished", is_done)


def _await(
    api: AdminApi,
    seconds: float,
    otherwise: str,
    is_done: Callable[[Replicas], bool],
    refusal: tuple[int, str] | None = None,
) -> Replicas:
    """The replicas as soon as `is_done` holds; looked at after each change.

    Args:
        api: to ask.
        seconds: longest wait.
        otherwise: what to say when the time is up.
        is_done: of all replicas.
        refusal: number of the entry that a replica may refuse, and what to say then.

    Raises:
        CommandFailed: a replica refused, or the time is up.
    """
    ends = time.monotonic() + seconds
    for serving in api.serving():
        replicas: Replicas = serving["replicas"]
        if is_done(replicas):
            return replicas
        if refusal:
            _raise_refusals(replicas, *refusal)
        if time.monotonic() > ends:
            break
    raise CommandFailed(Failure.NOT_YET, f"{otherwise} after {seconds:.0f} s; see `status`.")


def _short(replica: dict[str, Any]) -> str:
    said = f"{replica['id']}: {replica['state']} {replica['live_version'] or 'nothing live'}"
    return f"{said} ({replica['last_error']})" if replica["last_error"] else said


def _raise_refusals(replicas: Replicas, number: int, message: str) -> None:
    """Fail where replicas report that they refused what they were to load."""
    details = [
        f"{replica['id']}: {replica['last_error']}"
        for replica in replicas
        if replica["refused_release"] == number
    ]
    if details:
        raise CommandFailed(Failure.RELEASE_REFUSED, message, details)
