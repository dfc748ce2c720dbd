"""Where the model looks: at the lesion, wherever it lies, and never silently past it."""

import dataclasses

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from serving.archives.weights_file import Floats
from serving.model.attention import looked_at
from serving.model.classifier import Prediction
from serving.model.locator import Spot, spots_off_centre
from serving.model.looks import central_look, look_at
from serving.model.preprocessing import Preprocess
from serving.model.quality import LESION_CUT, OFF_CENTRE
from serving.tests.archives import card, safetensors

SHAPES = [(400, 300), (450, 300), (533, 300), (300, 400), (1600, 1200)]


def skin(size: tuple[int, int], lesion: tuple[float, float], radius: float = 0.13) -> Image.Image:
    """A photo of skin in uneven light, with a brown lesion; in shares of the shorter side."""
    short = min(size)
    x, y = (share * short for share in lesion)
    r = radius * short
    photo = Image.new("RGB", size, (214, 170, 150))
    ImageDraw.Draw(photo).ellipse((x - r, y - r, x + r, y + r), (110, 62, 48))
    photo = photo.filter(ImageFilter.GaussianBlur(short / 100))
    light = np.linspace(0.75, 1.05, size[0])[None, :, None]
    noise = np.random.default_rng(5).normal(0, 2, (size[1], size[0], 1))
    return Image.fromarray((np.asarray(photo) * light + noise).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("size", SHAPES)
def test_a_lesion_in_the_middle_takes_one_look(size: tuple[int, int]) -> None:
    width, height = (side / min(size) for side in size)
    assert spots_off_centre(skin(size, (width / 2, height / 2))) == []
    assert spots_off_centre(skin(size, (width / 2 + 0.1, height / 2 - 0.1), 0.3)) == []


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_a_lesion_in_a_corner_is_found_there(
    size: tuple[int, int], corner: tuple[int, int]
) -> None:
    place = [
        0.16 if not end else side / min(size) - 0.16 for end, side in zip(corner, size, strict=True)
    ]
    (spot,) = spots_off_centre(skin(size, (place[0], place[1])))
    expected = np.array(place) * min(size)
    assert np.hypot(*(np.array([spot.x, spot.y]) - expected)) < 0.03 * min(size)
    assert not spot.reaches_edge


def test_a_lesion_that_the_photo_cuts_reaches_the_edge() -> None:
    (spot,) = spots_off_centre(skin((400, 300), (0.05, 0.5)))
    assert spot.reaches_edge


@pytest.mark.parametrize("size", [(400, 300), (7, 5), (1, 1), (3000, 200), (48, 48)])
@pytest.mark.parametrize("colour", ["black", "white", (214, 170, 150)])
def test_a_photo_of_one_colour_is_looked_at_in_the_middle(
    size: tuple[int, int], colour: str | tuple[int, int, int]
) -> None:
    assert spots_off_centre(Image.new("RGB", size, colour)) == []


def test_a_dark_rim_is_not_taken_for_a_lesion() -> None:
    photo = skin((400, 300), (400 / 300 / 2, 0.5))
    mask = Image.new("L", photo.size, 255)
    ImageDraw.Draw(mask).ellipse((60, 10, 340, 290), 0)
    photo.paste((4, 4, 6), mask=mask)
    assert spots_off_centre(photo) == []


def test_what_lies_beyond_the_edge_is_continued_from_across_the_lesion() -> None:
    photo = skin((400, 300), (0.2, 0.5))
    look = look_at(photo, Spot(60, 150, reaches_edge=False), 100)
    seen = np.asarray(look.square, int)
    beyond = np.arange(-round(look.box[0] / 3))
    assert len(beyond) == 30
    assert (seen[:, beyond] == seen[:, 99 - beyond]).all()
    assert look.part == pytest.approx((0, 0, 210, 300))


@pytest.mark.parametrize("place", [(0, 0), (399, 0), (0, 299), (399, 299), (200, 150)])
def test_a_look_anywhere_is_a_whole_square(place: tuple[int, int]) -> None:
    photo = skin((400, 300), (0.5, 0.5))
    look = look_at(photo, Spot(*place, reaches_edge=True), 64)
    assert look.square.size == (64, 64)
    left, top, right, bottom = look.part
    assert 0 <= left < right <= 400
    assert 0 <= top < bottom <= 300


def test_a_map_is_cut_to_what_lies_on_the_photo() -> None:
    photo = skin((400, 300), (0.2, 0.2))
    grid = np.zeros((7, 7), np.float32)
    grid[3, 3] = 1
    look = look_at(photo, Spot(60, 60, reaches_edge=False), 224)
    cut = look.on_photo(grid)
    left, top, right, bottom = look.part
    rows, columns = np.mgrid[:7, :7] + 0.5
    x = left + (cut * columns).sum() / cut.sum() / 7 * (right - left)
    y = top + (cut * rows).sum() / cut.sum() / 7 * (bottom - top)
    assert (x, y) == pytest.approx((60, 60), abs=8)
    assert (central_look(photo, 224).on_photo(grid) == grid).all()


@dataclasses.dataclass
class Told:
    """A classifier that gives each look its probability, in order."""

    shares: list[float]
    around: bool = True

    def __post_init__(self) -> None:
        self.card = card(safetensors(), threshold=0.2, looks_around=self.around)
        self.preprocess = Preprocess(self.card.preprocessing)

    def predict(self, batch: Floats, target: str | None = None) -> list[Prediction]:
        assert len(batch) == len(self.shares)
        return [Prediction("", share, share, 0.2, "", [[0.0]]) for share in self.shares]


@pytest.mark.parametrize(
    ("middle", "spot", "answer", "doubts"),
    [
        (0.01, 0.9, 0.9, [OFF_CENTRE]),
        (0.25, 0.9, 0.25, []),  # both malignant: the middle answers as it would alone
        (0.45, 0.01, 0.45, []),  # clearly malignant in the middle
        (0.3, 0.01, 0.01, [OFF_CENTRE, LESION_CUT]),  # they contradict each other
        (0.01, 0.1, 0.1, [OFF_CENTRE, LESION_CUT]),  # just below the threshold
        (0.01, 0.02, 0.02, [OFF_CENTRE]),
    ],
)
def test_a_lesion_beside_the_middle_is_never_called_benign_in_silence(
    middle: float, spot: float, answer: float, doubts: list[str]
) -> None:
    _, told, found = looked_at(Told([middle, spot]), skin((400, 300), (0.25, 0.5)))  # type: ignore[arg-type]  # answers like one
    assert (told.probability_malignant, found) == (answer, doubts)


def test_a_cut_lesion_is_not_called_benign() -> None:
    _, _, found = looked_at(Told([0.01, 0.01]), skin((400, 300), (0.03, 0.5)))  # type: ignore[arg-type]  # answers like one
    assert found == [OFF_CENTRE, LESION_CUT]


def test_a_card_of_before_keeps_to_the_middle_that_its_figures_were_measured_on() -> None:
    photo = skin((400, 300), (0.25, 0.5))
    look, told, found = looked_at(Told([0.01], around=False), photo)  # type: ignore[arg-type]  # answers like one
    assert look.part == pytest.approx((50, 0, 350, 300), abs=0.5)
    assert (told.probability_malignant, found) == (0.01, [])
