"""Verbs that change or show what runs: push, release, rollback, status, watch."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn
from rich.table import Table

from serving.cli.account import LOCAL, Url, signed_in
from serving.cli.admin_api import AdminApi
from serving.cli.answers import CommandFailed, Json, failing, notices, tell
from serving.cli.archives import Archive, signature_file

Why = Annotated[str, typer.Option(help="The reason that the release log keeps.")]
Wait = Annotated[
    bool, typer.Option(help="Wait until every replica serves it; exit 1 where one refuses it.")
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
        tell(as_json, brought, f"{shown}. Next: dermis-model release {brought['version']}")


def release(
    version: Annotated[str, typer.Argument(help="A version that was pushed.")],
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
            _await(api, version, seconds, as_json)


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
            _await(api, entry["version"], seconds, as_json)


def status(url: Url = LOCAL, as_json: Json = False) -> None:
    """Show replicas, versions and the latest releases."""
    with failing(as_json):
        api = signed_in(url)
        models, serving = api.get("/admin/models"), api.get("/admin/serving")
        if as_json:
            tell(as_json, {**models, **serving}, "")
            return
        tell(as_json, {}, _replicas(serving))
        tell(as_json, {}, _versions(models))
        tell(as_json, {}, _releases(models))


def watch(url: Url = LOCAL, as_json: Json = False) -> None:
    """Show every change of the replicas as it happens, until Ctrl-C."""
    with failing(as_json):
        for serving in signed_in(url).serving():
            tell(as_json, serving, _replicas(serving))


def _await(api: AdminApi, version: str, seconds: float, as_json: bool) -> None:
    """Tell every change until all replicas serve a version.

    Raises:
        CommandFailed: a replica refused it, or it took too long.
    """
    ends, told = time.monotonic() + seconds, ""
    for serving in api.serving():
        replicas = serving["replicas"]
        line = ", ".join(_short(replica) for replica in replicas) or "no replica"
        if line != told and not as_json:
            notices.print(line, markup=False)
            told = line
        if replicas and all(replica["live_version"] == version for replica in replicas):
            shown = f"{version} is live on {len(replicas)} replicas."
            tell(as_json, {"live": version, "replicas": len(replicas)}, shown)
            return
        if refused := [replica for replica in replicas if _refuses(replica, version)]:
            details = [f"{replica['id']}: {replica['last_error']}" for replica in refused]
            raise CommandFailed("RELEASE_REFUSED", f"{version} did not become live.", details)
        if time.monotonic() > ends:
            raise CommandFailed("NOT_LIVE_YET", f"{version} is not live after {seconds:.0f} s.")


def _short(replica: dict[str, Any]) -> str:
    return f"{replica['id']}: {replica['state']} {replica['live_version'] or 'nothing live'}"


def _refuses(replica: dict[str, Any], version: str) -> bool:
    return str(replica["last_error"] or "").startswith(f"{version}:")


def _replicas(serving: dict[str, Any]) -> Table:
    table = Table("replica", "state", "live", "loaded", "workers", "last error", title="Replicas")
    for replica in serving["replicas"]:
        table.add_row(
            replica["id"],
            replica["state"],
            replica["live_version"] or "",
            " ".join(replica["loaded_versions"]),
            str(replica["workers"]),
            replica["last_error"] or "",
        )
    return table


def _versions(models: dict[str, Any]) -> Table:
    table = Table("version", "architecture", "brought", "signed by", "desired", title="Versions")
    for version in models["versions"]:
        table.add_row(
            version["version"],
            version["architecture"],
            version["brought_at"][:16],
            version["signed_by"] or "",
            "yes" if version["desired"] else "",
        )
    return table


def _releases(models: dict[str, Any]) -> Table:
    table = Table("release", "version", "kind", "at", "why", title="Latest releases")
    for entry in models["releases"][:10]:
        table.add_row(
            str(entry["number"]), entry["version"], entry["kind"], entry["at"][:16], entry["why"]
        )
    return table
