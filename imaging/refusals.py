"""Why a file is not taken for a lesion photo: each refusal says how to go on."""

from service_kit.errors import Code, DomainError


def refused(reason: str, message: str) -> DomainError:
    """A refusal of the file that was sent."""
    return DomainError(Code.INVALID_ARGUMENT, reason, message, metadata={"field": "file"})


def damaged() -> DomainError:
    """The file begins as a photo and does not end as one."""
    return refused("IMAGE_TRUNCATED", "The photo is cut off or damaged; send the file again.")


def several() -> DomainError:
    """Frames or pages, none of which counts more than the others."""
    return refused("IMAGE_ANIMATED", "The file holds several pictures; choose a single photo.")


def too_many_pixels() -> DomainError:
    """More than 50 megapixels."""
    return refused(
        "IMAGE_TOO_MANY_PIXELS", "The photo has more than 50 megapixels; export it smaller."
    )


def too_much_memory(kind: str) -> DomainError:
    """Fewer pixels than that, and still more than there is room for."""
    return refused(
        "IMAGE_TOO_MANY_PIXELS",
        f"A {kind} of this size takes too much memory; export it smaller, or as baseline JPEG.",
    )


def too_large() -> DomainError:
    """More than 20 MiB, as sent or as it would be stored."""
    return refused("IMAGE_TOO_LARGE", "The file is larger than 20 MiB; export it smaller.")


def not_an_image(message: str) -> DomainError:
    """Nothing that we read a photo from."""
    return refused("NOT_AN_IMAGE", message)
