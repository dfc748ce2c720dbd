"""Text that people enter, refused where it could deceive or break something."""

import unicodedata

from service_kit.errors import DomainError
from service_kit.reasons import Reason
from service_kit.visible_text import shows_something

# Embeddings, overrides and isolates reorder the text around them (UAX #9), so a name that contains
# one can look like another name. Right-to-left scripts themselves need none of them.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\n\t")


def checked_text(
    text: str, field: str, *, limit: int, required: bool = False, lines: bool = False
) -> str:
    """Trim a text and compose its characters (NFC), or refuse it.

    Args:
        text: as it came.
        field: its name in the contract, for the error.
        limit: the most characters it may have.
        required: a text that shows nothing is refused.
        lines: line breaks and tabs are allowed.

    Raises:
        DomainError: INVALID_ARGUMENT with TEXT_REQUIRED, TEXT_TOO_LONG or TEXT_NOT_ALLOWED.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())
    if required and not shows_something(text):
        raise _refused(Reason.TEXT_REQUIRED, field, "must not be empty")
    if len(text) > limit:
        raise _refused(Reason.TEXT_TOO_LONG, field, f"must have at most {limit} characters")
    if any(_is_forbidden(c) and not (lines and c in _LINE_BREAKS) for c in text):
        raise _refused(Reason.TEXT_NOT_ALLOWED, field, "must not contain control characters")
    return text


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or character in _REORDERING


def _refused(reason: Reason, field: str, rule: str) -> DomainError:
    return DomainError(reason, f"The field {field} {rule}.", metadata={"field": field})
