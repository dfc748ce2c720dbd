"""Heatmaps as pictures: in the right place, in honest colours."""

import io

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.heatmaps import (
    WEAKEST_MAXIMUM,
    Grid,
    colours,
    display_maximum,
    heatmap_png,
    overlay,
    overlay_png,
)
from gateway.tests.pictures import photo


def grid(value: float, row: int = 3, column: int = 3) -> Grid:
    cells = np.zeros((7, 7), np.float32)
    cells[row, column] = value
    return cells


def pixels(png: bytes) -> np.ndarray:
    opened = Image.open(io.BytesIO(png))
    return np.asarray(opened.convert("RGBA" if "transparency" in opened.info else "RGB"))


def test_the_colours_are_those_of_inferno() -> None:
    strength = np.linspace(0, 1, 256, dtype=np.float32)
    expected = mpl.colormaps["inferno"](strength)[:, :3] * 255
    assert np.abs(colours(strength) - expected).max() < 8


def test_a_brighter_colour_is_always_a_stronger_place() -> None:
    shown = colours(np.linspace(0, 1, 256, dtype=np.float32))
    luminance = shown @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > 0).all()


def test_a_weak_map_looks_weak() -> None:
    weak = pixels(heatmap_png(grid(WEAKEST_MAXIMUM / 10), (320, 240)))
    strong = pixels(heatmap_png(grid(1.0), (320, 240)))
    assert weak[..., 3].max() < 0.2 * strong[..., 3].max()


def test_the_maximum_that_a_map_is_scaled_by_is_its_own_unless_it_is_weak() -> None:
    assert display_maximum(grid(0.4)) == pytest.approx(0.4)
    assert display_maximum(grid(0.0)) == WEAKEST_MAXIMUM


@pytest.mark.parametrize(("size", "left", "top"), [((320, 240), 40, 0), ((240, 320), 0, 40)])
def test_the_map_lies_where_the_model_looked_the_central_square(
    size: tuple[int, int], left: int, top: int
) -> None:
    alpha = pixels(heatmap_png(grid(1.0, 0, 0), size))[..., 3]
    assert alpha.shape == (size[1], size[0])
    row, column = np.unravel_index(alpha.argmax(), alpha.shape)
    assert abs(column - left - 17) < 20
    assert abs(row - top - 17) < 20
    if left:
        assert alpha[:, :left].max() == 0
    if top:
        assert alpha[:top].max() == 0


@pytest.mark.parametrize("width", [0.5, 0.25])
def test_the_map_lies_on_the_seen_part_where_that_is_known(width: float) -> None:
    seen = pb.SeenPart(left=0.5, top=0.25, width=width, height=0.5)
    alpha = pixels(heatmap_png(np.ones((7, 7), np.float32), (320, 240), seen))[..., 3]
    rows, columns = np.nonzero(alpha)
    assert 60 <= rows.min() <= 62
    assert 177 <= rows.max() <= 179
    assert 160 <= columns.min() <= 162
    assert 157 + 320 * width <= columns.max() <= 159 + 320 * width


def test_a_drawn_map_ends_softly_at_the_edge_of_the_seen_part() -> None:
    seen = pb.SeenPart(left=0.25, top=0.25, width=0.5, height=0.5)
    alpha = pixels(heatmap_png(np.ones((7, 7), np.float32), (320, 320), seen))[..., 3].astype(int)
    assert np.abs(np.diff(alpha, axis=0)).max() < 50
    assert np.abs(np.diff(alpha, axis=1)).max() < 50
    assert alpha[160, 160] == 255


def test_without_opacity_the_overlay_is_the_photo() -> None:
    plain = np.asarray(Image.open(io.BytesIO(photo())).convert("RGB"))
    assert np.array_equal(np.asarray(overlay(grid(1.0), photo(), 0.0)), plain)


def test_the_overlays_picture_is_the_overlay() -> None:
    png = overlay_png(grid(1.0), photo(), 0.5)
    assert np.array_equal(pixels(png), np.asarray(overlay(grid(1.0), photo(), 0.5)))


def test_large_photos_are_shown_smaller() -> None:
    assert max(pixels(overlay_png(grid(1.0), photo(3000, 1500), 0.5)).shape) == 1024
    assert pixels(heatmap_png(grid(1.0), (6000, 3000))).shape == (512, 1024, 4)


@settings(max_examples=50)
@given(
    st.integers(1, 64), st.integers(1, 64), st.floats(0, 1e6, width=32),
    st.integers(1, 2000), st.integers(1, 2000),
)  # fmt: skip
def test_any_grid_that_the_contract_allows_can_be_shown(
    rows: int, columns: int, value: float, width: int, height: int
) -> None:
    cells = np.full((rows, columns), value, np.float32)
    assert heatmap_png(cells, (width, height)).startswith(b"\x89PNG")
