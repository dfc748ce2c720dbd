"""What counts as the same spelling: texts without case, accents and invisible characters."""

import re
import unicodedata

from service_kit.visible_text import is_visible

_SPACES = re.compile(r"\s+")
# What people and keyboards write for an apostrophe; U+2019 is what a phone makes of it.
APOSTROPHE = "'"
_APOSTROPHES = dict.fromkeys(
    map(ord, "\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u2032\u00b4\u0060\uff07"),
    APOSTROPHE,
)
# To Unicode, letters with a stroke and ligatures are letters of their own, so NFKD leaves them.
_STROKED = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "\u0131": "i"}
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)
_DIGRAPHS = re.compile("([aou])e")
# What stands between the parts of a name or number; a letter of any script is none of these.
_BETWEEN_PARTS = re.compile(r"[\s\-\u2010-\u2015\u2212_/.,;:()'" + '"' + r"]+")
# An index entry must stay below a third of a PostgreSQL page, however much NFKD lengthens a text.
_KEY_LENGTH = 200


def search_key(text: str) -> str:
    """A text as it is sorted and compared: without case and accents, with single spaces.

    >>> search_key("Renée  ÅNGSTRÖM-Weiß")
    'renee angstrom-weiss'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHES))
    shown = "".join(c for c in decomposed if not unicodedata.combining(c) and _is_kept(c))
    return _SPACES.sub(" ", shown.casefold().translate(_STROKED)).strip()[:_KEY_LENGTH]


def parts(text: str) -> list[str]:
    r"""The parts of a name or number, split at spaces, hyphens, apostrophes and other marks.

    >>> parts("Mary-Jane O\u2019Brien"), parts("A-17")
    (['mary', 'jane', 'o', 'brien'], ['a', '17'])
    """
    key = search_key(text)
    return [part for part in _BETWEEN_PARTS.split(key) if part] or ([key] if key else [])


def is_mark(text: str) -> bool:
    """Whether a text is nothing but what stands between parts."""
    return _BETWEEN_PARTS.fullmatch(text) is not None


def joined(some: list[str]) -> str:
    """Parts written as one word, with German digraphs as the letters that they stand for.

    >>> joined(["van", "Moeller".casefold()])
    'vanmoller'
    """
    return _DIGRAPHS.sub(r"\1", "".join(some))[:_KEY_LENGTH]


def _is_kept(character: str) -> bool:
    return character.isspace() or is_visible(character)
