"""What every answer says to browsers and proxies, and what is believed of theirs."""

import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import structlog

from gateway.http.middleware import ASSET_HEADERS, SECURITY_HEADERS
from gateway.settings import Settings
from gateway.tests.conftest import Gateway, bearer, running

NGINX = Path(__file__).parents[2] / "nginx" / "headers.conf"
SITE = NGINX.with_name("site.conf")


async def test_browsers_are_told_to_be_strict(gateway: Gateway) -> None:
    for path in ("/", "/api/docs", "/api/healthz", "/api/patients/", "/api/nowhere"):
        headers = (await gateway.http.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        # Its own pages may open the camera, and nothing else that listens or looks.
        assert headers["permissions-policy"] == "camera=(self), geolocation=(), microphone=()"


def test_nginx_repeats_the_gateways_headers() -> None:
    written = NGINX.read_text()
    for name, value in SECURITY_HEADERS.items():
        if name != "content-security-policy":
            assert re.search(rf'add_header (?i:{name}) "?{re.escape(value)}"? always;', written), (
                name
            )


def test_nginx_sends_the_gateways_headers_with_the_parts_of_pages() -> None:
    location = re.search(r"location /assets/ \{(.*?)\n\}", SITE.read_text(), re.DOTALL)
    assert location
    written = location[1]
    assert "include" not in written
    assert "Strict-Transport-Security" in written
    for name, value in ASSET_HEADERS.items():
        assert re.search(rf'add_header (?i:{name}) "?{re.escape(value)}"? always;', written), name


async def test_hsts_is_sent_only_behind_tls(gateway: Gateway, redis_url: str) -> None:
    assert "strict-transport-security" not in (await gateway.get("/healthz")).headers
    async with running(redis_url, public_url="https://dermis.example") as behind_tls:
        assert "strict-transport-security" in (await behind_tls.get("/healthz")).headers


async def test_patients_answers_are_not_cached(gateway: Gateway) -> None:
    assert (await gateway.get("/patients/")).headers["cache-control"] == "no-store"


async def test_only_named_sites_may_call_from_a_browser(redis_url: str) -> None:
    async with running(redis_url, cors_origins=["https://app.example"]) as gateway:
        for origin, allowed in (("https://app.example", True), ("https://evil.example", False)):
            answer = await gateway.get("/healthz", headers={"origin": origin})
            assert ("access-control-allow-origin" in answer.headers) == allowed


def test_a_star_as_cors_origin_is_refused() -> None:
    with pytest.raises(ValueError, match="name the sites"):
        Settings(redis_url="redis://x", service_secret="s", cors_origins=["*"])


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "198.51.100.7"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.7"),
        # A proxy that adds a line of its own behind the one that the client has written.
        (1, ("1.1.1.1", "203.0.113.9"), "203.0.113.9"),
        (2, ("1.1.1.1", "203.0.113.9", "10.0.0.1"), "203.0.113.9"),
    ],
)
async def test_only_trusted_proxies_say_where_a_request_comes_from(
    redis_url: str, proxies: int, forwarded: str | tuple[str, ...], seen: str
) -> None:
    lines = [forwarded] if isinstance(forwarded, str) else forwarded
    async with running(redis_url, trusted_proxies=proxies) as gateway:
        said = [("x-forwarded-for", line) for line in lines]
        await gateway.get("/patients/", headers=[*bearer().items(), *said])
        metadata = next(m for name, _, m in gateway.patients.calls if name == "ListPatients")
        assert metadata["x-client-address"] == seen


async def test_a_request_id_that_is_none_is_replaced(gateway: Gateway) -> None:
    answer = await gateway.get("/healthz", headers={"x-request-id": "a b\tc<script>"})
    UUID(answer.headers["x-request-id"])


async def test_a_refusal_is_logged_with_who_and_from_where(gateway: Gateway) -> None:
    user = str(uuid4())
    with structlog.testing.capture_logs() as lines:
        await gateway.get("/admin/users", headers=bearer(sub=user))
        await gateway.get("/admin/users", headers={})
    found = [(line["status"], line["user_id"]) for line in lines if line["event"] == "request"]
    assert found == [(403, user), (401, "")]
    assert all(line["client_address"] for line in lines if line["event"] == "request")


async def test_a_used_up_limit_is_logged_with_who_and_from_where(redis_url: str) -> None:
    user = str(uuid4())
    async with running(redis_url, rate_limits={"api": "1/minute"}) as gateway:
        with structlog.testing.capture_logs() as lines:
            for _ in range(2):
                await gateway.get("/users/me", headers=bearer(sub=user))
    (refused,) = [line for line in lines if line.get("status") == 429]
    assert refused["user_id"] == user
    assert refused["client_address"]
