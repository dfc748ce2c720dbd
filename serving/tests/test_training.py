"""The way from folders of photos to an archive, on a handful of made photos."""

import hashlib
import json
import shlex
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import ImageEnhance
from safetensors.torch import load, load_file, save, save_file
from typer.testing import CliRunner

from serving.cli import app
from serving.evaluation import metrics
from serving.pytorch.architectures import build_model
from serving.tests.archives import sound
from serving.tests.conftest import MakeArchive, lesion_photo
from serving.training.augmentation import Augmentation
from serving.training.datasets import read_folders, split_of
from serving.training.initial_weights import start_model
from serving.training.perturbations import PERTURBATIONS
from serving.training.pixel_cache import PixelCache
from serving.training.recipe import Recipe, warm_up_of
from serving.training.train import Training

RUN = CliRunner()


# A small network, and few steps that learn fast: one step alone may leave nothing to calibrate.
TRAIN = shlex.split(
    "train --arch resnet10t --size 64 --steps 12 --rate 6e-3 --batch 16 --averaging 0.5 "
    "--warm-up-steps 1 --diagnoses 0.2"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty photos a class; the malignant ones are darker."""
    folder = tmp_path_factory.mktemp("data") / "made"
    lines = ["file,lesion_id,age,sex"]
    for label in ("benign", "malignant"):
        (folder / label).mkdir(parents=True)
        for number in range(20):
            name = f"{label}_{number}.jpg"
            photo = lesion_photo(number, (80, 60))
            if label == "malignant":
                photo = ImageEnhance.Brightness(photo).enhance(0.6)
            photo.save(folder / label / name)
            lines.append(f"{label}/{name},{label}{number // 2},{number * 4},female")
    (folder / "metadata.csv").write_text("\n".join(lines))
    return folder


def test_photos_of_one_lesion_are_in_one_split(data: Path) -> None:
    splits: dict[str, set[str]] = {}
    for sample in read_folders([data]):
        splits.setdefault(sample.group, set()).add(sample.split)
    assert all(len(found) == 1 for found in splits.values())


def test_a_group_stays_where_it_is_for_ever() -> None:
    assert [split_of("melanoma10k", f"m{n}") for n in (0, 1, 7, 10)] == [
        "test", "train", "test", "validation",
    ]  # fmt: skip


def test_a_folder_without_a_class_is_refused(tmp_path: Path) -> None:
    (tmp_path / "benign").mkdir()
    with pytest.raises(ValueError, match="holds no photos"):
        read_folders([tmp_path])


def test_corners_are_hidden_in_every_input() -> None:
    augmentation = Augmentation(Recipe().preprocessing, torch.Generator().manual_seed(1))
    pixels = torch.rand(4, 3, 256, 256) * 255
    for inputs in (augmentation.train(pixels), augmentation.plain(pixels)):
        assert inputs[:, :, 0, 0].abs().max() == 0


def test_a_run_goes_on_where_it_was_stopped(data: Path, tmp_path: Path) -> None:
    samples = read_folders([data])
    cache = PixelCache(samples, tmp_path / "pixels.npy")
    recipe = Recipe(architecture="resnet10t", input_size=64, steps=2, batch=8, evaluate_every=1)
    first = Training(recipe, samples, cache, tmp_path)
    first.run()
    again = Training(recipe, samples, cache, tmp_path)
    again.run()
    assert again._step == 2
    for one, other in zip(first.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_run_that_was_ended_in_between_gives_what_it_would_have_given(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.training.train.SAVED_EVERY", 1)
    samples = read_folders([data])
    cache = PixelCache(samples, tmp_path / "pixels.npy")
    recipe = Recipe(architecture="resnet10t", input_size=64, steps=4, batch=8, evaluate_every=4)
    whole = Training(recipe, samples, cache, tmp_path / "whole")
    whole.run()
    ended = Training(recipe, samples, cache, tmp_path / "ended")
    train_step = ended._train_step

    def killed_after_two_steps(indices: list[int]) -> float:
        if ended._step == 2:
            raise KeyboardInterrupt
        return train_step(indices)

    monkeypatch.setattr(ended, "_train_step", killed_after_two_steps)
    with pytest.raises(KeyboardInterrupt):
        ended.run()
    resumed = Training(recipe, samples, cache, tmp_path / "ended")
    resumed.run()
    for one, other in zip(whole.average.parameters(), resumed.average.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_best_weights_are_those_of_the_best_mean_of_all_sources(
    data: Path, tmp_path: Path
) -> None:
    photos = [sample for sample in read_folders([data]) if sample.split == "validation"]
    few, many = photos, [replace(sample, source="many") for sample in photos * 5]
    samples = [*few, *many]
    cache = PixelCache(samples, tmp_path / "pixels.npy")
    training = Training(Recipe(architecture="resnet10t", input_size=64), samples, cache, tmp_path)
    labels = np.array([sample.label for sample in samples])
    # Right in the small source, the other way round in the large one.
    shares = np.where([sample.source == "many" for sample in samples], 1 - labels, labels)
    areas = training._areas(range(len(samples)), shares.astype(np.float32))
    assert areas == {data.name: 1.0, "many": 0.0}


def test_a_run_learns_the_diagnoses_that_metadata_names(data: Path, tmp_path: Path) -> None:
    named = [
        replace(sample, metadata={"diagnosis": name}, split="train")
        for sample, name in zip(
            read_folders([data]) * 5, cycle(["nevus", "wart", "melanoma"]), strict=False
        )
        if (name == "melanoma") == bool(sample.label)
    ]
    held_out = [replace(sample, split="validation") for sample in named[::5]]
    samples = [*named, *held_out]
    cache = PixelCache(samples, tmp_path / "pixels.npy")
    recipe = Recipe(
        architecture="resnet10t",
        input_size=64,
        steps=2,
        batch=16,
        evaluate_every=2,
        diagnoses_weight=0.5,
    )
    training = Training(recipe, samples, cache, tmp_path)
    before = [weight.clone() for weight in training._second_head.parameters()]
    training.run()
    after = list(training._second_head.parameters())
    assert not any(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_a_run_that_ranks_every_validation_photo_wrongly_ends_with_weights_all_the_same(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.training.train.roc_auc_score", lambda *_: 0.0)
    samples = read_folders([data])
    cache = PixelCache(samples, tmp_path / "pixels.npy")
    recipe = Recipe(architecture="resnet10t", input_size=64, steps=1, batch=8, evaluate_every=1)
    Training(recipe, samples, cache, tmp_path).run()
    assert (tmp_path / "best.pt").exists()


@pytest.mark.parametrize("stages", [1, 4])
def test_frozen_stages_answer_alike_and_stay_as_they_are(
    data: Path, tmp_path: Path, stages: int
) -> None:
    samples = read_folders([data])
    cache = PixelCache(samples, tmp_path / "pixels.npy")
    recipe = Recipe(input_size=64, steps=2, batch=8, frozen_stages=stages, evaluate_every=2)
    training = Training(recipe, samples, cache, tmp_path)
    model = training._model.eval()
    inputs = torch.randn(8, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        assert torch.allclose(training._head(training._features(inputs)), model(inputs), atol=1e-4)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    training.run()
    after = model.state_dict()
    assert torch.equal(after["conv_stem.weight"], before["conv_stem.weight"])
    for stage in range(7):
        name = next(n for n in before if n.startswith(f"blocks.{stage}.") and "conv" in n)
        assert torch.equal(after[name], before[name]) is (stage < stages)


def test_a_checkpoint_of_another_recipe_is_refused(data: Path, tmp_path: Path) -> None:
    samples = read_folders([data])
    cache = PixelCache(samples, tmp_path / "pixels.npy")
    recipe = Recipe(architecture="resnet10t", input_size=64, steps=1, batch=8, evaluate_every=1)
    Training(recipe, samples, cache, tmp_path).run()
    other = Recipe(architecture="resnet10t", input_size=64, steps=2, batch=8, evaluate_every=1)
    with pytest.raises(ValueError, match="another recipe"):
        Training(other, samples, cache, tmp_path).run()


def test_a_run_starts_from_the_weights_of_a_former_one(data: Path, tmp_path: Path) -> None:
    train = ["train", "--data", data, "--arch", "resnet10t", "--size", 64, "--steps", 1]
    first, second = tmp_path / "first", tmp_path / "second"
    weights = first / "model.safetensors"
    for command in (
        [*train, "--out", first],
        # A rate of nothing: what comes out is what went in.
        [*train, "--out", second, "--start", weights, "--rate", 0, "--compressed", 0.5],
    ):
        done = RUN.invoke(app, [str(part) for part in command])
        assert done.exit_code == 0, done.output
    before, after = load_file(weights), load_file(second / "model.safetensors")
    assert torch.equal(before["conv1.0.weight"], after["conv1.0.weight"])
    described = json.loads((second / "run.json").read_text())
    assert described["started_from"] == hashlib.sha256(weights.read_bytes()).hexdigest()


def test_a_run_starts_from_the_weights_of_an_archive(data: Path, tmp_path: Path) -> None:
    weights = save(build_model("resnet10t").state_dict())
    preprocessing = Recipe(input_size=64).preprocessing
    archive = sound(tmp_path, weights, architecture="resnet10t", preprocessing=preprocessing)
    out = tmp_path / "run"
    command = ["train", "--data", data, "--out", out, "--start", archive, "--steps", 1]
    other = RUN.invoke(app, [str(part) for part in command])
    assert other.exit_code == 1
    assert "add --arch resnet10t --size 64" in " ".join(other.output.split())
    command += ["--arch", "resnet10t", "--size", 64, "--rate", 0]
    done = RUN.invoke(app, [str(part) for part in command])
    assert done.exit_code == 0, done.output
    described = json.loads((out / "run.json").read_text())
    assert described["started_from"] == hashlib.sha256(weights).hexdigest()
    # Saved in half precision.
    before = load(weights)["conv1.0.weight"].half()
    assert torch.equal(before, load_file(out / "model.safetensors")["conv1.0.weight"])


def test_a_damaged_archive_to_start_from_is_refused_in_a_line(data: Path, tmp_path: Path) -> None:
    (tmp_path / "lesion.mar").write_bytes(b"cut off")
    command = [
        "train",
        "--data",
        data,
        "--out",
        tmp_path / "run",
        "--start",
        tmp_path / "lesion.mar",
    ]
    done = RUN.invoke(app, [str(part) for part in command])
    assert done.exit_code == 1
    assert "NOT_AN_ARCHIVE" in done.output


def test_few_steps_reach_the_highest_rate_too() -> None:
    assert [warm_up_of(steps) for steps in (1, 40, 2300)] == [1, 4, 150]


def test_a_share_of_the_start_weights_is_kept_in_the_result(data: Path, tmp_path: Path) -> None:
    samples = read_folders([data])
    cache = PixelCache(samples, tmp_path / "pixels.npy")
    path = tmp_path / "start.safetensors"
    begun = start_model(Recipe(architecture="resnet10t")).state_dict()
    save_file(begun, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    results = []
    for share in (0.0, 0.25, 1.0):
        recipe = Recipe(
            architecture="resnet10t", input_size=64, steps=2, batch=8, evaluate_every=2,
            started_from=digest, kept_of_start=share,
        )  # fmt: skip
        training = Training(recipe, samples, cache, tmp_path / str(share), start=path)
        results.append(training.run().state_dict()["fc.weight"])
    trained, mixed, kept = results
    assert torch.allclose(kept, begun["fc.weight"])
    assert torch.allclose(mixed, 0.75 * trained + 0.25 * kept)
    assert not torch.allclose(trained, kept)


def test_other_weights_than_the_recipe_names_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(ValueError, match="does not hold the weights"):
        start_model(Recipe(started_from="0" * 64), tmp_path / "model.safetensors")


@pytest.mark.parametrize("architecture", ["resnet18", "tf_efficientnet_lite0"])
def test_weights_of_another_architecture_are_refused_in_a_line(
    data: Path, tmp_path: Path, architecture: str
) -> None:
    weights = tmp_path / "model.safetensors"
    save_file(build_model("resnet10t").state_dict(), weights)
    command = [
        "train", "--data", data, "--out", tmp_path / "run", "--start", weights,
        "--arch", architecture,
    ]  # fmt: skip
    done = RUN.invoke(app, [str(part) for part in command])
    assert done.exit_code == 1
    assert f"weights don't fit {architecture}" in done.output


def test_calibration_finds_the_shift_and_scale_it_was_given() -> None:
    generator = torch.Generator().manual_seed(5)
    margin = torch.randn(20_000, generator=generator) * 2
    labels = (torch.rand(20_000, generator=generator) < margin.sigmoid()).long()
    logits = torch.stack([torch.zeros_like(margin), (margin - 1) * 3], dim=1)
    temperature, intercept = metrics.fit_calibration(logits, labels)
    assert temperature == pytest.approx(3, rel=0.05)
    assert intercept == pytest.approx(1, abs=0.1)


def test_calibration_ends_where_few_photos_are_told_apart_without_a_mistake() -> None:
    logits = torch.tensor([[0.0, -1.0], [0.0, -0.5], [0.0, 0.5], [0.0, 1.0]])
    temperature, intercept = metrics.fit_calibration(logits, torch.tensor([0, 0, 1, 1]))
    assert 0.1 < temperature < 2
    assert intercept == pytest.approx(0, abs=1e-3)


def test_the_threshold_finds_nineteen_of_twenty_malignant() -> None:
    shares = np.linspace(0, 1, 200)
    labels = np.ones(200, int)
    threshold = metrics.threshold_for_sensitivity(labels, shares)
    assert (shares >= threshold).mean() == pytest.approx(0.95)


def test_where_sources_count_the_same_the_threshold_holds_in_the_small_one_too() -> None:
    # Ten times as many malignant photos in the one source, and the model surer of them.
    shares = np.concatenate([np.linspace(0.6, 1, 1000), np.linspace(0, 0.4, 100)])
    labels = np.ones(1100, int)
    sources = ["large"] * 1000 + ["small"] * 100
    weights = metrics.equal_weights(sources)
    assert weights.mean() == pytest.approx(1)
    of_all = metrics.threshold_for_sensitivity(labels, shares)
    of_each = metrics.threshold_for_sensitivity(labels, shares, weights=weights)
    found = shares >= of_each
    assert np.mean([found[:1000].mean(), found[1000:].mean()]) == pytest.approx(0.95)
    assert (shares[1000:] >= of_all).mean() < 0.5
    zones = metrics.zones(labels, shares, weights)
    assert zones.lower < of_each < zones.upper
    assert zones.sensitivity_at_lower == pytest.approx(0.98, abs=0.005)


def test_calibration_serves_the_sources_that_the_weights_name() -> None:
    generator = torch.Generator().manual_seed(5)
    margin = torch.randn(2000, generator=generator)
    malignant = torch.rand(2000, generator=generator)
    # In the first half malignant is rarer than the logits say, in the other more frequent.
    shift = torch.where(torch.arange(2000) < 1000, -2.0, 2.0)
    labels = (malignant < (margin + shift).sigmoid()).long()
    logits = torch.stack([torch.zeros(2000), margin], dim=1)
    first = np.where(np.arange(2000) < 1000, 1.0, 1e-6)
    _, of_first = metrics.fit_calibration(logits, labels, first)
    _, of_other = metrics.fit_calibration(logits, labels, first[::-1].copy())
    assert of_first == pytest.approx(-2, abs=0.4)
    assert of_other == pytest.approx(2, abs=0.4)


def test_figures_of_a_perfect_and_a_blind_model() -> None:
    labels = np.array([0, 1] * 50)
    perfect = metrics.figures(labels, labels.astype(float), 0.5)
    blind = metrics.figures(labels, np.full(100, 0.5), 0.5)
    assert (perfect["auc"].value, perfect["specificity"].value) == (1, 1)
    assert blind["auc"].value == 0.5
    assert perfect["ece"].value == pytest.approx(0)


def test_from_photos_to_an_archive_that_predicts(data: Path, tmp_path: Path) -> None:
    run, page = tmp_path / "run", tmp_path / "card.md"
    photo = next((data / "benign").glob("*.jpg"))
    for command in (
        [*TRAIN, "--data", data, "--out", run],
        ["evaluate", "--data", data, "--run", run, "--version", "0.1.0", "--page", page],
        ["package", "--run", run, "--out", tmp_path],
    ):
        done = RUN.invoke(app, [str(part) for part in command])
        assert done.exit_code == 0, done.output
    assert "hard figures first" in page.read_text()
    assert "| jpeg 70 |" in page.read_text()
    archive = str(tmp_path / "lesion-0.1.0.mar")
    done = RUN.invoke(app, ["predict", "--archive", archive, "--json", str(photo)])
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["model"] == {"name": "lesion", "version": "0.1.0", "precision": "fp32"}
    assert answer["label"] in ("benign", "malignant")
    assert {"path", "probability_malignant", "threshold", "assessable", "cam_grid"} <= set(answer)


def test_a_file_that_is_no_photo_is_told_and_the_others_answered(
    data: Path, tmp_path: Path, make_archive: MakeArchive
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a photo")
    archive = make_archive()
    photo = next((data / "benign").glob("*.jpg"))
    done = RUN.invoke(app, ["predict", "--archive", str(archive), "--json", str(text), str(photo)])
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [line.get("error") for line in lines] == ["NOT_AN_IMAGE", None]
    assert done.exit_code == 1


def test_changes_of_a_photo_keep_its_shape_and_range() -> None:
    pixels = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(4)) * 255
    for change in PERTURBATIONS.values():
        changed = change(pixels)
        assert changed.shape == pixels.shape
        assert 0 <= changed.min() <= changed.max() <= 255
    assert torch.equal(
        PERTURBATIONS["turned_by_270"](PERTURBATIONS["turned_by_90"](pixels)), pixels
    )
    assert torch.equal(PERTURBATIONS["mirrored"](PERTURBATIONS["mirrored"](pixels)), pixels)
