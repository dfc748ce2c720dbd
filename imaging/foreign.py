"""HEIC, WebP and TIFF: turned into JPEG or PNG by a process of its own for each photo."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imaging import refusals
from imaging.budget import IN_MEMORY
from imaging.formats import Format
from service_kit.errors import DomainError
from service_kit.reasons import Reason

# Fifty megapixels of HEIC take some 6 s of one core.
DEADLINE_SECONDS = 20.0
_ROOT = str(Path(__file__).parents[1])
# The decoder must find its packages, and nothing else that this process knows.
_ENVIRONMENT = {
    "PYTHONPATH": _ROOT, "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1",
    "PATH": os.defpath,
}  # fmt: skip


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
    command = [sys.executable, "-P", "-s", "-m", "imaging.foreign_decoder", kind.name]
    try:
        answer = subprocess.run(  # noqa: S603  nothing of the command comes from outside
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT, cwd="/", timeout=DEADLINE_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise refusals.damaged() from None
    if answer.returncode:
        raise refusals.damaged()
    first, _, picture = answer.stdout.partition(b"\n")
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
