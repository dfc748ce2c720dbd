"""What `status` and `try` show of the reference cases."""

from typing import Any

from rich.console import Console

from serving.cli import status_tables

FIGURE = {"value": 0.8, "low": 0.61, "high": 0.95}
FIGURES = {
    "cases": 12, "malignant": 6, "auc": FIGURE, "sensitivity": FIGURE, "specificity": None,
    "brier": 0.123, "not_assessable": FIGURE,
}  # fmt: skip
JUDGED: dict[str, Any] = {
    "passed": False, "error": "its sensitivity is worse", "set_number": 3, "figures": FIGURES,
    "live_version": "1.0.0", "live_figures": FIGURES, "margins": {"sensitivity": 0.1},
}  # fmt: skip


def shown(table: Any) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def test_each_version_is_shown_with_its_figures_and_why_it_is_refused() -> None:
    text = shown(
        status_tables.reference(
            [{"version": "1.1.0", "judgement": JUDGED}, {"version": "1.0.0", "judgement": None}]
        )
    )
    for part in ("1.1.0", "6 + 6", "0.800 (0.61 to 0.95)", "refused: its sensitivity is worse"):
        assert part in text


def test_a_trial_is_shown_beside_the_live_version_with_what_is_allowed() -> None:
    text = shown(status_tables.judgement("1.1.0", JUDGED))
    for part in ("live 1.0.0", "set 3", "0.1", "0.123", "may be worse by"):
        assert part in text
