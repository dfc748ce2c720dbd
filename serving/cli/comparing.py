"""The verb that puts two versions, or two runs of training, side by side."""

from pathlib import Path
from typing import Annotated, Any

import typer

from serving.archives.card_changes import card_changes, card_figures
from serving.cli import comparison_tables as tables
from serving.cli.account import signed_in
from serving.cli.failures import Failure
from serving.cli.options import LOCAL, Json, Url
from serving.cli.output import CommandFailed, reported_failures, show
from serving.cli.training import usable_input
from serving.contract.reference_comparison import compare as compare_answers
from serving.training.runs import Run, read_run

Side = Annotated[str, typer.Argument(help="A version that was pushed, or the folder of a run.")]


def compare(first: Side, second: Side, url: Url = LOCAL, as_json: Json = False) -> None:
    """Put two versions side by side, by the reference cases; or two runs, by their test photos."""
    folders = [side for side in (first, second) if Path(side).is_dir()]
    if not folders:
        _versions(first, second, url, as_json)
        return
    with reported_failures(as_json), usable_input():
        if len(folders) == 1:
            raise CommandFailed(
                Failure.INPUT_UNUSABLE,
                f"{folders[0]} is a folder and the other is not: name two runs or two versions.",
            )
        _runs(read_run(Path(first)), read_run(Path(second)), as_json)


def _versions(first: str, second: str, url: str, as_json: bool) -> None:
    with signed_in(url, as_json) as api:
        found = api.get(f"/admin/models/{first}/compared-with/{second}")
        if as_json:
            show(as_json, found, "")
            return
        if cases := found["cases"]:
            _show_cases(cases, first, second, "reference cases")
        for version in found["without_answers"]:
            show(as_json, {}, f"{version} has no kept answers: dermis-model try {version}")
        if found["card_figures"]:
            show(as_json, {}, tables.card_figures(found["card_figures"], first, second))
        show(as_json, {}, tables.changes(found["card_changes"], first, second, "The cards"))


def _runs(first: Run, second: Run, as_json: bool) -> None:
    recipe = _recipe_changes(first.recipe, second.recipe)
    figures, changes = [], []
    if first.card and second.card:
        figures = [found.model_dump() for found in card_figures(first.card, second.card)]
        changes = [found.model_dump() for found in card_changes(first.card, second.card)]
    shared = (
        compare_answers(first.answers, second.answers) if first.answers and second.answers else None
    )
    cases = shared.model_dump() if shared else None
    if as_json:
        content = {
            "recipe": recipe, "cases": cases, "card_figures": figures, "card_changes": changes
        }  # fmt: skip
        show(as_json, content, "")
        return
    names = first.folder.name, second.folder.name
    show(as_json, {}, tables.changes(recipe, *names, "The recipes"))
    if cases:
        _show_cases(cases, *names, "test photos")
    for run in (first, second):
        if run.answers is None:
            message = f"{run.folder} has no answers: dermis-model evaluate --run {run.folder}"
            show(as_json, {}, message)
    if figures:
        show(as_json, {}, tables.card_figures(figures, *names))


def _show_cases(cases: dict[str, Any], first: str, second: str, photos: str) -> None:
    show(False, {}, tables.figures(cases, first, second, photos))
    show(False, {}, tables.agreement(cases, first, second))
    if cases["disagreements"]:
        show(False, {}, tables.disagreements(cases, first, second))


def _recipe_changes(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"field": name, "first": _said(first.get(name)), "second": _said(second.get(name))}
        for name in dict.fromkeys([*first, *second])
        if first.get(name) != second.get(name)
    ]


def _said(value: Any) -> list[str]:
    return [] if value in (None, "") else [str(value)]
