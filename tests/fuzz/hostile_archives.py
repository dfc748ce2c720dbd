"""Hostile model archives: a sound one with something wrong, in every member and between them.

The same each time, so that a name names one.
"""

import json
import struct
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from serving.tests.archives import members, safetensors, sound, with_header, write

_NUMBERS = [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"9" * 4000, b"0", b"1", b"-1", b"true",
            b"null", b"[]", b"{}"]  # fmt: skip
_ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
_CROOKED: list[dict[str, Any]] = [
    {"shape": [1] * 100_000}, {"shape": [2.0]}, {"shape": [-2]}, {"shape": [True, 2]},
    {"shape": ["2"]}, {"shape": [2**62, 2**62]}, {"shape": {}}, {"shape": None},
    {"data_offsets": [0.0, 8.0]}, {"data_offsets": [-8, 0]}, {"data_offsets": [8, 0]},
    {"data_offsets": [False, 8]}, {"data_offsets": ["0", "8"]}, {"data_offsets": [0, 8, 8]},
    {"data_offsets": [0, 2**63]}, {"data_offsets": []}, {"data_offsets": [4, 12]},
    {"dtype": "F8_E4M3"}, {"dtype": 32}, {"dtype": None}, {"dtype": "f32"}, {"more": 1},
]  # fmt: skip
_HEADERS: list[bytes] = [
    b"", b"{}", b"[]", b"null", b"{", b"\xff" * 9, b"[" * 90_000, b'{"w": 1}',
    b'{"a": %b, "a": %b}' % ((json.dumps(_ENTRY).encode(),) * 2),
    b'{"a": %b, "b": %b}' % ((json.dumps(_ENTRY).encode(),) * 2),
    json.dumps({f"t{n}": _ENTRY for n in range(10_001)}).encode(),
    json.dumps({"w" * 1000: _ENTRY}).encode(),
    json.dumps({"w": _ENTRY}).encode() + b" " * 1_100_000,
]  # fmt: skip


@cache
def whole() -> bytes:
    """A sound archive."""
    with tempfile.TemporaryDirectory() as folder:
        return sound(Path(folder), safetensors(bytes(64))).read_bytes()


def hostile_archives(folder: Path) -> Iterator[tuple[str, Path]]:
    """More than a hundred archives, each with what is wrong with it.

    Args:
        folder: where each is written, one after the other.
    """
    path = folder / "hostile.mar"
    (folder / "whole.mar").write_bytes(whole())
    held = members(folder / "whole.mar")
    for name, changed in _with_members(held):
        yield name, write(path, changed.items())
    for name, content in _with_bytes(whole()):
        path.write_bytes(content)
        yield name, path
    for name, weights in _with_weights():
        yield name, sound(folder / "sound", weights)


def _with_members(held: dict[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    card = held["model_card.json"]
    for field in (b'"threshold": 0.2', b'"temperature": 1.0', b'"input_size": 224'):
        for number in _NUMBERS:
            wrong = field.split(b":")[0] + b": " + number
            if wrong in card or field not in card or (b"input" in field and number == b"true"):
                continue
            if field.startswith(b'"temperature"') and number in (b"1", b"true"):
                continue
            yield wrong.decode()[:60], held | {"model_card.json": card.replace(field, wrong)}
    for member in held:
        yield f"{member} is empty", held | {member: b""}
        yield f"{member} is missing", {name: held[name] for name in held if name != member}
        yield f"{member} is nested", held | {member: b"[" * 90_000}


def _with_bytes(content: bytes) -> Iterator[tuple[str, bytes]]:
    for share in (0, 0.1, 0.5, 0.9, 0.99):
        yield f"cut at {share}", content[: int(len(content) * share)]
    yield "twice", content + content[:-1]
    yield "with zeros behind it", content + bytes(100)
    yield "an end alone", b"PK\x05\x06" + bytes(18)
    yield "a directory of 65,535 members", content[:-14] + b"\xff" * 4 + content[-10:]


def _with_weights() -> Iterator[tuple[str, bytes]]:
    for bent in _CROOKED:
        header = json.dumps({"w": _ENTRY | bent}).encode()
        yield f"a tensor with {str(bent)[:50]}", with_header(header, bytes(8))
    for header in _HEADERS:
        yield f"a header {header[:30]!r}", with_header(header, bytes(8))
    for length in (2**63, 2**32, 9, 0):
        yield f"a header of {length} bytes", struct.pack("<Q", length) + b"{}"
