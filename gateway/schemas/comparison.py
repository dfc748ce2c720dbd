"""The body of a comparison: two versions side by side."""

from typing import Self

from pydantic import BaseModel, Field

from gateway.model_store.comparison import Compared
from gateway.model_store.shelf import ShelvedVersion
from gateway.schemas.models import Version
from serving.archives.card_changes import CardChange, CardFigure
from serving.contract.reference_comparison import CaseComparison

_METRIC = {"value": 0.94, "low": 0.9, "high": 0.97}
_FIGURE = {
    "evaluation": "all sources, held out", "name": "sensitivity", "first": _METRIC,
    "second": _METRIC, "same_photos": True, "apart": False,
}  # fmt: skip
_CHANGE = {"field": "threshold", "first": ["0.17"], "second": ["0.21"]}


class ComparedVersion(BaseModel):
    """One of two versions."""

    version: Version
    architecture: str = Field(examples=["tf_efficientnet_lite0"])
    threshold: float = Field(description="Of its card.", examples=[0.17])

    @classmethod
    def of(cls, shelved: ShelvedVersion) -> Self:
        """From the shelf."""
        card = shelved.card
        return cls(version=card.version, architecture=card.architecture, threshold=card.threshold)


class ModelComparison(BaseModel):
    """Two versions side by side.

    Differences are the second version less the first. Where both answered the same photos, a
    difference has an interval of its own, which is narrower than comparing two intervals would be.
    """

    first: ComparedVersion
    second: ComparedVersion
    without_answers: list[Version] = Field(
        description="Those whose answers to the reference cases were not kept: try them again."
    )
    cases: CaseComparison | None = Field(
        description="On the reference cases that both answered; null if there are none."
    )
    card_figures: list[CardFigure] = Field(
        description="What the cards say of evaluations that both have.", examples=[[_FIGURE]]
    )
    card_changes: list[CardChange] = Field(
        description="What else the cards say differently.", examples=[[_CHANGE]]
    )

    @classmethod
    def of(cls, found: Compared) -> Self:
        """From the shelf."""
        return cls(
            first=ComparedVersion.of(found.first),
            second=ComparedVersion.of(found.second),
            without_answers=found.without_answers,
            cases=found.cases,
            card_figures=found.card_figures,
            card_changes=found.card_changes,
        )
