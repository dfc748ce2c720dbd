"""Photos that the clinic has already, found by a file's digest before it is sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.tenancy import own_clinic
from service_kit.errors import DomainError
from service_kit.reasons import Reason

MOST_AT_ONCE = 50
# Hardly ever has a file more copies; whoever asks learns enough from these.
MOST_OF_A_FILE = 5
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Copy:
    """A stored photo of the same bytes as a file, and where it lies.

    Attributes:
        digest: the file's, as asked.
        lesion_id: which lesion it shows; None in the unsorted tray, which has no label or site.
        created_at: since when it is stored.
    """

    digest: str
    image_id: UUID
    patient_id: UUID
    full_name: str
    record_number: str
    lesion_id: UUID | None
    lesion_label: str
    body_site: str
    created_at: datetime


async def find(session: AsyncSession, digests: Sequence[str]) -> list[Copy]:
    """The clinic's photos of these files, by digest and then the oldest first.

    A file is known by the bytes that were sent, or by those that are stored: who saves a photo from
    the record and sends it again sends the latter. Photos entered in error don't count.

    Args:
        session: the caller's transaction.
        digests: hex SHA-256 of files.

    Raises:
        DomainError: INVALID_ARGUMENT / DIGESTS_INVALID for none, too many, one twice or no digest.
    """
    _check(digests)
    found = await _rows(session, _COPIES, digests=list(digests), most=MOST_OF_A_FILE)
    copies = [Copy(**row) for row in found]
    await trail.append(session, Event.IMAGES_LISTED, rows=str(len(copies)), searched="copies")
    return copies


async def find_in_lesion(
    session: AsyncSession, lesion_id: UUID, digests: Sequence[str], *, handoff: UUID
) -> list[str]:
    """Which of these files one lesion has; for a hand-off's phone, which learns nothing else.

    Raises:
        DomainError: as `find`; NOT_FOUND / LESION_NOT_FOUND.
    """
    _check(digests)
    lesion = await lesions.find(session, lesion_id)
    found = await _rows(session, _IN_LESION, digests=list(digests), lesion_id=lesion_id)
    await trail.append(
        session,
        Event.IMAGES_LISTED,
        patient_id=lesion.patient_id,
        subject_id=lesion_id,
        rows=str(len(found)),
        searched="copies",
        handoff=str(handoff),
    )
    return [row["digest"] for row in found]


def _check(digests: Sequence[str]) -> None:
    are_digests = all(_DIGEST.fullmatch(digest) for digest in digests)
    if not (are_digests and 1 <= len(set(digests)) == len(digests) <= MOST_AT_ONCE):
        raise DomainError(Reason.DIGESTS_INVALID)


async def _rows(session: AsyncSession, query: Any, **parameters: Any) -> list[Any]:
    answer = await (await session.connection()).execute(
        query, parameters | {"clinic_id": own_clinic()}
    )
    return list(answer.mappings())


# Each digest has the two indexes for itself (migrations 0019 and 0025).
_SAME_BYTES = """
    i.clinic_id = :clinic_id AND i.voided_at IS NULL
    AND (i.upload_sha256 = sent.digest OR i.sha256 = sent.digest)
"""

_COPIES = text(f"""
    SELECT
        sent.digest, i.id AS image_id, i.patient_id, p.full_name, p.record_number, i.lesion_id,
        coalesce(l.label, '') AS lesion_label, coalesce(l.body_site, '') AS body_site, i.created_at
    FROM unnest(CAST(:digests AS varchar[])) WITH ORDINALITY AS sent (digest, place)
    CROSS JOIN LATERAL (
        SELECT i.* FROM images i WHERE {_SAME_BYTES} ORDER BY i.id LIMIT :most
    ) i
    JOIN patients p ON p.id = i.patient_id
    LEFT JOIN lesions l ON l.id = i.lesion_id
    ORDER BY sent.place, i.id
""")  # noqa: S608  put together from constants

_IN_LESION = text(f"""
    SELECT sent.digest FROM unnest(CAST(:digests AS varchar[])) AS sent (digest)
    WHERE EXISTS (SELECT 1 FROM images i WHERE i.lesion_id = :lesion_id AND {_SAME_BYTES})
""")  # noqa: S608  put together from constants
