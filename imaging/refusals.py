"""Why a file is not taken for a lesion photo: each refusal says how to go on."""

from service_kit.errors import DomainError
from service_kit.reasons import Reason


def refused(reason: Reason, message: str = "") -> DomainError:
    """A refusal of the file that was sent."""
    return DomainError(reason, message, metadata={"field": "file"})


def damaged() -> DomainError:
    """The file begins as a photo and does not end as one."""
    return refused(Reason.IMAGE_TRUNCATED)


def several() -> DomainError:
    """Frames or pages, none of which counts more than the others."""
    return refused(Reason.IMAGE_ANIMATED)


def too_much_memory(kind: str) -> DomainError:
    """Not too many pixels, and still more than there is room for."""
    return refused(
        Reason.IMAGE_TOO_MANY_PIXELS,
        f"A {kind} of this size takes too much memory. Export it smaller, or as baseline JPEG.",
    )


def not_read(name: str) -> DomainError:
    """A file of a kind that no photo is read from, as it is called; article and all."""
    return refused(
        Reason.NOT_AN_IMAGE, f"This is {name}. Export the picture as JPEG and send that."
    )


def rare_kind(name: str) -> DomainError:
    """A format that is read, in a way of writing it that isn't."""
    return refused(
        Reason.NOT_AN_IMAGE,
        f"This kind of {name} can't be read. Export the picture as an ordinary JPEG.",
    )
