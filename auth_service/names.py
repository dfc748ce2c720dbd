"""Names of people and clinics as they are typed, made safe to keep and show."""

import unicodedata

from service_kit.errors import DomainError
from service_kit.reasons import Reason

MAX_NAME_LENGTH = 200

# Controls, surrogates, private use, line and paragraph separators have no place in a name; nor
# have the bidirectional overrides, which make one name look like another (UTS #36, 2.5).
_REFUSED_CATEGORIES = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_BIDIRECTIONAL = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def parse_name(text: str, *, reason: Reason = Reason.NAME_INVALID) -> str:
    """A person's or clinic's name: NFC, trimmed, 1 to 200 characters.

    Raises:
        DomainError: INVALID_ARGUMENT with `reason`.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH or any(_is_refused(c) for c in name):
        raise DomainError(reason)
    return name


def _is_refused(character: str) -> bool:
    return character in _BIDIRECTIONAL or unicodedata.category(character) in _REFUSED_CATEGORIES
