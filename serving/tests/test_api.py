"""Archives in a notebook: what the guide shows is what runs."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from local_stack.stack import ROOT
from service_kit.errors import DomainError
from serving import api, examples
from serving.archives.archive import ArchiveRefused
from serving.tests.archives import shipped

GUIDE = (ROOT / "docs" / "ml-engineers.md").read_text()
CELLS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def model() -> api.Model:
    return api.load(shipped("1.1.2"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the guide's reader works: an archive, and a folder of photos."""
    place = tmp_path_factory.mktemp("notebook")
    (place / "archives").mkdir()
    (place / "archives" / "lesion-1.3.0.mar").write_bytes(shipped("1.1.2").read_bytes())
    for known in examples.read():
        (place / "photos" / known.truth).mkdir(parents=True, exist_ok=True)
        (place / "photos" / known.truth / known.path.name).write_bytes(known.path.read_bytes())
    first = next((place / "photos" / "malignant").iterdir())
    first.rename(first.with_name("a.jpg"))
    return place


def test_the_guides_cells_run_one_after_the_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(CELLS) == 3
    monkeypatch.chdir(folder)
    known: dict[str, Any] = {}
    for cell in CELLS:
        exec(compile(cell, "docs/ml-engineers.md", "exec"), known)
    assert capsys.readouterr().out.startswith("malignant 0.9")
    assert known["missed"] == []
    assert known["measured"].figures.auc.value == 1
    assert known["shown"].overlay.size == Image.open("photos/malignant/a.jpg").size


def test_a_heatmap_explains_the_class_that_is_asked_for(model: api.Model) -> None:
    photo = next(known for known in examples.read() if known.truth == "malignant").path
    assert model.explain(photo).target == "malignant"
    benign = model.explain(photo.read_bytes(), target="benign")
    assert (benign.target, benign.finding.label) == ("benign", "malignant")
    assert benign.heatmap.shape == (7, 7)
    assert str(model) == "lesion 1.1.2 (tf_efficientnet_lite0)"


def test_photos_that_can_not_be_read_are_told_and_the_others_counted(
    model: api.Model, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "benign").mkdir()
    (tmp_path / "malignant").mkdir()
    (tmp_path / "benign" / "notes.jpg").write_text("no photo")
    with pytest.raises(ValueError, match="holds no photos"):
        model.evaluate(tmp_path)
    whole = (folder / "photos" / "malignant" / "a.jpg").read_bytes()
    (tmp_path / "malignant" / "a.jpg").write_bytes(whole)
    measured = model.evaluate(tmp_path)
    assert [path.name for path in measured.unreadable] == ["notes.jpg"]
    assert (measured.figures.cases, measured.figures.auc) == (1, None)
    with pytest.raises(DomainError):
        model.predict(b"no photo")


def test_an_archive_that_dermis_would_refuse_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "x.mar").write_bytes(b"no zip")
    with pytest.raises(ArchiveRefused):
        api.load(tmp_path / "x.mar")
