"""The clinic on the pictures: invented patients, the shipped example photos, real answers."""

import io
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image, ImageEnhance

from local_stack.api_client import Clinician, Refused, SignIn
from local_stack.mailbox import Mailbox
from serving import examples

# People sit at a browser, and the audit names it.
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHOTOS = [example.path.read_bytes() for example in examples.read()]


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion to be photographed.

    Attributes:
        label: where it is, in words.
        view, x, y: where it is on the body map.
        photo: the number of the example that shows it.
        days_before: an earlier visit's photo was taken so long ago; 0 for none.
    """

    label: str
    view: str
    x: float
    y: float
    photo: int
    days_before: int = 0


PATIENTS: list[tuple[dict[str, Any], list[Lesion]]] = [
    (
        {"full_name": "Renée Ångström", "birth_date": "1961-04-30", "sex": "female",
         "fitzpatrick_type": 2, "risk_notes": "Father had a melanoma."},
        [Lesion("left sole, forefoot", "soles", 0.68, 0.36, photo=6),
         Lesion("right heel", "soles", 0.24, 0.86, photo=2, days_before=94),
         Lesion("right palm", "palms", 0.22, 0.6, photo=3)],
    ),
    (
        {"full_name": "Tomás Oliveira", "birth_date": "1978-11-02", "sex": "male",
         "fitzpatrick_type": 4},
        [Lesion("left heel", "soles", 0.76, 0.86, photo=7)],
    ),
    (
        {"full_name": "Adaeze Nwosu", "birth_date": "1990-07-19", "sex": "female",
         "fitzpatrick_type": 6},
        [Lesion("right palm, thumb", "palms", 0.43, 0.5, photo=5)],
    ),
    (
        {"full_name": "Seán O'Brien", "birth_date": "1949-01-12", "sex": "male",
         "fitzpatrick_type": 1, "risk_notes": "Squamous cell carcinoma in 2019, excised."},
        [Lesion("left sole, arch", "soles", 0.68, 0.6, photo=0)],
    ),
    (
        {"full_name": "Mei-Ling Chen", "birth_date": "1984-09-23", "sex": "female",
         "fitzpatrick_type": 3},
        [Lesion("left palm", "palms", 0.78, 0.6, photo=1)],
    ),
    (
        {"full_name": "Jörg Müller", "birth_date": "1955-06-08", "sex": "male",
         "fitzpatrick_type": 2},
        [Lesion("right sole", "soles", 0.28, 0.5, photo=11)],
    ),
]  # fmt: skip
COLLEAGUES = {
    "Anders Holm": "Northside Skin Clinic",
    "Priya Raman": "City Hospital, Dermatology",
    "Lucía Fernández": "Lakeview Dermatology",
}


@dataclass(frozen=True, slots=True)
class Photographed:
    """A lesion in the record, and the newest answer about it."""

    lesion: str
    detection: str


@dataclass(frozen=True, slots=True)
class Clinic:
    """What of the clinic the pictures show.

    Attributes:
        patient, name: whose record is open.
        suspicious: a lesion of theirs.
        followed: another one, with photos of two visits.
    """

    patient: str
    name: str
    suspicious: str
    followed: str


async def fill(doctor: Clinician) -> Clinic:
    """Add every patient, lesion and photo, and a verdict on two of them."""
    made: list[tuple[str, list[Photographed]]] = []
    for number, (profile, lesions) in enumerate(PATIENTS, start=1):
        patient = await doctor.add_patient({"record_number": f"H-{1040 + number}", **profile})
        made.append((patient, [await _photograph(doctor, patient, one) for one in lesions]))
    (patient, (suspicious, followed, harmless)), (_, (excised,)) = made[0], made[1]
    await judge(doctor, harmless, "benign", "Regular network, no change since spring.")
    await judge(doctor, excised, "malignant", "Excision with 2 mm margin.")
    return Clinic(patient, PATIENTS[0][0]["full_name"], suspicious.lesion, followed.lesion)


async def judge(doctor: Clinician, photographed: Photographed, verdict: str, note: str) -> None:
    """Give a verdict on the newest photo of a lesion."""
    body = {"verdict": verdict, "note": note}
    await doctor.call("POST", f"/detections/{photographed.detection}/reviews", body)


async def register_colleagues(url: str, mailbox: Mailbox) -> None:
    """Let clinicians of other clinics register."""
    for full_name, clinic in COLLEAGUES.items():
        plain = unicodedata.normalize("NFKD", full_name).encode("ascii", "ignore").decode()
        address = f"{plain.lower().replace(' ', '.')}@clinic.example"
        async with Clinician(url, mailbox) as colleague:
            colleague.http.headers["user-agent"] = BROWSER
            known = SignIn(address, secrets.token_urlsafe(18))
            await colleague.register(known, full_name=full_name, clinic=clinic)


async def _photograph(doctor: Clinician, patient: str, lesion: Lesion) -> Photographed:
    draft = {
        "label": lesion.label,
        "body_site": "palms_soles",
        "position": {"view": lesion.view, "x": lesion.x, "y": lesion.y},
    }
    made = await doctor.call("POST", f"/patients/{patient}/lesions", draft)
    if lesion.days_before:
        earlier = _at_an_earlier_visit(PHOTOS[lesion.photo])
        await _upload(doctor, patient, made["id"], earlier, lesion.days_before)
    detection = await _upload(doctor, patient, made["id"], PHOTOS[lesion.photo], 0)
    return Photographed(made["id"], detection)


async def _upload(doctor: Clinician, patient: str, lesion: str, photo: bytes, days_ago: int) -> str:
    """The id of the answer to a photo, taken on another day if need be."""
    taken = datetime.now(UTC) - timedelta(days=days_ago, minutes=20)
    answer = await doctor.http.post(
        f"/predict/upload/{patient}",
        files={"file": ("photo.jpg", photo)},
        data={"lesion_id": lesion, "captured_at": taken.isoformat()},
    )
    if answer.is_error:
        raise Refused(answer)
    return str((await doctor.settled(answer.json()))["id"])


def _at_an_earlier_visit(photo: bytes) -> bytes:
    """The photo turned and lit anew: no two of the examples show one lesion on two days."""
    picture = Image.open(io.BytesIO(photo)).convert("RGB")
    width, height = picture.size
    turned = picture.rotate(9, Image.Resampling.BICUBIC)
    # Without the corners that the turn has left empty.
    inner = turned.crop((width // 8, height // 8, width - width // 8, height - height // 8))
    stored = io.BytesIO()
    ImageEnhance.Brightness(inner.resize(picture.size)).enhance(0.94).save(stored, "JPEG")
    return stored.getvalue()
