"""The catalogue of what is wrong with a refused archive; a refusal lists every defect at once."""

from dataclasses import dataclass
from enum import Enum, unique


@unique
class ArchiveReason(Enum):
    """A kind of defect; the member's name is what travels.

    Attributes:
        message: what it means, for people; a `Defect` says it more exactly.
    """

    def __init__(self, message: str) -> None:
        self.message = message

    # Before anything is unpacked.
    NOT_AN_ARCHIVE = "The file is not a whole zip file."
    TOO_LARGE = "The archive, packed or unpacked, is larger than archives may be."
    TOO_MANY_MEMBERS = "The archive has more members than archives may have."
    DUPLICATE_MEMBER = "Two members have the same name."
    MEMBER_TOO_LARGE = "A member other than the weights is larger than 1 MiB."
    RATIO_TOO_HIGH = "A member unpacks to far more than its size in the archive."
    MEMBER_ENCRYPTED = "A member is encrypted."
    ARCHIVE_UNREADABLE = "Reading it took more memory or time than any sound archive does."
    COMPRESSION_UNKNOWN = "A member is neither stored nor deflated."
    SIGNATURE_MISSING = "Archives must be signed here, and this one is not."
    SIGNATURE_WRONG = "Nobody who is trusted here has signed this archive."
    NOT_THE_RELEASED = "The archive is not the one that was released."

    # Its members.
    PATH_ESCAPES = "A member's path leads out of the archive."
    SYMLINK = "A member is a link."
    MEMBER_NOT_ALLOWED = "A member has no place in a model archive."
    MEMBER_MISSING = "A required member is missing."
    FOREIGN_HANDLER = "The code in the archive is not what Dermis ships."
    CARD_INVALID = "The model card is incomplete or wrong."
    MANIFEST_INVALID = "The manifest names other files or another version than it should."
    DIGEST_MISMATCH = "A member is not what the card describes."
    WEIGHTS_NOT_SAFETENSORS = "The weights are not a whole safetensors file."
    WEIGHTS_NOT_FINITE = "The weights hold infinities or values that are not numbers."
    NOVELTY_INVALID = "The data for recognising unfamiliar photos are wrong."
    DIFFERENTIAL_INVALID = "The differential's weights are wrong or don't fit the card."
    GRAPH_INVALID = "The graph is not one that may run here, or does not fit card and weights."
    RANGES_INVALID = "The ranges for 8-bit arithmetic are wrong or are not those of the graph."
    GRAPH_MISSING = "The archive has no graph, and PyTorch is not installed where it would run."
    GOLDEN_INVALID = "The golden images are missing, damaged or not as listed."


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with an archive."""

    reason: ArchiveReason
    message: str

    @property
    def code(self) -> str:
        """The reason as it travels."""
        return self.reason.name

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
