"""HEIC, WebP and TIFF: turned into JPEG or PNG by a process of its own for each photo."""

import json
from dataclasses import dataclass
from datetime import datetime

from imaging import refusals
from imaging.budget import IN_MEMORY
from imaging.formats import Format
from service_kit.confinement import ConfinedFailed, confined
from service_kit.errors import DomainError
from service_kit.reasons import Reason

# Fifty megapixels of HEIC take some 6 s of one core.
DEADLINE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Translated:
    """A photo in a format that is stored.

    Attributes:
        data: JPEG or PNG, upright.
        original: the file as it was sent, without anything but its picture; empty where that isn't
            certain.
        taken_at: as `exif.taken_at`.
    """

    data: bytes
    original: bytes
    taken_at: datetime | None


def translated(data: bytes, kind: Format) -> Translated:
    """The photo as JPEG or PNG; takes a tenth of a second and up, so call it in a thread.

    Raises:
        DomainError: INVALID_ARGUMENT with IMAGE_TRUNCATED, IMAGE_ANIMATED, IMAGE_TOO_LARGE,
            IMAGE_TOO_MANY_PIXELS or NOT_AN_IMAGE.
    """
    # Its process counts into the same container.
    with IN_MEMORY.hold(IN_MEMORY.total):
        return _translated(data, kind)


def _translated(data: bytes, kind: Format) -> Translated:
    try:
        answer = confined("imaging.foreign_decoder", kind.name, sent=data, seconds=DEADLINE_SECONDS)
    except ConfinedFailed:
        raise refusals.damaged() from None
    first, _, picture = answer.partition(b"\n")
    head = json.loads(first)
    if reason := head.get("refused"):
        raise _refusal(reason, kind.value)
    moment, length = head["taken_at"], head["picture"]
    return Translated(
        picture[:length],
        picture[length:],
        datetime.fromisoformat(moment) if moment else None,
    )


def _refusal(reason: str, kind: str) -> DomainError:
    if reason == Reason.IMAGE_TOO_MANY_PIXELS.name:
        return refusals.too_much_memory(kind)
    if reason == Reason.NOT_AN_IMAGE.name:
        return refusals.rare_kind(kind)
    return refusals.refused(Reason[reason])
