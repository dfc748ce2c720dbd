"""Text among what is compressed, where none belongs."""

import re

from imaging.png_rows import Bytes

# Text, also in two bytes a character. Compressed data reads like it by chance: one scan in some 270
# ends with six such bytes, one in 50 has sixteen in a row in its last 64 KiB, none has 28.
_ENDING = (6, 6)
_RUNS = ((16, 1 << 16), (28, 20 << 20))


def _pattern(length: int) -> re.Pattern[bytes]:
    return re.compile(rb"[\x00\t\n\r\x20-\x7e]{%d,}" % length)


_PATTERNS = {length: _pattern(length) for length, _ in (_ENDING, *_RUNS)}


def end_of_text(data: Bytes) -> int:
    """Where the first run ends that may be text, if only by a few bytes at the end; 0 for none."""
    return _first_end(data, (_ENDING, *_RUNS))


def has_text(data: Bytes) -> bool:
    """Whether there is a run of sixteen and more, which hardly comes by chance."""
    return _first_end(data, _RUNS) > 0


def _first_end(data: Bytes, rules: tuple[tuple[int, int], ...]) -> int:
    ends = []
    for length, last in rules:
        start = max(0, len(data) - last)
        if run := _PATTERNS[length].search(data[start:]):
            ends.append(start + run.end())
    return min(ends, default=0)
