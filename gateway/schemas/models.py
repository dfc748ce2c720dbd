"""Bodies of /admin/models."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field

from gateway.model_store.versions import ShelvedVersion
from gateway.schemas.fields import Body, Moment
from serving.archives.card import ModelCard, Preprocessing
from serving.contract.releases import Kind
from serving.contract.releases import Release as LoggedRelease

Version = Annotated[str, Field(examples=["1.0.0"])]
Digest = Annotated[
    str, Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
]
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

    @classmethod
    def of(cls, shelved: ShelvedVersion, desired: str) -> Self:
        """From the shelf; `desired` is the version that is to be live."""
        return cls(
            version=shelved.version,
            sha256=shelved.sha256,
            architecture=shelved.card.architecture,
            threshold=shelved.card.threshold,
            brought_by=shelved.by,
            brought_at=shelved.at,
            signed_by=shelved.signed_by or None,
            desired=shelved.version == desired,
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

    @classmethod
    def of(cls, release: LoggedRelease) -> Self:
        """From the log."""
        return cls.model_validate(release.model_dump(include=set(cls.model_fields)))


class Models(BaseModel):
    """The versions and the release log, both newest first."""

    versions: list[ModelVersion]
    releases: list[Release]
    candidate: Release | None = Field(description="The canary or shadow beside the live version.")


class ModelDetails(ModelVersion):
    """A version with its model card."""

    card: ModelCard = Field(examples=[_CARD.model_dump(mode="json")])

    @classmethod
    def of(cls, shelved: ShelvedVersion, desired: str) -> Self:
        """From the shelf; `desired` is the version that is to be live."""
        shown = ModelVersion.of(shelved, desired)
        return cls(**shown.model_dump(), card=shelved.card)


class Why(Body):
    """The reason, kept in the release log."""

    why: str = Field(default="", max_length=1000, examples=["Better on acral lesions."])
