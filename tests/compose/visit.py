"""What a clinician does at the composed system, through nginx's published port only."""

import asyncio
import secrets
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from tests import photos

LIVE_SECONDS = 300


@dataclass(frozen=True)
class Diagnosis:
    """What a later start must show again."""

    detection_id: str
    patient_id: str
    image_id: str
    label: str
    probability: float
    photo: bytes


class Visit:
    """One clinician, from registration to the second day."""

    def __init__(
        self,
        url: str,
        mails: Path,
        *,
        known: SignIn | None = None,
        trusting: ssl.SSLContext | None = None,
    ) -> None:
        self._clinician = Clinician(url, Mailbox(mails), trusting)
        self._url = url
        email = f"{secrets.token_hex(6)}@clinic.example"
        self._known = known or SignIn(email=email, password=secrets.token_urlsafe(24))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._clinician.http.aclose()

    @property
    def known(self) -> SignIn:
        """How this clinician signs in."""
        return self._known

    async def opens_the_client(self) -> None:
        """The page, with a policy and the scripts that it names."""
        page = await self._clinician.http.get(f"{self._url}/patients")
        assert page.status_code == 200, page.text
        assert "DERMIS_CSP_NONCE" not in page.text
        script = page.text.split('src="')[1].split('"')[0]
        assert (await self._clinician.http.get(self._url + script)).status_code == 200

    async def signs_in_for_the_first_time(self) -> None:
        """Registration, the link in the mail, both factors."""
        await self._clinician.register(self._known, full_name="Ines Moreau", clinic="Quay Clinic")
        await self.signs_in()

    async def signs_in(self) -> None:
        """Both factors."""
        self._known = await self._clinician.sign_in(self._known, keep=self._keep)

    async def diagnoses(self) -> Diagnosis:
        """A new patient, a photo, its diagnosis and heatmap."""
        patient = await self._clinician.add_patient(
            {
                "record_number": secrets.token_hex(4),
                "full_name": "Ingrid Solheim",
                "birth_date": "1957-08-14",
                "sex": "female",
            }
        )
        answer = await self._clinician.upload(patient, photos.malignant())
        assert answer.is_success, answer.text
        found = await self._clinician.settled(answer.json())
        assert found["status"] == "complete", found
        assert (await self._clinician.overlay(found["id"])).startswith(b"\x89PNG")
        return Diagnosis(
            found["id"], patient, found["image_id"], found["label"], found["probability_malignant"],
            await self._photo(found["image_id"]),
        )  # fmt: skip

    async def finds(self, kept: Diagnosis) -> None:
        """The same answer and the same photo."""
        found = await self._clinician.call("GET", f"/detections/{kept.detection_id}")
        assert (found["label"], found["probability_malignant"]) == (kept.label, kept.probability)
        assert await self._photo(kept.image_id) == kept.photo

    async def misses(self, lost: Diagnosis) -> None:
        """What came after the backup that was restored is not there."""
        answer = await self._clinician.http.get(f"/detections/{lost.detection_id}")
        assert answer.status_code == 404, answer.text

    async def until_model_is_live(self) -> None:
        """Until the gateway reaches a TorchServe that serves the released version."""
        await self._until_torchserve(ok=True)

    async def until_model_is_away(self) -> None:
        """Until the gateway has noticed that there is none."""
        await self._until_torchserve(ok=False)

    async def _until_torchserve(self, *, ok: bool) -> None:
        ends = time.monotonic() + LIVE_SECONDS
        while True:
            answer = await self._clinician.http.get("/readyz")
            states = answer.json().get("dependencies", {})
            if (states.get("torchserve") == "ok") is ok:
                return
            assert time.monotonic() < ends, answer.text
            await asyncio.sleep(0.5)

    async def _photo(self, image_id: str) -> bytes:
        answer = await self._clinician.http.get(f"/images/{image_id}")
        assert answer.is_success, answer.text
        return answer.content

    def _keep(self, known: SignIn) -> None:
        self._known = known
