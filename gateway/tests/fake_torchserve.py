"""TorchServe's inference API as the gateway sees it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.tests.processes import serve_http
from serving.contract.replicas import Replica


@dataclass
class Asked:
    """One request that came in."""

    model: str
    version: str
    body: bytes
    headers: dict[str, str]


@dataclass
class FakeTorchServe:
    """Answers every photo alike, or fails in one of TorchServe's ways.

    Attributes:
        mood: "well", "slow", "full", "raising", "refusing" or "garbled".
        seconds: that each photo takes its one worker.
        most_at_once: photos that were there together, at the most.
        version: the live one.
        beside: a candidate's version with a mood of its own; any other version answers 404.
    """

    mood: str = "well"
    seconds: float = 0.0
    most_at_once: int = 0
    version: str = "1.0.0"
    beside: str = ""
    mood_beside: str = "well"
    probability_beside: float = 0.75
    probability: float = 0.75
    # Of a model without a differential.
    differential: list[dict[str, Any]] = field(default_factory=list)
    # What newer workers say as well.
    more: dict[str, Any] = field(default_factory=dict)
    token: str = "inference-token"
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    _worker: asyncio.Lock = field(default_factory=asyncio.Lock)
    _there: int = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeTorchServe"]:
        routes = [
            Route("/predictions/{model}/{version}", self._predict, methods=["POST"]),
            Route("/", self._describe, methods=["OPTIONS"]),
        ]
        async with serve_http(Starlette(routes=routes)) as self.url:
            yield self

    def replica(self, name: str, **fields: Any) -> Replica:
        """What its follower publishes."""
        known = {
            "id": name, "address": self.url, "token": self.token, "model": "lesion",
            "live_version": self.version, "loaded_versions": [self.version], "workers": 2,
            "state": "ready", "seen_at": time.time(),
        }  # fmt: skip
        return Replica(**(known | fields))

    async def _predict(self, request: Request) -> Response:
        path = request.path_params
        body = await request.body()
        self.asked.append(Asked(path["model"], path["version"], body, dict(request.headers)))
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _problem(400, "InvalidKeyException")
        moods = {self.version: self.mood, self.beside: self.mood_beside}
        mood = moods.get(path["version"])
        if mood is None:
            return _problem(404, "ModelVersionNotFoundException")
        if mood == "slow":
            await asyncio.sleep(60)
        failures = {
            "full": lambda: _problem(503, "ServiceUnavailableException"),
            "raising": lambda: _problem(503, "InternalServerException"),
            "refusing": lambda: JSONResponse(
                {"error": {"reason": "IMAGE_TRUNCATED", "message": "cut"}}, 400
            ),
            "garbled": lambda: Response(b"not json"),
        }
        if mood in failures:
            return failures[mood]()
        if self.seconds:
            await self._work()
        target = request.headers.get("x-dermis-target", "malignant")
        return JSONResponse(self._finding(target, path["version"]))

    async def _describe(self, _: Request) -> Response:
        if self.mood == "garbled":
            return Response(b"not json")
        return JSONResponse({"openapi": "3.0.1", "info": {"title": "TorchServe APIs"}})

    async def _work(self) -> None:
        self._there += 1
        self.most_at_once = max(self.most_at_once, self._there)
        async with self._worker:
            await asyncio.sleep(self.seconds)
        self._there -= 1

    def _finding(self, target: str, version: str) -> dict[str, Any]:
        is_beside = version == self.beside
        probability = self.probability_beside if is_beside else self.probability
        grid = [[0.0] * 7 for _ in range(7)]
        grid[3][3] = 0.4 if target == "malignant" else 0.01
        return {
            "label": "malignant" if probability >= 0.17 else "benign",
            "probability_malignant": probability,
            "confidence": max(probability, 1 - probability),
            "threshold": 0.17, "assessable": True, "quality": [], "differential": self.differential,
            "model": {"name": "lesion", "version": version},
            "heatmap": {
                "grid": grid, "target": target, "method": "grad-cam", "layer": "conv_head"
            },
            **self.more,
        }  # fmt: skip


def _problem(status: int, kind: str) -> Response:
    return JSONResponse({"code": status, "type": kind, "message": ""}, status)
