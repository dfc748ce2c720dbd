"""TorchServe's management API, on the loopback beside it: what is loaded, load, switch, unload."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import httpx

from serving.contract.torchserve import (
    ModelMissing,
    TorchServeAway,
    TorchServeError,
    problem_message,
    problem_type,
)

ANSWER_SECONDS = 10.0
# How often a version that is loading is polled.
_POLL_SECONDS = 0.1


class WorkerDied(TorchServeError):
    """A worker ended while it loaded a version: the model can't be loaded, or memory is short."""


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A registered model version.

    Attributes:
        registration: what TorchServe calls it (`serving.replica.torchserve.registrations`).
        archive: file name in TorchServe's model store.
        pids: process of each worker by the worker's id; 0 while there is none.
        ready_workers: how many say that they can answer (a dead one may, for a while).
    """

    registration: str
    archive: str
    pids: dict[str, int]
    ready_workers: int


class ManagementClient:
    """The management API of the TorchServe beside us."""

    def __init__(self, address: str, key_file: Path) -> None:
        self._http = httpx.AsyncClient(base_url=address, timeout=ANSWER_SECONDS, trust_env=False)
        self._key_file = key_file

    def token(self, kind: Literal["inference", "management", "API"]) -> str:
        """A token from the file that TorchServe writes at each start.

        Raises:
            TorchServeAway: the file is not there (yet).
        """
        return self._from_key_file(kind, "key")

    def tokens_end(self) -> datetime:
        """When the first of the tokens expires; the one named "API" never does.

        Raises:
            TorchServeError: the file is not there (yet), or can't be read.
        """
        ends = [
            self._from_key_file(kind, "expiration time") for kind in ("inference", "management")
        ]
        try:
            return min(map(datetime.fromisoformat, ends))
        except ValueError:
            raise TorchServeError("the tokens' end can't be read") from None

    @property
    def instance(self) -> str:
        """Changes whenever TorchServe is restarted; "" before its first start."""
        try:
            return self.token("API")
        except TorchServeAway:
            return ""

    async def renew_token(self, kind: Literal["inference", "management"]) -> None:
        """Have TorchServe make a new token at once; the old one is refused from then on."""
        await self._call("GET", "/token", {"type": kind}, token=self.token("API"))

    async def versions(self, model: str) -> dict[str, LoadedVersion]:
        """Every registered version of a model, by what TorchServe calls it."""
        try:
            found = json.loads(await self._call("GET", f"/models/{model}/all"))
        except ModelMissing:
            return {}
        except ValueError:
            raise TorchServeError("the list of versions can't be read") from None
        return {entry["modelVersion"]: _loaded(entry) for entry in found}

    async def register(
        self, model: str, version: str, archive: str, *, workers: int, seconds: float
    ) -> None:
        """Register an archive of the model store and wait until its workers are ready.

        Asynchronously and by polling: a synchronous registration holds an event loop that
        predictions share. By query string: a JSON body gives a wrong max_batch_delay.

        Raises:
            WorkerDied: loading the model ended a worker.
            TorchServeError: refused, or not ready within `seconds`.
        """
        query = {
            "url": archive,
            "model_name": model,
            "initial_workers": str(workers),
            "synchronous": "false",
        }
        await self._call("POST", "/models", query)
        try:
            async with asyncio.timeout(seconds):
                await self._until_ready(model, version, workers)
        except TimeoutError:
            raise TorchServeError(f"version {version} was not ready in {seconds:.0f} s") from None

    async def set_default(self, model: str, version: str) -> None:
        """Make a version the one that answers where none is named."""
        await self._call("PUT", f"/models/{model}/{version}/set-default")

    async def unregister(self, model: str, version: str) -> None:
        """Remove a version and its workers at once; whoever still waits for it gets an error.

        TorchServe keeps its default version while there are others: set another default first.
        """
        try:
            await self._call("DELETE", f"/models/{model}/{version}")
        except ModelMissing:
            return

    async def close(self) -> None:
        """Close the kept connections."""
        await self._http.aclose()

    def _from_key_file(self, kind: str, what: str) -> str:
        try:
            value: str = json.loads(self._key_file.read_text())[kind][what]
        except (OSError, ValueError, KeyError):
            raise TorchServeAway("TorchServe has written no tokens yet") from None
        return value

    async def _until_ready(self, model: str, version: str, workers: int) -> None:
        started: dict[str, int] = {}
        while True:
            loaded = (await self.versions(model)).get(version)
            if loaded is None:
                raise TorchServeError(f"version {version} was not registered")
            if loaded.ready_workers >= workers:
                return
            # TorchServe keeps restarting a worker that died; a new process id gives it away.
            if any(loaded.pids.get(worker) != pid for worker, pid in started.items()):
                raise WorkerDied(f"version {version} ended a worker while it was loaded")
            started |= {worker: pid for worker, pid in loaded.pids.items() if pid}
            await asyncio.sleep(_POLL_SECONDS)

    async def _call(
        self, method: str, path: str, query: dict[str, str] | None = None, *, token: str = ""
    ) -> bytes:
        headers = {"Authorization": f"Bearer {token or self.token('management')}"}
        try:
            answer = await self._http.request(method, path, params=query, headers=headers)
        except httpx.HTTPError as error:
            raise TorchServeAway(f"management does not answer: {type(error).__name__}") from None
        kind = problem_type(answer.content)
        if answer.status_code == 404 and kind.startswith("Model"):
            raise ModelMissing(path)
        if answer.status_code >= 400:
            reason = problem_message(answer.content) or kind
            raise TorchServeError(f"{method} {path}: HTTP {answer.status_code} {reason}")
        return answer.content


def _loaded(entry: dict[str, Any]) -> LoadedVersion:
    workers = entry["workers"]
    return LoadedVersion(
        registration=entry["modelVersion"],
        archive=entry["modelUrl"],
        pids={worker["id"]: max(worker["pid"], 0) for worker in workers},
        ready_workers=sum(worker["status"] == "READY" for worker in workers),
    )
