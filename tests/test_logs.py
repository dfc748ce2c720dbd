"""No log of any component holds an address, a name, a token, a code or a secret.

Everything that people can send is sent with words that stand nowhere else, rightly and wrongly;
then all logs are searched for them: the services', nginx's, TorchServe's, PostgreSQL's, Redis', and
the stream that the admin console reads.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from imaging.tests.made_photos import encoded, taken
from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests import photos
from tests.conftest import profile
from tests.log_contents import EXPECTED, leaks, logged
from tests.test_nginx import NGINX, Nginx, started

ZERO = "00000000-0000-7000-8000-000000000000"


@dataclass
class Told:
    """What was sent that no log may hold, by what it is."""

    words: dict[str, str] = field(default_factory=dict)

    def word(self, what: str, shape: str = "{}") -> str:
        """A word that nobody else says."""
        # A log may shorten or mask what stands around it.
        self.words[what] = f"q{secrets.token_hex(9)}z"
        return shape.format(self.words[what])

    def add(self, what: str, word: str) -> str:
        """One that somebody else has made."""
        self.words[what] = word
        return word


@pytest.fixture(scope="module")
def front(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx | None]:
    """An nginx before the system, where there is one on this machine."""
    port = httpx.URL(stack.url).port
    assert port
    if not Path(NGINX).exists():
        yield None
        return
    with started(tmp_path_factory.mktemp("front"), port) as running:
        yield running


@pytest.fixture
async def through(stack: Stack, front: Nginx | None, mailbox: Mailbox) -> AsyncIterator[Clinician]:
    async with AsyncExitStack() as opened:
        url = front.url if front else stack.url
        yield await opened.enter_async_context(Clinician(url, mailbox))


async def test_no_log_of_any_component_holds_what_people_have_sent(
    stack: Stack, front: Nginx | None, through: Clinician, mailbox: Mailbox
) -> None:
    told = Told()
    known = await _identity(through, mailbox, told)
    await _record(through, told)
    await _nonsense(through, told)
    await _sessions(through, known, told)
    secret_file = json.loads((stack.folder / "secrets.json").read_text())
    for name, value in _texts(secret_file):
        told.add(f"secret {name}", value)
    # Lines reach the stream in batches.
    await asyncio.sleep(1)
    others = [front.folder / "access.log", front.folder / "error.log"] if front else []
    contents = logged(stack, *others)
    assert set(EXPECTED) <= set(contents)
    assert all(contents[name] for name in (*EXPECTED, "stream"))
    found = leaks(contents, told.words)
    assert not found, "\n".join(sorted(found))
    assert "Noor Haddad" not in "".join(contents.values())
    assert "@harbour.example" not in "".join(contents.values())


async def _identity(clinician: Clinician, mailbox: Mailbox, told: Told) -> SignIn:
    """Register and sign in, with everything that goes wrong on the way."""
    known = SignIn(told.word("address", "{}@logs.example"), told.word("password", "Aa1-{}"))
    account = {
        "email": known.email, "password": known.password,
        "full_name": told.word("own name", "Noor {}"), "clinic_name": told.word("clinic", "C {}"),
    }  # fmt: skip
    before = mailbox.newest()
    # At once and again: one of them meets the other's row.
    await asyncio.gather(*(_send(clinician, "POST", "/auth/register", account) for _ in range(4)))
    token = told.add("verification", await mailbox.token(known.email, after=before))
    wrong = told.word("wrong token")
    for sent in (wrong, token, token):
        await _send(clinician, "POST", "/auth/verify-email", {"token": sent})
    for password in (told.word("wrong password"), known.password):
        account = {"email": known.email, "password": password}
        await _send(clinician, "POST", "/auth/login", account)
    kept: list[SignIn] = []
    known = await clinician.sign_in(known, keep=kept.append)
    told.add("second factor", known.totp_secret)
    told.add("access token", clinician.http.headers["Authorization"].removeprefix("Bearer "))
    before = mailbox.newest()
    await _send(clinician, "POST", "/auth/forgot-password", {"email": known.email})
    told.add("reset", await mailbox.token(known.email, after=before))
    return known


async def _record(clinician: Clinician, told: Told) -> None:
    """A patient, photos, notes, verdicts; the same record number twice at once."""
    person = profile() | {
        "full_name": told.word("patient", "Ingrid {}"),
        "record_number": told.word("record number"),
    }
    answers = await asyncio.gather(
        *(_send(clinician, "POST", "/patients/", person) for _ in range(4))
    )
    patient = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    for word in (person["full_name"], told.word("searched for"), "%", "'"):
        await _send(clinician, "GET", f"/patients/?search={word}")
    photo = encoded(photos.picture(), exif=taken(told.word("date", "2024:05:06 07:08:09 {}")))
    for sent in (photo, photo[:900], told.word("no photo").encode()):
        await clinician.upload(patient, sent, name=told.word("file's name", "{}.jpg"))
    detection = (await clinician.upload(patient, photos.malignant())).json()["id"]
    for verdict in ("agree", told.word("no verdict")):
        body = {"verdict": verdict, "note": told.word("note")}
        await _send(clinician, "POST", f"/detections/{detection}/reviews", body)
    lesion = {"label": told.word("lesion"), "body_site": told.word("no site")}
    await _send(clinician, "POST", f"/patients/{patient}/lesions", lesion)
    await _send(clinician, "POST", f"/patients/{patient}/notes", {"text": told.word("a note")})
    for path in ("report.pdf", "export"):
        await _send(clinician, "GET", f"/patients/{patient}/{path}")
    for name in (told.word("a name with a zero", "{}\x00"), told.word("half a letter", "{}\ud800")):
        await _send(clinician, "PUT", f"/patients/{patient}", person | {"full_name": name})


async def _nonsense(clinician: Clinician, told: Told) -> None:
    """Words where identifiers, cursors, headers and bodies belong."""
    for path in (
        f"/patients/{told.word('no patient')}", f"/images/{told.word('no image')}/info",
        f"/patients/?cursor={told.word('no cursor')}", f"/detections/{told.word('no detection')}",
        f"/{told.word('no route')}", f"/patients/?limit={told.word('no limit')}",
    ):  # fmt: skip
        await _send(clinician, "GET", path)
    bad = {"Authorization": f"Bearer {told.word('no access token', 'eyJhbGciOiJFZERTQSJ9.{}.x')}"}
    await clinician.http.get("/users/me", headers=bad)
    headers = {"Idempotency-Key": told.word("idempotency key"), "Cookie": told.word("cookie")}
    await clinician.http.post(f"/predict/upload/{ZERO}", files={"file": b"x"}, headers=headers)
    broken = f'{{"email": "{told.word("in broken JSON", "{}@logs.example")}"'
    await clinician.http.post("/auth/login", content=broken.encode())
    huge = {"email": told.word("in a large body", "{}@logs.example"), "password": "x" * 300_000}
    await _send(clinician, "POST", "/auth/login", huge)


async def _sessions(clinician: Clinician, known: SignIn, told: Told) -> None:
    """Change address and password, refresh, and sign out."""
    new = {"email": told.word("new address", "{}@logs.example"), "full_name": told.word("new name")}
    await _send(clinician, "PUT", "/users/me", new | {"current_password": known.password})
    for current in (told.word("wrong current password"), known.password):
        passwords = {
            "current_password": current, "new_password": told.word("new password", "Bb2-{}"),
        }  # fmt: skip
        await _send(clinician, "POST", "/users/me/password", passwords)
    for cookie in clinician.http.cookies.jar:
        told.add(f"cookie {cookie.name}", str(cookie.value))
    for path in ("/auth/refresh", "/auth/logout", "/auth/refresh"):
        await _send(clinician, "POST", path)


async def _send(
    clinician: Clinician, method: str, path: str, body: object = None
) -> httpx.Response:
    """Send it; what is answered doesn't matter here."""
    if body is None:
        return await clinician.http.request(method, path)
    sent = json.dumps(body).encode()
    return await clinician.http.request(
        method, path, content=sent, headers={"content-type": "application/json"}
    )


def _texts(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", text) for inner, text in _texts(value))
        elif isinstance(value, str) and len(value) > 8:
            yield name, value
