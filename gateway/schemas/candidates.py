"""Bodies that tell of a canary or a shadow."""

from typing import Self

from pydantic import BaseModel, Field

from gateway.inference.canary import CanaryWatch, Figures
from gateway.inference.shadow_comparison import Agreement as Compared
from gateway.schemas.models import Version
from gateway.settings import Settings
from serving.contract.releases import CandidateKind
from serving.contract.replicas import Candidate as PublishedCandidate


class Candidate(BaseModel):
    """A version that is ready beside the live one."""

    version: Version
    kind: CandidateKind = Field(examples=["canary"])
    percent: int = Field(description="Of the patients; 0 for a shadow.", examples=[10])

    @classmethod
    def of(cls, candidate: PublishedCandidate) -> Self:
        """From what a follower publishes."""
        return cls.model_validate(candidate.model_dump(include=set(cls.model_fields)))


class VersionFigures(BaseModel):
    """How a version answered lately."""

    requests: int = Field(examples=[120])
    failed: int = Field(examples=[0])
    median_ms: float | None = Field(examples=[31.5])

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """From what the gateway counted."""
        return cls.model_validate(figures._asdict())


class CanaryFigures(BaseModel):
    """How the canary does beside the live version, by the requests of this gateway."""

    version: Version
    percent: int = Field(examples=[10])
    canary: VersionFigures
    live: VersionFigures

    @classmethod
    def of(cls, candidate: PublishedCandidate, watch: CanaryWatch) -> Self:
        """From what the gateway counted."""
        return cls(
            version=candidate.version,
            percent=candidate.percent,
            canary=VersionFigures.of(watch.figures(live=False)),
            live=VersionFigures.of(watch.figures(live=True)),
        )


class CanaryRule(BaseModel):
    """When a canary ends by itself: where it is worse than the live version by more than this."""

    min_requests: int = Field(description="Fewer say nothing.", examples=[30])
    error_margin: float = Field(description="Of the shares that failed.", examples=[0.05])
    latency_ratio: float = Field(description="Of the median times.", examples=[1.5])

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """From the gateway's settings."""
        return cls(
            min_requests=settings.canary_min_requests,
            error_margin=settings.canary_error_margin,
            latency_ratio=settings.canary_latency_ratio,
        )


class Agreement(BaseModel):
    """How a shadow's answers compare with the live version's."""

    version: Version
    photos: int = Field(examples=[400])
    failed: int = Field(description="Photos that it gave no answer to.", examples=[0])
    same_label: int = Field(examples=[388])
    newly_malignant: int = Field(description="Live benign, malignant to it.", examples=[9])
    newly_benign: int = Field(description="Live malignant, benign to it.", examples=[3])
    share: float | None = Field(description="Of the same labels.", examples=[0.97])
    low: float | None = Field(description="Of its 95 % interval.", examples=[0.948])
    high: float | None = Field(examples=[0.983])
    mean_difference: float | None = Field(
        description="Of the malignant probabilities.", examples=[0.021]
    )
    largest_difference: float | None = Field(examples=[0.31])

    @classmethod
    def of(cls, version: str, compared: Compared) -> Self:
        """From the comparisons that were kept."""
        return cls(version=version, **compared.model_dump())
