"""Whatever is sent, the answer is a refusal with a reason, never an unexpected error."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth_service.credentials.passwords import normalised
from auth_service.people.email_addresses import email_key, parse_email
from auth_service.people.names import parse_name
from auth_service.tests.conftest import Identity
from auth_service.tests.refusals import refusal
from service_kit.codes import Code
from service_kit.errors import DomainError

NASTY = [
    "",
    "\0",
    "a\0b",
    "\u202e",
    "' OR 1=1 --",
    "\r\nBcc: x@y.example",
    "x" * 100_000,
    "\U0001f52c",
]


async def test_public_methods_refuse_nonsense(identity: Identity) -> None:
    for text in NASTY:
        client = identity.client()
        calls: dict[str, dict[str, Any]] = {
            "Login": {"email": text, "password": text},
            "Register": {"email": text, "password": text, "full_name": text, "clinic_name": text},
            "VerifyEmail": {"token": text},
            "VerifyTwoFactor": {"challenge_token": text, "code": text},
            "Refresh": {"refresh_token": text},
            "ForgotPassword": {"email": text},
            "ResendVerification": {"email": text},
            "ResetPassword": {"token": text, "new_password": text},
            "CheckSession": {"session_id": text},
            "IssueServiceToken": {"service": text, "secret": text},
        }
        for method, fields in calls.items():
            reason = await refusal(client.call(method, **fields))
            assert reason not in {"INTERNAL", "UNKNOWN"}, (method, text[:20])
        await client.call("Logout", refresh_token=text)


async def test_an_address_longer_than_any_is_cut_off(identity: Identity) -> None:
    client = identity.client("2001:db8::" + "1" * 200)
    assert await refusal(client.call("Login", email="a@b.example", password="x" * 12)) == (
        "CREDENTIALS_INVALID"
    )


async def test_signed_in_methods_refuse_nonsense(identity: Identity) -> None:
    admin = await identity.admin()
    for text in NASTY[1:]:
        calls: dict[str, dict[str, Any]] = {
            "ConfirmTwoFactor": {"code": text},
            "EndSession": {"session_id": text},
            "ListUsers": {"cursor": text},
            "ListAudit": {"actor_id": text},
            "UpdateUser": {"user_id": text},
            "UpdateMe": {"full_name": text + "\0x"},
            "CreateInvitation": {"email": text, "role": 3},
        }
        for method, fields in calls.items():
            reason = await refusal(admin.client.call(method, **fields))
            assert reason not in {"INTERNAL", "UNKNOWN"}, (method, text[:20])
        await admin.client.call("ListUsers", search=text)
        await admin.client.call("ListAudit", event=text)


async def test_a_code_with_other_digits_is_only_wrong(identity: Identity) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    for code in ("١٢٣٤٥٦", "", "1e5", "-00001"):
        call = person.client.call("VerifyTwoFactor", challenge_token=challenge, code=code)
        assert await refusal(call) == "CODE_INVALID"


@given(st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_a_name_or_address_or_refused(text: str) -> None:
    for parse in (parse_name, parse_email):
        try:
            parsed = parse(text)
        except DomainError as error:
            assert error.code == Code.INVALID_ARGUMENT  # noqa: PT017  either way is fine
        else:
            assert "\n" not in parsed
            assert "\0" not in parsed
    assert "\0" not in email_key(text)
    assert normalised(normalised(text)) == normalised(text)
