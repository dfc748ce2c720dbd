"""Verbs that change or show what runs: push, try, release, rollback, status, watch."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

from serving.cli import status_tables
from serving.cli.account import LOCAL, Url, signed_in
from serving.cli.admin_api import AdminApi
from serving.cli.archives import Archive, signature_file
from serving.cli.output import CommandFailed, Json, failing, notices, tell
from serving.cli.rollout import await_live, await_trial

Version = Annotated[str, typer.Argument(help="A version that was pushed.")]
Why = Annotated[str, typer.Option(help="The reason that the release log keeps.")]
Wait = Annotated[
    bool, typer.Option(help="Wait until every replica has followed; exit 1 where one refuses.")
]
Seconds = Annotated[float, typer.Option(min=1, help="How long to wait at most.")]
WAIT_SECONDS = 300.0


def push(
    archive: Archive,
    signature: Annotated[
        Path | None, typer.Option(help="Its signature; ARCHIVE.sig if that is there.", exists=True)
    ] = None,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Bring an archive to Dermis, which checks it; live only once it is released."""
    with failing(as_json):
        api = signed_in(url)
        beside = signature or signature_file(archive)
        proof = beside.read_bytes() if beside.exists() else None
        progress = Progress(
            "{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn(),
            console=notices, transient=True, disable=as_json,
        )  # fmt: skip
        with progress, progress.open(archive, "rb", description=archive.name) as file:
            brought = api.upload(archive.name, file, proof)
        shown = f"Version {brought['version']} is there"
        if brought["signed_by"]:
            shown += f", signed by {brought['signed_by']}"
        tell(as_json, brought, f"{shown}. Next: dermis-model try {brought['version']}")


def try_out(
    version: Version,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Have every replica load a version beside the live one, probe it and measure it."""
    with failing(as_json):
        api = signed_in(url)
        asked = api.post(f"/admin/models/{version}/trial", {})
        replicas = await_trial(api, asked["id"], seconds)
        failed = [
            f"{replica['id']}: {trial['error']}"
            for replica in replicas
            for trial in replica["trials"]
            if trial["id"] == asked["id"] and not trial["passed"]
        ]
        if failed:
            raise CommandFailed("TRIAL_FAILED", f"{version} failed its trial.", failed)
        tell(
            as_json,
            {"version": version, "passed": True, "replicas": replicas},
            status_tables.costs(replicas),
        )


def release(
    version: Version,
    why: Why = "",
    wait: Wait = True,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Make a version the live one on every replica."""
    with failing(as_json):
        api = signed_in(url)
        entry = api.post(f"/admin/models/{version}/release", {"why": why})
        tell(as_json, entry, f"Release {entry['number']}: {version}.")
        if wait:
            _until_live(api, version, seconds, as_json)


def rollback(
    why: Why = "",
    wait: Wait = True,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Return to the version that was live before the present one."""
    with failing(as_json):
        api = signed_in(url)
        entry = api.post("/admin/models/rollback", {"why": why})
        tell(as_json, entry, f"Release {entry['number']}: back to {entry['version']}.")
        if wait:
            _until_live(api, entry["version"], seconds, as_json)


def status(url: Url = LOCAL, as_json: Json = False) -> None:
    """Show replicas, versions and the latest releases."""
    with failing(as_json):
        api = signed_in(url)
        models, serving = api.get("/admin/models"), api.get("/admin/serving")
        if as_json:
            tell(as_json, {**models, **serving}, "")
            return
        for table in (
            status_tables.replicas(serving["replicas"]),
            status_tables.costs(serving["replicas"]),
            *([status_tables.canary(serving["canary"])] if serving["canary"] else []),
            status_tables.versions(models["versions"]),
            status_tables.releases(models["releases"]),
        ):
            tell(as_json, {}, table)


def watch(url: Url = LOCAL, as_json: Json = False) -> None:
    """Show every change of the replicas as it happens, until Ctrl-C."""
    with failing(as_json):
        for serving in signed_in(url).serving():
            tell(as_json, serving, status_tables.replicas(serving["replicas"]))


def _until_live(api: AdminApi, version: str, seconds: float, as_json: bool) -> None:
    count = await_live(api, version, seconds, quiet=as_json)
    shown = f"{version} is live on {count} replicas." if count > 1 else f"{version} is live."
    tell(as_json, {"live": version, "replicas": count}, shown)
