"""What operators and the first page see."""

from pathlib import Path

import pytest

from gateway.settings import Settings
from gateway.tests.conftest import Gateway, running
from gateway.tests.processes import break_redis

MAIL = b"To: ada@clinic.example\r\nSubject: =?utf-8?q?Verify_=E2=9C=93?=\r\n\r\nhttp://x/<script>\n"
MAIL += b"https://dermis.example/verify#token=a&b\n"


async def test_each_dependency_is_named(gateway: Gateway) -> None:
    answer = await gateway.get("/readyz", headers={})
    assert answer.status_code == 200
    assert answer.json()["dependencies"] == {
        "auth_service": "ok", "patient_service": "ok", "redis": "ok", "torchserve": "ok",
        "answers": "ok",
    }  # fmt: skip


async def test_without_redis_or_torchserve_the_clinic_still_works(gateway: Gateway) -> None:
    await gateway.publish()
    await break_redis(gateway.state.redis)
    answer = await gateway.get("/readyz", headers={})
    assert answer.status_code == 200
    assert answer.json()["dependencies"]["torchserve"] == "no replica is live"
    assert answer.json()["dependencies"]["redis"] != "ok"


async def test_without_patient_service_the_gateway_is_not_ready(redis_url: str) -> None:
    async with running(redis_url, patient_address="127.0.0.1:1") as gateway:
        answer = await gateway.get("/readyz", headers={})
        assert answer.status_code == 503
        assert answer.json()["dependencies"]["patient_service"] == "unavailable"
        away = await gateway.get("/patients/")
        assert (away.status_code, away.json()["reason"]) == (503, "UNAVAILABLE")
        assert "retry-after" in away.headers


async def test_metrics_count_by_route_and_name_no_patient(gateway: Gateway) -> None:
    await gateway.get("/patients/a-patient-of-ours")
    text = (await gateway.get("/metrics", headers={})).text
    assert 'route="/patients/{patient_id}"' in text
    assert "a-patient-of-ours" not in text


async def test_the_first_page_and_the_description_are_served(gateway: Gateway) -> None:
    page = await gateway.http.get("/")
    assert "Decision support, not a diagnosis" in page.text
    docs = await gateway.http.get("/api/docs")
    assert "<script>" not in docs.text
    for path in ("/swagger/swagger-ui-bundle.js", "/web/docs.js", "/api/openapi.json"):
        assert (await gateway.http.get(path)).status_code == 200
    described = (await gateway.http.get("/api/openapi.json")).json()
    assert described["servers"] == [{"url": "/api"}]


async def test_the_api_answers_at_the_root_too(gateway: Gateway) -> None:
    assert (await gateway.http.get("/healthz")).json() == {"status": "ok"}
    assert (await gateway.http.get("/openapi.json")).status_code == 200


async def test_the_mailbox_is_shown_in_the_local_stack_only(
    gateway: Gateway, redis_url: str, tmp_path: Path
) -> None:
    assert (await gateway.http.get("/dev/mailbox")).status_code == 404
    (tmp_path / "1.eml").write_bytes(MAIL)
    async with running(redis_url, dev_mailbox=tmp_path) as local:
        shown = (await local.http.get("/dev/mailbox")).text
        assert "Verify ✓" in shown
        assert "<script>" not in shown
        assert '<a href="https://dermis.example/verify#token=a&amp;b">' in shown


def test_the_mailbox_is_refused_in_production(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="DEV_MAILBOX"):
        Settings(
            environment="production", redis_url="redis://x", service_secret="s",
            dev_mailbox=tmp_path,
        )  # fmt: skip
