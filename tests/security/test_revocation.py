"""An ended session is over in every service with the next call, with Redis there and away."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import pytest

from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from dermis.patient.v1 import patient_pb2, patient_pb2_grpc
from local_stack.api_client import Clinician, Refused, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests.conftest import new_sign_in
from tests.problems import assert_problem


@dataclass
class Person:
    """A clinician who is signed in at two devices."""

    user_id: str
    known: SignIn
    laptop: Clinician
    phone: Clinician


Change = Callable[[Person, Clinician], Awaitable[object]]


def disable(person: Person, admin: Clinician) -> Awaitable[object]:
    return admin.call("PATCH", f"/admin/users/{person.user_id}", {"active": False})


def change_role(person: Person, admin: Clinician) -> Awaitable[object]:
    return admin.call("PATCH", f"/admin/users/{person.user_id}", {"role": "ml_engineer"})


def reset_second_factor(person: Person, admin: Clinician) -> Awaitable[object]:
    return admin.call("POST", f"/admin/users/{person.user_id}/reset-2fa")


def end_all_sessions(person: Person, admin: Clinician) -> Awaitable[object]:
    return admin.call("DELETE", f"/admin/users/{person.user_id}/sessions")


def change_password(person: Person, admin: Clinician) -> Awaitable[object]:
    passwords = {
        "current_password": person.known.password,
        "new_password": secrets.token_urlsafe(18),
    }
    return person.laptop.call("POST", "/users/me/password", passwords)


def end_other_sessions(person: Person, admin: Clinician) -> Awaitable[object]:
    return person.laptop.call("DELETE", "/users/me/sessions")


CHANGES = [
    disable, change_role, reset_second_factor, end_all_sessions, change_password,
    end_other_sessions,
]  # fmt: skip


@pytest.mark.parametrize("redis", ["there", "away"])
@pytest.mark.parametrize("change", CHANGES)
async def test_every_service_refuses_the_session_with_the_next_call(
    stack: Stack, person: Person, admin: Clinician, change: Change, redis: str
) -> None:
    token = str(person.phone.http.headers["Authorization"])
    for door in (_auth_service, _patient_service):
        assert await door(stack, token) == grpc.StatusCode.OK
    assert (await person.phone.http.get("/users/me")).status_code == 200
    async with stack.supervisor.held_down("Redis") if redis == "away" else nullcontext():
        await _patiently(change, person, admin)
        for path in ("/users/me", "/patients/"):
            assert_problem(await _get(person.phone, path), 401, "SESSION_ENDED")
        for door in (_auth_service, _patient_service):
            assert await door(stack, token) == grpc.StatusCode.UNAUTHENTICATED
    # Redis, back or there all the time, has not forgotten it.
    assert_problem(await _get(person.phone, "/patients/"), 401, "SESSION_ENDED")


@pytest.mark.parametrize("change", [change_password, end_other_sessions])
async def test_the_device_that_ends_the_others_stays_signed_in(
    person: Person, admin: Clinician, change: Change
) -> None:
    await change(person, admin)
    assert (await person.laptop.http.get("/patients/")).status_code == 200


@pytest.fixture
async def person(stack: Stack, mailbox: Mailbox) -> AsyncIterator[Person]:
    async with AsyncExitStack() as opened:
        laptop = await opened.enter_async_context(Clinician(stack.url, mailbox))
        phone = await opened.enter_async_context(Clinician(stack.url, mailbox))
        known = new_sign_in()
        await laptop.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        known = await laptop.sign_in(known, keep=_forget)
        known = await phone.sign_in(known, keep=_forget)
        user_id = (await laptop.call("GET", "/users/me"))["id"]
        yield Person(user_id, known, laptop, phone)


@pytest.fixture(scope="module")
async def admin(stack: Stack, mailbox: Mailbox) -> AsyncIterator[Clinician]:
    email = f"revoker-{secrets.token_hex(4)}@dermis.example"
    known = SignIn(email, secrets.token_urlsafe(18))
    await stack.create_admin(known.email, known.password)
    async with Clinician(stack.url, mailbox) as administrator:
        await administrator.sign_in(known, keep=_forget)
        yield administrator


# A machine with more to do than it can may be too slow for a check's deadline. Nobody comes in then
# (503), and what is asked for here is who does once there is an answer.
PATIENCE_SECONDS = 60
BUSY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


async def _patiently(change: Change, person: Person, admin: Clinician) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await change(person, admin)
            except Refused as refused:
                if refused.status != 503:
                    raise
                await asyncio.sleep(0.2)
            else:
                return


async def _get(caller: Clinician, path: str) -> httpx.Response:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (answer := await caller.http.get(path)).status_code == 503:
            await asyncio.sleep(0.2)
        return answer


async def _auth_service(stack: Stack, token: str) -> grpc.StatusCode:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{stack.services.auth}") as channel:
        accounts: Any = auth_pb2_grpc.AccountServiceStub(channel)
        request = auth_pb2.GetMeRequest()
        return await _status(lambda: accounts.GetMe(request, **_showing(token)))


async def _patient_service(stack: Stack, token: str) -> grpc.StatusCode:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{stack.services.patient}") as channel:
        patients: Any = patient_pb2_grpc.PatientServiceStub(channel)
        request = patient_pb2.ListPatientsRequest()
        return await _status(lambda: patients.ListPatients(request, **_showing(token)))


def _showing(token: str) -> dict[str, Any]:
    return {"metadata": [("authorization", token)], "timeout": 60, "wait_for_ready": True}


async def _status(call: Callable[[], Awaitable[object]]) -> grpc.StatusCode:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await call()
            except grpc.aio.AioRpcError as error:
                if error.code() not in BUSY:
                    return error.code()
                await asyncio.sleep(0.2)
            else:
                return grpc.StatusCode.OK


def _forget(_: SignIn) -> None:
    """Everything stays in this process."""
