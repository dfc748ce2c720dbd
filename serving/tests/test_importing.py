"""Weights that were trained elsewhere become an archive that answers."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torchvision
from safetensors.torch import load_file
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

from serving.archives.archive import check_archive
from serving.cli import app
from serving.evaluation.evaluate import _draft
from serving.pytorch.architectures import build_model, load_model
from serving.tests.conftest import lesion_photo
from serving.training.augmentation import Augmentation
from serving.training.dataset_facts import read_facts
from serving.training.datasets import read_folders
from serving.training.pixel_cache import PixelCache
from serving.training.state_dicts import fill_backbone, fill_head, read_state_dict
from serving.worker.predictions import open_classifier

RUN = CliRunner()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "clinic"
    for label in ("benign", "malignant"):
        (folder / label).mkdir(parents=True)
        for number in range(20):
            seed = number + 100 * (label == "malignant")
            photo = lesion_photo(seed, (80, 60))
            # Darker photos are malignant four times in five.
            if (label == "malignant") != (number % 5 == 0):
                photo = photo.point(lambda value: value // 2)
            photo.save(folder / label / f"{label}_{number}.jpg")
    return folder


def resnet(classes: int) -> torch.nn.Module:
    torch.manual_seed(classes)
    return torchvision.models.resnet18(num_classes=classes).eval()


def run(*command: object) -> str:
    done = RUN.invoke(app, [str(part) for part in command])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_head_of_two_classes_answers_as_it_did(tmp_path: Path) -> None:
    theirs = resnet(2)
    torch.save({"state_dict": {f"module.{n}": w for n, w in theirs.state_dict().items()}},
               tmp_path / "weights.pth")  # fmt: skip
    ours = build_model("torchvision.resnet18").eval()
    weight, bias = fill_backbone(
        ours, read_state_dict(tmp_path / "weights.pth"), "torchvision.resnet18"
    )
    fill_head(ours, weight, bias)
    photo = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(ours(photo), theirs(photo), atol=1e-5)


def test_of_a_head_of_seven_classes_a_run_is_made_whose_margin_tells_the_labels_apart(
    data: Path, tmp_path: Path
) -> None:
    weights, folder = tmp_path / "theirs.pth", tmp_path / "run"
    torch.save(resnet(7).state_dict(), weights)
    run("import", weights, "--arch", "torchvision.resnet18", "--data", data, "--out", folder,
        "--malignant", "1,4", "--size", 64)  # fmt: skip
    # What `evaluate` begins with.
    draft = _draft(folder, "lesion", "2.0.0", False, read_facts(folder))
    assert (draft.training["classes"], draft.training["malignant_classes"]) == (7, "1 4")
    assert draft.preprocessing.mean[0] == pytest.approx(0.485 * 255)
    assert "clinic: 20 benign and 20 malignant photos" in draft.data[0]
    model = load_model(folder / "model.safetensors", draft).eval()
    samples = read_folders([data])
    cache = PixelCache(samples, folder / "pixels.npy")
    train = [i for i, sample in enumerate(samples) if sample.split == "train"]
    augmentation = Augmentation(draft.preprocessing, torch.Generator().manual_seed(1))
    with torch.inference_mode():
        logits = model(augmentation.plain(cache.batch(train)))
    labels = [samples[i].label for i in train]
    assert roc_auc_score(labels, (logits[:, 1] - logits[:, 0]).numpy()) > 0.7


def test_swapping_which_class_is_malignant_turns_the_answer_round(
    data: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "theirs.pth"
    torch.save(resnet(2).state_dict(), weights)
    heads = []
    for malignant in ("0", "1"):
        folder = tmp_path / malignant
        run("import", weights, "--arch", "torchvision.resnet18", "--data", data, "--out", folder,
            "--malignant", malignant, "--size", 64)  # fmt: skip
        heads.append(load_file(folder / "model.safetensors")["head.fc.weight"])
    assert torch.equal(heads[0][0], heads[1][1])


NAMES = "nevus,melanoma,,basal_cell_carcinoma"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("named", [True, False])
def test_an_imported_heads_own_diagnoses_become_the_list(
    data: Path, tmp_path: Path, named: bool
) -> None:
    """With figures on the card where the photos' metadata names them."""
    weights, folder, theirs = tmp_path / "theirs.pth", tmp_path / "run", resnet(4)
    torch.save(theirs.state_dict(), weights)
    photos = shutil.copytree(data, tmp_path / "clinic")
    if named:
        # Benign and malignant photos of these names are in the test split.
        names = {"benign": "Nevus", "malignant": "Melanoma"}
        rows = [
            f"{path.parent.name}/{path.name},{names[path.parent.name]}"
            for path in photos.rglob("*.jpg")
        ]
        (photos / "metadata.csv").write_text("file,diagnosis\n" + "\n".join(rows))
    run("import", weights, "--arch", "torchvision.resnet18", "--data", photos, "--out", folder,
        "--malignant", "1,3", "--classes", NAMES, "--size", 64)  # fmt: skip
    run("evaluate", "--data", photos, "--run", folder, "--version", "2.0.0", "--page",
        tmp_path / "card.md")  # fmt: skip
    run("package", "--run", folder, "--out", tmp_path)
    archive = tmp_path / "lesion-2.0.0.mar"
    run("verify", archive)
    card = check_archive(archive).card
    assert card.diagnoses == {
        "nevus": "benign", "melanoma": "malignant", "basal_cell_carcinoma": "malignant",
    }  # fmt: skip
    assert ("diagnosis" in {found.name for found in card.evaluations}) == named
    classifier = open_classifier(archive)
    photo = classifier.preprocess(lesion_photo(3))[None]
    answer = classifier.predict(photo)[0]
    with torch.inference_mode():
        logits = theirs(torch.from_numpy(photo))[0]
    among = logits[[1, 3]].softmax(0) * answer.probability_malignant
    assert answer.differential["melanoma"] == pytest.approx(float(among[0]), abs=1e-3)
    assert answer.differential["nevus"] == pytest.approx(1 - answer.probability_malignant, abs=1e-6)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("nevus,melanoma", "4 classes and --classes names 2"),
        ("nevus,melanoma,Basal cell,x", "lower-case"),
        ("nevus,melanoma,nevus,x", "each once"),
        ("nevus,melanoma,,", "three to 64"),
        ("nevus,,keratosis,", "three to 64"),
    ],
)
def test_diagnoses_that_can_not_be_kept_are_refused_in_a_line(
    data: Path, tmp_path: Path, names: str, said: str
) -> None:
    weights = tmp_path / "theirs.pth"
    torch.save(resnet(4).state_dict(), weights)
    command = ["import", str(weights), "--data", str(data), "--out", str(tmp_path / "run"),
               "--arch", "torchvision.resnet18", "--size", "64", "--malignant", "1,3",
               "--classes", names]  # fmt: skip
    done = RUN.invoke(app, command)
    assert done.exit_code == 1
    assert said in " ".join(done.output.split())


def test_a_head_behind_more_than_a_mean_has_no_list_of_diagnoses(
    data: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "theirs.pth"
    torch.save(torchvision.models.mobilenet_v3_small(num_classes=4).state_dict(), weights)
    command = ["import", str(weights), "--data", str(data), "--out", str(tmp_path / "run"),
               "--arch", "torchvision.mobilenet_v3_small", "--size", "64", "--malignant", "1,3",
               "--classes", NAMES]  # fmt: skip
    done = RUN.invoke(app, command)
    assert done.exit_code == 1
    assert "leave --classes out" in " ".join(done.output.split())


class Whole:
    """What torch.save(model, FILE) leaves: a pickle that names classes."""


@pytest.mark.parametrize(
    ("made", "options", "said"),
    [
        (lambda path: torch.save(Whole(), path), [], "whole pickled model"),
        (lambda path: path.write_bytes(b"nothing"), [], "theirs.pth"),
        (lambda path: torch.save(resnet(2).state_dict(), path), ["--malignant", "2"], "0 to 1"),
        (lambda path: torch.save(resnet(2).state_dict(), path), ["--arch", "resnet50"],
         "not of resnet50"),
        (lambda path: torch.save(resnet(2).state_dict(), path), ["--mean", "1,2"], "three numbers"),
    ],
)  # fmt: skip
def test_what_can_not_be_imported_is_refused_in_a_line(
    data: Path, tmp_path: Path, made: object, options: list[str], said: str
) -> None:
    weights = tmp_path / "theirs.pth"
    made(weights)  # type: ignore[operator]
    command = ["import", str(weights), "--data", str(data), "--out", str(tmp_path / "run"),
               "--arch", "torchvision.resnet18", "--size", "64", *options]  # fmt: skip
    done = RUN.invoke(app, command)
    assert done.exit_code == 1
    assert said in " ".join(done.output.split())
    assert "Traceback" not in done.output


def blind(path: Path) -> None:
    """Weights in which nothing speaks for malignant."""
    model = resnet(2)
    with torch.no_grad():
        model.fc.weight.copy_(torch.stack([torch.ones(512), -torch.ones(512)]) * 0.02)  # type: ignore[union-attr,operator]  # torch types a module's attributes as tensors or modules
    torch.save(model.state_dict(), path)


def loud(path: Path) -> None:
    """Weights whose logits no card's temperature could calibrate."""
    model = resnet(2)
    with torch.no_grad():
        model.fc.weight.mul_(1e6)  # type: ignore[union-attr,operator]
    torch.save(model.state_dict(), path)


@pytest.mark.parametrize(
    ("made", "said"), [(blind, "nothing speaks for malignant"), (loud, "can't be calibrated")]
)
def test_weights_that_can_not_be_evaluated_are_refused_in_a_line_that_says_what_to_look_at(
    data: Path, tmp_path: Path, made: Callable[[Path], None], said: str
) -> None:
    weights, folder = tmp_path / "theirs.pth", tmp_path / "run"
    made(weights)
    run("import", weights, "--arch", "torchvision.resnet18", "--data", data, "--out", folder,
        "--size", 64)  # fmt: skip
    command = ["evaluate", "--data", data, "--run", folder, "--version", "2.0.0", "--json",
               "--page", tmp_path / "card.md"]  # fmt: skip
    done = RUN.invoke(app, [str(part) for part in command])
    assert done.exit_code == 1
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["error"] == "INPUT_UNUSABLE"
    assert said in answer["message"]
    assert "--malignant" in answer["message"]
    assert answer["details"] == []
