"""The header of a safetensors file: which tensors there are, and where. No torch, nothing loaded.

Format: https://huggingface.co/docs/safetensors: eight bytes with the length of a JSON header, the
header, then the tensors' bytes. Everything in it is bounded and checked before any work follows
from it; the safetensors library, which will load the file, has the last word.
"""

import math
import struct
import tempfile
from dataclasses import dataclass
from typing import Any, BinaryIO

from safetensors import SafetensorError, safe_open

from serving.archives.strict_json import check_json

# A thousand tensors take a hundred kilobytes; real models have some hundreds.
MAX_HEADER_BYTES = 1024 * 1024
MAX_TENSORS = 10_000
MAX_DIMENSIONS = 8
MAX_NAME = 256
_MAX_ELEMENTS = 1 << 40
_PREFIX_BYTES = 8
_SHOWN = 60

# Bytes of one element, for the types whose values can be checked.
WIDTHS = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1,
    "BOOL": 1,
}  # fmt: skip


class HeaderInvalid(ValueError):
    """The header is not that of a whole safetensors file; the text is the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One entry; `length` and `begin` in bytes, `begin` from the end of the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    length: int


def read_header(file: BinaryIO, size: int) -> list[Tensor]:
    """The tensors in the order of their bytes.

    Args:
        file: at its beginning; afterwards at the first tensor's bytes.
        size: of the whole file, in bytes.

    Raises:
        HeaderInvalid: with the reason.
    """
    prefix = file.read(_PREFIX_BYTES)
    if len(prefix) < _PREFIX_BYTES:
        raise HeaderInvalid("is not a safetensors file: it is shorter than a header's length")
    length: int = struct.unpack("<Q", prefix)[0]
    if length > size - _PREFIX_BYTES:
        raise HeaderInvalid("is not a whole safetensors file: its header would end behind it")
    if length > MAX_HEADER_BYTES:
        raise HeaderInvalid(f"has a header of {length} bytes; {MAX_HEADER_BYTES} are allowed")
    header = file.read(length)
    tensors = _tensors(header)
    _require_no_gaps(tensors, size - _PREFIX_BYTES - length)
    _require_loadable(prefix + header, size)
    return tensors


def _tensors(header: bytes) -> list[Tensor]:
    try:
        entries = check_json(header)
    except ValueError as error:
        raise HeaderInvalid(f"is not safetensors: its header {error}") from None
    if not isinstance(entries, dict):
        raise HeaderInvalid("is not safetensors: its header is no object")
    named = {name: entry for name, entry in entries.items() if name != "__metadata__"}
    if not named:
        raise HeaderInvalid("holds no tensors")
    if len(named) > MAX_TENSORS:
        raise HeaderInvalid(f"holds {len(named)} tensors; {MAX_TENSORS} are allowed")
    tensors = [_tensor(name, entry) for name, entry in named.items()]
    return sorted(tensors, key=lambda tensor: (tensor.begin, tensor.length))


def _tensor(name: str, entry: Any) -> Tensor:
    shown = repr(name[:_SHOWN])
    if len(name) > MAX_NAME:
        raise HeaderInvalid(f"has a tensor whose name is longer than {MAX_NAME} characters")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise HeaderInvalid(f"must give {shown} a dtype, a shape and data_offsets, nothing else")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in WIDTHS:
        raise HeaderInvalid(
            f"has {shown} in {str(dtype)[:_SHOWN]!r}; convert it to one of {', '.join(WIDTHS)}"
        )
    if not _are_sizes(shape):
        raise HeaderInvalid(f"must give the shape of {shown} as whole numbers from 0")
    if len(shape) > MAX_DIMENSIONS:
        raise HeaderInvalid(f"gives {shown} {len(shape)} dimensions; {MAX_DIMENSIONS} are allowed")
    if not _are_sizes(offsets) or len(offsets) != 2:
        raise HeaderInvalid(f"must give the data_offsets of {shown} as two whole numbers from 0")
    elements = math.prod(shape)
    if elements > _MAX_ELEMENTS or offsets[1] - offsets[0] != elements * WIDTHS[dtype]:
        raise HeaderInvalid(f"gives {shown} data_offsets that don't fit its shape and dtype")
    return Tensor(name, dtype, tuple(shape), offsets[0], offsets[1] - offsets[0])


def _are_sizes(found: Any) -> bool:
    # True and False are ints to Python.
    return isinstance(found, list) and all(type(side) is int and side >= 0 for side in found)


def _require_no_gaps(tensors: list[Tensor], size: int) -> None:
    """One tensor's bytes begin where another's end, from the first byte to the last."""
    end = 0
    for tensor in tensors:
        if tensor.begin != end:
            wrong = "overlap others" if tensor.begin < end else "leave a gap before them"
            raise HeaderInvalid(f"has bytes of {tensor.name[:_SHOWN]!r} that {wrong}")
        end += tensor.length
    if end != size:
        raise HeaderInvalid(f"holds {size} bytes of tensors; its header describes {end}")


def _require_loadable(header: bytes, size: int) -> None:
    # An archive's member can't be mapped into memory, and need not be: safetensors looks at
    # the header and the file's length, and a sparse file of that length takes no room.
    with tempfile.NamedTemporaryFile(prefix="dermis-header-") as stand_in:
        stand_in.write(header)
        stand_in.truncate(size)
        stand_in.flush()
        try:
            with safe_open(stand_in.name, framework="numpy"):
                pass
        except SafetensorError as error:
            raise HeaderInvalid(f"is not a whole safetensors file: {str(error)[:200]}") from None
