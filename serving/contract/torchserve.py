"""Predictions of TorchServe over HTTP, and what a follower tells of its TorchServe. No torch.

Over REST: over gRPC TorchServe drops a handler's status and headers.
"""

import json
from typing import Annotated, Any, Literal, Self

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from serving.archives.card import Diagnosis, Share
from serving.contract.regeneration import Regeneration
from serving.contract.releases import CandidateKind, Release
from serving.contract.trials import Measurement, Trial

TARGET_HEADER = "x-dermis-target"
CONNECT_SECONDS = 1.0


class TorchServeError(Exception):
    """TorchServe gave no answer that counts; the subclasses say why."""


class TorchServeAway(TorchServeError):
    """Not reachable, too slow, full, or without a working worker: try again later."""


class TokenRefused(TorchServeAway):
    """TorchServe has new tokens (it was restarted, or an hour is over): read the list again."""


class TorchServeFull(TorchServeAway):
    """Its queue has no room: it is well, and another may have room now."""


class ModelMissing(TorchServeError):
    """This TorchServe does not serve the model version (any more)."""


class ImageRefused(TorchServeError):
    """The model could not read the photo."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


class HandlerFailed(TorchServeError):
    """The model raised or answered something that is no answer."""


class ModelName(BaseModel):
    """Which model answered."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str


class Heatmap(BaseModel):
    """A class activation map on the model's own grid, ≥ 0, not scaled."""

    model_config = ConfigDict(frozen=True)

    grid: list[list[Annotated[float, Field(ge=0)]]]
    target: Literal["benign", "malignant"]
    method: str
    layer: str


class DifferentialDiagnosis(BaseModel):
    """How probable one diagnosis is."""

    model_config = ConfigDict(frozen=True)

    diagnosis: Diagnosis
    probability: Share


class Finding(BaseModel):
    """What the model said of a photo; see `serving.handler`."""

    model_config = ConfigDict(frozen=True)

    label: Literal["benign", "malignant"]
    probability_malignant: Share
    confidence: Share
    threshold: Share
    assessable: bool
    quality: list[str]
    # The most probable first; empty where the model does not tell diagnoses apart.
    differential: list[DifferentialDiagnosis] = Field(default_factory=list)
    model: ModelName
    heatmap: Heatmap


class InferenceClient:
    """Predictions of one or many TorchServes, over kept connections.

    By aiohttp: on the way of every diagnosis, where httpx costs 1 ms more. Make it inside the
    event loop that will use it.
    """

    def __init__(self, *, connections: int = 64) -> None:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections),
            trust_env=False,
            # TorchServe hands every header to its worker, which reads each in four system calls.
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        )

    async def predict(
        self,
        address: str,
        token: str,
        *,
        model: str,
        version: str,
        image: bytes,
        seconds: float,
        target: str = "",
        headers: dict[str, str] | None = None,
    ) -> Finding:
        """Ask one TorchServe about one photo.

        Args:
            address: `http://host:port` of the inference API.
            token: its current inference token.
            model: the model's name.
            version: the one that must answer, as this TorchServe calls it
                (`Replica.registered`).
            image: JPEG or PNG bytes.
            seconds: deadline of the whole call.
            target: class whose heatmap is wanted; the predicted one when empty.
            headers: trace context to hand on.

        Raises:
            TorchServeError: one of its subclasses.
        """
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
        sent |= headers or {}
        if target:
            sent[TARGET_HEADER] = target
        deadline = aiohttp.ClientTimeout(total=seconds, sock_connect=min(CONNECT_SECONDS, seconds))
        try:
            async with self._http.post(
                f"{address}/predictions/{model}/{version}",
                data=image,
                headers=sent,
                timeout=deadline,
                allow_redirects=False,
            ) as answer:
                return _finding(answer.status, await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TorchServeAway(f"no answer: {type(error).__name__}") from None

    async def close(self) -> None:
        """Close the kept connections."""
        await self._http.close()


def _finding(status: int, body: bytes) -> Finding:
    if status == 200:
        try:
            return Finding.model_validate_json(body)
        except ValidationError:
            raise HandlerFailed("the answer is no finding") from None
    problem = _json(body)
    if isinstance(refusal := problem.get("error"), dict):
        raise ImageRefused(str(refusal.get("reason")), str(refusal.get("message")))
    kind = problem.get("type", "")
    if status == 404:
        raise ModelMissing(kind)
    # 503 means two things: no room (try another) and a handler that raised (do not).
    if kind == "InternalServerException" and status == 503:
        raise HandlerFailed("the handler raised")
    if kind == "InvalidKeyException":
        raise TokenRefused(kind)
    if kind == "ServiceUnavailableException":
        raise TorchServeFull(kind)
    raise TorchServeAway(f"HTTP {status} {kind}")


Phase = Literal["starting", "ready", "updating", "failed"]


class Candidate(BaseModel):
    """A version that answers beside the live one: a share of the patients, or in its shadow."""

    model_config = ConfigDict(frozen=True)

    # Of the entry in the release log that asks for it.
    release: int
    version: str
    kind: CandidateKind
    percent: int

    @classmethod
    def of(cls, entry: Release) -> Self:
        """From the log's entry of a canary or a shadow."""
        known = entry.model_dump(include={"version", "kind", "percent"})
        return cls.model_validate(known | {"release": entry.number})


class Replica(BaseModel):
    """One TorchServe as its follower publishes it in Redis, with an expiry."""

    model_config = ConfigDict(frozen=True)

    id: str
    # `http://host:port` of the inference API.
    address: str
    # Good for at most an hour; TorchServe makes new ones at each start. "" before the first.
    token: str
    model: str
    # "" while nothing is live.
    live_version: str = ""
    # None while there is none, or it is not ready here.
    candidate: Candidate | None = None
    loaded_versions: list[str] = Field(default_factory=list)
    # The name under which TorchServe holds each of them (`replica.torchserve.version_names`).
    registrations: dict[str, str] = Field(default_factory=dict)
    workers: int = 0
    state: Phase = "starting"
    last_error: str = ""
    # What each loaded version costs here.
    measured: list[Measurement] = Field(default_factory=list)
    # The latest trials, the newest last.
    trials: list[Trial] = Field(default_factory=list)
    regeneration: Regeneration | None = None
    seen_at: float

    def answers(self, version: str) -> bool:
        """Whether a version is live here, or a candidate that is ready."""
        return version == self.live_version or (
            self.candidate is not None and version == self.candidate.version
        )

    def registered(self, version: str) -> str:
        """What TorchServe calls a version."""
        return self.registrations.get(version, version)


REPLICA_INDEX = "dermis:replicas"


def replica_key(identifier: str) -> str:
    """The Redis key of one replica; all identifiers are members of the set REPLICA_INDEX."""
    return f"dermis:replica:{identifier}"


def problem_type(body: bytes) -> str:
    """The kind of failure that TorchServe names in an answer's body; "" where it names none."""
    return str(_json(body).get("type", ""))


def problem_message(body: bytes) -> str:
    """What TorchServe says of a failure in an answer's body; "" where it says nothing."""
    return str(_json(body).get("message", ""))


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
