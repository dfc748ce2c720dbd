"""Weights that pass can be loaded, and hold numbers only."""

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import deserialize
from safetensors.numpy import save

from serving.archives.archive import check_archive
from serving.archives.weights_file import wrong_weights
from serving.tests.archives import (
    refused,
    safetensors,
    sound,
    with_header,
)

ENTRY = b'{"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}'
# What safetensors skips must not bring down whoever else reads the header.
NESTED = ENTRY[:-1] + b', "more": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
NAN16, INF32, NAN64 = b"\x00\x7e", b"\x00\x00\x80\x7f", struct.pack("<d", float("nan"))


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        (safetensors(b"\0\0" * 3 + NAN16, "F16"), "WEIGHTS_NOT_FINITE"),
        (safetensors(b"\0\0" + b"\x80\x7f", "BF16"), "WEIGHTS_NOT_FINITE"),
        (safetensors(b"\0\0\0\0" + INF32), "WEIGHTS_NOT_FINITE"),
        (safetensors(NAN64, "F64"), "WEIGHTS_NOT_FINITE"),
        (safetensors() + b"more", "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors()[:-1], "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(shape=[3]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(shape=[-1, -2]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(shape=[True, 2]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(shape="2"), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(kind="F8"), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(data_offsets=[4, 12]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(data_offsets=None), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(data_offsets=[0.0, 8.0]), "WEIGHTS_NOT_SAFETENSORS"),
        (safetensors(b"\1", "F8_E4M3", shape=[1]), "WEIGHTS_NOT_SAFETENSORS"),
        (
            with_header(b'{"__metadata__": {"a": 1}, "w": %b}' % ENTRY, bytes(8)),
            "WEIGHTS_NOT_SAFETENSORS",
        ),
        (with_header(b'{"w": %b, "w": %b}' % (ENTRY, ENTRY), bytes(8)), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b'{"a": %b, "b": %b}' % (ENTRY, ENTRY), bytes(8)), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b'{"w": %b}' % ENTRY + b" " * 9_000_000, bytes(8)), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b"{}"), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b"[]"), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b'{"a": 1}'), "WEIGHTS_NOT_SAFETENSORS"),
        (with_header(b"[" * 50_000), "WEIGHTS_NOT_SAFETENSORS"),
        (struct.pack("<Q", 2**63) + b"{}", "WEIGHTS_NOT_SAFETENSORS"),
    ],
)
def test_weights_that_can_not_be_loaded_are_refused(
    tmp_path: Path, weights: bytes, reason: str
) -> None:
    assert refused(sound(tmp_path, weights)) == {reason}


@pytest.mark.parametrize("kind", ["F64", "F32", "F16", "BF16", "I64", "U8"])
def test_whole_weights_pass(tmp_path: Path, kind: str) -> None:
    check_archive(sound(tmp_path, safetensors(b"\1" * 16, kind)))


many = settings(max_examples=300)
sides = st.integers(-2, 5)
entries = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "BF16", "I64", "U8", "BOOL", "F8"]),
        "shape": st.lists(sides, max_size=3),
        "data_offsets": st.tuples(st.integers(-1, 40), st.integers(-1, 40)),
    }
)
headers = st.dictionaries(st.text(max_size=5), entries, max_size=3)


@many
@given(header=headers, fill=st.integers(0, 255), size=st.integers(0, 60))
def test_weights_that_pass_are_weights_that_load(header: Any, fill: int, size: int) -> None:
    content = with_header(json.dumps(header).encode(), bytes([fill]) * size)
    if not list(wrong_weights(io.BytesIO(content), len(content))):
        deserialize(content)


@many
@given(shapes=st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=1, max_size=4))
def test_weights_as_the_library_writes_them_pass(shapes: list[list[int]]) -> None:
    content = save({f"t{n}": np.ones(shape, np.float32) for n, shape in enumerate(shapes)})
    assert list(wrong_weights(io.BytesIO(content), len(content))) == []
