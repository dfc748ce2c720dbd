"""Names and e-mail addresses as people type them, made safe to keep, compare and show."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from service_kit.errors import Code, DomainError
from service_kit.stored_text import without_nul

MAX_NAME_LENGTH = 200
MAX_EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3 without the angle brackets

# Controls, surrogates, private use, line and paragraph separators have no place in a name; nor
# have the bidirectional overrides, which let one name look like another (UTS #36, 2.5).
_REFUSED_CATEGORIES = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_BIDIRECTIONAL = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def parse_name(text: str, *, reason: str = "NAME_INVALID", noun: str = "name") -> str:
    """A person's or clinic's name: NFC, trimmed, 1 to 200 characters.

    Raises:
        DomainError: INVALID_ARGUMENT with `reason`.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split(" ")).strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH or any(_is_refused(c) for c in name):
        raise DomainError(
            Code.INVALID_ARGUMENT,
            reason,
            f"The {noun} needs 1 to {MAX_NAME_LENGTH} characters without control characters.",
        )
    return name


def parse_email(text: str) -> str:
    """An e-mail address by RFC 5321 and 6531, as it will be written to.

    Hospitals have domains that only their own network knows, so no name server is asked.

    Raises:
        DomainError: INVALID_ARGUMENT EMAIL_INVALID.
    """
    try:
        if len(text) > MAX_EMAIL_LENGTH:
            raise EmailNotValidError
        return validate_email(
            text, check_deliverability=False, globally_deliverable=False, test_environment=True
        ).normalized
    except EmailNotValidError:
        raise DomainError(
            Code.INVALID_ARGUMENT, "EMAIL_INVALID", "This is not an e-mail address."
        ) from None


def email_key(text: str) -> str:
    """What two spellings of one address have in common; never fails, whatever was typed."""
    typed = without_nul(text[: MAX_EMAIL_LENGTH + 1])
    return unicodedata.normalize("NFC", typed.strip()).casefold()


def _is_refused(character: str) -> bool:
    return character in _BIDIRECTIONAL or unicodedata.category(character) in _REFUSED_CATEGORIES
