"""Bodies about the reference cases: the cases themselves, and how versions did on them."""

from typing import Annotated, Any, Self

from fastapi import Path
from pydantic import BaseModel, Field

from gateway.schemas.fields import Body, Moment
from serving.contract.judgements import Judgement as Published
from serving.contract.reference_cases import MAX_CASES, ReferenceSet, Truth
from serving.contract.reference_figures import CaseError, Figure
from serving.contract.reference_figures import ReferenceFigures as Figures
from serving.contract.reference_figures import ReferenceResult as Measured

_DIGEST = r"^[0-9a-f]{64}$"
_EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CaseDigest = Annotated[
    str, Field(pattern=_DIGEST, description="SHA-256 of the photo.", examples=[_EXAMPLE])
]
CasePath = Annotated[str, Path(pattern=_DIGEST, description="SHA-256 of the photo.")]

_FIGURE = {"value": 0.94, "low": 0.9, "high": 0.97}


class ReferenceFigures(BaseModel):
    """How a version did on the reference cases; null where no case tells it.

    All are shares from 0 to 1 with their 95 % interval.
    """

    cases: int = Field(description="How many were answered.", examples=[212])
    malignant: int = Field(description="Of them.", examples=[64])
    threshold: float = Field(description="Of the version.", examples=[0.17])
    least: float = Field(description="The lowest probability of malignancy.", examples=[0.004])
    most: float = Field(description="The highest one.", examples=[0.991])
    auc: Figure | None = Field(examples=[_FIGURE])
    sensitivity: Figure | None = Field(examples=[_FIGURE])
    specificity: Figure | None = Field(examples=[_FIGURE])
    brier: float = Field(
        description="Mean squared distance of probability and truth: less is better.",
        examples=[0.08],
    )
    not_assessable: Figure = Field(examples=[_FIGURE])

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """From what a follower measured."""
        return cls.model_validate(figures.model_dump(exclude={"version"}))


class ReferenceResult(BaseModel):
    """A version's answers to the reference cases, beside the live version's."""

    set_number: int | None = Field(
        description="Of the reference cases that were answered; null if none were.", examples=[3]
    )
    figures: ReferenceFigures | None
    live_version: str | None = Field(
        description="The version that was live then.", examples=["1.0.0"]
    )
    live_figures: ReferenceFigures | None = Field(description="Of that one, on the same cases.")
    margins: dict[str, float] = Field(
        description="How much worse than the live version each figure may be.",
        examples=[{"auc": 0.1}],
    )
    newly_malignant: int = Field(
        description="Cases that the live version calls benign and this one malignant.",
        examples=[2],
    )
    newly_benign: int = Field(
        description="Cases that the live version calls malignant and this one benign.",
        examples=[0],
    )
    errors: list[CaseError] = Field(
        description="Cases that it labels wrongly, 200 at most.",
        examples=[[{"sha256": _EXAMPLE, "truth": "malignant", "probability": 0.11}]],
    )

    @classmethod
    def of(cls, found: Measured) -> Self:
        """From what a follower measured."""
        return cls(**_result(found))


class Judgement(ReferenceResult):
    """What a replica found about a version before it would serve it."""

    passed: bool = Field(examples=[True])
    error: str | None = Field(description="Why it is refused.", examples=[None])
    at: Moment

    @classmethod
    def judged(cls, judged: Published) -> Self:
        """From what was kept of it."""
        return cls(
            passed=not judged.error,
            error=judged.error or None,
            at=judged.at,
            **_result(judged.reference),
        )


def _result(found: Measured | None) -> dict[str, Any]:
    live = found.live if found else None
    return {
        "set_number": found.number if found else None,
        "figures": ReferenceFigures.of(found.found) if found else None,
        "live_version": live.version if live else None,
        "live_figures": ReferenceFigures.of(live) if live else None,
        "margins": found.margins if found else {},
        "newly_malignant": found.newly_malignant if found else 0,
        "newly_benign": found.newly_benign if found else 0,
        "errors": list(found.errors) if found else [],
    }


class ReferenceCase(Body):
    """A photo that belongs to the installation, and what it shows."""

    sha256: CaseDigest
    truth: Truth = Field(examples=["malignant"])


class ReferenceCases(BaseModel):
    """The reference cases that every release is measured on.

    Before the first release there is no set yet: it begins with the examples that ship.
    """

    number: int | None = Field(description="Of this set; it grows with each change.", examples=[3])
    by: str | None = Field(description="Who made this set.", examples=["dermis"])
    at: Moment | None
    malignant: int = Field(examples=[64])
    benign: int = Field(examples=[148])
    cases: list[ReferenceCase]

    @classmethod
    def of(cls, found: ReferenceSet | None) -> Self:
        """From the store."""
        cases = found.cases if found else ()
        malignant = sum(case.truth == "malignant" for case in cases)
        return cls(
            number=found.number if found else None,
            by=found.by if found else None,
            at=found.at if found else None,
            malignant=malignant,
            benign=len(cases) - malignant,
            cases=[ReferenceCase(sha256=case.sha256, truth=case.truth) for case in cases],
        )


class ReferenceChange(Body):
    """Cases to add, or whose truth is corrected, and cases to remove."""

    add: list[ReferenceCase] = Field(
        default_factory=list,
        max_length=MAX_CASES,
        description="Their photos were sent before, to `/admin/reference-cases/photos`.",
    )
    remove: list[CaseDigest] = Field(default_factory=list, max_length=MAX_CASES, examples=[[]])


class ReferencePhoto(BaseModel):
    """A photo that is kept, to be named in a change."""

    sha256: CaseDigest
