"""What is sent twice counts once."""

import asyncio

import pyotp

from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests.conftest import new_sign_in
from tests.photos import malignant, unique
from tests.problems import assert_problem


async def test_a_second_upload_with_the_same_key_gets_the_first_diagnosis(
    clinician: Clinician, patient: str
) -> None:
    photo = unique()
    first = await clinician.upload(patient, photo, key=f"{patient}-once")
    second = await clinician.upload(patient, photo, key=f"{patient}-once")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert len((await clinician.call("GET", f"/patients/{patient}/images"))["items"]) == 1


async def test_uploads_with_one_key_at_the_same_moment_make_one_image(
    clinician: Clinician, patient: str
) -> None:
    photo = unique()
    answers = await asyncio.gather(
        *(clinician.upload(patient, photo, key=f"{patient}-race") for _ in range(5))
    )
    assert {answer.status_code for answer in answers} <= {201, 202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await clinician.call("GET", f"/patients/{patient}/images"))["items"]) == 1


async def test_a_key_used_for_another_photo_is_refused(clinician: Clinician, patient: str) -> None:
    key = f"{patient}-mixed"
    assert (await clinician.upload(patient, unique(), key=key)).status_code == 201
    answer = await clinician.upload(patient, malignant(), key=key)
    assert_problem(answer, 422, "IDEMPOTENCY_KEY_REUSED")


async def test_a_used_totp_step_is_refused(stack: Stack, mailbox: Mailbox) -> None:
    known = new_sign_in()
    async with Clinician(stack.url, mailbox) as clinician:
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        known = await clinician.sign_in(known, keep=lambda _: None)
        account = {"email": known.email, "password": known.password}
        totp = pyotp.TOTP(known.totp_secret)
        # Enrolment used one step; the one after it is the only one left for a moment.
        code = totp.at((known.used_step + 1) * totp.interval)
        for status in (200, 401, 401):
            step = await clinician.call("POST", "/auth/login", account)
            body = {"challenge_token": step["challenge_token"], "code": code}
            answer = await clinician.http.post("/auth/verify-2fa", json=body)
            assert answer.status_code == status
        assert_problem(answer, 401, "CODE_INVALID")


async def test_a_verification_link_works_once(stack: Stack, mailbox: Mailbox) -> None:
    known = new_sign_in()
    async with Clinician(stack.url, mailbox) as clinician:
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        token = await mailbox.token(known.email)
        answer = await clinician.http.post("/auth/verify-email", json={"token": token})
        assert_problem(answer, 422, "LINK_INVALID")
