"""A turned photo through the real system: stored as large as it was sent, and answered the same.

One upright picture, laid into files in all eight ways: each must be turned back by whoever reads
it, and its stored copy, asked again, must get the recorded probability.
"""

import io
from typing import Any

import pytest
from PIL import Image

from imaging.exif import TURNS
from imaging.tests.made_photos import encoded, exif
from local_stack.api_client import Clinician
from tests.photos import malignant

# What turning back undoes: all but the quarter turns are their own opposites.
_OPPOSITE = {6: 8, 8: 6}
_SMALL = (640, 480)
# As large as a phone's and a camera's photos; upright, 3:4 and 1:1.
_PHONE, _LARGEST = (3024, 4032), (7000, 7000)
_SAME = 1e-3


def lying(size: tuple[int, int], orientation: int, kind: str) -> bytes:
    """A photo whose upright picture has this size, stored turned."""
    upright = Image.open(io.BytesIO(malignant())).convert("RGB").resize(size)
    turn = TURNS.get(_OPPOSITE.get(orientation, orientation))
    image = upright if turn is None else upright.transpose(turn)
    options: dict[str, Any] = {"quality": 90} if kind == "JPEG" else {"compress_level": 1}
    return encoded(image, kind, exif=exif(orientation), **options)


async def answered(clinician: Clinician, patient: str, photo: bytes) -> float:
    """The recorded probability, once everything about the stored copy has been checked."""
    answer = await clinician.upload(patient, photo)
    assert answer.status_code in {201, 202}, answer.text
    detection = await clinician.settled(answer.json())
    info = await clinician.call("GET", f"/images/{detection['image_id']}/info")
    assert info["size"] == pytest.approx(len(photo), rel=0.05)
    again = await clinician.call("POST", f"/predict/again/{detection['image_id']}")
    again = await clinician.settled(again)
    recorded: float = detection["probability_malignant"]
    assert again["probability_malignant"] == pytest.approx(recorded, abs=_SAME)
    return recorded


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_however_a_photo_lies_its_answer_is_the_same_and_stays_the_same(
    clinician: Clinician, patient: str, kind: str
) -> None:
    found = [
        await answered(clinician, patient, lying(_SMALL, orientation, kind))
        for orientation in range(1, 9)
    ]
    # JPEG's blocks lie differently in each; a PNG's pixels are the same.
    assert max(found) - min(found) <= (_SAME if kind == "PNG" else 0.05), found


@pytest.mark.parametrize(
    ("size", "orientation", "kind"),
    [(_PHONE, 6, "JPEG"), (_PHONE, 8, "PNG"), (_PHONE, 5, "JPEG"), (_LARGEST, 6, "JPEG")],
)
async def test_a_large_photo_that_lies_on_its_side_is_answered_the_same_again(
    clinician: Clinician, patient: str, size: tuple[int, int], orientation: int, kind: str
) -> None:
    await answered(clinician, patient, lying(size, orientation, kind))


async def test_a_jpeg_and_a_png_of_its_pixels_get_the_same_answer(
    clinician: Clinician, patient: str
) -> None:
    photo = lying(_PHONE, 1, "JPEG")
    pixels = encoded(Image.open(io.BytesIO(photo)).convert("RGB"), "PNG", compress_level=1)
    of_jpeg, of_png = [await answered(clinician, patient, sent) for sent in (photo, pixels)]
    assert of_jpeg == pytest.approx(of_png, abs=_SAME)
