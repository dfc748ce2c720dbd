"""Registrations: the names under which TorchServe holds versions.

TorchServe can't hold one version twice, but a version that is being reloaded must stand beside
itself until the new workers answer. Each load gets its own name: 1.2.0, then 1.2.0_2, 1.2.0_3.
"""

from collections.abc import Iterable


def version_of(registration: str) -> str:
    """The version that a registration holds."""
    return registration.partition("_")[0]


def newest_of(version: str, registrations: Iterable[str]) -> str:
    """The registration that holds a version, the latest where there are two; "" where none does."""
    return max(_of(version, registrations), key=_number, default="")


def next_of(version: str, registrations: Iterable[str]) -> str:
    """A name for a version that none of the registrations has."""
    numbers = [_number(registration) for registration in _of(version, registrations)]
    return f"{version}_{max(numbers) + 1}" if numbers else version


def _of(version: str, registrations: Iterable[str]) -> list[str]:
    return [name for name in registrations if version_of(name) == version]


def _number(registration: str) -> int:
    return int(registration.partition("_")[2] or 1)
