"""Bodies of /admin/models."""

from datetime import date
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, Field

from gateway.model_store.shelf import Shelf, ShelvedVersion
from gateway.model_store.shelf_log import Decided, Decision
from gateway.schemas.fields import Body, Moment
from gateway.schemas.reference import Judgement
from serving.archives.card import ModelCard, Preprocessing
from serving.contract.judgements import Judgement as Published
from serving.contract.releases import MAX_RELEASES, Kind
from serving.contract.releases import Release as LoggedRelease

Version = Annotated[str, Field(examples=["1.0.0"])]
Digest = Annotated[
    str, Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
]
ReleaseNumber = Annotated[int, Path(ge=1, le=MAX_RELEASES)]
Account = Annotated[str, Field(examples=["01a20817-f471-731e-896b-230f70989781"])]

_CARD = ModelCard(
    name="lesion",
    version="1.0.0",
    architecture="tf_efficientnet_lite0",
    preprocessing=Preprocessing(input_size=224, mean=(127, 127, 127), std=(128, 128, 128)),
    temperature=1.3,
    threshold=0.17,
    weights_sha256="0" * 64,
    trained_on=date(2026, 3, 1),
    intended_use="Decision support on dermoscopic photos of single lesions.",
    limits=["Dark skin is rare in the training images."],
    data=["ISIC 2019"],
)


class ModelVersion(BaseModel):
    """A version of the model in the store."""

    version: Version
    sha256: Digest
    architecture: str = Field(examples=["tf_efficientnet_lite0"])
    threshold: float = Field(examples=[0.17])
    brought_by: Account
    brought_at: Moment
    signed_by: str | None = Field(
        description="Fingerprint of the trusted key that signed it.",
        examples=["3f1c9a6be2d04458"],
    )
    desired: bool = Field(description="Whether it should be live everywhere.", examples=[True])
    retired: bool = Field(description="Taken out of use: it can't be released.", examples=[False])
    approved_by: list[Account] = Field(description="Who agreed to its release.", examples=[[]])
    judgement: Judgement | None = Field(
        description="What a replica found about it last, with its figures on the reference cases."
    )

    @classmethod
    def of(cls, shelved: ShelvedVersion, shelf: Shelf) -> Self:
        """One version of what is on the shelf."""
        live = shelf.desired.live
        return cls(
            version=shelved.version,
            sha256=shelved.sha256,
            architecture=shelved.card.architecture,
            threshold=shelved.card.threshold,
            brought_by=shelved.by,
            brought_at=shelved.at,
            signed_by=shelved.signed_by or None,
            desired=live is not None and shelved.version == live.version,
            retired=shelved.version in shelf.retired,
            approved_by=[decided.by for decided in shelf.approvals(shelved)],
            judgement=_judgement(shelf.judged(sha256=shelved.sha256)),
        )


class Release(BaseModel):
    """An entry of the release log."""

    number: int = Field(examples=[12])
    version: Version
    kind: Kind = Field(examples=["release"])
    percent: int = Field(description="Share of patients; 0 unless a canary.", examples=[0])
    by: Account
    at: Moment
    why: str = Field(examples=["Better on acral lesions."])
    judgement: Judgement | None = Field(
        description="What a replica found when it loaded it; null where nothing was asked."
    )

    @classmethod
    def of(cls, release: LoggedRelease, shelf: Shelf | None = None) -> Self:
        """From the log; with what was found about it where the shelf is given."""
        known = release.model_dump(include=cls.model_fields.keys() - {"judgement"})
        judged = shelf.judged(release=release.number) if shelf else None
        return cls(**known, judgement=_judgement(judged))


class DamagedEntry(BaseModel):
    """An entry of the model store that can't be read, and is left out of everything else."""

    entry: str = Field(
        description="A version, or as in `release 12`.", examples=["release 12", "1.2.0"]
    )
    why: str = Field(examples=["holds NaN, which is no number"])


class Models(BaseModel):
    """The versions and the release log, both newest first."""

    versions: list[ModelVersion]
    releases: list[Release]
    candidate: Release | None = Field(description="The canary or shadow beside the live version.")
    rolls_back_to: Version | None = Field(
        description="Where a rollback without a version leads: the last that was live and worked."
    )
    damaged: list[DamagedEntry] = Field(
        description="Entries that can't be read. Restore them from a backup, or retire them."
    )

    @classmethod
    def of(cls, shelf: Shelf) -> Self:
        """From the shelf."""
        candidate, ways = shelf.desired.candidate, shelf.ways_back
        return cls(
            versions=[ModelVersion.of(shelved, shelf) for shelved in shelf.versions],
            releases=[Release.of(release, shelf) for release in shelf.releases],
            candidate=Release.of(candidate, shelf) if candidate else None,
            rolls_back_to=ways[0].version if ways else None,
            damaged=[DamagedEntry(entry=found.name, why=found.why) for found in shelf.damaged],
        )


class ModelDetails(ModelVersion):
    """A version with its model card."""

    card: ModelCard = Field(examples=[_CARD.model_dump(mode="json")])

    @classmethod
    def of(cls, shelved: ShelvedVersion, shelf: Shelf) -> Self:
        """One version of what is on the shelf."""
        shown = ModelVersion.of(shelved, shelf)
        return cls(**shown.model_dump(), card=shelved.card)


class Why(Body):
    """The reason, kept in the release log."""

    why: str = Field(default="", max_length=1000, examples=["Better on acral lesions."])


class Rollback(Why):
    """A rollback, and where it leads."""

    version: str | None = Field(
        default=None,
        max_length=64,
        description="A version that was live before; without it, the last one that worked.",
        examples=["1.0.0"],
    )


def _judgement(found: Published | None) -> Judgement | None:
    return Judgement.judged(found) if found else None


class ShelfDecision(BaseModel):
    """A retirement, a reinstatement or an approval."""

    kind: Decision = Field(examples=["retirement"])
    entry: str = Field(description="A version, or as in `release 12`.", examples=["1.0.0"])
    by: Account
    at: Moment
    why: str = Field(examples=["It misses melanomas on palms."])

    @classmethod
    def of(cls, decided: Decided) -> Self:
        """From the log."""
        return cls(
            kind=decided.kind, entry=decided.subject, by=decided.by, at=decided.at, why=decided.why
        )
