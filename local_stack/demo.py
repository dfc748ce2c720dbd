"""The demo clinic: set up once, through the public API only."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local_stack.api_client import Clinician, Refused, SignIn
from service_kit.files import write_private_json
from service_kit.reasons import Reason
from serving import examples

MODEL_SECONDS = 120
EMAIL = "demo@dermis.example"

PATIENTS: list[dict[str, Any]] = [
    {"record_number": "D-001", "full_name": "Renée Ångström", "birth_date": "1961-04-30",
     "sex": "female", "fitzpatrick_type": 2, "risk_notes": "Father had a melanoma."},
    {"record_number": "D-002", "full_name": "Tomás Oliveira", "birth_date": "1978-11-02",
     "sex": "male", "fitzpatrick_type": 4},
    {"record_number": "D-003", "full_name": "Adaeze Nwosu", "birth_date": "1990-07-19",
     "sex": "female", "fitzpatrick_type": 6},
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One example photo and its result; milliseconds from upload to answer."""

    image: str
    truth: str
    label: str
    probability: float
    version: str
    milliseconds: float
    detection_id: str


class DemoFailed(Exception):
    """The demo could not be set up; the message says at which step."""


class DemoClinic:
    """The demo clinic of one system.

    Args:
        clinician: signs in to it.
        folder: keeps sign-in and results, so that the next start picks up from there.
    """

    def __init__(self, clinician: Clinician, folder: Path) -> None:
        self._clinician = clinician
        self._sign_in_file = folder / "demo_sign_in.json"
        self._rows_file = folder / "demo_results.json"

    async def sign_in(self) -> SignIn:
        """Sign in to the clinic, creating it first if it doesn't exist yet."""
        known = self._known()
        self._keep(known)
        try:
            return await self._clinician.sign_in(known, keep=self._keep)
        except Refused as refused:
            if refused.reason != Reason.CREDENTIALS_INVALID.name:
                raise
        await self._clinician.register(known, full_name="Demo Clinician", clinic="Demo Clinic")
        return await self._clinician.sign_in(known, keep=self._keep)

    async def until_model_is_live(self) -> None:
        """Wait until a TorchServe replica serves the released model.

        Raises:
            DemoFailed: it did not come up.
        """
        ends = time.monotonic() + MODEL_SECONDS
        while True:
            state = (await self._clinician.call("GET", "/readyz"))["dependencies"]["torchserve"]
            if state == "ok":
                return
            if time.monotonic() > ends:
                raise DemoFailed(f"The model did not come up in {MODEL_SECONDS} s: {state}.")
            await asyncio.sleep(0.2)

    async def assess_examples(self, done: Callable[[Row], None]) -> list[Row]:
        """Upload every example photo that hasn't been yet; each is assessed once.

        Raises:
            DemoFailed: the model didn't answer for a photo.
        """
        kept = self._kept_rows()
        patients = await self._patients() if len(kept) < len(examples.read()) else []
        rows = []
        for number, example in enumerate(examples.read()):
            row = kept.get(example.path.name)
            if row is None:
                row = await self._assess(patients[number % len(patients)], example)
                kept[row.image] = row
                write_private_json(self._rows_file, [asdict(found) for found in kept.values()])
            rows.append(row)
            done(row)
        return rows

    async def save_overlays(self, rows: list[Row], folder: Path) -> None:
        """Write each row's overlay as PNG, replacing those of an earlier demo."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()
        for row in rows:
            overlay = await self._clinician.overlay(row.detection_id)
            (folder / f"{Path(row.image).stem}.png").write_bytes(overlay)

    async def _patients(self) -> list[str]:
        there = (await self._clinician.call("GET", "/patients/?search=D-00"))["items"]
        known = {patient["record_number"]: patient["id"] for patient in there}
        for profile in PATIENTS:
            number = profile["record_number"]
            if number not in known:
                known[number] = await self._clinician.add_patient(profile)
        return [known[profile["record_number"]] for profile in PATIENTS]

    async def _assess(self, patient_id: str, example: examples.Example) -> Row:
        name, photo = example.path.name, example.path.read_bytes()
        started = time.perf_counter()
        # If interrupted here, the next start gets this upload's answer and uploads nothing twice.
        answer = await self._clinician.upload(patient_id, photo, key=f"demo-{name}", name=name)
        milliseconds = (time.perf_counter() - started) * 1000
        if answer.is_error:
            raise Refused(answer)
        detection = await self._clinician.settled(answer.json())
        if detection["status"] != "complete":
            reason = detection["failure_reason"] or "no answer in time"
            raise DemoFailed(f"{name} is {detection['status']}: {reason}.")
        return Row(
            image=name,
            truth=example.truth,
            label=detection["label"],
            probability=detection["probability_malignant"],
            version=detection["model"]["version"],
            milliseconds=milliseconds,
            detection_id=detection["id"],
        )

    def _known(self) -> SignIn:
        if self._sign_in_file.exists():
            return SignIn(**json.loads(self._sign_in_file.read_text()))
        return SignIn(EMAIL, secrets.token_urlsafe(18))

    def _keep(self, sign_in: SignIn) -> None:
        write_private_json(self._sign_in_file, asdict(sign_in))

    def _kept_rows(self) -> dict[str, Row]:
        if not self._rows_file.exists():
            return {}
        return {found["image"]: Row(**found) for found in json.loads(self._rows_file.read_text())}
