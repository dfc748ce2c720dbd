"""The job that Dermis exists for, from registration to a heatmap, over the public API."""

import io

import numpy as np
from PIL import Image

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from serving import examples
from tests.conftest import new_sign_in, profile
from tests.photos import malignant


async def test_a_clinician_goes_from_registration_to_an_overlay(
    stack: Stack, mailbox: Mailbox
) -> None:
    kept: list[SignIn] = []
    known = new_sign_in()
    async with Clinician(stack.url, mailbox) as clinician:
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        known = await clinician.sign_in(known, keep=kept.append)
        me = await clinician.call("GET", "/users/me")
        assert me["email"] == known.email

        patient_id = await clinician.add_patient(profile())
        answer = await clinician.upload(patient_id, malignant())
        assert answer.status_code == 201, answer.text
        detection = answer.json()
        assert answer.headers["location"] == f"/api/detections/{detection['id']}"
        assert detection["status"] == "complete"
        assert 0 <= detection["probability_malignant"] <= 1
        expected = detection["probability_malignant"] >= detection["threshold"]
        assert detection["label"] == ("malignant" if expected else "benign")
        assert detection["model"]["version"]

        history = await clinician.call("GET", f"/patients/{patient_id}/detections")
        assert [found["id"] for found in history["items"]] == [detection["id"]]
        photo = await clinician.http.get(f"/images/{detection['image_id']}")
        sent = Image.open(io.BytesIO(malignant()))
        assert _pixels(photo.content) == _pixels(malignant())

        overlay = Image.open(io.BytesIO(await clinician.overlay(detection["id"])))
        assert (overlay.format, overlay.size) == ("PNG", sent.size)
        difference = np.asarray(overlay.convert("RGB"), int) - np.asarray(sent.convert("RGB"), int)
        assert np.abs(difference).max() > 20
    assert kept == [known]


async def test_every_second_sign_in_asks_for_the_second_factor(
    stack: Stack, mailbox: Mailbox
) -> None:
    known = new_sign_in()
    async with Clinician(stack.url, mailbox) as first:
        await first.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        known = await first.sign_in(known, keep=lambda _: None)
    async with Clinician(stack.url, mailbox) as second:
        account = {"email": known.email, "password": known.password}
        step = await second.call("POST", "/auth/login", account)
        assert step["status"] == "two_factor_required"
        assert "access_token" not in step
        await second.sign_in(known, keep=lambda _: None)
        assert (await second.call("GET", "/users/me"))["email"] == known.email


async def test_the_shipped_model_tells_the_example_photos_apart(
    clinician: Clinician, patient: str
) -> None:
    right = 0
    for example in examples.read():
        answer = await clinician.upload(patient, example.path.read_bytes())
        assert answer.status_code == 201, answer.text
        right += answer.json()["label"] == example.truth
    # Not a measure of the model (that is its card), but of the way to it: mixed-up classes,
    # channels or normalisation would not get past half.
    assert right >= 10


def _pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()
