"""Verbs for archives on disk: inspect, verify, keygen, sign."""

import math
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from serving.archives.archive import ArchiveRefused, CheckedArchive, check_archive
from serving.archives.card import Evaluation, Precision
from serving.archives.signature_policy import Policy, read_policy
from serving.archives.signatures import KeyInvalid, fingerprint, make_key_pair
from serving.archives.signatures import sign as sign_digest
from serving.cli.archive_hints import what_it_is
from serving.cli.failures import Failure
from serving.cli.options import Archive, Json
from serving.cli.output import CommandFailed, reported_failures, show
from serving.contract.findings import Finding
from serving.model.classifier import Classifier
from serving.replica.torchserve.probe import TOLERANCE

_CAN_NOT_ANSWER = "The archive's parts don't fit together: its model can't answer."


def signature_file(archive: Path) -> Path:
    """Where an archive's detached signature is kept: beside it."""
    return archive.with_name(f"{archive.name}.sig")


def inspect(archive: Archive, as_json: Json = False) -> None:
    """Show an archive's card, and how well the model performed."""
    with reported_failures(as_json):
        checked = checked_archive(archive)
        card = checked.card
        show(
            as_json,
            {"path": str(archive), "sha256": checked.sha256, "card": card.model_dump(mode="json")},
            f"{card.name} {card.version}  {card.architecture}, {card.preprocessing.input_size} px, "
            f"threshold {card.threshold:.3f}, trained {card.trained_on}\nsha256 {checked.sha256}",
        )
        if not as_json and card.evaluations:
            show(as_json, {}, _figures(card.evaluations))


def verify(
    archive: Archive,
    trusted: Annotated[
        Path | None,
        typer.Option(help="Folder of public keys (*.pem), one of which must have signed."),
    ] = None,
    run: Annotated[
        bool, typer.Option(help="Also load the model and check its golden images.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Check an archive as Dermis will; exit 1 with every reason if it would be refused."""
    with reported_failures(as_json):
        checked = checked_archive(archive, _policy(trusted))
        if run:
            _require_golden_answers(checked)
        show(
            as_json,
            {"path": str(archive), "sha256": checked.sha256, "signed_by": checked.signed_by},
            f"{archive.name} is sound."
            + (f" Signed by {checked.signed_by}." if checked.signed_by else "")
            + (f" Its {len(checked.golden)} golden images come out right." if run else ""),
        )


def keygen(
    out: Annotated[Path, typer.Option(help="Folder for the two files.")] = Path(),
    name: Annotated[str, typer.Option(help="Name of the files.")] = "dermis-model",
    as_json: Json = False,
) -> None:
    """Make an Ed25519 key pair: keep NAME.key, give NAME.pem to whoever is to trust you."""
    with reported_failures(as_json):
        private, public = make_key_pair()
        out.mkdir(parents=True, exist_ok=True)
        key, pem = out / f"{name}.key", out / f"{name}.pem"
        for path, text, mode in ((key, private, 0o600), (pem, public, 0o644)):
            _write_new(path, text, mode)
        show(
            as_json,
            {"private": str(key), "public": str(pem), "fingerprint": fingerprint(public)},
            f"{key} (keep it secret)\n{pem}  fingerprint {fingerprint(public)}",
        )


def sign(
    archive: Archive,
    key: Annotated[Path, typer.Option(help="Your private key, from keygen.", exists=True)],
    as_json: Json = False,
) -> None:
    """Sign an archive; the signature is written beside it."""
    with reported_failures(as_json):
        checked = checked_archive(archive)
        try:
            signature = sign_digest(key.read_text(), checked.sha256)
        except (KeyInvalid, UnicodeDecodeError) as error:
            raise CommandFailed(Failure.KEY_INVALID, f"{key}: {error}.") from None
        path = signature_file(archive)
        path.write_bytes(signature)
        show(
            as_json,
            {"path": str(archive), "sha256": checked.sha256, "signature": str(path)},
            f"Signature: {path}. Next: dermis-model push {archive}",
        )


def checked_archive(path: Path, policy: Policy | None = None) -> CheckedArchive:
    """An archive that passed every check.

    Raises:
        CommandFailed: with every reason to refuse it.
    """
    if path.is_dir():
        raise CommandFailed(
            Failure.ARCHIVE_REFUSED,
            f"{path} is a folder: name the .mar file that dermis-model package --run {path} makes.",
        )
    beside = signature_file(path)
    try:
        return check_archive(
            path, policy or Policy(), beside.read_bytes() if beside.exists() else None
        )
    except ArchiveRefused as refused:
        raise CommandFailed(
            Failure.ARCHIVE_REFUSED,
            f"Dermis refuses to run {path.name}.",
            [*([hint] if (hint := what_it_is(path)) else []), *map(str, refused.defects)],
        ) from None


def opened(archive: Path, precision: Precision | None = None) -> Classifier:
    """An archive's model, loaded as a worker does; in the precision that is named, if one is.

    Raises:
        CommandFailed: the archive is not sound, or its model can't be loaded.
    """
    from serving.worker.predictions import open_classifier

    checked = checked_archive(archive)
    try:
        return open_classifier(checked.path, precision)
    except (ValueError, RuntimeError) as error:
        message = "The model can't be loaded."
        raise CommandFailed(Failure.MODEL_NOT_LOADABLE, message, [str(error)]) from None


def _require_golden_answers(checked: CheckedArchive) -> None:
    """Send the model its golden images, as a follower will before a release.

    In both precisions where the processor can compute in 8 bits.
    """
    from serving.model.processor import has_vnni

    _require_answers(checked, "fp32")
    if checked.card.quantised and has_vnni():
        _require_answers(checked, "int8")


def _require_answers(checked: CheckedArchive, precision: Precision) -> None:
    from serving.worker.predictions import prediction_of

    classifier = opened(checked.path, precision)
    wrong = []
    for image in checked.golden:
        try:
            answer = prediction_of(classifier, checked.read(image.file))
            # The whole answer, by the rule of whoever has to store it.
            Finding.model_validate(answer)
        except ValueError as error:
            raise CommandFailed(Failure.MODEL_NOT_LOADABLE, _CAN_NOT_ANSWER, [str(error)]) from None
        expected = image.expected(precision)
        difference = abs(
            answer["probability_malignant"] - (math.nan if expected is None else expected)
        )
        if not difference <= TOLERANCE:
            wrong.append(f"{image.file} is off by {difference:.4f} in {precision}")
    if wrong:
        raise CommandFailed(
            Failure.GOLDEN_IMAGES_DIFFER,
            "The model's answers differ from those in its archive.",
            wrong,
        )


def _figures(evaluations: list[Evaluation]) -> Table:
    """The card's figures, a column per evaluation, the hardest first as in the card."""
    figures = list(dict.fromkeys(name for found in evaluations for name in found.metrics))
    table = Table("figure", *(f"{found.name} ({found.images})" for found in evaluations))
    for name in figures:
        metrics = (found.metrics.get(name) for found in evaluations)
        table.add_row(name, *(f"{metric.value:z.3f}" if metric else "" for metric in metrics))
    return table


def _policy(trusted: Path | None) -> Policy:
    try:
        return read_policy(trusted, signature_required=True)
    except (ValueError, OSError) as error:
        raise CommandFailed(Failure.KEY_INVALID, f"{error}.") from None


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        message = f"{path} already exists; keys are never overwritten."
        raise CommandFailed(Failure.KEY_EXISTS, message) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
