"""Data folders as people really have them: read whole, split honestly, refused in one line."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from serving.cli import app
from serving.evaluation.shown_for import shown_for
from serving.tests.conftest import lesion_photo
from serving.training.dataset_facts import facts_of
from serving.training.datasets import left_out, read_folders, require_both_labels
from serving.training.pixel_cache import PixelCache
from serving.training.servable import require_servable

RUN = CliRunner()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "clinic"
    for label, seeds in (("benign", range(4)), ("malignant", range(10, 14))):
        (folder / label).mkdir(parents=True)
        for seed in seeds:
            lesion_photo(seed, (80, 60)).save(folder / label / f"{seed}.jpg")
    return folder


def rows(folder: Path, *lines: str, encoding: str = "utf-8") -> None:
    (folder / "metadata.csv").write_bytes("\n".join(lines).encode(encoding))


def test_a_photo_that_is_moved_between_labels_is_read_with_its_new_label(
    data: Path, tmp_path: Path
) -> None:
    before = read_folders([data])
    first = PixelCache(before, tmp_path / "pixels.npy")
    (data / "malignant" / "12.jpg").rename(data / "benign" / "0a.jpg")
    after = read_folders([data])
    moved = next(i for i, sample in enumerate(after) if sample.path.name == "0a.jpg")
    second = PixelCache(after, tmp_path / "pixels.npy")
    old = next(i for i, sample in enumerate(before) if sample.path.name == "12.jpg")
    assert after[moved].label == 0
    assert np.array_equal(second.batch([moved]), first.batch([old]))
    for index, sample in enumerate(after):
        same = next(i for i, other in enumerate(before) if other.sha256 == sample.sha256)
        assert np.array_equal(second.batch([index]), first.batch([same]))


def test_a_photo_that_is_replaced_under_its_name_is_read_anew(data: Path, tmp_path: Path) -> None:
    first = PixelCache(read_folders([data]), tmp_path / "pixels.npy").batch([0])
    lesion_photo(99, (80, 60)).save(data / "benign" / "0.jpg")
    second = PixelCache(read_folders([data]), tmp_path / "pixels.npy").batch([0])
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", ["a.png", "a.JPEG", "a.webp", "a.tif"])
def test_every_format_that_the_platform_reads_is_read(
    data: Path, tmp_path: Path, name: str
) -> None:
    photo = lesion_photo(50, (80, 60))
    photo.save(data / "benign" / name)
    cache = PixelCache(read_folders([data]), tmp_path / "pixels.npy")
    assert name in {sample.path.name for sample in cache.samples}
    assert not cache.unreadable


def test_what_is_left_out_is_counted_with_why(data: Path, tmp_path: Path) -> None:
    (data / "benign" / "notes.txt").write_text("x")
    (data / "benign" / "broken.jpg").write_bytes(b"\xff\xd8 not a photo")
    (data / "malignant" / "more").mkdir()
    rows(data, "file,age", "benign/0.jpg,40", "benign/gone.jpg,41")
    assert left_out([data]) == {
        "files named *.txt": 1,
        "folders inside a label's folder": 1,
        "rows of metadata.csv that name no photo": 1,
    }
    found = read_folders([data])
    cache = PixelCache(found, tmp_path / "pixels.npy")
    assert [path.name for path in cache.unreadable] == ["broken.jpg"]
    assert len(cache.samples) == len(found) - 1
    assert cache.batch(range(len(cache.samples))).shape == (8, 3, 256, 256)


def test_a_patient_is_never_on_both_sides_of_a_split(data: Path) -> None:
    photos = [f"{label}/{seed}.jpg" for label, first in (("benign", 0), ("malignant", 10))
              for seed in range(first, first + 4)]  # fmt: skip
    lines = [f"{file},lesion{n},{'p1' if n % 2 else ''}" for n, file in enumerate(photos)]
    # One lesion of the patient is named by its lesion alone.
    lines[0] = f"{photos[0]},lesion1,"
    rows(data, "file,lesion_id,patient_id", *lines)
    splits = {
        sample.split
        for sample in read_folders([data])
        if sample.metadata.get("patient_id") or sample.metadata.get("lesion_id") == "lesion1"
    }
    assert len(splits) == 1


def test_a_csv_that_a_spreadsheet_saved_is_read(data: Path) -> None:
    rows(data, "file,age", "benign/0.jpg,40", encoding="utf-8-sig")
    assert read_folders([data])[0].metadata["age"] == "40"


@pytest.mark.parametrize(
    ("lines", "encoding", "said"),
    [
        (["photo,age", "benign/0.jpg,40"], "utf-8", "has no column `file` but photo, age"),
        (["file;age", "benign/0.jpg;40"], "utf-8", "separates columns by semicolons"),
        (["file,größe", "benign/0.jpg,40"], "latin-1", "is not UTF-8"),
        ([], "utf-8", "has no column `file` but nothing"),
    ],
)
def test_a_csv_that_can_not_be_read_is_refused_with_how_to_mend_it(
    data: Path, lines: list[str], encoding: str, said: str
) -> None:
    rows(data, *lines, encoding=encoding)
    with pytest.raises(ValueError, match=said):
        read_folders([data])


def test_a_split_of_one_label_is_refused_before_training(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"the split \w+ holds no"):
        require_both_labels(read_folders([data]), ("train", "validation", "test"))
    command = ["train", "--data", str(data), "--out", str(tmp_path / "run"), "--steps", "1",
               "--arch", "resnet10t"]  # fmt: skip
    done = RUN.invoke(app, command)
    assert done.exit_code == 1
    assert "holds no" in done.output


def test_a_card_speaks_of_the_data_that_was_given(data: Path) -> None:
    (data / "dataset.yaml").write_text(
        "name: Clinic\nlicence: CC BY 4.0\nsource: General Hospital\nskin_types: [I, III]\n"
    )
    samples = read_folders([data])
    facts = facts_of(data, samples)
    assert (facts.name, facts.benign, facts.malignant, facts.missing) == ("Clinic", 4, 4, [])
    for part in ("Clinic", "4 benign and 4 malignant", "CC BY 4.0", facts.sha256[:16]):
        assert part in facts.sentence
    assert shown_for(samples, [facts]).skin_types == ["I", "III"]
    (data / "benign" / "0.jpg").rename(data / "malignant" / "0.jpg")
    assert facts_of(data, read_folders([data])).sha256 != facts.sha256


def test_a_readme_counts_where_there_is_no_dataset_yaml(data: Path) -> None:
    (data / "README.md").write_text("# Our photos\n\n- **License:** CC0\n- Source: Ward 4\n")
    facts = facts_of(data, read_folders([data]))
    assert (facts.name, facts.licence, facts.source) == ("Our photos", "CC0", "Ward 4")


def test_what_nobody_has_said_is_missing_and_not_made_up(data: Path) -> None:
    facts = facts_of(data, read_folders([data]))
    assert facts.missing == ["licence", "source"]
    assert "licence: not stated" in facts.sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [("name: [", "is no YAML"), ("- a", "must hold"), ("colour: red", "colour")],
)
def test_a_dataset_yaml_that_can_not_be_read_is_refused_in_a_line(
    data: Path, text: str, said: str
) -> None:
    (data / "dataset.yaml").write_text(text)
    with pytest.raises(ValueError, match=said):
        facts_of(data, read_folders([data]))


@pytest.mark.parametrize(
    ("architecture", "said"),
    [
        ("no_such_net", "there is no architecture"),
        ("eva02_tiny_patch14_224", "tokens"),
        ("swin_tiny_patch4_window7_224", "height x width x channels"),
    ],
)
def test_what_can_not_be_served_is_refused_before_training(architecture: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        require_servable(architecture, 224)


@pytest.mark.parametrize(
    "architecture", ["resnet10t", "mobilenetv3_small_050", "torchvision.resnet18"]
)
def test_what_can_be_served_passes(architecture: str) -> None:
    require_servable(architecture, 64)
