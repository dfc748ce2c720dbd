"""What a file is that is no archive of ours, and what to do with it instead."""

import json
import struct
import zipfile
from pathlib import Path

_IMPORT = "import it: dermis-model import FILE --arch … --data … --out RUN, then evaluate, package"
_PICKLE, _GZIP, _ZIP = b"\x80", b"\x1f\x8b", b"PK"
# Longer headers are not read just to say what a file is.
_LONGEST_HEADER = 2**20


def what_it_is(path: Path) -> str:
    """One sentence for people; "" where the file may be an archive of ours."""
    with path.open("rb") as file:
        head = file.read(9)
    if head.startswith(_ZIP):
        return _zip(path)
    if head.startswith(_GZIP):
        return (
            "It is a compressed tar file, as torch-model-archiver makes with --archive-format tgz. "
            "Archives are zip files that dermis-model package makes."
        )
    if head.startswith(_PICKLE):
        return f"It is a pickled PyTorch file, not an archive; {_IMPORT}."
    if head[8:9] == b"{":
        return f"It is a bare safetensors file: weights without a card; {_IMPORT}."
    if path.suffix == ".onnx":
        return (
            "It is a bare ONNX graph; import it: dermis-model import FILE.onnx --data … --out RUN, "
            "then evaluate, package."
        )
    return ""


def _zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if any(name.endswith("data.pkl") for name in names):
                return f"It is a PyTorch checkpoint (.pth), not an archive; {_IMPORT}."
            if "MAR-INF/MANIFEST.json" in names and "model_card.json" not in names:
                return (
                    "It is an archive of torch-model-archiver: it brings a handler of its own, "
                    "which would run here, and no card. Unzip it, take its weights and "
                    f"{_IMPORT}."
                )
            if kind := _eight_bit(archive, names):
                return (
                    f"Its weights are 8-bit floats ({kind}), which nothing here computes with: "
                    "save them in half precision, tensor.half(), and package the run again."
                )
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return ""
    return ""


def _eight_bit(archive: zipfile.ZipFile, names: list[str]) -> str:
    if "model.safetensors" not in names:
        return ""
    with archive.open("model.safetensors") as file:
        (length,) = struct.unpack("<Q", file.read(8).ljust(8, b"\0"))
        if length > _LONGEST_HEADER:
            return ""
        header = json.loads(file.read(length))
    kinds = {str(entry.get("dtype")) for name, entry in header.items() if name != "__metadata__"}
    return next((kind for kind in sorted(kinds) if kind.startswith("F8")), "")
