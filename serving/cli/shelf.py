"""Verbs for versions in the store: approve, retire, reinstate, download."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from service_kit.files import written_whole
from serving.cli.account import signed_in
from serving.cli.failures import Failure
from serving.cli.options import LOCAL, Json, Url, Version, Why
from serving.cli.output import CommandFailed, show

Entry = Annotated[str, typer.Argument(help="A version, or the number of a damaged release.")]


def approve(version: Version, why: Why = "", url: Url = LOCAL, as_json: Json = False) -> None:
    """Agree that somebody else may release a version, where a second person must."""
    with signed_in(url, as_json) as api:
        done = api.post(f"/admin/models/{version}/approve", {"why": why})
        show(as_json, done, f"You have approved {version}. Somebody else may release it now.")


def retire(entry: Entry, why: Why = "", url: Url = LOCAL, as_json: Json = False) -> None:
    """Take a version out of use, or stop reporting a damaged entry of the release log."""
    path = f"releases/{entry}" if entry.isdecimal() else entry
    with signed_in(url, as_json) as api:
        done = api.post(f"/admin/models/{path}/retire", {"why": why})
        show(as_json, done, f"{done['entry']} is retired. Undo: dermis-model reinstate {entry}")


def reinstate(version: Version, why: Why = "", url: Url = LOCAL, as_json: Json = False) -> None:
    """Let a retired version be used again."""
    with signed_in(url, as_json) as api:
        done = api.post(f"/admin/models/{version}/reinstate", {"why": why})
        show(as_json, done, f"{version} may be released again.")


def download(
    version: Version,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; default: VERSION.mar here.")
    ] = None,
    url: Url = LOCAL,
    as_json: Json = False,
) -> None:
    """Download a version's archive, and check that it is the one in the store."""
    with signed_in(url, as_json) as api:
        path = out or Path(f"{version}.mar")
        if path.exists():
            raise CommandFailed(Failure.FILE_EXISTS, f"{path} is there already.")
        with written_whole(path) as partial:
            with partial.open("wb") as file:
                expected = api.download(f"/admin/models/{version}/archive", file)
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != expected:
                raise CommandFailed(
                    Failure.DOWNLOAD_DAMAGED, "What arrived is not the archive. Try again."
                )
        show(as_json, {"path": str(path), "sha256": digest}, f"{path}  sha256 {digest}")
