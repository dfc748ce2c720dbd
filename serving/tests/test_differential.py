"""The second head: probabilities that fit the label, data in an archive, learned where named."""

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import TypeAdapter
from safetensors.numpy import save
from typer.testing import CliRunner

from serving.archives.archive import check_archive
from serving.archives.card import Diagnosis, ModelCard
from serving.archives.differential import Differential
from serving.archives.members import CARD, DIFFERENTIAL
from serving.archives.packing import build_archive
from serving.cli import app
from serving.evaluation.differential_fit import Fitted, fit_differential
from serving.evaluation.evaluator import Answers
from serving.model.classifier import Classifier
from serving.tests.archives import members, refused, sound, write
from serving.tests.conftest import SMALL_ARCHITECTURE, MakeArchive, lesion_photo
from serving.tests.test_classifier import classifier
from serving.training.datasets import Sample, Split
from serving.training.diagnoses import diagnoses_of
from serving.worker.predictions import prediction_of

DIAGNOSES = {"melanoma": "malignant", "nevus": "benign", "wart": "benign"}
FEATURES = 512


def head(features: int = FEATURES, **bent: Any) -> bytes:
    random = np.random.default_rng(1)
    tensors = {
        "weight": random.standard_normal((3, features), np.float32),
        "bias": random.standard_normal(3, np.float32),
    }
    return save(tensors | bent)


def photo() -> bytes:
    held = io.BytesIO()
    lesion_photo().save(held, "JPEG")
    return held.getvalue()


@given(
    malignant=st.lists(st.floats(0, 1), min_size=1, max_size=4),
    scale=st.sampled_from([0.0, 1.0, 1e3, 1e6]),
)
def test_probabilities_add_up_to_one_and_the_malignant_ones_to_the_answer(
    malignant: list[float], scale: float
) -> None:
    differential = Differential.from_bytes(head(8), DIAGNOSES)
    pooled = np.random.default_rng(2).standard_normal((len(malignant), 8), np.float32) * scale
    pooled = pooled.astype(np.float32)
    shares = differential.shares(pooled, np.array(malignant))
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_allclose(shares[:, 0], malignant, atol=1e-12)
    for ranked in differential.ranked(pooled, np.array(malignant)):
        assert set(ranked) == set(DIAGNOSES)
        assert list(ranked.values()) == sorted(ranked.values(), reverse=True)


def test_other_features_than_it_was_fitted_on_are_refused() -> None:
    differential = Differential.from_bytes(head(8), DIAGNOSES)
    with pytest.raises(ValueError, match="fitted on 8 features, not 3"):
        differential.shares(np.zeros((1, 3), np.float32), np.zeros(1))


@pytest.mark.parametrize("averaging", [False, True])
def test_an_answer_lists_the_diagnoses_and_is_the_same_without_them(averaging: bool) -> None:
    plain = classifier("resnet18", mirror_averaging=averaging)
    told = Classifier(
        plain.backend, plain.card, differential=Differential.from_bytes(head(), DIAGNOSES)
    )
    without, with_list = prediction_of(plain, photo()), prediction_of(told, photo())
    assert without["differential"] == []
    listed = {entry["diagnosis"]: entry["probability"] for entry in with_list["differential"]}
    assert listed.keys() == DIAGNOSES.keys()
    assert listed["melanoma"] == pytest.approx(with_list["probability_malignant"])
    assert with_list | {"differential": []} == without


# --- In an archive ------------------------------------------------------------------------------


def with_head(folder: Path, value: bytes, digest_of: bytes | None = None, **card: Any) -> Path:
    """A sound archive but for its differential."""
    digest = hashlib.sha256(value if digest_of is None else digest_of).hexdigest()
    held = members(sound(folder, **{"differential_sha256": digest, "diagnoses": DIAGNOSES} | card))
    return write(folder / "headed.mar", [*held.items(), (DIFFERENTIAL, value)])


def test_it_travels_in_an_archive(tmp_path: Path) -> None:
    value = head()
    checked = check_archive(with_head(tmp_path, value))
    weights, golden, member = (tmp_path / name for name in ("w", "g.jpg", DIFFERENTIAL))
    weights.write_bytes(checked.read("model.safetensors"))
    golden.write_bytes(photo())
    member.write_bytes(value)
    out = tmp_path / "out"
    out.mkdir()
    built = build_archive(
        weights=weights, card=checked.card, golden=[(golden, 0.1)], out=out, optional=[member]
    )
    read = check_archive(built).read_differential()
    assert read is not None
    assert read.diagnoses == tuple(DIAGNOSES)
    assert check_archive(sound(tmp_path / "without")).read_differential() is None


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"not safetensors",
        head(weight=np.zeros((2, FEATURES), np.float32)),
        head(weight=np.zeros((3, 0), np.float32)),
        head(weight=np.zeros(3, np.float32)),
        head(bias=np.zeros(4, np.float32)),
        head(bias=np.full(3, np.nan, np.float32)),
        head(bias=np.zeros(3, np.float64)),
        head(extra=np.zeros(1, np.float32)),
    ],
)
def test_a_head_that_does_not_fit_together_is_refused(tmp_path: Path, value: bytes) -> None:
    assert "DIFFERENTIAL_INVALID" in refused(with_head(tmp_path, value))


def test_diagnoses_of_one_class_alone_are_refused(tmp_path: Path) -> None:
    alike = dict.fromkeys(DIAGNOSES, "benign")
    assert "DIFFERENTIAL_INVALID" in refused(with_head(tmp_path, head(), diagnoses=alike))


def test_a_head_that_is_not_the_cards_is_refused(tmp_path: Path) -> None:
    assert refused(with_head(tmp_path / "a", head(), b"other")) == {"DIGEST_MISMATCH"}
    unnamed = with_head(tmp_path / "b", head(), differential_sha256="")
    assert refused(unnamed) == {"DIGEST_MISMATCH"}
    missing = sound(tmp_path / "c", differential_sha256="0" * 64, diagnoses=DIAGNOSES)
    assert refused(missing) == {"DIGEST_MISMATCH"}


def test_a_head_on_other_features_than_the_models_is_told_by_verify(
    make_archive: MakeArchive, tmp_path: Path
) -> None:
    held = members(make_archive(architecture=SMALL_ARCHITECTURE))
    card = ModelCard.model_validate_json(held[CARD])
    named = {"differential_sha256": hashlib.sha256(head()).hexdigest(), "diagnoses": DIAGNOSES}
    held[CARD] = card.model_copy(update=named).model_dump_json().encode()
    archive = write(tmp_path / "a.mar", [*held.items(), (DIFFERENTIAL, head())])
    done = CliRunner().invoke(app, ["verify", str(archive), "--json"])
    assert done.exit_code == 1
    answer = json.loads(done.output.splitlines()[-1])
    assert answer["error"] == "MODEL_NOT_LOADABLE"
    assert "fitted on 512 features" in done.output


# --- From training photos -----------------------------------------------------------------------


def samples(source: str, split: Split, diagnosis: str, label: int, count: int) -> list[Sample]:
    return [
        Sample(Path(f"{source}/{split}/{diagnosis}/{n}.jpg"), source, label, str(n), split,
               {"diagnosis": diagnosis})
        for n in range(count)
    ]  # fmt: skip


def test_diagnoses_are_taken_from_sources_that_name_enough_of_them() -> None:
    many = [
        sample
        for name, label in (("Basal cell carcinoma", 1), ("nevus", 0), ("wart", 0))
        for sample in samples("many", "train", name, label, 50)
    ]
    rare = samples("many", "train", "rare", 0, 49)
    mixed = [*samples("many", "train", "mixed", 0, 60), *samples("many", "train", "mixed", 1, 60)]
    few = [
        *samples("few", "train", "lentigo", 0, 300),
        *samples("few", "train", "melanoma", 1, 300),
    ]
    named = diagnoses_of([*many, *rare, *mixed, *few])
    assert list(named) == many
    assert set(named.values()) == {"basal_cell_carcinoma", "nevus", "wart"}
    assert diagnoses_of([*many[50:], *samples("many", "train", "scar", 0, 50)]) == {}


def test_photos_of_a_diagnosis_count_where_their_source_has_few_of_it() -> None:
    many = [
        sample
        for name, label in (("melanoma", 1), ("nevus", 0), ("wart", 0))
        for sample in samples("many", "train", name, label, 50)
    ]
    others = [
        sample
        for name, label in (("melanoma", 1), ("nevus", 0), ("scar", 0))
        for sample in samples("others", "train", name, label, 50)
    ]
    warts = samples("others", "train", "wart", 0, 7)
    named = diagnoses_of([*many, *others, *warts])
    assert {named.get(sample) for sample in warts} == {"wart"}


def test_other_sources_add_photos_of_diagnoses_that_are_told_apart() -> None:
    many = [
        sample
        for name, label in (("melanoma", 1), ("nevus", 0), ("blue nevus", 0))
        for sample in samples("many", "train", name, label, 50)
    ]
    palms = {
        "Melanoma, in situ": samples("palms", "train", "Melanoma, in situ", 1, 2),
        "Blue nevus NOS": samples("palms", "test", "Blue nevus NOS", 0, 1),
        "Nevus": samples("palms", "train", "Nevus", 0, 60),
        "nevus, malignant": samples("palms", "train", "nevus", 1, 1),
        "melanomatosis": samples("palms", "train", "melanomatosis", 1, 1),
    }
    named = diagnoses_of([*many, *(sample for held in palms.values() for sample in held)])
    assert {
        called: {named.get(sample, "") for sample in held} for called, held in palms.items()
    } == {
        "Melanoma, in situ": {"melanoma"},
        "Blue nevus NOS": {"blue_nevus"},
        "Nevus": {"nevus"},
        "nevus, malignant": {""},
        "melanomatosis": {""},
    }


@given(name=st.text(max_size=80))
def test_whatever_a_diagnosis_is_called_the_card_takes_its_name(name: str) -> None:
    held = [
        sample
        for called, label in ((name, 1), ("nevus", 0), ("wart", 0))
        for sample in samples("here", "train", called, label, 50)
    ]
    for found in set(diagnoses_of(held).values()):
        TypeAdapter(Diagnosis).validate_python(found)


def test_a_head_learns_what_its_photos_show(tmp_path: Path) -> None:
    held = []
    counts: dict[Split, int] = {"train": 50, "validation": 6, "test": 8}
    for place, (name, label) in enumerate((("melanoma", 1), ("nevus", 0), ("wart", 0))):
        for split, count in counts.items():
            for number in range(count):
                path = tmp_path / f"{name}-{split}-{number}.jpg"
                lesion = np.asarray(lesion_photo(number, (64, 64))).copy()
                lesion[..., place] //= 2
                Image.fromarray(lesion).save(path)
                held.append(Sample(path, "here", label, path.stem, split, {"diagnosis": name}))
    elsewhere = [
        replace(sample, source="palms") for sample in held if sample.path.name.startswith("nevus")
    ]
    held += elsewhere
    test = [sample for sample in held if sample.split == "test"]
    labels = np.array([sample.label for sample in test])
    fitted = fit_differential(
        classifier("resnet18"), held, Answers(test, labels, labels * 0.8 + 0.1)
    )
    assert isinstance(fitted, Fitted)
    assert fitted.diagnoses == {"melanoma": "malignant", "nevus": "benign", "wart": "benign"}
    assert fitted.evaluation.metrics["first"].value >= 0.8
    assert fitted.evaluation.metrics["first_three"].value == 1
    assert fitted.evaluation.metrics["palms_first"].value >= 0.8
    assert fitted.evaluation.images == 24 + 8
