"""Bodies of /admin/models and /admin/serving."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from gateway.model_shelf import ShelvedVersion
from gateway.schemas.fields import Body, Moment
from serving.model_card import ModelCard, Preprocessing
from serving.releases import Release as LoggedRelease
from serving.torchserve import Replica as PublishedReplica
from serving.trials import Measurement, Trial

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
        description="Fingerprint of the trusted key that vouches for it.",
        examples=["3f1c9a6be2d04458"],
    )
    desired: bool = Field(description="The newest release names it.", examples=[True])

    @classmethod
    def of(cls, shelved: ShelvedVersion, desired: str) -> Self:
        """From the shelf; `desired` is the version that the newest release names."""
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
    kind: Literal["release", "rollback"] = Field(examples=["release"])
    by: Account
    at: Moment
    why: str = Field(examples=["Better on acral lesions."])

    @classmethod
    def of(cls, release: LoggedRelease) -> Self:
        """From the log."""
        return cls.model_validate(release.model_dump(include=set(cls.model_fields)))


class Models(BaseModel):
    """The versions, the newest first, and the release log, the newest entry first."""

    versions: list[ModelVersion]
    releases: list[Release]


class ModelDetails(ModelVersion):
    """A version with its whole card."""

    card: ModelCard = Field(examples=[_CARD.model_dump(mode="json")])

    @classmethod
    def of(cls, shelved: ShelvedVersion, desired: str) -> Self:
        """From the shelf; `desired` is the version that the newest release names."""
        shown = ModelVersion.of(shelved, desired)
        return cls(**shown.model_dump(), card=shelved.card)


class Why(Body):
    """The reason that the release log keeps."""

    why: str = Field(default="", max_length=1000, examples=["Better on acral lesions."])


class Measured(BaseModel):
    """What a version costs on a replica, by lone requests for its golden images."""

    version: Version
    median_ms: float = Field(examples=[41.5])
    p95_ms: float = Field(examples=[48.0])
    load_seconds: float | None = Field(examples=[4.2])
    memory_mib: int | None = Field(
        description="Of its largest worker; null where workers can't be seen.", examples=[157]
    )

    @classmethod
    def of(cls, measured: Measurement) -> Self:
        """From what a follower measured."""
        return cls.model_validate(measured.model_dump())


class Tried(BaseModel):
    """How a version did when it was tried on a replica before its release."""

    id: str = Field(examples=["01a20817-f471-731e-896b-230f70989781"])
    version: Version
    sha256: Digest
    passed: bool = Field(examples=[True])
    error: str | None = Field(examples=[None])
    measured: Measured | None

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """From what a follower tells."""
        return cls(
            id=trial.request.id,
            version=trial.request.version,
            sha256=trial.request.sha256,
            passed=not trial.error,
            error=trial.error or None,
            measured=Measured.of(trial.measured) if trial.measured else None,
        )


class TrialAsked(BaseModel):
    """A trial that every replica makes as soon as it has room; see its replica's `trials`."""

    id: str = Field(examples=["01a20817-f471-731e-896b-230f70989781"])
    version: Version
    sha256: Digest


class Replica(BaseModel):
    """One TorchServe as its follower last told."""

    id: str = Field(examples=["torchserve-0"])
    address: str = Field(examples=["http://10.0.3.7:8080"])
    live_version: Version | None
    loaded_versions: list[str] = Field(examples=[["1.0.0"]])
    workers: int = Field(examples=[2])
    state: Literal["starting", "ready", "updating", "failed"] = Field(examples=["ready"])
    last_error: str | None = Field(examples=[None])
    in_flight: int = Field(description="Requests of this gateway under way.", examples=[0])
    resting: bool = Field(description="Left out a moment for not answering.", examples=[False])
    measured: list[Measured] = Field(description="What the loaded versions cost.")
    trials: list[Tried] = Field(description="The latest trials, the newest last.")
    seen_at: Moment

    @classmethod
    def of(cls, replica: PublishedReplica, *, in_flight: int, resting: bool) -> Self:
        """From what its follower published; never its token."""
        return cls(
            id=replica.id,
            address=replica.address,
            live_version=replica.live_version or None,
            loaded_versions=replica.loaded_versions,
            workers=replica.workers,
            state=replica.state,
            last_error=replica.last_error or None,
            in_flight=in_flight,
            resting=resting,
            measured=[Measured.of(measured) for measured in replica.measured],
            trials=[Tried.of(trial) for trial in replica.trials],
            seen_at=datetime.fromtimestamp(replica.seen_at, UTC),
        )


class Serving(BaseModel):
    """What is served, and by whom."""

    model: str = Field(examples=["lesion"])
    replicas: list[Replica]
