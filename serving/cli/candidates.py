"""Verbs for a version beside the live one: canary, shadow, withdraw, agreement; and regenerate."""

from typing import Annotated, Any

import typer

from serving.cli import status_tables
from serving.cli.account import LOCAL, Url, signed_in
from serving.cli.output import CommandFailed, Json, failing, tell
from serving.cli.releases import WAIT_SECONDS, Seconds, Version, Wait, Why
from serving.cli.rollout import await_beside, await_regeneration, await_withdrawn


def canary(
    version: Version,
    percent: Annotated[int, typer.Option(min=1, max=99, help="Of the patients.")] = 10,
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
    """Ask a version about the live one's photos; only `agreement` tells what it says."""
    _begin(version, "shadow", why, wait, seconds, url, as_json)


def withdraw(
    why: Why = "",
    wait: Wait = True,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """End the canary or shadow; every photo is the live version's again."""
    with failing(as_json):
        api = signed_in(url)
        entry = api.post("/admin/models/withdraw", {"why": why})
        version = entry["version"]
        tell(as_json, entry, f"Release {entry['number']}: {version} is withdrawn.")
        if wait:
            count = await_withdrawn(api, version, seconds)
            shown = f"{version} answers no more on {count} replica{'s' if count > 1 else ''}."
            tell(as_json, {"withdrawn": version, "replicas": count}, shown)


def agreement(version: Version, url: Url = LOCAL, as_json: Json = False) -> None:
    """Show how a shadow's answers compare with the live version's."""
    with failing(as_json):
        found = signed_in(url).get(f"/admin/models/{version}/agreement")
        tell(as_json, found, status_tables.agreement(found))


def regenerate(seconds: Seconds = WAIT_SECONDS, url: Url = LOCAL, as_json: Json = False) -> None:
    """Have every replica fetch and load the live version anew, without losing a request."""
    with failing(as_json):
        api = signed_in(url)
        asked = api.post("/admin/models/cache/regenerate", {})
        replicas = await_regeneration(api, asked["id"], seconds)
        failed = [
            f"{replica['id']}: {replica['regeneration']['error']}"
            for replica in replicas
            if not replica["regeneration"]["passed"]
        ]
        if failed:
            raise CommandFailed("REGENERATION_FAILED", "The old workers go on serving.", failed)
        count = len(replicas)
        shown = f"{count} replicas serve" if count > 1 else "The replica serves"
        tell(as_json, {"replicas": count}, f"{shown} from fresh archives.")


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
    with failing(as_json):
        api = signed_in(url)
        entry: dict[str, Any] = api.post(f"/admin/models/{version}/{kind}", {"why": why}, **query)
        tell(as_json, entry, f"Release {entry['number']}: {version} as a {kind}.")
        if wait:
            count = await_beside(api, entry, seconds)
            shown = f"{version} is ready on {count} replica{'s' if count > 1 else ''}."
            tell(as_json, {kind: version, "replicas": count}, shown)
