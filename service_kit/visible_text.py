"""Whether a text shows anything: a name of nothing but invisible characters is none."""

import unicodedata

# Controls, formats, unassigned and private characters, spaces and separators.
_SHOWS_NOTHING = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
# Letters, marks and symbols that are blank all the same: the Hangul and Khmer fillers, the
# combining grapheme joiner, variation selectors (Unicode: Default_Ignorable_Code_Point), and the
# empty braille cell.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)


def is_visible(character: str) -> bool:
    """Whether a character leaves a mark on the screen."""
    return character not in _BLANK and unicodedata.category(character) not in _SHOWS_NOTHING


def shows_something(text: str) -> bool:
    r"""Whether a text has at least one visible character.

    >>> shows_something("\u200b\ufeff"), shows_something("\u200bAda")
    (False, True)
    """
    return any(map(is_visible, text))
