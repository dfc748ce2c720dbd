"""What is unlike the training photos is told, and told as not assessable."""

import hashlib
import io
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from serving.archives.archive import check_archive
from serving.archives.members import CARD, NOVELTY
from serving.archives.novelty import MEASURES, Novelty, residual
from serving.archives.packing import build_archive
from serving.archives.weights_file import Floats
from serving.evaluation.novelty_evaluation import photographs
from serving.evaluation.novelty_fit import Shown, fit, show
from serving.evaluation.synthetic_images import synthetic_images
from serving.model.classifier import Classifier
from serving.model.photo_measures import measures
from serving.model.quality import NOT_A_LESION
from serving.tests.archives import bent, members, refused, sound, write
from serving.tests.conftest import lesion_photo
from serving.tests.test_classifier import classifier
from serving.worker.predictions import prediction_of

FEATURES = 512


def measure(sources: int = 2, features: int = FEATURES, limit: float = 5.0) -> Novelty:
    """Around nothing, with unit covariance."""
    unit = np.eye(MEASURES, dtype=np.float32)
    return Novelty(
        centre=np.zeros(features, np.float32),
        subspace=np.eye(4, features, dtype=np.float32),
        residual_limits=np.full(sources, 2, np.float32),
        means=np.zeros((sources, MEASURES), np.float32),
        whitening=np.repeat(unit[None], sources, axis=0),
        limits=np.full(sources, limit, np.float32),
    )


def content(novelty: Novelty) -> bytes:
    return save(tensors_of(novelty))


def tensors_of(novelty: Novelty) -> dict[str, Floats]:
    held = asdict(novelty).items()
    return {name: np.ascontiguousarray(value) for name, value in held if value is not None}


def test_a_photo_within_both_limits_of_any_source_is_like_the_training_photos() -> None:
    novelty = measure()
    novelty.means[1] = 100
    pooled = np.eye(1, FEATURES, dtype=np.float32)
    near, other, far = (np.full((1, MEASURES), v, np.float32) for v in (0, 100, 50))
    assert not novelty.is_unlike(pooled, near)[0]
    assert not novelty.is_unlike(pooled, other)[0]
    assert novelty.is_unlike(pooled, far)[0]
    strict = replace(novelty, residual_limits=np.full(2, 0.5, np.float32))
    outside = np.roll(pooled, 7, axis=1)
    assert not strict.is_unlike(pooled, near)[0]
    assert strict.is_unlike(outside, near)[0]


def test_limits_of_different_sources_are_not_mixed() -> None:
    """Near one source by its colours and near another by its features is near none."""
    novelty = measure()
    novelty.means[1] = 100
    novelty.residual_limits[:] = (0.5, 2)
    outside = np.roll(np.eye(1, FEATURES, dtype=np.float32), 7, axis=1)
    assert novelty.is_unlike(outside, np.zeros((1, MEASURES), np.float32))[0]


def test_the_residual_is_the_share_outside_the_subspace() -> None:
    pooled = np.array([[3, 4], [0, 2]], np.float32)
    shares = residual(pooled, np.zeros(2, np.float32), np.array([[1, 0]], np.float32))
    np.testing.assert_allclose(shares, [0.8, 1])
    assert residual(pooled * 0, np.zeros(2, np.float32), np.eye(2, dtype=np.float32)).tolist() == [
        0,
        0,
    ]


def test_what_looks_like_a_drawing_is_unlike_however_near_it_lies() -> None:
    direction = np.eye(1, FEATURES, dtype=np.float32)[0]
    novelty = replace(measure(), drawn=direction, drawn_limit=np.full(1, 3, np.float32))
    pooled = np.stack([direction * 2, direction * 4])
    near = np.zeros((2, MEASURES), np.float32)
    assert novelty.is_unlike(pooled, near).tolist() == [False, True]
    again = Novelty.from_bytes(content(novelty))
    assert again.is_unlike(pooled, near).tolist() == [False, True]


def test_a_measure_learns_what_drawings_look_like_and_lets_photos_pass() -> None:
    training = {"one": shown(600, 0, 1), "other": shown(200, 9, 2)}
    held_out = {"one": shown(200, 0, 3), "other": shown(200, 9, 4)}
    drawn = shown(200, 0, 5).pooled
    # Within what photos of lesions vary in, so no residual tells it.
    drawn[:, 0] += 10
    learned = fit(training, held_out, drawn[:100])
    bare = fit(training, held_out)
    near = held_out["one"].measured[:100]
    assert bare.is_unlike(drawn[100:], near).mean() < 0.5
    assert learned.is_unlike(drawn[100:], near).mean() > 0.9
    assert learned.is_unlike(*shown(300, 9, 6).values).mean() <= 0.05


def test_other_features_than_it_was_fitted_on_are_refused() -> None:
    with pytest.raises(ValueError, match="fitted on 512 features, not on 3"):
        measure().is_unlike(np.zeros((1, 3), np.float32), np.zeros((1, MEASURES), np.float32))


@pytest.mark.parametrize("size", [64, 97, 224])
def test_measures_are_finite_and_blind_outside_the_circle(size: int) -> None:
    batch = np.random.default_rng(1).standard_normal((2, 3, size, size), np.float32)
    batch[1] = 0
    found = measures(batch)
    assert found.shape == (2, MEASURES)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    batch[:, :, :3, :3] = 9
    np.testing.assert_array_equal(measures(batch), found)


def shown(count: int, middle: float, seed: int) -> Shown:
    random = np.random.default_rng(seed)
    pooled = random.normal(0, 1, (count, 80)) * np.linspace(2, 0.01, 80)
    return Shown(
        pooled.astype(np.float32),
        random.normal(middle, 1, (count, MEASURES)).astype(np.float32),
    )


def test_a_small_source_counts_as_much_as_a_large_one() -> None:
    novelty = fit(
        {"large": shown(600, 0, 1), "small": shown(120, 9, 2)},
        {"large": shown(100, 0, 3), "small": shown(30, 9, 4)},
    )
    for middle, seed in ((0, 5), (9, 6)):
        assert novelty.is_unlike(*shown(300, middle, seed).values).mean() <= 0.05
    assert novelty.is_unlike(*shown(300, 4.5, 7).values).all()
    assert Novelty.from_bytes(content(novelty)).limits.tolist() == novelty.limits.tolist()


def test_every_kind_of_picture_is_made_and_the_same_again() -> None:
    first, again = synthetic_images(2), synthetic_images(2)
    assert set(first) == {
        "textures", "documents", "faces", "gradients", "noise", "checkerboards", "landscapes",
        "tattoos",
    }  # fmt: skip
    for kind, pictures in first.items():
        assert [p.mode for p in pictures] == ["RGB", "RGB"]
        assert [p.tobytes() for p in pictures] == [p.tobytes() for p in again[kind]]
    assert all(part.width == part.height for part in photographs(1))


def photo() -> bytes:
    held = io.BytesIO()
    lesion_photo().save(held, "JPEG")
    return held.getvalue()


@pytest.mark.parametrize("averaging", [False, True])
def test_an_unlike_photo_is_answered_as_not_assessable(averaging: bool) -> None:
    plain = classifier("resnet18", mirror_averaging=averaging)
    answers = []
    for limit in (1e9, 1e-9):
        made = Classifier(plain.backend, plain.card, measure(limit=limit))
        answers.append(prediction_of(made, photo()))
    (like, unlike) = answers
    assert (like["assessable"], NOT_A_LESION in like["quality"]) == (True, False)
    assert (unlike["assessable"], NOT_A_LESION in unlike["quality"]) == (False, True)
    assert unlike["probability_malignant"] == like["probability_malignant"]
    seen = show(plain, [plain.preprocess(lesion_photo())])
    assert seen.pooled.shape == (1, FEATURES)


# --- In an archive ------------------------------------------------------------------------------


def with_novelty(folder: Path, value: bytes, digest_of: bytes | None = None) -> Path:
    """A sound archive but for its novelty member."""
    digest = hashlib.sha256(value if digest_of is None else digest_of).hexdigest()
    held = members(sound(folder, novelty_sha256=digest))
    return write(folder / "novel.mar", [*held.items(), (NOVELTY, value)])


def test_an_archive_brings_its_measure_along(tmp_path: Path) -> None:
    value = content(measure())
    checked = check_archive(with_novelty(tmp_path, value))
    novelty = checked.read_novelty()
    assert novelty is not None
    np.testing.assert_array_equal(novelty.whitening, measure().whitening)
    assert check_archive(sound(tmp_path / "without")).read_novelty() is None


def test_what_is_wrong_with_it_is_told_beside_a_card_that_is_wrong_too(tmp_path: Path) -> None:
    held = members(sound(tmp_path)) | {CARD: b"{}", NOVELTY: b"not safetensors"}
    assert refused(write(tmp_path / "both.mar", held.items())) == {
        "CARD_INVALID",
        "NOVELTY_INVALID",
    }


def test_a_built_archive_holds_it(tmp_path: Path) -> None:
    value = content(measure())
    checked = check_archive(with_novelty(tmp_path, value))
    weights, golden, novelty = (tmp_path / name for name in ("w", "g.jpg", NOVELTY))
    weights.write_bytes(checked.read("model.safetensors"))
    golden.write_bytes(photo())
    novelty.write_bytes(value)
    (tmp_path / "out").mkdir()
    built = build_archive(
        weights=weights,
        card=checked.card,
        golden=[(golden, 0.1)],
        out=tmp_path / "out",
        optional=[novelty],
    )
    assert check_archive(built).read(NOVELTY) == value


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x80\x04\x95pickle" * 9,
        content(measure())[:-1],
        save({"limits": np.ones(2, np.float32)}),
        save({**tensors_of(measure()), "more": np.ones(2, np.float32)}),
        save({**tensors_of(measure()), "drawn": np.ones(FEATURES, np.float32)}),
        save({**tensors_of(measure()), "drawn_limit": np.ones(1, np.float32)}),
        save(
            {
                **tensors_of(measure()),
                "drawn": np.ones(FEATURES - 1, np.float32),
                "drawn_limit": np.ones(1, np.float32),
            }
        ),
        save({**tensors_of(measure()), "limits": np.ones(2)}),
        save({**tensors_of(measure()), "limits": np.ones(3, np.float32)}),
        save({**tensors_of(measure()), "limits": np.zeros(2, np.float32)}),
        save({**tensors_of(measure()), "limits": np.ones((2, 1), np.float32)}),
        save({**tensors_of(measure()), "centre": np.full(FEATURES, np.nan, np.float32)}),
        save({**tensors_of(measure()), "subspace": np.ones((4, FEATURES - 1), np.float32)}),
        save({**tensors_of(measure()), "subspace": np.ones(FEATURES, np.float32)}),
        save({**tensors_of(measure()), "means": np.ones((2, MEASURES + 1), np.float32)}),
    ],
)
def test_a_measure_that_is_not_usable_is_refused(tmp_path: Path, value: bytes) -> None:
    assert "NOVELTY_INVALID" in refused(with_novelty(tmp_path, value))


def test_a_measure_that_the_card_does_not_name_is_refused(tmp_path: Path) -> None:
    value = content(measure())
    assert refused(with_novelty(tmp_path / "a", value, b"other")) == {"DIGEST_MISMATCH"}
    unnamed = bent(tmp_path / "b", lambda held: [*held.items(), (NOVELTY, value)])
    assert refused(unnamed) == {"DIGEST_MISMATCH"}
    missing = sound(tmp_path / "c", novelty_sha256="0" * 64)
    assert refused(missing) == {"DIGEST_MISMATCH"}


def test_a_large_measure_is_refused(tmp_path: Path) -> None:
    value = content(measure(features=80_000))
    assert "MEMBER_TOO_LARGE" in refused(with_novelty(tmp_path, value))


WHOLE = content(measure(features=6))


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_measure_is_refused_or_still_fits_together(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        novelty = Novelty.from_bytes(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    except ValueError:
        return
    answers = novelty.is_unlike(
        np.zeros((1, len(novelty.centre)), np.float32), np.zeros((1, MEASURES), np.float32)
    )
    assert answers.shape == (1,)
