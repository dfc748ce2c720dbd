"""How patients are found: by the beginning of any word of the name, or of the record number."""

import re
import unicodedata
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.models import Patient, SearchTerm

# A longer name is found by its first words only.
_MAX_TERMS = 12
_SPACES = re.compile(r"\s+")
# To Unicode, letters with a stroke and ligatures are letters of their own, so NFKD leaves them.
_STROKED = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "\u0131": "i"}
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)
# An index entry must stay below a third of a PostgreSQL page, however much NFKD lengthens a text.
_KEY_LENGTH = 200


def search_key(text: str) -> str:
    """A text as it is compared: without case and accents, with single spaces.

    >>> search_key("Renée  ÅNGSTRÖM-Weiß")
    'renee angstrom-weiss'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return _SPACES.sub(" ", bare.translate(_STROKED)).strip()[:_KEY_LENGTH]


def search_terms(full_name: str, record_number: str) -> list[str]:
    """The texts whose beginnings find a patient.

    >>> search_terms("Ana María Weiß", "A-17")
    ['a-17', 'ana maria weiss', 'maria weiss', 'weiss']
    """
    words = search_key(full_name).split(" ")
    suffixes = [" ".join(words[start:]) for start in range(min(len(words), _MAX_TERMS))]
    return sorted({search_key(record_number), *suffixes} - {""})


def prefix_range(prefix: str) -> tuple[str, str]:
    """The half-open range of texts that begin with `prefix`, in byte order.

    A range, not LIKE: its operators are leakproof, so the index works under row-level security.
    """
    return prefix, prefix + "\U0010ffff"


async def index(session: AsyncSession, patient: Patient, *, is_new: bool = False) -> None:
    """Make a patient findable by the current profile."""
    connection = await session.connection()
    if not is_new:
        older = delete(SearchTerm).where(col(SearchTerm.patient_id) == patient.id)
        await connection.execute(older)
    await connection.execute(insert(SearchTerm), _rows(patient.id, patient.clinic_id, patient))


def _rows(patient_id: UUID, clinic_id: UUID, patient: Patient) -> list[dict[str, object]]:
    return [
        {"patient_id": patient_id, "clinic_id": clinic_id, "term": term}
        for term in search_terms(patient.full_name, patient.record_number)
    ]
