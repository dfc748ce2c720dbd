"""What two readers of JSON would understand differently is refused, with the reason."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.archives.strict_json import check_json


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1e400}', "1e400"),
        (b'{"a": -1e400}', "-1e400"),
        (b'{"a": 0.%s}' % (b"1" * 5_000_000), "ordinary size"),
        (b'{"a": %s}' % (b"9" * 900_000), "ordinary size"),
        (b'{"a": 9007199254740993}', "ordinary size"),
        (b'{"a": 1, "a": 2}', "'a' twice"),
        (b'{"b": {"a": 1, "\\u0061": 2}}', "'a' twice"),
        (b"[" * 100_000 + b"]" * 100_000, "nested"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested"),
        (b"", "not JSON"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1} {"a": 2}', "not JSON"),
        (b'{"a": "\\ud800', "not JSON"),
    ],
)
def test_what_readers_disagree_on_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_json(content)


def test_brackets_in_quotes_are_text() -> None:
    assert check_json(b'{"a": "' + b'[{\\"' * 40 + b'"}') == {"a": '[{"' * 40}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_ordinary_json_is_read_as_it_was_written(value: object) -> None:
    assert check_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        check_json(content)
