"""Names of people and clinics as they are typed, made safe to keep and show."""

import unicodedata

from service_kit.errors import DomainError
from service_kit.reasons import Reason
from service_kit.visible_text import shows_something

MAX_NAME_LENGTH = 200

# Controls, surrogates, private use, line and paragraph separators have no place in a name; nor
# have the bidirectional overrides, which make one name look like another (UTS #36, 2.5).
_REFUSED_CATEGORIES = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_BIDIRECTIONAL = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def parse_name(text: str, *, reason: Reason = Reason.NAME_INVALID) -> str:
    """A person's or clinic's name: NFC, trimmed, 1 to 200 characters, not all invisible.

    Raises:
        DomainError: INVALID_ARGUMENT with `reason`.
    """
    name = unicodedata.normalize("NFC", text).strip()
    is_sound = shows_something(name) and not any(map(_is_refused, name))
    if not is_sound or len(name) > MAX_NAME_LENGTH:
        raise DomainError(reason)
    return name


def _is_refused(character: str) -> bool:
    return character in _BIDIRECTIONAL or unicodedata.category(character) in _REFUSED_CATEGORIES
