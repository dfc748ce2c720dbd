"""JSON from strangers: only what every reader of it understands in the same way.

Python's parser, pydantic's and a browser's disagree on NaN, on a key that comes twice, on numbers
that no float holds and on how deep is too deep. What one lets in another chokes on later, so all of
it is refused here, with the reason.
"""

import json
import math
import re
from typing import Any

MAX_DEPTH = 16
# What a float, and thus a browser, holds exactly (RFC 8259, 6).
MAX_WHOLE_NUMBER = 2**53
_LONGEST_NUMBER = 40
_SHOWN = 40
_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def check_json(content: bytes) -> Any:
    """The decoded content.

    Raises:
        ValueError: with what is wrong, at the end of a sentence.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("is not text in UTF-8") from None
    _check_depth(text)
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite,
            parse_int=_whole,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} in line {error.lineno}") from None


def _check_depth(text: str) -> None:
    """Before anything recurses. What stands in quotes is no bracket."""
    depth = 0
    for bracket in _BRACKET.findall(_QUOTED.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError(f"is nested more than {MAX_DEPTH} levels deep")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"has {name[:_SHOWN]!r} twice")
        found[name] = value
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"holds {name}, which is no number")


def _finite(text: str) -> float:
    value = float(text) if len(text) <= _LONGEST_NUMBER else math.inf
    if not math.isfinite(value):
        raise ValueError(f"holds {text[:_SHOWN]}, which is not a number of ordinary size")
    return value


def _whole(text: str) -> int:
    # The length first: converting a long number takes quadratic time.
    if len(text) > _LONGEST_NUMBER or abs(int(text)) > MAX_WHOLE_NUMBER:
        raise ValueError(f"holds {text[:_SHOWN]}, which is not a number of ordinary size")
    return int(text)
