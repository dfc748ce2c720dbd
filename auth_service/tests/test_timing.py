"""A known and an unknown address can't be told apart by time."""

import contextlib
import statistics
import time
from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from auth_service.credentials import guesses
from auth_service.credentials.attempts import Limit
from auth_service.tests.conftest import PASSWORD, Identity
from service_kit.errors import DomainError

ROUNDS = 25
# The medians may differ by this part of the whole; the network's own noise is far larger.
TOLERANCE = 0.15
# A busy machine can part two medians once; a difference in the work parts them every time.
REPETITIONS = 5
NUMBERS = count(1)


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    plenty = (Limit(100_000, timedelta(seconds=1)),)
    monkeypatch.setattr(guesses, "LIMITS", dict.fromkeys(guesses.LIMITS, plenty))


async def medians(
    known: Callable[[], Awaitable[object]], unknown: Callable[[], Awaitable[object]]
) -> tuple[float, float]:
    """Median seconds of both, taken in turns so that what else the machine does hits both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for call, kept in zip((known, unknown), times, strict=True):
            started = time.perf_counter()
            with contextlib.suppress(DomainError):
                await call()
            kept.append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


async def assert_alike(
    known: Callable[[], Awaitable[object]], unknown: Callable[[], Awaitable[object]]
) -> None:
    """The medians are alike in at least one of several measurements."""
    measured = []
    for _ in range(REPETITIONS):
        measured.append(pair := await medians(known, unknown))
        if abs(pair[0] - pair[1]) <= TOLERANCE * max(pair) + 0.0005:
            return
    pytest.fail(f"told apart by time: {measured}")


async def test_login_takes_as_long_for_an_unknown_address(identity: Identity) -> None:
    person, client = await identity.registered(), identity.client()
    await assert_alike(
        lambda: client.call("Login", email=person.email, password="wrong"),
        lambda: client.call("Login", email="nobody@clinic.example", password="wrong"),
    )


async def test_registration_takes_as_long_for_a_known_address(identity: Identity) -> None:
    person, client = await identity.registered(), identity.client()
    form = {"password": PASSWORD, "full_name": "Ada", "clinic_name": "Clinic"}
    await assert_alike(
        lambda: client.call("Register", email=person.email, **form),
        lambda: client.call("Register", email=f"t{next(NUMBERS)}@clinic.example", **form),
    )


@pytest.mark.parametrize("method", ["ForgotPassword", "ResendVerification"])
async def test_asking_for_mail_takes_as_long_for_an_unknown_address(
    identity: Identity, method: str
) -> None:
    person, client = await identity.registered(), identity.client()
    await assert_alike(
        lambda: client.call(method, email=person.email),
        lambda: client.call(method, email="nobody@clinic.example"),
    )
    await identity.deliver()
