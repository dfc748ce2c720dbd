"""The demo clinic: made through the public API only, as a clinician's browser would."""

import asyncio
import email
import json
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email import policy
from pathlib import Path
from typing import Any

import httpx
import pyotp

from serving import examples

MAIL_SECONDS = 30
MODEL_SECONDS = 120
DIAGNOSIS_SECONDS = 60
CALL_SECONDS = 30
EMAIL = "demo@dermis.example"
_TOTP_STEP_SECONDS = 30

PATIENTS: list[dict[str, Any]] = [
    {"record_number": "D-001", "full_name": "Renée Ångström", "birth_date": "1961-04-30",
     "sex": "female", "fitzpatrick_type": 2, "risk_notes": "Father had a melanoma."},
    {"record_number": "D-002", "full_name": "Tomás Oliveira", "birth_date": "1978-11-02",
     "sex": "male", "fitzpatrick_type": 4},
    {"record_number": "D-003", "full_name": "Adaeze Nwosu", "birth_date": "1990-07-19",
     "sex": "female", "fitzpatrick_type": 6},
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in to the demo clinic."""

    email: str
    password: str
    totp_secret: str


@dataclass(frozen=True, slots=True)
class Row:
    """One example image and what became of it."""

    image: str
    truth: str
    label: str
    probability: float
    version: str
    milliseconds: float
    detection_id: str


class DemoFailed(Exception):
    """The demo could not be made; the message says at which step."""


class DemoClinic:
    """A client of the public API.

    Args:
        url: where Dermis is open, e.g. `http://localhost:8000`.
        mails: folder of the mail sink.
        folder: where the sign-in is kept, so that a second start finds the same clinic.
    """

    def __init__(self, url: str, mails: Path, folder: Path) -> None:
        self._http = httpx.AsyncClient(base_url=f"{url}/api", timeout=CALL_SECONDS, trust_env=False)
        self._mails = mails
        self._kept = folder / "demo_sign_in.json"
        self._token = ""

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def sign_in(self) -> SignIn:
        """Sign in to the clinic, founding it first where it is not there yet."""
        if self._kept.exists():
            known = SignIn(**json.loads(self._kept.read_text()))
            await self._sign_in_again(known)
            return known
        return await self._found()

    async def diagnose_examples(self, done: Callable[[Row], None]) -> list[Row]:
        """Upload every example image; each is diagnosed once, whatever is repeated."""
        patients = await self._patients()
        rows = []
        for number, example in enumerate(examples.read()):
            row = await self._diagnose(
                patients[number % len(patients)], example.path, example.truth
            )
            rows.append(row)
            done(row)
        return rows

    async def save_overlays(self, rows: list[Row], folder: Path) -> None:
        """Write the overlay of each row as PNG."""
        folder.mkdir(parents=True, exist_ok=True)
        for row in rows:
            explained = await self._call("POST", f"/predict/gradcam/{row.detection_id}")
            picture = await self._http.get(
                httpx.URL(explained["overlay_url"]).raw_path.decode().removeprefix("/api"),
                headers=self._headers(),
            )
            if picture.status_code != 200:
                raise DemoFailed(f"no overlay of {row.image}: {picture.text}")
            (folder / f"{Path(row.image).stem}.png").write_bytes(picture.content)

    async def until_model_is_live(self) -> None:
        """Wait until a TorchServe replica serves the released model."""
        ends = time.monotonic() + MODEL_SECONDS
        while True:
            state = (await self._call("GET", "/readyz"))["dependencies"]["torchserve"]
            if state == "ok":
                return
            if time.monotonic() > ends:
                raise DemoFailed(f"the model did not come up in {MODEL_SECONDS} s: {state}")
            await asyncio.sleep(0.3)

    async def _found(self) -> SignIn:
        password = secrets.token_urlsafe(18)
        await self._call(
            "POST",
            "/auth/register",
            {
                "email": EMAIL,
                "password": password,
                "full_name": "Demo Clinician",
                "clinic_name": "Demo Clinic",
            },
        )
        await self._call("POST", "/auth/verify-email", {"token": await self._mailed_token()})
        step = await self._call("POST", "/auth/login", {"email": EMAIL, "password": password})
        self._token = step["enrolment_token"]
        setup = await self._call("POST", "/users/me/2fa/setup", {"password": password})
        code = pyotp.TOTP(setup["secret"]).now()
        confirmed = await self._call("POST", "/users/me/2fa/confirm", {"code": code})
        self._token = confirmed["tokens"]["access_token"]
        kept = SignIn(EMAIL, password, setup["secret"])
        descriptor = os.open(self._kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(kept), file)
        return kept

    async def _sign_in_again(self, known: SignIn) -> None:
        step = await self._call(
            "POST", "/auth/login", {"email": known.email, "password": known.password}
        )
        code = pyotp.TOTP(known.totp_secret).now()
        body = {"challenge_token": step["challenge_token"], "code": code}
        answer = await self._http.post("/auth/verify-2fa", json=body)
        if answer.status_code != 200:
            # The code of this half minute may have been used by a start just before.
            await asyncio.sleep(_TOTP_STEP_SECONDS - time.time() % _TOTP_STEP_SECONDS + 0.5)
            await self._sign_in_again(known)
            return
        self._token = answer.json()["access_token"]

    async def _mailed_token(self) -> str:
        ends = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < ends:
            for path in sorted(self._mails.glob("*.eml"), reverse=True):
                message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
                body = message.get_body(("plain",))
                text = body.get_content() if body else ""
                found = re.search(r"verify\S*token=([\w.-]+)", text)
                if message["to"] == EMAIL and found:
                    return found.group(1)
            await asyncio.sleep(0.2)
        raise DemoFailed(f"no verification mail came within {MAIL_SECONDS} s")

    async def _patients(self) -> list[str]:
        there = (await self._call("GET", "/patients/?search=D-00"))["items"]
        known = {patient["record_number"]: patient["id"] for patient in there}
        for profile in PATIENTS:
            if profile["record_number"] not in known:
                made = await self._call("POST", "/patients/", profile)
                known[made["record_number"]] = made["id"]
        return [known[profile["record_number"]] for profile in PATIENTS]

    async def _diagnose(self, patient_id: str, path: Path, truth: str) -> Row:
        started = time.perf_counter()
        answer = await self._http.post(
            f"/predict/upload/{patient_id}",
            files={"file": (path.name, path.read_bytes(), "image/jpeg")},
            headers=self._headers() | {"Idempotency-Key": f"demo-{path.name}"},
        )
        milliseconds = (time.perf_counter() - started) * 1000
        if answer.status_code not in (201, 202):
            raise DemoFailed(f"{path.name}: {answer.text}")
        detection = await self._completed(answer.json())
        return Row(
            image=path.name,
            truth=truth,
            label=detection["label"],
            probability=detection["probability_malignant"],
            version=detection["model"]["version"],
            milliseconds=milliseconds,
            detection_id=detection["id"],
        )

    async def _completed(self, detection: dict[str, Any]) -> dict[str, Any]:
        ends = time.monotonic() + DIAGNOSIS_SECONDS
        while detection["status"] == "pending" and time.monotonic() < ends:
            await asyncio.sleep(0.5)
            detection = await self._call("GET", f"/detections/{detection['id']}")
        if detection["status"] != "complete":
            raise DemoFailed(f"a diagnosis is {detection['status']}")
        return detection

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = await self._http.request(method, path, json=body, headers=self._headers())
        if answer.status_code >= 400:
            raise DemoFailed(f"{method} {path}: {answer.text}")
        return answer.json() if answer.content else {}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}
