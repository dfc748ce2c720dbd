"""The gateway as it is served, on a real Redis, with fakes of what lies behind its own seams."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.api import create_api
from gateway.app_state import AppState
from gateway.exports.report_page import ReportPage
from gateway.main import create_app
from gateway.settings import Settings
from gateway.tests.documented import require_documented
from gateway.tests.fake_auth import SIGNING_KEY, FakeAuth
from gateway.tests.fake_patients import FakePatients
from gateway.tests.fake_torchserve import FakeTorchServe
from gateway.tests.processes import serve_grpc
from service_kit.redis_client import open_redis
from serving.contract.replicas import REPLICA_INDEX, Replica, replica_key

URL = "http://dermis.test"


def token(role: str = "clinician", **claims: Any) -> str:
    """An access token, as auth_service would have signed it."""
    moment = datetime.now(UTC)
    content = {
        "iss": "dermis", "aud": "dermis", "sub": str(uuid4()), "sid": str(uuid4()),
        "role": role, "typ": "access", "clinic": str(uuid4()),
        # Longer than any run of the tests, however busy the machine is.
        "iat": moment, "exp": moment + timedelta(hours=8),
    }  # fmt: skip
    return jwt.encode(content | claims, SIGNING_KEY, algorithm="EdDSA", headers={"kid": "test"})


def bearer(role: str = "clinician", **claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(role, **claims)}"}


@dataclass
class Gateway:
    """A running gateway, its client, and the fakes behind it."""

    app: ASGIApp
    state: AppState
    http: httpx.AsyncClient
    auth: FakeAuth
    patients: FakePatients
    torchserve: FakeTorchServe
    settings: Settings
    redis_url: str
    headers: dict[str, str] = field(default_factory=bearer)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(f"/api{path}", **{"headers": self.headers, **options})

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return await self.http.post(
            f"/api{path}", **{"json": body, "headers": self.headers, **options}
        )

    async def upload(
        self, data: bytes, *, patient: str = "", key: str = "", **fields: str
    ) -> httpx.Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return await self.http.post(
            f"/api/predict/upload/{patient or uuid4()}",
            files={"file": ("photo.jpg", data, "image/jpeg")},
            data=fields,
            headers=headers,
        )

    async def publish(self, *replicas: Replica) -> None:
        """Publish replicas as their followers would, and have the gateway read the list."""
        async with open_redis(self.redis_url) as redis:
            await redis.delete(REPLICA_INDEX)
            for replica in replicas:
                await redis.sadd(REPLICA_INDEX, replica.id)
                await redis.set(replica_key(replica.id), replica.model_dump_json(), ex=60)
        await self.state.replicas.refresh()


@cache
def _api() -> FastAPI:
    """One for all tests: to make it takes longer than most of them."""
    return create_api(
        Settings(environment="test", redis_url="redis://x", service_secret=SecretStr("s"))
    )


@asynccontextmanager
async def running(redis_url: str, **settings: Any) -> AsyncIterator[Gateway]:
    """A gateway with everything behind it answering."""
    async with AsyncExitStack() as stack:
        auth, patients = FakeAuth(), FakePatients()
        torchserve = await stack.enter_async_context(FakeTorchServe().serving())
        known = Settings(
            **{
                "environment": "test",
                "redis_url": redis_url,
                "auth_address": await stack.enter_async_context(serve_grpc(auth.add_to)),
                "patient_address": await stack.enter_async_context(serve_grpc(patients.add_to)),
                "service_secret": "gateway-secret",
                "public_url": URL,
                # A busy machine may stop all of us for longer than a clinic would wait.
                "prediction_seconds": 4,
                "call_seconds": 60,
                **settings,
            }
        )
        async with open_redis(redis_url) as redis:
            await redis.flushdb()
        app = create_app(known, create_api(known) if known.dev_mailbox else _api())
        state = await stack.enter_async_context(app.router.lifespan_context(app))
        assert state

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            # As a server does with what the lifespan yields; httpx knows no lifespans.
            await app({**scope, "state": dict(state)}, receive, send)

        http = await stack.enter_async_context(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(served, client=("198.51.100.7", 4711)),
                base_url=URL,
                event_hooks={"response": [require_documented]},
            )
        )
        gateway = Gateway(
            served, state["wired"], http, auth, patients, torchserve, known, redis_url
        )
        await gateway.publish(torchserve.replica("one"))
        yield gateway


@pytest.fixture(scope="session", autouse=True)
def _impatient() -> Iterator[None]:
    """Look for pending detections without the pause that spares a real patient_service.

    And wait for a Redis that stands still because the machine is busy.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service_kit.redis_client.TIMEOUT_SECONDS", 60)
        patch.setattr("gateway.assessments.completion.POLL_SECONDS", 0.1)
        yield


@pytest.fixture
async def gateway(redis_url: str) -> AsyncIterator[Gateway]:
    async with running(redis_url) as found:
        yield found


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of the reports that are made."""
    lines: list[str] = []
    write = ReportPage.text_line

    def noting(page: Any, text: str, **style: Any) -> None:
        lines.append(text)
        write(page, text, **style)

    # On paper are numbers of glyphs; the words are heard on their way there.
    monkeypatch.setattr(ReportPage, "text_line", noting)
    return lines
