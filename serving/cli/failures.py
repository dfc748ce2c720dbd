"""Why a verb of the command failed, where it is not the server that refused.

What the server refuses keeps the reason that it gave (`service_kit.reasons`).
"""

from enum import StrEnum, auto


class Failure(StrEnum):
    """The code that `--json` writes under `error`, equal to the member's name."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name

    # Signing in.
    SIGN_IN_REQUIRED = auto()
    TWO_FACTOR_SETUP_REQUIRED = auto()
    SECRET_INVALID = auto()

    # Asking the server.
    NO_ANSWER = auto()
    NOT_REACHABLE = auto()
    NOT_DERMIS = auto()

    # Archives and their keys.
    ARCHIVE_REFUSED = auto()
    MODEL_NOT_LOADABLE = auto()
    GOLDEN_IMAGES_DIFFER = auto()
    KEY_INVALID = auto()
    KEY_EXISTS = auto()
    FILE_EXISTS = auto()
    DOWNLOAD_DAMAGED = auto()

    # What replicas were asked to do.
    TRIAL_FAILED = auto()
    RELEASE_REFUSED = auto()
    SUPERSEDED = auto()
    NOT_STABLE = auto()
    REGENERATION_FAILED = auto()
    NOT_YET = auto()

    # Training.
    INPUT_UNUSABLE = auto()
