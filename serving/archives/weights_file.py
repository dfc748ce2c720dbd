"""Is a file safetensors, complete, and free of NaN? Without torch and without loading it.

The header says which bytes are which tensor's (`weights_header`). Beyond what safetensors itself
refuses, so are: two tensors of one name (it keeps the last one), a file without tensors, types
whose values can't be checked, and values that aren't finite.
"""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from serving.archives.reasons import ArchiveReason
from serving.archives.weights_header import HeaderInvalid, Tensor, read_header

Floats = NDArray[np.float32]

_CHUNK_BYTES = 1 << 20

# The bits of the exponent: all of them set means infinite or not a number (IEEE 754; bfloat16 is
# the upper half of a float32).
_EXPONENTS: dict[str, tuple[type[np.unsignedinteger[Any]], int]] = {
    "F64": (np.uint64, 0x7FF0_0000_0000_0000),
    "F32": (np.uint32, 0x7F80_0000),
    "F16": (np.uint16, 0x7C00),
    "BF16": (np.uint16, 0x7F80),
}


def wrong_weights(file: BinaryIO, size: int) -> Iterator[tuple[ArchiveReason, str]]:
    """What is wrong with a safetensors file, as pairs of reason and the end of a sentence.

    Args:
        file: at its beginning; read once, forwards.
        size: of the whole file, in bytes.
    """
    try:
        tensors = read_header(file, size)
    except HeaderInvalid as error:
        yield ArchiveReason.WEIGHTS_NOT_SAFETENSORS, f"{error}."
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
    for tensor in read_header(io.BytesIO(content), len(content)):
        if tensor.dtype != "F32":
            raise ValueError(f"{tensor.name[:100]!r} is not of float32")
    return load(content)


def _is_finite(file: BinaryIO, tensor: Tensor) -> bool:
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
