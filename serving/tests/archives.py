"""Small archives for tests: sound, and bent into every hostile shape. No torch."""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from local_stack.stack import SHIPPED_MODELS
from serving.archives.archive import ArchiveRefused, check_archive
from serving.archives.card import ModelCard, Preprocessing
from serving.archives.packing import build_archive
from serving.archives.signature_policy import Policy
from serving.contract.releases import Release

NOTHING_ASKED = Policy()

# Name and content, or the whole entry where more than the name is bent.
Member = tuple[str | zipfile.ZipInfo, bytes]


def safetensors(values: bytes = b"\0" * 8, kind: str = "F32", **tensor: Any) -> bytes:
    """A file with one tensor `w`; keywords bend its entry."""
    width = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U8": 1}.get(kind, 4)
    entry = {"dtype": kind, "shape": [len(values) // width], "data_offsets": [0, len(values)]}
    return with_header(json.dumps({"w": entry | tensor}).encode(), values)


def with_header(header: bytes, values: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + values


def card(weights: bytes, **fields: Any) -> ModelCard:
    known: dict[str, Any] = {
        "name": "lesion", "version": "1.0.0", "architecture": "resnet18",
        "preprocessing": Preprocessing(input_size=224, mean=(127,) * 3, std=(128,) * 3),
        "temperature": 1.0, "threshold": 0.2,
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "trained_on": date(2026, 1, 1), "intended_use": "Tests.", "limits": [], "data": [],
    }  # fmt: skip
    return ModelCard(**(known | fields))


def sound(folder: Path, weights: bytes = safetensors(), **fields: Any) -> Path:
    """An archive that passes every check, though nothing could be computed with it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights").write_bytes(weights)
    photo = io.BytesIO()
    Image.new("RGB", (32, 32), "tan").save(photo, "JPEG")
    (folder / "photo.jpg").write_bytes(photo.getvalue())
    return build_archive(
        weights=folder / "weights",
        card=card(weights, **fields),
        golden=[(folder / "photo.jpg", 0.25)],
        out=folder,
    )


def shipped(version: str) -> Path:
    """What ships with Dermis as this version."""
    log = sorted((SHIPPED_MODELS / "lesion" / "releases").glob("*.json"))
    released = [Release.model_validate_json(entry.read_bytes()) for entry in log]
    digest = next(release.sha256 for release in released if release.version == version)
    return SHIPPED_MODELS / "archives" / f"{digest}.mar"


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, entries: Iterable[Member], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
    return path


def bent(folder: Path, bend: Callable[[dict[str, bytes]], Iterable[Member] | None]) -> Path:
    """A sound archive, taken apart, changed by `bend` (in place or anew) and packed again."""
    held = members(sound(folder))
    changed = bend(held)
    return write(folder / "bent.mar", held.items() if changed is None else changed)


def replaced(held: dict[str, bytes], member: str, old: bytes, new: bytes) -> None:
    assert old in held[member]
    held[member] = held[member].replace(old, new)


def refused(path: Path, policy: Policy = NOTHING_ASKED, signature: bytes | None = None) -> set[str]:
    """The codes of every reason for which an archive is refused."""
    with pytest.raises(ArchiveRefused) as refusal:
        check_archive(path, policy, signature)
    return {defect.code for defect in refusal.value.defects}
