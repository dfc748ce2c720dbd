"""Every failure is a problem document."""

from collections.abc import AsyncIterator

import httpx
import pytest
import structlog

from gateway.api import described_api
from gateway.http.errors import STATUS
from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.pictures import photo
from imaging.refusals import FileKind, not_read
from service_kit.codes import Code
from service_kit.errors import DomainError

EXPECTED = {
    "CANCELLED": 499, "UNKNOWN": 500, "INVALID_ARGUMENT": 422, "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404, "ALREADY_EXISTS": 409, "PERMISSION_DENIED": 403, "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 409, "ABORTED": 409, "OUT_OF_RANGE": 422, "UNIMPLEMENTED": 501,
    "INTERNAL": 500, "UNAVAILABLE": 503, "DATA_LOSS": 500, "UNAUTHENTICATED": 401,
}  # fmt: skip


PATHS = described_api().openapi()["paths"]
WITH_JSON = [
    (method.upper(), path.replace("{", "").replace("}", ""))
    for path, operations in PATHS.items()
    for method, operation in operations.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
    and not path.startswith("/auth/")
]


def test_all_sixteen_codes_are_mapped() -> None:
    assert set(STATUS) == set(Code)
    assert len(STATUS) == 16


@pytest.mark.parametrize("code", list(Code))
async def test_a_refusal_of_a_service_reaches_the_client_with_its_reason(
    gateway: Gateway, code: Code
) -> None:
    gateway.patients.answers["GetPatient"] = DomainError.relayed(code, "A_REASON", "A sentence.")
    answer = await gateway.get("/patients/p-1")
    assert answer.status_code == EXPECTED[code.name]
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body.pop("title")
    assert body == {
        "type": "about:blank", "status": EXPECTED[code.name], "detail": "A sentence.",
        "reason": "A_REASON", "request_id": answer.headers["x-request-id"],
    }  # fmt: skip
    assert ("www-authenticate" in answer.headers) == (code == Code.UNAUTHENTICATED)
    assert ("retry-after" in answer.headers) == (code == Code.UNAVAILABLE)


async def test_a_refused_file_is_named_for_programs_too(gateway: Gateway) -> None:
    gateway.patients.answers["AddImage"] = not_read(FileKind.DICOM)
    body = (await gateway.upload(b"...")).json()
    assert (body["reason"], body["kind"]) == ("NOT_AN_IMAGE", "dicom")
    assert body["detail"].startswith("This is a DICOM file")


@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        (Code.ABORTED, "VERSION_CONFLICT", 412),
        (Code.INVALID_ARGUMENT, "IMAGE_TOO_LARGE", 413),
        (Code.INVALID_ARGUMENT, "NOT_AN_IMAGE", 415),
        (Code.FAILED_PRECONDITION, "IDEMPOTENCY_KEY_REUSED", 422),
    ],
)
async def test_where_http_has_a_closer_status_it_is_used(
    gateway: Gateway, code: Code, reason: str, status: int
) -> None:
    # A patient is no photo: the operation documents none of these.
    gateway.http.event_hooks = {}
    gateway.patients.answers["GetPatient"] = DomainError.relayed(code, reason, "A sentence.")
    assert (await gateway.get("/patients/p-1")).status_code == status


async def test_the_seconds_to_wait_become_retry_after(gateway: Gateway) -> None:
    refusal = DomainError.relayed(Code.RESOURCE_EXHAUSTED, "TOO_MANY", "Wait.", retry_after=41.6)
    gateway.patients.answers["GetPatient"] = refusal
    assert (await gateway.get("/patients/p-1")).headers["retry-after"] == "42"


async def test_a_field_that_a_service_refuses_is_pointed_at(gateway: Gateway) -> None:
    gateway.patients.answers["CreatePatient"] = DomainError.relayed(
        Code.INVALID_ARGUMENT, "BIRTH_DATE_INVALID", "Lies in the future.",
        metadata={"field": "birth_date"},
    )  # fmt: skip
    answer = await gateway.post("/patients/", {"record_number": "1", "full_name": "A"})
    assert answer.json()["errors"] == [{"pointer": "/birth_date", "message": "Lies in the future."}]


async def test_every_unusable_field_is_pointed_at_and_no_value_is_repeated(
    gateway: Gateway,
) -> None:
    answer = await gateway.post(
        "/patients/", {"full_name": 7, "birth_date": "31.12.1961", "nick/name": "secret-value"}
    )
    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/record_number", "/full_name", "/birth_date", "/nick~1name"}
    assert "31.12" not in answer.text
    assert "secret-value" not in answer.text


async def test_json_that_is_cut_off_points_at_the_whole_document(gateway: Gateway) -> None:
    answer = await gateway.post(
        "/patients/", content=b'{"full_name": ',
        headers=gateway.headers | {"content-type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == ""


async def test_json_that_is_no_text_is_refused(gateway: Gateway) -> None:
    answer = await gateway.post(
        "/patients/", content=b'{"full_name": "\xff"}',
        headers=gateway.headers | {"content-type": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["reason"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b"null", b"x" * 100_000])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x.y.z"}])
async def test_who_is_not_signed_in_hears_so_whatever_they_send(
    gateway: Gateway, body: bytes, headers: dict[str, str]
) -> None:
    sent = headers | {"content-type": "application/json"}
    for method, path in WITH_JSON:
        answer = await gateway.http.request(method, f"/api{path}", content=body, headers=sent)
        assert answer.status_code == 401, (method, path)


async def test_bad_json_counts_as_a_call(redis_url: str) -> None:
    async with running(redis_url, rate_limits={"api": "2/minute"}) as gateway:
        headers = gateway.headers | {"content-type": "application/json"}
        statuses = [
            (await gateway.post("/patients/", content=b"{", headers=headers)).status_code
            for _ in range(3)
        ]
    assert statuses == [422, 422, 429]


async def test_a_body_that_is_not_json_is_refused(gateway: Gateway) -> None:
    answer = await gateway.post(
        "/patients/", content=b'{"record_number": "1", "full_name": "A"}',
        headers=gateway.headers | {"content-type": "text/plain"},
    )  # fmt: skip
    assert answer.status_code == 422


@pytest.mark.parametrize("declared", [True, False])
async def test_ten_megabytes_of_json_are_refused(gateway: Gateway, declared: bool) -> None:
    body = b'{"full_name": "' + b"x" * 10_000_000 + b'"}'

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    answer = await gateway.post(
        "/patients/", content=body if declared else chunks(),
        headers=gateway.headers | {"content-type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert answer.json()["reason"] == "BODY_TOO_LARGE"


async def test_an_unknown_address_and_a_wrong_method_are_problem_documents(
    gateway: Gateway,
) -> None:
    missing = await gateway.get("/nowhere")
    assert (missing.status_code, missing.json()["reason"]) == (404, "NOT_FOUND")
    wrong = await gateway.http.put("/api/auth/login", json={})
    assert (wrong.status_code, wrong.json()["reason"]) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    "path",
    ["/api/patients/%0A", "/%0A", "/api%0A/healthz", "/x%0Ay", "/api/metrics%0A", "/metrics%0a"],
)
async def test_a_line_break_in_an_address_is_a_problem_document(
    gateway: Gateway, path: str
) -> None:
    answer = await gateway.http.get(path, headers=gateway.headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == "NOT_FOUND"


async def test_an_unexpected_error_says_only_its_request_id(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("gateway.routers.clinic.patients.Patient.of", broken)
    gateway.http._transport.raise_app_exceptions = False  # type: ignore[attr-defined]  # set once the client is made
    with structlog.testing.capture_logs() as lines:
        answer = await gateway.get("/patients/p-1")
    assert answer.status_code == 500
    assert answer.json()["reason"] == "INTERNAL"
    assert "secret detail" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["detail"]
    (logged,) = [line for line in lines if line["event"] == "unexpected error"]
    assert (logged["log_level"], str(logged["exc_info"])) == ("error", "secret detail")


async def test_why_a_service_was_not_reached_is_logged_and_not_answered(redis_url: str) -> None:
    with structlog.testing.capture_logs() as lines:
        async with running(redis_url, patient_address="127.0.0.1:1") as gateway:
            answer = await gateway.get("/patients/p-1")
    assert (answer.status_code, answer.json()["reason"]) == (503, "UNAVAILABLE")
    (told,) = [line for line in lines if line["event"] == "call failed"]
    assert "127.0.0.1:1" in told["details"]
    assert "127.0.0.1:1" not in answer.text


@pytest.mark.parametrize("tag", ['"99999999999999"', '"-1"', '"\u0661"', '"1_0"', "1, 2", "*"])
async def test_an_etag_that_is_none_of_ours_is_refused(gateway: Gateway, tag: str) -> None:
    answer = await gateway.http.put(
        "/api/patients/p-1",
        json={"record_number": "1", "full_name": "A"},
        headers=httpx.Headers(gateway.headers | {"If-Match": tag}, encoding="utf-8"),
    )
    assert (answer.status_code, answer.json()["reason"]) == (428, "IF_MATCH_REQUIRED")
    assert gateway.patients.count("UpdatePatient") == 0


@pytest.mark.parametrize("path", ["/admin/audit", "/admin/logs"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_moment_beyond_the_calendar_is_refused(
    gateway: Gateway, path: str, moment: str
) -> None:
    answer = await gateway.get(path, params={"since": moment}, headers=bearer("admin"))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/since"]


async def test_a_photo_taken_beyond_the_calendar_is_refused(gateway: Gateway) -> None:
    answer = await gateway.upload(photo(), captured_at="0001-01-01T00:00:00+14:00")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/captured_at"]


async def test_logs_since_before_computers_are_all_logs(gateway: Gateway) -> None:
    answer = await gateway.get(
        "/admin/logs", params={"since": "1815-12-10T00:00:00Z"}, headers=bearer("admin")
    )
    assert answer.status_code == 200


async def test_a_place_that_no_log_can_have_is_refused(gateway: Gateway) -> None:
    answer = await gateway.get(
        "/admin/logs", params={"cursor": f"{10**19 * 9}-0"}, headers=bearer("admin")
    )
    assert (answer.status_code, answer.json()["reason"]) == (422, "CURSOR_INVALID")


async def test_a_parameter_that_comes_twice_is_refused(gateway: Gateway) -> None:
    answer = await gateway.get("/patients/?limit=1&search=a&limit=2&search=b&unknown=1&unknown=2")
    assert answer.status_code == 422
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/limit", "/search"]


async def test_a_parameter_that_is_a_list_may_come_often(gateway: Gateway) -> None:
    answer = await gateway.get("/patients/p-1/timeline?kind=image&kind=review")
    assert answer.status_code == 200
