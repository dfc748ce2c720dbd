"""Bodies of /models: a version's card, for those who read its answers."""

from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from gateway.assessments.figures import headline
from serving.archives.card import Evaluation, ModelCard, ShownFor, Zones


class ClinicalCard(BaseModel):
    """What a version is for, how well it does and for whom; nothing of its releases or its making.

    `figures` is the evaluation that an answer is shown with; the others follow in `evaluations`.
    """

    name: str = Field(examples=["lesion"])
    version: str = Field(examples=["1.0.0"])
    trained_on: date = Field(examples=["2026-03-01"])
    intended_use: str = Field(examples=["Decision support on dermoscopic photos."])
    limits: list[str] = Field(examples=[["Dark skin is rare in the training images."]])
    data: list[str] = Field(examples=[["ISIC 2019"]])
    threshold: float = Field(description="At or above it the label is malignant.", examples=[0.17])
    zones: Zones | None = Field(description="Null if the version has no borderline zone.")
    shown_for: ShownFor | None = Field(description="Null if nobody has derived it.")
    figures: Evaluation | None = Field(
        description="The largest evaluation with sensitivity and specificity at the threshold."
    )
    evaluations: list[Evaluation] = Field(examples=[[]])
    subgroups: list[Evaluation] = Field(examples=[[]])

    @classmethod
    def of(cls, card: ModelCard) -> Self:
        """From the archive's card."""
        shown = card.model_dump(include=cls.model_fields.keys() - {"figures"})
        return cls(**shown, figures=headline(card))
