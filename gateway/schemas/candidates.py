"""Bodies about a canary or a shadow."""

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
    percent: int = Field(description="Share of patients; 0 for a shadow.", examples=[10])

    @classmethod
    def of(cls, candidate: PublishedCandidate) -> Self:
        """From what a follower publishes."""
        return cls.model_validate(candidate.model_dump(include=set(cls.model_fields)))


class VersionFigures(BaseModel):
    """How a version has been answering."""

    requests: int = Field(examples=[120])
    failed: int = Field(examples=[0])
    median_ms: float | None = Field(examples=[31.5])

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """From what the gateway counted."""
        return cls.model_validate(figures._asdict())


class CanaryFigures(BaseModel):
    """How the canary compares with the live version, judged by this gateway's requests."""

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
    """When a canary ends by itself: if it is worse than the live version by more than this."""

    min_requests: int = Field(description="Fewer requests prove nothing.", examples=[30])
    error_margin: float = Field(
        description="Between the shares of failed requests.", examples=[0.05]
    )
    latency_ratio: float = Field(description="Between the median times.", examples=[1.5])

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
    against: Version | None = Field(
        description="The live version that it is compared with here; null without photos."
    )
    compared_with: list[str] = Field(
        description="All versions that it was compared with, the latest first.",
        examples=[["1.0.0"]],
    )
    photos: int = Field(examples=[400])
    failed: int = Field(description="Photos the shadow gave no answer for.", examples=[0])
    same_label: int = Field(examples=[388])
    newly_malignant: int = Field(
        description="Benign to the live version, malignant to the shadow.", examples=[9]
    )
    newly_benign: int = Field(
        description="Malignant to the live version, benign to the shadow.", examples=[3]
    )
    share: float | None = Field(
        description="Share of photos given the same label.", examples=[0.97]
    )
    low: float | None = Field(
        description="Lower bound of the share's 95 % interval.", examples=[0.948]
    )
    high: float | None = Field(examples=[0.983])
    mean_difference: float | None = Field(
        description="Between the probabilities of malignancy.", examples=[0.021]
    )
    largest_difference: float | None = Field(examples=[0.31])

    @classmethod
    def of(cls, version: str, compared: Compared) -> Self:
        """From the comparisons that were kept."""
        return cls(version=version, **compared.model_dump())
