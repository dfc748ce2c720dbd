"""/auth, /users and /admin: what clients say reaches auth_service, and back."""

from typing import Any

import pytest

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.tests.conftest import Gateway, bearer
from gateway.tests.fake_auth import tokens, user
from service_kit.clock import now, to_timestamp

EMAIL, PASSWORD = "ada@clinic.example", "seven-lemons-in-autumn-rain"
MOMENT = to_timestamp(now())


async def test_registering_asks_for_a_clinic_or_an_invitation(gateway: Gateway) -> None:
    person = {"email": EMAIL, "password": PASSWORD, "full_name": "Ada Okafor"}
    founded = await gateway.post("/auth/register", person | {"clinic_name": "Harbour"})
    assert founded.status_code == 202
    assert gateway.auth.last("Register").clinic_name == "Harbour"
    invited = await gateway.post("/auth/register", person | {"invitation": "token"})
    assert invited.status_code == 202
    assert gateway.auth.last("Register").invitation_token == "token"
    for wrong in ({}, {"clinic_name": "Harbour", "invitation": "token"}):
        assert (await gateway.post("/auth/register", person | wrong)).status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "status", "method"),
    [
        ("/auth/verify-email", {"token": "t"}, 204, "VerifyEmail"),
        ("/auth/resend-verification", {"email": EMAIL}, 202, "ResendVerification"),
        ("/auth/forgot-password", {"email": EMAIL}, 202, "ForgotPassword"),
        ("/auth/reset-password", {"token": "t", "new_password": PASSWORD}, 204, "ResetPassword"),
    ],
)
async def test_what_answers_nothing_is_handed_on(
    gateway: Gateway, path: str, body: dict[str, str], status: int, method: str
) -> None:
    answer = await gateway.post(path, body, headers={})
    assert answer.status_code == status
    sent = gateway.auth.last(method)
    assert {field.name: value for field, value in sent.ListFields()} == body


LOGINS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"authenticated": tokens()}, {"status": "authenticated", "access_token": "access-1"}),
    (
        {"two_factor_required": pb.Challenge(challenge_token="c", expires_at=MOMENT)},
        {"status": "two_factor_required", "challenge_token": "c"},
    ),
    (
        {"two_factor_setup_required": pb.Enrolment(enrolment_token="e", expires_at=MOMENT)},
        {"status": "two_factor_setup_required", "enrolment_token": "e"},
    ),
]


@pytest.mark.parametrize(("outcome", "expected"), LOGINS)
async def test_a_login_says_what_comes_next(
    gateway: Gateway, outcome: dict[str, Any], expected: dict[str, str]
) -> None:
    gateway.auth.answers["Login"] = pb.LoginResponse(**outcome)
    answer = await gateway.post("/auth/login", {"email": EMAIL, "password": PASSWORD}, headers={})
    assert answer.status_code == 200
    assert expected.items() <= answer.json().items()
    assert ("set-cookie" in answer.headers) == ("access_token" in expected)


@pytest.mark.parametrize("factor", [{"code": "492039"}, {"recovery_code": "k4m2-9xqt"}])
async def test_the_second_step_takes_a_code_or_a_recovery_code(
    gateway: Gateway, factor: dict[str, str]
) -> None:
    gateway.auth.answers["VerifyTwoFactor"] = pb.VerifyTwoFactorResponse(tokens=tokens())
    answer = await gateway.post("/auth/verify-2fa", {"challenge_token": "c"} | factor)
    assert answer.status_code == 200
    sent = gateway.auth.last("VerifyTwoFactor")
    assert {sent.WhichOneof("factor"): getattr(sent, str(sent.WhichOneof("factor")))} == factor
    both = {"challenge_token": "c", "code": "1", "recovery_code": "2"}
    assert (await gateway.post("/auth/verify-2fa", both)).status_code == 422


async def test_refreshing_replaces_the_cookie_and_logging_out_removes_it(gateway: Gateway) -> None:
    gateway.auth.answers["Refresh"] = pb.RefreshResponse(tokens=tokens("next"))
    gateway.http.cookies.set("__Secure-dermis_refresh", "first")
    refreshed = await gateway.post("/auth/refresh", headers={})
    assert refreshed.status_code == 200
    assert gateway.auth.last("Refresh").refresh_token == "first"
    assert "__Secure-dermis_refresh=next" in refreshed.headers["set-cookie"]
    ended = await gateway.post("/auth/logout", headers={})
    assert ended.status_code == 204
    assert '__Secure-dermis_refresh=""' in ended.headers["set-cookie"]
    # What waits to be sent is in the browser's storage, and must stay.
    assert ended.headers["clear-site-data"] == '"cache"'
    assert gateway.auth.count("Logout") == 1


async def test_refreshing_without_a_cookie_asks_to_sign_in(gateway: Gateway) -> None:
    gateway.http.cookies.clear()
    answer = await gateway.post("/auth/refresh", headers={})
    assert (answer.status_code, answer.json()["reason"]) == (401, "SIGN_IN_REQUIRED")


async def test_the_public_keys_are_a_key_set(gateway: Gateway) -> None:
    (key,) = (await gateway.get("/auth/jwks.json", headers={})).json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], len(key["x"])) == ("OKP", "Ed25519", "EdDSA", 43)


async def test_my_account_has_no_empty_strings_where_there_is_nothing(gateway: Gateway) -> None:
    me = (await gateway.get("/users/me")).json()
    assert me["role"] == "clinician"
    assert me["pending_email"] is me["clinic_id"] is me["last_sign_in_at"] is None


async def test_changing_my_account_leaves_absent_fields(gateway: Gateway) -> None:
    gateway.auth.answers["UpdateMe"] = pb.UpdateMeResponse(user=user(full_name="Ada O."))
    answer = await gateway.http.put(
        "/api/users/me", json={"full_name": "Ada O."}, headers=gateway.headers
    )
    assert answer.json()["full_name"] == "Ada O."
    sent = gateway.auth.last("UpdateMe")
    assert sent.HasField("full_name")
    assert not sent.HasField("email")


async def test_enrolling_in_two_factor_ends_in_recovery_codes_and_a_session(
    gateway: Gateway,
) -> None:
    enrolment = bearer(typ="enrolment")
    gateway.auth.answers["SetUpTwoFactor"] = pb.SetUpTwoFactorResponse(
        otpauth_uri="otpauth://x", secret="S", qr_svg="<svg/>"
    )
    setup = await gateway.post("/users/me/2fa/setup", {}, headers=enrolment)
    assert setup.json() == {"otpauth_uri": "otpauth://x", "secret": "S", "qr_svg": "<svg/>"}
    assert setup.headers["cache-control"] == "no-store"
    gateway.auth.answers["ConfirmTwoFactor"] = pb.ConfirmTwoFactorResponse(
        recovery_codes=["a", "b"], tokens=tokens()
    )
    done = await gateway.post("/users/me/2fa/confirm", {"code": "492039"}, headers=enrolment)
    assert done.json()["recovery_codes"] == ["a", "b"]
    assert done.json()["tokens"]["access_token"] == "access-1"
    assert "__Secure-dermis_refresh=refresh-1" in done.headers["set-cookie"]


async def test_removing_two_factor_asks_for_password_and_code(gateway: Gateway) -> None:
    answer = await gateway.http.request(
        "DELETE", "/api/users/me/2fa", json={"password": PASSWORD, "code": "492039"},
        headers=gateway.headers,
    )  # fmt: skip
    assert answer.status_code == 204
    assert gateway.auth.last("RemoveTwoFactor").code == "492039"


async def test_sessions_are_listed_and_ended(gateway: Gateway) -> None:
    session = pb.Session(
        id="s-1", created_at=MOMENT, last_used_at=MOMENT, expires_at=MOMENT, address="192.0.2.1",
        agent="Firefox", current=True,
    )  # fmt: skip
    gateway.auth.answers["ListSessions"] = pb.ListSessionsResponse(sessions=[session])
    (shown,) = (await gateway.get("/users/me/sessions")).json()["items"]
    assert (shown["id"], shown["current"]) == ("s-1", True)
    gateway.auth.answers["EndOtherSessions"] = pb.EndOtherSessionsResponse(ended=2)
    others = await gateway.http.delete("/api/users/me/sessions", headers=gateway.headers)
    assert others.json() == {"ended": 2}
    one = await gateway.http.delete("/api/users/me/sessions/s-1", headers=gateway.headers)
    assert one.status_code == 204
    assert gateway.auth.last("EndSession").session_id == "s-1"


async def test_my_security_events_are_paged(gateway: Gateway) -> None:
    entry = pb.AuditEntry(event="sign_in.succeeded", occurred_at=MOMENT, details={"by": "totp"})
    gateway.auth.answers["ListSecurityEvents"] = pb.ListSecurityEventsResponse(
        events=[entry], next_cursor="more"
    )
    page = (await gateway.get("/users/me/security-events?limit=1&cursor=x")).json()
    assert page["items"][0]["event"] == "sign_in.succeeded"
    assert page["next_cursor"] == "more"
    assert gateway.auth.last("ListSecurityEvents").cursor == "x"


async def test_an_administrator_changes_only_what_is_named(gateway: Gateway) -> None:
    admin = bearer("admin")
    gateway.auth.answers["UpdateUser"] = pb.UpdateUserResponse(
        user=user(role=access_pb2.ROLE_ML_ENGINEER)
    )
    answer = await gateway.http.patch(
        "/api/admin/users/u-1", json={"role": "ml_engineer"}, headers=admin
    )
    assert answer.json()["role"] == "ml_engineer"
    sent = gateway.auth.last("UpdateUser")
    assert sent.role == access_pb2.ROLE_ML_ENGINEER
    assert not sent.HasField("active")


async def test_nobody_is_made_a_service_through_the_api(gateway: Gateway) -> None:
    for path, body in (("/admin/invitations", {"email": EMAIL, "role": "service"}),):
        assert (await gateway.post(path, body, headers=bearer("admin"))).status_code == 422


async def test_accounts_are_listed_reset_and_signed_out(gateway: Gateway) -> None:
    admin = bearer("admin")
    gateway.auth.answers["ListUsers"] = pb.ListUsersResponse(users=[user()])
    assert len((await gateway.get("/admin/users?search=ada", headers=admin)).json()["items"]) == 1
    reset = await gateway.post("/admin/users/u-1/reset-2fa", headers=admin)
    assert reset.status_code == 204
    gateway.auth.answers["EndUserSessions"] = pb.EndUserSessionsResponse(ended=3)
    ended = await gateway.http.delete("/api/admin/users/u-1/sessions", headers=admin)
    assert ended.json() == {"ended": 3}


async def test_colleagues_are_named_to_clinicians_only(gateway: Gateway) -> None:
    gateway.auth.answers["ListColleagues"] = pb.ListColleaguesResponse(
        colleagues=[pb.Colleague(id="u-1", full_name="Grace Hopper")], next_cursor="more"
    )
    page = await gateway.get("/users/colleagues?limit=1&cursor=x")
    named = [{"id": "u-1", "full_name": "Grace Hopper", "has_left": False}]
    assert page.json() == {"items": named, "next_cursor": "more"}
    assert gateway.auth.last("ListColleagues").cursor == "x"
    for role in ("admin", "ml_engineer"):
        assert (await gateway.get("/users/colleagues", headers=bearer(role))).status_code == 403
    assert (await gateway.get("/users/colleagues", headers={})).status_code == 401


async def test_clinics_are_listed_for_administrators_only(gateway: Gateway) -> None:
    gateway.auth.answers["ListClinics"] = pb.ListClinicsResponse(
        clinics=[pb.Clinic(id="c-1", name="Harbour", clinicians=4)]
    )
    page = await gateway.get("/admin/clinics?search=harb", headers=bearer("admin"))
    assert page.json()["items"] == [{"id": "c-1", "name": "Harbour", "clinicians": 4}]
    assert gateway.auth.last("ListClinics").search == "harb"
    assert (await gateway.get("/admin/clinics")).status_code == 403


async def test_a_clinician_is_invited_to_a_clinic(gateway: Gateway) -> None:
    admin = bearer("admin")
    gateway.auth.answers["CreateInvitation"] = pb.CreateInvitationResponse(
        invitation_id="i-1", expires_at=MOMENT
    )
    body = {"email": EMAIL, "role": "clinician"}
    assert (await gateway.post("/admin/invitations", body, headers=admin)).status_code == 422
    made = await gateway.post("/admin/invitations", body | {"clinic_id": "c-1"}, headers=admin)
    assert (made.status_code, made.json()["id"]) == (201, "i-1")


@pytest.mark.parametrize("typed", ["123-456", "123 456", " 123456 ", "123\u00a0456"])
async def test_a_code_is_taken_as_apps_show_it(gateway: Gateway, typed: str) -> None:
    body = {"challenge_token": "c2Vjb25k", "code": typed}
    await gateway.post("/auth/verify-2fa", body, headers={})
    assert gateway.auth.last("VerifyTwoFactor").code == "123456"
