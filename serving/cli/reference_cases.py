"""Verbs for the reference cases, which every release is measured on."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from serving.cli import status_tables
from serving.cli.account import signed_in
from serving.cli.admin_api import AdminApi
from serving.cli.failures import Failure
from serving.cli.options import LOCAL, Json, Url
from serving.cli.output import CommandFailed, show
from serving.contract.reference_folder import labelled_paths

Folder = Annotated[
    Path,
    typer.Argument(
        help="Photos in FOLDER/benign and FOLDER/malignant.", exists=True, file_okay=False
    ),
]
Digests = Annotated[
    list[str], typer.Argument(help="SHA-256 of cases, or their first characters; see `cases`.")
]


def cases(url: Url = LOCAL, as_json: Json = False) -> None:
    """List the reference cases."""
    with signed_in(url, as_json) as api:
        found = api.get("/admin/reference-cases")
        show(as_json, found, status_tables.reference_cases(found))


def add_cases(folder: Folder, url: Url = LOCAL, as_json: Json = False) -> None:
    """Add labelled photos to the reference cases; one that is there gets the label given now."""
    with signed_in(url, as_json) as api:
        given = labelled_paths(folder)
        if not given:
            raise CommandFailed(
                Failure.INPUT_UNUSABLE,
                f"{folder} holds no photos: put them into {folder}/benign and {folder}/malignant.",
            )
        added, refused = _sent(api, given)
        if refused:
            raise CommandFailed(
                Failure.INPUT_UNUSABLE,
                f"{len(refused)} of {len(given)} photos can't be used; nothing was added.",
                refused,
            )
        _changed(api, as_json, {"add": added})


def remove_cases(digests: Digests, url: Url = LOCAL, as_json: Json = False) -> None:
    """Leave cases out of the next set; what was measured on them stays as it is."""
    with signed_in(url, as_json) as api:
        known = [case["sha256"] for case in api.get("/admin/reference-cases")["cases"]]
        _changed(api, as_json, {"remove": [_meant(digest, known) for digest in digests]})


def _sent(
    api: AdminApi, given: Sequence[tuple[Path, str]]
) -> tuple[list[dict[str, str]], list[str]]:
    """The cases whose photos were kept, and what was said of the others."""
    added: dict[str, dict[str, str]] = {}
    refused: list[str] = []
    for path, truth in given:
        try:
            digest = api.send_photo("/admin/reference-cases/photos", path)["sha256"]
        except CommandFailed as failure:
            refused.append(f"{path}: {failure.message}")
            continue
        if digest in added and added[digest]["truth"] != truth:
            refused.append(f"{path}: the same photo lies in the other folder too")
        added[digest] = {"sha256": digest, "truth": truth}
    return list(added.values()), refused


def _meant(digest: str, known: list[str]) -> str:
    found = [each for each in known if each.startswith(digest.lower())]
    if len(found) != 1:
        raise CommandFailed(
            Failure.INPUT_UNUSABLE, f"{digest} names {len(found)} cases; see `dermis-model cases`."
        )
    return found[0]


def _changed(api: AdminApi, as_json: bool, body: dict[str, Any]) -> None:
    made = api.post("/admin/reference-cases", body)
    counts = Counter(case["truth"] for case in made["cases"])
    line = (
        f"Set {made['number']}: {counts['malignant']} malignant and {counts['benign']} benign "
        "cases, from the next trial or release on."
    )
    show(as_json, made, line)
