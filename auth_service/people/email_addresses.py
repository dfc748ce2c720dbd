"""Email addresses as they are typed, made safe to write to and to compare."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from service_kit.errors import DomainError
from service_kit.postgres_values import without_nul
from service_kit.reasons import Reason

MAX_EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3 without the angle brackets


def parse_email(text: str) -> str:
    """An email address by RFC 5321 and 6531, as it will be written to, without blanks around it.

    No name server is asked: hospitals have domains that only their own network knows.

    Raises:
        DomainError: INVALID_ARGUMENT EMAIL_INVALID.
    """
    try:
        if len(text) > MAX_EMAIL_LENGTH:
            raise EmailNotValidError
        return validate_email(
            text.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        ).normalized
    except EmailNotValidError:
        raise DomainError(Reason.EMAIL_INVALID) from None


def email_key(text: str) -> str:
    """What two spellings of one address have in common; never fails, whatever was typed."""
    typed = without_nul(text[: MAX_EMAIL_LENGTH + 1])
    return unicodedata.normalize("NFC", typed.strip()).casefold()
