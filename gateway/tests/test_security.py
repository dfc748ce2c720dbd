"""Who comes in, and what browsers are told."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from dermis.auth.v1 import auth_pb2
from dermis.options.v1 import access_pb2
from gateway.api import create_api
from gateway.documents.permissions import page
from gateway.routers.guards import refuse_open_routes, route_permissions
from gateway.settings import Settings
from gateway.tests.conftest import URL, Gateway, bearer, running, token
from gateway.tests.fake_auth import tokens
from gateway.tests.processes import break_redis
from service_kit.principal import granted_permissions
from service_kit.remembered_revocations import ENDED_CHANNEL

PUBLIC = {
    "POST /auth/register", "POST /auth/verify-email", "POST /auth/resend-verification",
    "POST /auth/login", "POST /auth/verify-2fa", "POST /auth/refresh", "POST /auth/logout",
    "POST /auth/forgot-password", "POST /auth/reset-password", "GET /auth/jwks.json",
    "POST /auth/claim-handoff",
    "GET /healthz", "GET /readyz", "GET /metrics",
}  # fmt: skip


def api() -> FastAPI:
    return create_api(Settings(environment="test", redis_url="redis://x", service_secret="s"))


ROUTES = {route: named for route, named in route_permissions(api()).items() if named}


def test_every_route_names_a_permission() -> None:
    named = route_permissions(api())
    assert len(named) > 50
    assert all(named.values())


def test_the_page_of_permissions_is_the_codes() -> None:
    written = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text()
    assert written == page(), "python -m gateway.documents.permissions > docs/permissions.md"


def test_only_these_routes_are_public() -> None:
    assert {r for r, p in ROUTES.items() if p == access_pb2.PERMISSION_PUBLIC} == PUBLIC


def test_every_route_asks_before_it_reads_a_body() -> None:
    routes = [found.original_route for found in iter_route_contexts(api().routes)]
    plain = [route for route in routes if type(route) is APIRoute]
    assert not plain, "make their router a gateway.routers.guards.Router"


def test_a_route_that_names_no_permission_is_not_served() -> None:
    open_door = api()

    @open_door.get("/open")
    async def anyone() -> None: ...

    with pytest.raises(RuntimeError, match="GET /open"):
        refuse_open_routes(open_door)


async def call(gateway: Gateway, route: str, headers: dict[str, str]) -> int:
    method, _, path = route.partition(" ")
    filled = path.replace("{", "").replace("}", "")
    answer = await gateway.http.request(method, f"/api{filled}", headers=headers)
    return answer.status_code


@pytest.mark.parametrize("route", sorted(set(ROUTES) - PUBLIC))
async def test_a_route_is_closed_to_strangers_and_to_roles_without_its_permission(
    shared: Gateway, route: str
) -> None:
    assert await call(shared, route, {}) == 401
    for role in ("clinician", "ml_engineer", "admin"):
        number = access_pb2.Role.Value(f"ROLE_{role.upper()}")
        status = await call(shared, route, bearer(role))
        if ROUTES[route] in granted_permissions(number):
            assert status not in (401, 403), role
        else:
            assert status == 403, role


@pytest.mark.parametrize("route", sorted(set(ROUTES) - PUBLIC))
async def test_an_enrolment_token_opens_only_ones_own_account(shared: Gateway, route: str) -> None:
    status = await call(shared, route, bearer(typ="enrolment"))
    assert (status == 403) == (ROUTES[route] != access_pb2.PERMISSION_SIGNED_IN)


@pytest.mark.parametrize("route", sorted(set(ROUTES) - PUBLIC))
async def test_a_hand_offs_token_opens_nothing_but_handing_in(shared: Gateway, route: str) -> None:
    held = bearer(typ="handoff", patient=str(uuid4()), lesion=str(uuid4()))
    status = await call(shared, route, held)
    assert (status == 403) == (ROUTES[route] != access_pb2.PERMISSION_HAND_IN_PHOTOS)


@pytest.fixture(scope="module")
async def shared(redis_url: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.http.event_stream.STREAM_SECONDS", 0)
        async with running(redis_url) as found:
            yield found


def forged(**changes: Any) -> str:
    key = changes.pop("key", Ed25519PrivateKey.generate())
    algorithm = changes.pop("algorithm", "EdDSA")
    moment = datetime.now(UTC)
    content = {
        "iss": "dermis", "aud": "dermis", "sub": str(uuid4()), "sid": str(uuid4()),
        "role": "clinician", "typ": "access", "clinic": str(uuid4()),
        "iat": moment, "exp": moment + timedelta(minutes=10),
    }  # fmt: skip
    return jwt.encode(content | changes, key, algorithm=algorithm, headers={"kid": "test"})


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("expired", lambda: token(exp=datetime.now(UTC) - timedelta(minutes=1))),
        ("signed by a foreign key", forged),
        ("alg none", lambda: forged(key=None, algorithm="none")),
        ("a symmetric forgery", lambda: forged(key="k" * 32, algorithm="HS256")),
        ("for another audience", lambda: token(aud="elsewhere")),
        ("of another issuer", lambda: token(iss="elsewhere")),
        ("of an unknown role", lambda: token(role="root")),
        ("of an unknown kind", lambda: token(typ="refresh")),
        ("no token at all", lambda: "x.y.z"),
    ],
)
async def test_a_token_that_is_not_one_of_ours_is_refused(
    shared: Gateway, kind: str, made: Any
) -> None:
    answer = await shared.get("/patients/", headers={"Authorization": f"Bearer {made()}"})
    assert answer.status_code == 401, kind
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["reason"] in ("TOKEN_INVALID", "TOKEN_EXPIRED")


async def test_clocks_may_differ_by_less_than_thirty_seconds(shared: Gateway) -> None:
    ended = datetime.now(UTC) - timedelta(seconds=25)
    ahead = datetime.now(UTC) + timedelta(seconds=25)
    for headers in (bearer(exp=ended), bearer(iat=ahead)):
        assert (await shared.get("/patients/", headers=headers)).status_code == 200


async def test_an_ended_session_is_refused_at_once(gateway: Gateway) -> None:
    session = uuid4()
    headers = bearer(sid=str(session))
    assert (await gateway.get("/patients/", headers=headers)).status_code == 200
    # As auth_service does: the word may come a moment after the answer to whoever gave it.
    await gateway.state.redis.set(f"dermis:revoked:{session}", "1")
    await gateway.state.redis.publish(ENDED_CHANNEL, str(session))
    async with asyncio.timeout(30):
        while (answer := await gateway.get("/patients/", headers=headers)).status_code == 200:
            await asyncio.sleep(0)
    for _ in range(3):
        assert (answer.status_code, answer.json()["reason"]) == (401, "SESSION_ENDED")
        answer = await gateway.get("/patients/", headers=headers)


async def test_while_redis_is_away_auth_service_is_asked_for_the_session(
    redis_url: str,
) -> None:
    async with running(redis_url) as gateway:
        session = uuid4()
        gateway.auth.ended.add(UUID(str(session)))
        await break_redis(gateway.state.redis)
        ended = await gateway.get("/patients/", headers=bearer(sid=str(session)))
        assert ended.status_code == 401
        assert (await gateway.get("/patients/", headers=bearer())).status_code == 200


async def test_a_stale_token_does_not_close_a_public_route(gateway: Gateway) -> None:
    stale = bearer(exp=datetime.now(UTC) - timedelta(hours=1))
    assert (await gateway.get("/auth/jwks.json", headers=stale)).status_code == 200


async def test_the_refresh_token_is_in_a_cookie_that_no_script_and_no_other_route_sees(
    gateway: Gateway,
) -> None:
    gateway.auth.answers["Login"] = auth_pb2.LoginResponse(authenticated=tokens("opaque"))
    answer = await gateway.post(
        "/auth/login", {"email": "ada@clinic.example", "password": "x"}, headers={}
    )
    (cookie,) = (line for line in answer.headers.get_list("set-cookie") if "dermis_refresh" in line)
    for part in (
        "__Secure-dermis_refresh=opaque",
        "HttpOnly",
        "Secure",
        "SameSite=strict",
        "/api/auth",
    ):
        assert part in cookie, cookie
    assert "opaque" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_device_keeps_its_name_from_its_first_sign_in_on(gateway: Gateway) -> None:
    gateway.auth.answers["Login"] = auth_pb2.LoginResponse(authenticated=tokens("opaque"))
    form = {"email": "ada@clinic.example", "password": "x"}
    names = []
    for _ in range(2):
        answer = await gateway.post("/auth/login", form, headers={})
        names.append(gateway.auth.calls[-1][2]["x-client-device"])
        (cookie,) = (
            line for line in answer.headers.get_list("set-cookie") if "dermis_device" in line
        )
        for part in (names[-1], "HttpOnly", "Secure", "SameSite=strict", "/api/auth"):
            assert part in cookie, cookie
        gateway.http.cookies.clear()
        gateway.http.cookies.set("__Secure-dermis_device", names[-1])
    assert names[0] == names[1]
    assert len(names[0]) == 43
    gateway.http.cookies.clear()
    await gateway.post("/auth/login", form, headers={})
    assert gateway.auth.calls[-1][2]["x-client-device"] != names[0]


@pytest.mark.parametrize(
    ("origin", "status"),
    [(URL, 200), ("", 200), ("https://evil.example", 403), ("null", 403)],
)
async def test_another_sites_page_can_not_use_the_refresh_cookie(
    gateway: Gateway, origin: str, status: int
) -> None:
    gateway.auth.answers["Refresh"] = auth_pb2.RefreshResponse(tokens=tokens("next"))
    headers = {"cookie": "__Secure-dermis_refresh=opaque"} | ({"origin": origin} if origin else {})
    answer = await gateway.post("/auth/refresh", headers=headers)
    assert answer.status_code == status
    assert gateway.auth.count("Refresh") == (status == 200)
