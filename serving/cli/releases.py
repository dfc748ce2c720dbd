"""Verbs that change or show what is running: push, try, release, rollback, regenerate, status."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

from serving.cli import status_tables
from serving.cli.account import signed_in
from serving.cli.admin_api import AdminApi
from serving.cli.archives import signature_file
from serving.cli.failures import Failure
from serving.cli.options import LOCAL, WAIT_SECONDS, Archive, Json, Seconds, Url, Version, Wait, Why
from serving.cli.output import CommandFailed, notices, replica_count, show
from serving.cli.rollout import await_live, await_regeneration, await_trial


def push(
    archive: Archive,
    signature: Annotated[
        Path | None, typer.Option(help="Its signature; default: ARCHIVE.sig.", exists=True)
    ] = None,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Upload an archive to Dermis, which checks it; it goes live only once it is released."""
    with signed_in(url, as_json) as api:
        beside = signature or signature_file(archive)
        proof = beside.read_bytes() if beside.exists() else None
        progress = Progress(
            "{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn(),
            console=notices, transient=True, disable=as_json,
        )  # fmt: skip
        with progress, progress.open(archive, "rb", description=archive.name) as file:
            uploaded = api.upload(archive.name, file, proof)
        line = f"Version {uploaded['version']} is uploaded"
        if uploaded["signed_by"]:
            line += f", signed by {uploaded['signed_by']}"
        show(as_json, uploaded, f"{line}. Next: dermis-model try {uploaded['version']}")


def try_out(
    version: Version,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Load a version next to the live one on every replica, probe it and measure it."""
    with signed_in(url, as_json) as api:
        trial = api.post(f"/admin/models/{version}/trial", {})
        replicas = await_trial(api, trial["id"], seconds)
        failed = [
            f"{replica['id']}: {result['error']}"
            for replica in replicas
            for result in replica["trials"]
            if result["id"] == trial["id"] and not result["passed"]
        ]
        if failed:
            raise CommandFailed(Failure.TRIAL_FAILED, f"{version} failed its trial.", failed)
        content = {"version": version, "passed": True, "replicas": replicas}
        show(as_json, content, status_tables.costs(replicas))
        if (judged := _reference(replicas, trial["id"])) and not as_json:
            show(as_json, {}, status_tables.judgement(version, judged))


def release(
    version: Version,
    why: Why = "",
    wait: Wait = True,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Make a version the live one on every replica."""
    with signed_in(url, as_json) as api:
        entry = api.post(f"/admin/models/{version}/release", {"why": why})
        show(as_json, entry, f"Release {entry['number']}: {version}.")
        if wait:
            _until_live(api, entry, seconds, as_json)


def rollback(
    to: Annotated[
        str, typer.Option(help="The version to go back to; default: the last that worked.")
    ] = "",
    why: Why = "",
    wait: Wait = True,
    seconds: Seconds = WAIT_SECONDS,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Go back to the last version that was live and worked, never to one rolled back before."""
    with signed_in(url, as_json) as api:
        entry = api.post("/admin/models/rollback", {"why": why} | ({"version": to} if to else {}))
        show(as_json, entry, f"Release {entry['number']}: back to {entry['version']}.")
        if wait:
            _until_live(api, entry, seconds, as_json)


def regenerate(seconds: Seconds = WAIT_SECONDS, url: Url = LOCAL, as_json: Json = False) -> None:
    """Have every replica fetch and load the live version again, without losing a request."""
    with signed_in(url, as_json) as api:
        request = api.post("/admin/models/cache/regenerate", {})
        replicas = await_regeneration(api, request["id"], seconds)
        failed = [
            f"{replica['id']}: {replica['regeneration']['error']}"
            for replica in replicas
            if not replica["regeneration"]["passed"]
        ]
        if failed:
            raise CommandFailed(
                Failure.REGENERATION_FAILED, "The old workers keep serving.", failed
            )
        line = f"Reloaded the live version on {replica_count(len(replicas))}."
        show(as_json, {"replicas": len(replicas)}, line)


def status(url: Url = LOCAL, as_json: Json = False) -> None:
    """Show replicas, versions and the latest releases."""
    with signed_in(url, as_json) as api:
        models, serving = api.get("/admin/models"), api.get("/admin/serving")
        if as_json:
            show(as_json, {**models, **serving}, "")
            return
        for table in (
            status_tables.replicas(serving["replicas"]),
            status_tables.costs(serving["replicas"]),
            *([status_tables.canary(serving["canary"])] if serving["canary"] else []),
            status_tables.versions(models["versions"]),
            status_tables.reference(models["versions"]),
            status_tables.releases(models["releases"]),
        ):
            show(as_json, {}, table)


def watch(url: Url = LOCAL, as_json: Json = False) -> None:
    """Show every change of the replicas as it happens, until Ctrl-C."""
    with signed_in(url, as_json) as api:
        for serving in api.serving():
            show(as_json, serving, status_tables.replicas(serving["replicas"]))


def _reference(replicas: list[dict[str, Any]], trial: str) -> dict[str, Any] | None:
    """What the trial showed on the reference cases: they are the same on every replica."""
    found = [
        result["measured"]["reference"]
        for replica in replicas
        for result in replica["trials"]
        if result["id"] == trial and result["measured"]
    ]
    return next((judged for judged in found if judged), None)


def _until_live(api: AdminApi, entry: dict[str, Any], seconds: float, as_json: bool) -> None:
    count = await_live(api, entry, seconds, quiet=as_json)
    version = entry["version"]
    line = f"{version} is live on {replica_count(count)}."
    show(as_json, {"live": version, "replicas": count}, line)
