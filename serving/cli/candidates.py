"""Verbs for a version beside the live one: canary, shadow, withdraw, agreement."""

from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from serving.cli import status_tables
from serving.cli.account import signed_in
from serving.cli.options import LOCAL, WAIT_SECONDS, Json, Seconds, Url, Version, Wait, Why
from serving.cli.output import replica_count, show
from serving.cli.rollout import await_candidate, await_withdrawn


def canary(
    version: Version,
    percent: Annotated[int, typer.Option(min=1, max=99, help="Share of the patients.")] = 10,
    why: Why = "",
    wait: Wait = True,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Let a version answer for some patients; `release` gives it all of them."""
    _begin(version, "canary", why, wait, seconds, url, as_json, percent=percent)


def shadow(
    version: Version,
    why: Why = "",
    wait: Wait = True,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Send a version the live one's photos; only `agreement` shows its answers."""
    _begin(version, "shadow", why, wait, seconds, url, as_json)


def withdraw(
    why: Why = "",
    wait: Wait = True,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """End the canary or shadow; the live version answers every photo again."""
    with signed_in(url, as_json) as api:
        entry = api.post("/admin/models/withdraw", {"why": why})
        version = entry["version"]
        show(as_json, entry, f"Release {entry['number']}: {version} is withdrawn.")
        if wait:
            count = await_withdrawn(api, version, seconds)
            line = f"{version} no longer answers on {replica_count(count)}."
            show(as_json, {"withdrawn": version, "replicas": count}, line)


def agreement(
    version: Version,
    against: Annotated[
        str, typer.Option(help="The version that was live; default: the latest.")
    ] = "",
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Show how a shadow's answers compare with one live version's."""
    with signed_in(url, as_json) as api:
        query = f"?{urlencode({'against': against})}" if against else ""
        found = api.get(f"/admin/models/{version}/agreement{query}")
        show(as_json, found, status_tables.agreement(found))


def _begin(
    version: str,
    kind: str,
    why: str,
    wait: bool,
    seconds: float,
    url: str,
    as_json: bool,
    **query: int,
) -> None:
    with signed_in(url, as_json) as api:
        entry: dict[str, Any] = api.post(f"/admin/models/{version}/{kind}", {"why": why}, **query)
        show(as_json, entry, f"Release {entry['number']}: {version} as a {kind}.")
        if wait:
            count = await_candidate(api, entry, seconds)
            line = f"{version} is ready on {replica_count(count)}."
            show(as_json, {kind: version, "replicas": count}, line)
