"""The rows of a PNG as zlib unfolds them, piece by piece: never all in memory.

Source: W3C PNG, third edition, section 10.
"""

import zlib
from collections.abc import Iterator

from imaging.refusals import damaged

# What was compressed is looked at where it lies, not copied.
Bytes = bytes | memoryview
_PIECE = 1 << 16


def _rows(compressed: list[Bytes], wanted: int) -> Iterator[tuple[bytes, int | None]]:
    """What unfolds, in pieces, to one byte beyond `wanted`; at the end, how much was used."""
    unpacking, unfolded, fed = zlib.decompressobj(), 0, 0
    try:
        for piece in _short(compressed):
            fed += len(piece)
            left: Bytes = piece
            while left and not unpacking.eof and unfolded <= wanted:
                rows = unpacking.decompress(left, min(16 * _PIECE, wanted + 1 - unfolded))
                left = unpacking.unconsumed_tail
                unfolded += len(rows)
                yield rows, None
            if unpacking.eof or unfolded > wanted:
                break
    except zlib.error:
        # Decoders stop at the last row; what a broken sum at the end says comes later.
        if unfolded < wanted:
            raise damaged() from None
    yield b"", fed - len(unpacking.unused_data) if unpacking.eof else None


def _short(compressed: list[Bytes]) -> Iterator[Bytes]:
    for piece in compressed:
        for at in range(0, len(piece), _PIECE):
            yield piece[at : at + _PIECE]


def unfolded_bytes(compressed: list[Bytes], wanted: int) -> tuple[int | None, int]:
    """Bytes that the stream takes, if it ends well, and bytes that it unfolds to."""
    used, unfolded = None, 0
    for rows, used in _rows(compressed, wanted):  # noqa: B007  the last one counts
        unfolded += len(rows)
    return used, unfolded


def compressed_again(compressed: list[Bytes], wanted: int) -> bytes:
    """The first `wanted` bytes of what unfolds, in a stream of their own."""
    packing, left, parts = zlib.compressobj(), wanted, []
    for rows, _ in _rows(compressed, wanted):
        parts.append(packing.compress(rows[:left]))
        left -= min(left, len(rows))
    return b"".join([*parts, packing.flush()])
