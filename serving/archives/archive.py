"""Model archives (.mar): built as data only, and checked as if an attacker had built them.

TorchServe runs what an archive holds, so an unchecked archive is remote code execution. Ours
hold weights, a card, golden images and our own handler stub, byte for byte; nothing else passes.
No torch here: the gateway checks uploads with this file.
"""

import hashlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from model_archiver import ModelArchiver, ModelArchiverConfig

from serving.archives.bounds import Reason, wrong_file
from serving.archives.card import ModelCard
from serving.archives.checks import GOLDEN_IMAGES, GoldenImage, reasons
from serving.archives.differential import Differential
from serving.archives.members import (
    CARD,
    CONFIG,
    DIFFERENTIAL,
    FIXED,
    GOLDEN,
    HANDLER,
    MANIFEST,
    MAX_ARCHIVE_BYTES,
    NOVELTY,
    WEIGHTS,
    golden_image,
)
from serving.archives.novelty import Novelty
from serving.archives.signatures import fingerprint, is_signed, read_keys

__all__ = [
    "CARD",
    "DIFFERENTIAL",
    "MAX_ARCHIVE_BYTES",
    "NOVELTY",
    "WEIGHTS",
    "ArchiveRefused",
    "CheckedArchive",
    "GoldenImage",
    "Policy",
    "Reason",
    "build_archive",
    "check_archive",
    "read_policy",
]

# The earliest time a zip file can hold: archives of the same content are the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class ArchiveRefused(Exception):
    """The archive is not one of ours, or not whole. `reasons` holds every one found."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(f"{reason.code}: {reason.message}" for reason in reasons))
        self.reasons = list(reasons)


@dataclass(frozen=True, slots=True)
class Policy:
    """What this installation asks of an archive beyond being sound.

    Attributes:
        trusted_keys: Ed25519 public keys in PEM; whoever signed must own one of them. Empty:
            signatures are not looked at.
        signature_required: whether an archive without a signature is refused, where there are
            trusted keys.
    """

    trusted_keys: tuple[str, ...] = ()
    signature_required: bool = True


def read_policy(trusted_keys: Path | None, signature_required: bool) -> Policy:
    """The policy that settings describe: a folder of public keys, and whether one must have signed.

    Raises:
        KeyInvalid: one of the files is no key.
        OSError: there is no such folder.
        ValueError: it holds no keys, which would let everything in.
    """
    if trusted_keys is None:
        return Policy()
    keys = read_keys(trusted_keys)
    if not keys:
        raise ValueError(f"{trusted_keys} holds no public keys (*.pem)")
    return Policy(keys, signature_required)


@dataclass(frozen=True, slots=True)
class CheckedArchive:
    """An archive that passed every check.

    `signed_by` is the fingerprint of the trusted key that vouches for it; "" where none was asked.
    """

    path: Path
    sha256: str
    card: ModelCard
    golden: list[GoldenImage]
    signed_by: str = ""

    def read(self, member: str) -> bytes:
        """A member's bytes."""
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(member)

    def read_novelty(self) -> Novelty | None:
        """What the training photos look like, where the archive says."""
        return Novelty.from_bytes(self.read(NOVELTY)) if self.card.novelty_sha256 else None

    def read_differential(self) -> Differential | None:
        """What tells diagnoses apart, where the archive holds it."""
        if not self.card.differential_sha256:
            return None
        return Differential.from_bytes(self.read(DIFFERENTIAL), self.card.diagnoses)

    def write_sound_copy(self, path: Path, registration: str = "") -> None:
        """Write an archive of the checked members for TorchServe to unpack.

        A zip file can say one thing in its directory, which we read, and another between its
        members, which Java reads. TorchServe is therefore never given the file that came in.

        Args:
            path: of the copy.
            registration: under which TorchServe is to hold it
                (`serving.replica.torchserve.registrations`), where that is not the version itself.
        """
        with zipfile.ZipFile(self.path) as archive:
            instead = {}
            if registration:
                manifest = json.loads(archive.read(MANIFEST))
                manifest["model"]["modelVersion"] = registration
                instead[MANIFEST] = json.dumps(manifest, indent=2).encode()
            _write_plain(archive, path, instead)


def build_archive(
    *,
    weights: Path,
    card: ModelCard,
    golden: Sequence[tuple[Path, float]],
    out: Path,
    optional: Sequence[Path] = (),
) -> Path:
    """Pack a model with torch-model-archiver; the same content gives the same bytes.

    Args:
        weights: safetensors; its digest must be the card's.
        card: the model card.
        golden: JPEG files, each with the malignant probability it must give.
        optional: files of the names of `archive_members.OPTIONAL`; the card has their digests.
        out: folder for `<name>-<version>.mar`; an older file of that name is replaced.

    Returns:
        The archive's path.
    """
    path = out / f"{card.name}-{card.version}.mar"
    with tempfile.TemporaryDirectory(prefix="dermis-archive-") as folder:
        staged = Path(folder)
        extra = _stage(staged, weights, card, golden)
        extra += [Path(shutil.copyfile(path, staged / path.name)) for path in optional]
        ModelArchiver.generate_model_archive(
            ModelArchiverConfig(
                # The archiver gathers its files in a folder of this name beside ours.
                model_name=f"{staged.name}-packing",
                version=card.version,
                serialized_file=str(staged / WEIGHTS),
                handler=str(FIXED[HANDLER]),
                config_file=str(FIXED[CONFIG]),
                extra_files=",".join(str(file) for file in extra),
                export_path=folder,
                archive_format="zip-store",
                force=True,
            )
        )
        shutil.rmtree(staged.with_name(f"{staged.name}-packing"), ignore_errors=True)
        with zipfile.ZipFile(staged / f"{staged.name}-packing.mar") as packed:
            manifest = _timeless(packed.read(MANIFEST), card.name, card.trained_on)
            _write_plain(packed, path, {MANIFEST: manifest})
    return path


def check_archive(
    path: Path, policy: Policy = Policy(), signature: bytes | None = None
) -> CheckedArchive:
    """Look at an archive without unpacking or running any of it.

    Args:
        path: the file.
        policy: what is asked beyond soundness.
        signature: of `serving.archives.signatures`, where there is one.

    Raises:
        ArchiveRefused: with every reason that was found.
    """
    if found := list(wrong_file(path)):
        raise ArchiveRefused(found)
    digest = _digest(path)
    signer = _signer(policy, digest, signature)
    found = list(_wrong_signature(policy, signature, signer))
    try:
        with zipfile.ZipFile(path) as archive:
            if found := found + reasons(archive):
                raise ArchiveRefused(found)
            card = ModelCard.model_validate_json(archive.read(CARD))
            golden = GOLDEN_IMAGES.validate_json(archive.read(GOLDEN))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        damaged = Reason("NOT_AN_ARCHIVE", "The file is not a whole zip file.")
        raise ArchiveRefused([*found, damaged]) from None
    return CheckedArchive(path, digest, card, golden, signer)


def _signer(policy: Policy, digest: str, signature: bytes | None) -> str:
    if signature is None:
        return ""
    signers = (key for key in policy.trusted_keys if is_signed(key, digest, signature))
    return next(map(fingerprint, signers), "")


def _wrong_signature(policy: Policy, signature: bytes | None, signer: str) -> Sequence[Reason]:
    if not policy.trusted_keys:
        return []
    if signature is None and policy.signature_required:
        return [Reason("SIGNATURE_MISSING", "Here archives must be signed, and this one is not.")]
    if signature is not None and not signer:
        return [Reason("SIGNATURE_WRONG", "Nobody who is trusted here has signed this archive.")]
    return []


def _stage(
    folder: Path, weights: Path, card: ModelCard, golden: Sequence[tuple[Path, float]]
) -> list[Path]:
    """Lay the members into a folder; returns those that the archiver takes as extra files."""
    shutil.copyfile(weights, folder / WEIGHTS)
    (folder / CARD).write_text(card.model_dump_json(indent=2))
    extra = [folder / CARD, folder / GOLDEN]
    images = []
    for number, (path, probability) in enumerate(golden):
        copy = folder / golden_image(number)
        shutil.copyfile(path, copy)
        extra.append(copy)
        images.append(GoldenImage(file=copy.name, probability_malignant=probability))
    (folder / GOLDEN).write_bytes(GOLDEN_IMAGES.dump_json(images, indent=2))
    return extra


def _timeless(manifest: bytes, name: str, day: date) -> bytes:
    """The archiver's manifest with the model's date and name in place of the packing's."""
    content = json.loads(manifest)
    content["createdOn"] = day.strftime("%d/%m/%Y 00:00:00")
    content["model"]["modelName"] = name
    return json.dumps(content, indent=2).encode()


def _write_plain(
    source: zipfile.ZipFile, path: Path, instead: dict[str, bytes] | None = None
) -> None:
    """Write members in order of name, stored, without times, so that nothing but them counts."""
    with zipfile.ZipFile(path, "w") as out:
        for name in sorted(source.namelist()):
            if name.endswith("/"):
                continue
            plain = zipfile.ZipInfo(name, _NO_TIME)
            plain.external_attr = 0o100644 << 16
            if instead and name in instead:
                out.writestr(plain, instead[name])
                continue
            with source.open(name) as member, out.open(plain, "w") as copy:
                shutil.copyfileobj(member, copy)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
