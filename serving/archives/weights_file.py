"""Is a file safetensors, complete, and free of NaN? Without torch and without loading it.

Format: https://huggingface.co/docs/safetensors: eight bytes with the length of a JSON header, the
header, then the tensors' bytes. The safetensors library itself decides whether a header is valid:
every offset, shape and type, no gap, no overlap, nothing left over. What it lets pass is refused
here: a header too large to parse cheaply, two tensors of one name (it keeps the last one), a file
without tensors, types whose values can't be checked, and values that aren't finite.
"""

import io
import json
import math
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load

from serving.archives.reasons import ArchiveReason

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


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    dtype: str
    length: int  # in bytes


def wrong_weights(file: BinaryIO, size: int) -> Iterator[tuple[ArchiveReason, str]]:
    """What is wrong with a safetensors file, as pairs of reason and the end of a sentence.

    Args:
        file: at its beginning; read once, forwards.
        size: of the whole file, in bytes.
    """
    header = _header(file, size)
    tensors = None if header is None else _tensors(header, size)
    if not tensors:
        yield ArchiveReason.WEIGHTS_NOT_SAFETENSORS, "is not a complete safetensors file."
        return
    for tensor in tensors:
        if not _is_finite(file, tensor):
            yield (
                ArchiveReason.WEIGHTS_NOT_FINITE,
                f"has values that are no numbers in {tensor.name[:100]!r}.",
            )


def read_tensors(content: bytes) -> dict[str, Floats]:
    """The tensors of a safetensors file that holds float32 alone.

    Raises:
        ValueError: it is incomplete, holds other types, or values that are not finite.
    """
    for _, message in wrong_weights(io.BytesIO(content), len(content)):
        raise ValueError(message)
    header = _header(io.BytesIO(content), len(content)) or b""
    for tensor in _tensors(header, len(content)) or []:
        if tensor.dtype != "F32":
            raise ValueError(f"{tensor.name[:100]!r} is not of float32")
    return load(content)


def _header(file: BinaryIO, size: int) -> bytes | None:
    """The length and the JSON behind it; None where there can't be as much."""
    prefix = file.read(8)
    if len(prefix) < 8:
        return None
    length: int = struct.unpack("<Q", prefix)[0]
    if length > min(size - 8, MAX_HEADER_BYTES):
        return None
    return prefix + file.read(length)


def _tensors(header: bytes, size: int) -> list[_Tensor] | None:
    """The tensors in the order of their bytes; None where the header is not valid."""
    try:
        # An archive's member can't be mapped into memory, and need not be: safetensors looks at
        # the header and the file's length, and a sparse file of that length takes no room.
        with tempfile.NamedTemporaryFile(prefix="dermis-header-") as stand_in:
            stand_in.write(header)
            stand_in.truncate(size)
            stand_in.flush()
            with safe_open(stand_in.name, framework="numpy") as opened:
                tensors = [_tensor(name, opened.get_slice(name)) for name in opened.offset_keys()]
        json.loads(header[8:], object_pairs_hook=_unique)
    except (SafetensorError, ValueError, RecursionError):
        return None
    return tensors


def _tensor(name: str, found: Any) -> _Tensor:
    """Raises ValueError for a type whose values can't be checked."""
    dtype = str(found.get_dtype())
    if dtype not in _WIDTHS:
        raise ValueError(f"values of {dtype} can't be checked")
    return _Tensor(name, dtype, _WIDTHS[dtype] * math.prod(found.get_shape()))


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name twice")


def _is_finite(file: BinaryIO, tensor: _Tensor) -> bool:
    """Read a tensor's bytes and look for infinities and NaN; integers have none."""
    finite = True
    left = tensor.length
    while left:
        # A multiple of every width, so that no element is cut.
        chunk = file.read(min(left, _CHUNK_BYTES))
        if not chunk:
            return False
        left -= len(chunk)
        if finite and tensor.dtype in _EXPONENTS:
            bits, exponent = _EXPONENTS[tensor.dtype]
            values: NDArray[Any] = np.frombuffer(chunk, bits)
            finite = not bool(((values & bits(exponent)) == exponent).any())
    return finite
