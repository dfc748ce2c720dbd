"""`dermis-model compare` on two runs' folders."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from serving.archives.archive import check_archive
from serving.archives.card import ModelCard
from serving.cli import app, output
from serving.contract.reference_figures import Label
from serving.tests.archives import shipped
from serving.training.runs import write_answers

RUN = CliRunner()
TRUTHS: list[Label] = ["benign", "malignant"] * 15


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return check_archive(shipped("1.1.2")).card


def run(folder: Path, card: ModelCard, rate: float, missed: int) -> Path:
    """An evaluated run that misses some melanomas."""
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"architecture": card.architecture, "rate": rate}))
    (folder / "model_card.json").write_text(card.model_dump_json())
    write_answers(
        (
            (f"{place:064x}", "ours", truth, 0.001 if place < 2 * missed else 0.9)
            if truth == "malignant"
            else (f"{place:064x}", "ours", truth, 0.001)
            for place, truth in enumerate(TRUTHS)
        ),
        folder,
    )
    return folder


def compare(*words: object, fails: bool = False) -> Any:
    done = RUN.invoke(app, ["compare", *map(str, words), "--json"])
    assert (done.exit_code != 0) is fails, done.output
    return json.loads(done.stdout.splitlines()[-1])


def test_two_runs_are_compared_by_recipe_card_and_test_photos(
    tmp_path: Path, card: ModelCard
) -> None:
    one = run(tmp_path / "one", card, 6e-4, missed=0)
    raised = card.model_copy(update={"temperature": 2.0})
    other = run(tmp_path / "other", raised, 3e-4, missed=9)
    found = compare(one, other)
    assert found["recipe"] == [{"field": "rate", "first": ["0.0006"], "second": ["0.0003"]}]
    sensitivity = found["cases"]["figures"][0]
    assert (sensitivity["name"], sensitivity["differs"]) == ("sensitivity", True)
    assert (sensitivity["first"]["value"], sensitivity["second"]["value"]) == (1, 0.4)
    assert found["cases"]["only_first_right"] == 9
    assert [change["field"] for change in found["card_changes"]] == ["temperature"]
    assert all(figure["same_photos"] for figure in found["card_figures"])


def test_people_read_tables(
    tmp_path: Path, card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It took the width of its terminal when it was made; a narrow one breaks what is looked for.
    monkeypatch.setattr(output._answers, "width", 200)
    one, other = (run(tmp_path / name, card, 6e-4, missed=0) for name in ("one", "other"))
    done = RUN.invoke(app, ["compare", str(one), str(other)])
    assert done.exit_code == 0, done.output
    assert "no difference shown" in done.stdout
    assert "30 test photos that both answered, 15 malignant" in done.stdout


def test_a_run_that_was_not_evaluated_is_compared_by_its_recipe(
    tmp_path: Path, card: ModelCard
) -> None:
    one = run(tmp_path / "one", card, 6e-4, missed=0)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "run.json").write_text(json.dumps({"rate": 6e-4}))
    found = compare(one, tmp_path / "other")
    assert [change["field"] for change in found["recipe"]] == ["architecture"]
    assert (found["cases"], found["card_figures"]) == (None, [])


def test_a_folder_and_a_version_or_a_folder_without_a_run_are_refused(tmp_path: Path) -> None:
    assert compare(tmp_path, "1.0.0", fails=True)["error"] == "INPUT_UNUSABLE"
    found = compare(tmp_path, tmp_path, fails=True)
    assert "run dermis-model train" in found["message"]
