"""What is warned of in a photo, whatever its size and that of the model's input."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from serving.model import quality
from serving.model.preprocessing import central_square
from serving.tests.conftest import lesion_photo

SIZES = [64, 224, 260]


def warned(photo: Image.Image, size: int) -> list[str]:
    return quality.warnings(photo, central_square(photo, size))


def grained(mean: float) -> Image.Image:
    noise = np.random.default_rng(5).normal(mean, 60, (300, 400, 3))
    return Image.fromarray(noise.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("size", SIZES)
def test_a_sharp_well_lit_photo_needs_no_warning(size: int) -> None:
    assert warned(grained(120), size) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("photo", "expected"),
    [
        (grained(120).point(lambda level: level // 8), "TOO_DARK"),
        (grained(255).point(lambda level: max(level, 245)), "TOO_BRIGHT"),
        (Image.new("RGB", (400, 300), (120, 90, 80)), "NO_CONTRAST"),
        (lesion_photo(size=(400, 300)).filter(ImageFilter.GaussianBlur(12)), "BLURRED"),
        (grained(120).resize((199, 260)), "SMALL"),
    ],
)
def test_what_makes_an_answer_unreliable_is_warned_of(
    photo: Image.Image, expected: str, size: int
) -> None:
    assert expected in warned(photo, size)


def test_dark_corners_alone_are_no_reason_to_warn() -> None:
    photo = grained(120)
    for corner in ((0, 0), (0, 270), (370, 0), (370, 270)):
        photo.paste((0, 0, 0), (*corner, corner[0] + 30, corner[1] + 30))
    assert warned(photo, 224) == []
