"""TorchServe over HTTP: predictions (for the gateway) and management (for the follower). No torch.

Predictions go over REST: over gRPC TorchServe drops a handler's status and headers.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import aiohttp
import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from serving.model_card import Share

TARGET_HEADER = "x-dermis-target"
CONNECT_SECONDS = 1.0
MANAGEMENT_SECONDS = 10.0
# How often a version that is being loaded is looked at.
_POLL_SECONDS = 0.1


class TorchServeError(Exception):
    """TorchServe gave no answer that counts; the subclasses say why."""


class TorchServeAway(TorchServeError):
    """Not reachable, too slow, full, or without a working worker: try again later."""


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


class Finding(BaseModel):
    """What the model said of a photo; see `serving.handler`."""

    model_config = ConfigDict(frozen=True)

    label: Literal["benign", "malignant"]
    probability_malignant: Share
    confidence: Share
    threshold: Share
    assessable: bool
    quality: list[str]
    model: ModelName
    heatmap: Heatmap


class InferenceClient:
    """Predictions of one or many TorchServes, over kept connections.

    By aiohttp: on the way of every diagnosis, where httpx costs 1 ms more. Make it inside the
    event loop that will use it.
    """

    def __init__(self, *, connections: int = 64) -> None:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections), trust_env=False
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
            version: the version that must answer.
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
    if kind == "ServiceUnavailableException":
        raise TorchServeFull(kind)
    raise TorchServeAway(f"HTTP {status} {kind}")


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A registered model version."""

    version: str
    ready_workers: int


class ManagementClient:
    """The management API of the TorchServe beside us, on loopback."""

    def __init__(self, address: str, key_file: Path) -> None:
        self._http = httpx.AsyncClient(
            base_url=address, timeout=MANAGEMENT_SECONDS, trust_env=False
        )
        self._key_file = key_file

    def token(self, kind: Literal["inference", "management", "API"]) -> str:
        """A token from the file that TorchServe writes at each start.

        Raises:
            TorchServeAway: the file is not there (yet).
        """
        try:
            key: str = json.loads(self._key_file.read_text())[kind]["key"]
        except (OSError, ValueError, KeyError):
            raise TorchServeAway("TorchServe has written no tokens yet") from None
        return key

    async def renew_tokens(self) -> None:
        """Have TorchServe make new tokens; they expire after an hour otherwise."""
        for kind in ("management", "inference"):
            await self._call("GET", "/token", {"type": kind}, token=self.token("API"))

    async def versions(self, model: str) -> list[LoadedVersion]:
        """Every registered version of a model."""
        try:
            found = await self._call("GET", f"/models/{model}/all")
        except ModelMissing:
            return []
        return [
            LoadedVersion(
                entry["modelVersion"],
                sum(worker["status"] == "READY" for worker in entry["workers"]),
            )
            for entry in found
        ]

    async def register(self, model: str, archive: str, *, workers: int, seconds: float) -> None:
        """Register an archive of the model store and wait until its workers are ready.

        Asynchronously and by polling: a synchronous registration holds an event loop that
        predictions share.

        Raises:
            TorchServeError: refused, or not ready within `seconds`.
        """
        version = await self._registered(model, archive, workers)
        try:
            async with asyncio.timeout(seconds):
                while await self._ready_workers(model, version) < workers:
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise TorchServeAway(f"version {version} was not ready in {seconds:.0f} s") from None

    async def set_default(self, model: str, version: str) -> None:
        """Make a version the one that answers where none is named."""
        await self._call("PUT", f"/models/{model}/{version}/set-default")

    async def unregister(self, model: str, version: str) -> None:
        """Remove a version and its workers at once; whoever still waits for it gets an error."""
        try:
            await self._call("DELETE", f"/models/{model}/{version}")
        except ModelMissing:
            return

    async def close(self) -> None:
        """Close the kept connections."""
        await self._http.aclose()

    async def _registered(self, model: str, archive: str, workers: int) -> str:
        # By query string: a JSON body gives a wrong max_batch_delay.
        await self._call(
            "POST",
            "/models",
            {
                "url": archive,
                "model_name": model,
                "initial_workers": str(workers),
                "synchronous": "false",
            },
        )
        return archive.removesuffix(".mar").rpartition("-")[2]

    async def _ready_workers(self, model: str, version: str) -> int:
        for loaded in await self.versions(model):
            if loaded.version == version:
                return loaded.ready_workers
        return 0

    async def _call(
        self, method: str, path: str, query: dict[str, str] | None = None, *, token: str = ""
    ) -> Any:
        headers = {"Authorization": f"Bearer {token or self.token('management')}"}
        try:
            answer = await self._http.request(method, path, params=query, headers=headers)
        except httpx.HTTPError as error:
            raise TorchServeAway(f"management does not answer: {type(error).__name__}") from None
        if answer.status_code == 404:
            raise ModelMissing(path)
        if answer.status_code >= 400:
            raise TorchServeError(f"{method} {path}: HTTP {answer.status_code} {_kind(answer)}")
        return answer.json() if answer.content else None


Phase = Literal["starting", "ready", "updating", "failed"]


class Replica(BaseModel):
    """One TorchServe as its follower publishes it in Redis, with an expiry."""

    model_config = ConfigDict(frozen=True)

    id: str
    # `http://host:port` of the inference API.
    address: str
    # Good for at most an hour; TorchServe makes new ones at each start.
    token: str
    model: str
    # "" while nothing is live.
    live_version: str = ""
    loaded_versions: list[str] = Field(default_factory=list)
    workers: int = 0
    state: Phase = "starting"
    last_error: str = ""
    seen_at: float


REPLICA_INDEX = "dermis:replicas"


def replica_key(identifier: str) -> str:
    """The Redis key of one replica; all identifiers are members of the set REPLICA_INDEX."""
    return f"dermis:replica:{identifier}"


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _kind(answer: httpx.Response) -> str:
    return str(_json(answer.content).get("type", ""))
