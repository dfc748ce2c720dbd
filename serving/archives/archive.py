"""Model archives (.mar), opened only after every check: each is treated as untrusted.

TorchServe runs the code in an archive, so an unchecked archive is remote code execution. Ours hold
weights, a card, golden images and our own handler stub, byte for byte; nothing else passes.
The gateway checks uploads with this file, so it imports no torch.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serving.archives.batching import ONE_BY_ONE, Batching
from serving.archives.bounds import wrong_file
from serving.archives.card import ModelCard
from serving.archives.checks import GOLDEN_IMAGES, GoldenImage, defects
from serving.archives.differential import Differential
from serving.archives.members import (
    CARD,
    CONFIG,
    DIFFERENTIAL,
    GOLDEN,
    GRAPH,
    MANIFEST,
    NOVELTY,
    SUPPLIED_GRAPHS,
)
from serving.archives.novelty import Novelty
from serving.archives.packing import write_plain
from serving.archives.reasons import ArchiveReason, Defect
from serving.archives.signature_policy import NO_POLICY, Policy


class ArchiveRefused(Exception):
    """The archive is damaged, or not one of ours. `defects` lists everything that is wrong."""

    def __init__(self, defects: Sequence[Defect]) -> None:
        super().__init__("; ".join(map(str, defects)))
        self.defects = list(defects)


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
        """What the training photos look like; None where the archive doesn't say."""
        return Novelty.from_bytes(self.read(NOVELTY)) if self.card.novelty_sha256 else None

    def read_differential(self) -> Differential | None:
        """The head that tells diagnoses apart; None where the archive has none."""
        if not self.card.differential_sha256:
            return None
        return Differential.from_bytes(self.read(DIFFERENTIAL), self.card.diagnoses)

    def supplied_graph(self) -> bytes | None:
        """The graph that Dermis holds for the architecture; None where the archive has its own.

        So archives from before they had graphs go on being served, wherever they were released. A
        graph holds no weights, and the golden images show whether it is the right one.
        """
        size = self.card.preprocessing.input_size
        known = SUPPLIED_GRAPHS / f"{self.card.architecture}-{size}.onnx"
        return None if self.card.graph_sha256 or not known.exists() else known.read_bytes()

    @property
    def needs_torch(self) -> bool:
        """Whether only PyTorch can run it."""
        return not self.card.graph_sha256 and self.supplied_graph() is None

    def unpack(self, folder: Path) -> None:
        """Write the checked members into a folder, as TorchServe unpacks a sound copy."""
        copy = folder / "copy.mar"
        self.write_sound_copy(copy)
        with zipfile.ZipFile(copy) as archive:
            archive.extractall(folder)
        copy.unlink()

    def write_sound_copy(
        self, path: Path, registration: str = "", batching: Batching = ONE_BY_ONE
    ) -> None:
        """Write an archive of the checked members for TorchServe to unpack.

        A zip file can say one thing in its directory, which we read, and another between its
        members, which Java reads. TorchServe therefore never gets the file that was uploaded.

        Args:
            path: of the copy.
            registration: the name under which TorchServe registers it
                (`serving.replica.torchserve.registrations`), where that is not the version itself.
            batching: how many photos a worker is handed at once.
        """
        with zipfile.ZipFile(self.path) as archive:
            replacements = {CONFIG: batching.settings()}
            if graph := self.supplied_graph():
                replacements[GRAPH] = graph
            if registration:
                manifest = json.loads(archive.read(MANIFEST))
                manifest["model"]["modelVersion"] = registration
                replacements[MANIFEST] = json.dumps(manifest, indent=2).encode()
            write_plain(archive, path, replacements)


def check_archive(
    path: Path, policy: Policy = NO_POLICY, signature: bytes | None = None
) -> CheckedArchive:
    """Check an archive without unpacking or running any of it.

    Args:
        path: the file.
        policy: what is demanded beyond soundness.
        signature: as in `serving.archives.signatures`, where there is one.

    Raises:
        ArchiveRefused: with every defect that was found.
    """
    if found := list(wrong_file(path)):
        raise ArchiveRefused(found)
    digest, signer = require_signature(path, policy, signature)
    try:
        with zipfile.ZipFile(path) as archive:
            if found := defects(archive):
                raise ArchiveRefused(found)
            card = ModelCard.from_json(archive.read(CARD))
            golden = GOLDEN_IMAGES.validate_json(archive.read(GOLDEN))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        damaged = Defect(ArchiveReason.NOT_AN_ARCHIVE, "The file is not a complete zip file.")
        raise ArchiveRefused([damaged]) from None
    return CheckedArchive(path, digest, card, golden, signer)


def require_signature(path: Path, policy: Policy, signature: bytes | None) -> tuple[str, str]:
    """Refuse an archive that nobody who is trusted has signed, before anything in it is read.

    Returns:
        Its SHA-256 in hex, and the fingerprint of the key that signed it; "" where none did.

    Raises:
        ArchiveRefused: it isn't signed as the policy demands.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    signer = policy.signer(digest, signature)
    if found := list(policy.violations(signature, signer)):
        raise ArchiveRefused(found)
    return digest, signer
