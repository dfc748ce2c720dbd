"""Follows a follower step by step, from outside: what it asks TorchServe's management API.

A gate stands between the two. It lets everything pass until the step that a test waits for, and
does there what the test wants, such as to kill one of them, before either goes on.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from aiohttp import web

# Longer than the follower waits.
FORWARD_SECONDS = 60.0


@dataclass(frozen=True)
class Step:
    """A moment of a bring-up: just before or just after TorchServe has done what it is asked for.

    Attributes:
        name: what has been done by then, and what has not.
        method: of the request.
        path: its end, where `{new}` is the version that comes and `{old}` the one that goes.
        done: whether TorchServe has answered; the follower never hears of it.
        remembered: only once the new version is the one that `live.json` names.
    """

    name: str
    method: str
    path: str
    done: bool = False
    remembered: bool = False


STEPS = (
    Step("the archive is here, nothing is registered", "POST", "/models"),
    Step("registered, its workers are loading", "POST", "/models", done=True),
    Step("it answers, the default is not switched", "PUT", "/{new}/set-default"),
    Step("switched, not yet remembered", "PUT", "/{new}/set-default", done=True),
    Step("remembered, the old one is still loaded", "GET", "/all", remembered=True),
    Step("the old one is unregistered, nobody has heard it", "DELETE", "/{old}", done=True),
)


class Gate:
    """Lets requests pass to a management API, and acts once at a chosen step."""

    def __init__(self, target: str, memory: Path) -> None:
        self.address = ""
        self._memory = memory
        self._http = httpx.AsyncClient(base_url=target, timeout=FORWARD_SECONDS, trust_env=False)
        self._step: Step | None = None
        self._act: Callable[[], None] = lambda: None
        self._new = self._old = ""
        self._acted = asyncio.Event()

    def act_at(self, step: Step, act: Callable[[], None], *, new: str, old: str) -> asyncio.Event:
        """Do something once `new` has come so far in taking the place of `old`, and say so."""
        self._act, self._new, self._old, self._acted = act, new, old, asyncio.Event()
        self._step = step
        return self._acted

    async def answer(self, request: web.Request) -> web.Response:
        if self._is_there(request, done=False):
            self._strike()
            raise web.HTTPBadGateway
        try:
            answer = await self._http.request(
                request.method,
                request.path_qs,
                headers={"Authorization": request.headers["Authorization"]},
            )
        except httpx.HTTPError:
            raise web.HTTPBadGateway from None
        if self._is_there(request, done=True):
            self._strike()
            raise web.HTTPBadGateway
        return web.Response(status=answer.status_code, body=answer.content)

    def _is_there(self, request: web.Request, *, done: bool) -> bool:
        step = self._step
        if step is None or (step.method, step.done) != (request.method, done):
            return False
        if not request.path.endswith(step.path.format(new=self._new, old=self._old)):
            return False
        return not step.remembered or self._remembered() == self._new

    def _remembered(self) -> str:
        try:
            return str(json.loads(self._memory.read_bytes())["version"])
        except (OSError, ValueError, KeyError):
            return ""

    def _strike(self) -> None:
        self._step = None
        self._act()
        self._acted.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Gate"]:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()
            await self._http.aclose()
