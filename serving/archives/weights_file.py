"""Is a file safetensors, whole, and free of NaN? Without torch and without loading it.

Format: https://huggingface.co/docs/safetensors: eight bytes with the length of a JSON header, the
header, then the tensors' bytes without gaps.
"""

import io
import json
import math
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MAX_HEADER_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 1 << 20

# Bytes of one element.
_WIDTHS = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1,
    "BOOL": 1,
}  # fmt: skip
# The bits of the exponent: all of them set means infinite or not a number (IEEE 754; bfloat16 is
# the upper half of a float32).
_EXPONENTS: dict[str, tuple[type[np.unsignedinteger[Any]], int]] = {
    "F64": (np.uint64, 0x7FF0_0000_0000_0000),
    "F32": (np.uint32, 0x7F80_0000),
    "F16": (np.uint16, 0x7C00),
    "BF16": (np.uint16, 0x7F80),
}


def wrong_weights(file: BinaryIO, size: int) -> Iterator[tuple[str, str]]:
    """What is wrong with a safetensors file, as pairs of reason code and the end of a sentence.

    Args:
        file: at its beginning; read once, forwards.
        size: of the whole file, in bytes.
    """
    header = _header(file, size)
    tensors = None if header is None else _layout(header)
    if tensors is None:
        yield "WEIGHTS_NOT_SAFETENSORS", "is not a safetensors file."
        return
    length = sum(width * count for _, _, width, count in tensors)
    if file.tell() + length != size:
        yield "WEIGHTS_NOT_SAFETENSORS", "is shorter or longer than its header says."
        return
    for name, kind, width, count in tensors:
        if not _is_finite(file, kind, width * count):
            yield "WEIGHTS_NOT_FINITE", f"has values that are no numbers in {name[:100]!r}."


def read_tensors(content: bytes) -> dict[str, Floats]:
    """The tensors of a safetensors file that holds float32 alone.

    Raises:
        ValueError: it is not whole, holds other types or what is no number.
    """
    for _, message in wrong_weights(io.BytesIO(content), len(content)):
        raise ValueError(message)
    file = io.BytesIO(content)
    header = _header(file, len(content)) or {}
    values = content[file.tell() :]
    read = {}
    for name, kind, *_ in _layout(header) or []:
        if kind != "F32":
            raise ValueError(f"{name[:100]!r} is not of float32")
        start, end = header[name]["data_offsets"]
        tensor = np.frombuffer(values[start:end], np.dtype("<f4"))
        read[name] = tensor.reshape(header[name]["shape"])
    return read


def _header(file: BinaryIO, size: int) -> dict[str, Any] | None:
    prefix = file.read(8)
    if len(prefix) < 8:
        return None
    length: int = struct.unpack("<Q", prefix)[0]
    if not 2 <= length <= min(size - 8, MAX_HEADER_BYTES):
        return None
    try:
        header = json.loads(file.read(length), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _layout(header: dict[str, Any]) -> list[tuple[str, str, int, int]] | None:
    """Name, type, bytes an element and elements of each tensor, in the order of their bytes.

    None where an entry is malformed, overlaps another or leaves a gap.
    """
    tensors = []
    try:
        entries = [(name, entry) for name, entry in header.items() if name != "__metadata__"]
        entries.sort(key=lambda named: tuple(named[1]["data_offsets"]))
        end = 0
        for name, entry in entries:
            width, count = _WIDTHS[entry["dtype"]], _elements(entry["shape"])
            if entry["data_offsets"] != [end, end + width * count]:
                return None
            end += width * count
            tensors.append((name, str(entry["dtype"]), width, count))
    except (KeyError, TypeError, ValueError):
        return None
    return tensors or None


def _elements(shape: list[int]) -> int:
    if not all(type(side) is int and side >= 0 for side in shape):
        raise ValueError("a side that is no size")
    return math.prod(shape)


def _is_finite(file: BinaryIO, kind: str, length: int) -> bool:
    """Read a tensor's bytes and look for infinities and NaN; integers have none."""
    finite = True
    left = length
    while left:
        # A multiple of every width, so that no element is cut.
        chunk = file.read(min(left, _CHUNK_BYTES))
        if not chunk:
            return False
        left -= len(chunk)
        if finite and kind in _EXPONENTS:
            bits, exponent = _EXPONENTS[kind]
            values: NDArray[Any] = np.frombuffer(chunk, bits)
            finite = not bool(((values & bits(exponent)) == exponent).any())
    return finite
