"""Profiles for files that say by numbers what their colours mean: PNG's chunks, HEIC's `nclx`.

Sources: ITU-T H.273, tables 2 and 3; PNG, third edition, 4.3 and 11.3.2; ICC.1:2022, 10.18 (curves)
and annex E (adaptation to D50); Lindbloom for the matrix of primaries.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache

Point = tuple[float, float]
Matrix = tuple[tuple[float, float, float], ...]
Curve = tuple[float, float, float, float, float]

_D65 = (0.3127, 0.3290)
# x and y of white, red, green and blue, by their number in H.273.
PRIMARIES: dict[int, tuple[Point, Point, Point, Point]] = {
    1: (_D65, (0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    5: (_D65, (0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),
    6: (_D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    9: (_D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: (_D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
# As ICC's parametric curves of type 3: g, a, b, c, d.
SRGB_CURVE: Curve = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_VIDEO_CURVE: Curve = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
# H.273's numbers; those of HDR (16, 18) have no place in 8 bits.
CURVES: dict[int, Curve] = {
    1: _VIDEO_CURVE, 4: (2.2, 1, 0, 0, 0), 5: (2.8, 1, 0, 0, 0), 6: _VIDEO_CURVE,
    8: (1, 1, 0, 0, 0), 13: SRGB_CURVE, 14: _VIDEO_CURVE, 15: _VIDEO_CURVE,
}  # fmt: skip

_BRADFORD: Matrix = (
    (0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296),
)  # fmt: skip
_D50 = (0.9642, 1.0, 0.8249)
# Within libpng's threshold of 5 %, a gamma of 1/2.2 stands for sRGB's curve.
_SRGB_GAMMA, _GAMMA_THRESHOLD = 1 / 2.2, 0.05


def by_numbers(primaries: int, curve: int) -> bytes:
    """An ICC profile for numbers of H.273; empty where we have none for them."""
    if primaries not in PRIMARIES or curve not in CURVES:
        return b""
    return _profile(PRIMARIES[primaries], CURVES[curve])


def by_chunks(gamma: bytes, chromaticities: bytes) -> bytes:
    """An ICC profile for PNG's gAMA and cHRM, either may be empty; empty where they are absurd."""
    exponent = int.from_bytes(gamma) / 100_000 if gamma else _SRGB_GAMMA
    if not 0.1 <= exponent <= 2:
        return b""
    is_srgb = abs(exponent / _SRGB_GAMMA - 1) <= _GAMMA_THRESHOLD
    curve = SRGB_CURVE if is_srgb else (1 / exponent, 1, 0, 0, 0)
    if not chromaticities:
        return _profile(PRIMARIES[1], curve)
    wx, wy, rx, ry, gx, gy, bx, by = (v / 100_000 for v in struct.unpack(">8I", chromaticities))
    return _profile(((wx, wy), (rx, ry), (gx, gy), (bx, by)), curve)


@lru_cache(16)
def _profile(points: tuple[Point, Point, Point, Point], curve: Curve) -> bytes:
    try:
        columns = _columns(points)
        tags = [(name, _xyz(column)) for name, column in zip(_COLUMNS, columns, strict=True)]
        shape = b"para" + bytes(4) + b"\x00\x03" + bytes(2) + _fixed(*curve)
        tags += [(name, shape) for name in (b"rTRC", b"gTRC", b"bTRC")]
    except (ZeroDivisionError, struct.error):
        return b""
    return _file([(b"wtpt", _xyz(_D50)), *tags])


_COLUMNS = (b"rXYZ", b"gXYZ", b"bXYZ")


def _columns(points: tuple[Point, Point, Point, Point]) -> list[tuple[float, ...]]:
    """XYZ under D50 of full red, green and blue."""
    white, *primaries = [(x / y, 1.0, (1 - x - y) / y) for x, y in points]
    shares = _times(_inverse(_transposed(primaries)), white)
    wide = [tuple(share * part for part in p) for share, p in zip(shares, primaries, strict=True)]
    return [_adapted(column, white) for column in wide]


def _adapted(xyz: tuple[float, ...], white: tuple[float, ...]) -> tuple[float, ...]:
    """A colour seen under D50 as under its own white."""
    cones = (_times(_BRADFORD, seen) for seen in (xyz, white, _D50))
    moved = [cone * to / since for cone, since, to in zip(*cones, strict=True)]
    return _times(_inverse(_BRADFORD), moved)


def _times(matrix: Matrix, vector: Sequence[float]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _transposed(rows: list[tuple[float, float, float]]) -> Matrix:
    return tuple(zip(*rows, strict=True))


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / whole, (c * h - b * i) / whole, (b * f - c * e) / whole),
        ((f * g - d * i) / whole, (a * i - c * g) / whole, (c * d - a * f) / whole),
        ((d * h - e * g) / whole, (b * g - a * h) / whole, (a * e - b * d) / whole),
    )


def _file(tags: list[tuple[bytes, bytes]]) -> bytes:
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags:
        table += name + (at + len(body)).to_bytes(4) + len(content).to_bytes(4)
        body += content
    head = struct.pack(
        ">I4s4s4s4s4s12s4s28s12s48s",
        at + len(body), bytes(4), b"\x04\x30\x00\x00", b"mntr", b"RGB ", b"XYZ ",
        bytes(12), b"acsp", bytes(28), _fixed(*_D50), bytes(48),
    )  # fmt: skip
    return head + len(tags).to_bytes(4) + table + body


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*values)


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
