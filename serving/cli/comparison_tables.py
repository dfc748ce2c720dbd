"""Tables of two versions or two runs side by side."""

from typing import Any

from rich.table import Table

from serving.cli.status_tables import interval

# Of the cases on which both disagree, those that are listed.
LISTED = 20


def figures(found: dict[str, Any], first: str, second: str, photos: str) -> Table:
    """Each figure of both with its interval, and whether they differ."""
    title = f"{found['cases']} {photos} that both answered, {found['malignant']} malignant"
    table = Table("", first, second, "difference", "", title=title)
    for figure in found["figures"]:
        table.add_row(
            figure["name"].replace("_", " "),
            interval(figure["first"]),
            interval(figure["second"]),
            interval(figure["difference"]),
            "differs" if figure["differs"] else "no difference shown",
        )
    return table


def agreement(found: dict[str, Any], first: str, second: str) -> Table:
    """On how many cases which of the two is right."""
    table = Table(
        "both right", f"only {first} right", f"only {second} right", "both wrong",
        title="Labels",
    )  # fmt: skip
    names = ("both_right", "only_first_right", "only_second_right", "both_wrong")
    table.add_row(*(str(found[name]) for name in names))
    return table


def disagreements(found: dict[str, Any], first: str, second: str) -> Table:
    """The cases that both label differently, those that differ most first."""
    listed = found["disagreements"]
    table = Table("sha256", "truth", first, second, title="Where they disagree")
    for case in listed[:LISTED]:
        table.add_row(
            case["sha256"][:16], case["truth"], f"{case['first']:.3f}", f"{case['second']:.3f}"
        )
    if len(listed) > LISTED:
        table.caption = f"{len(listed) - LISTED} more with --json"
    return table


def card_figures(found: list[dict[str, Any]], first: str, second: str) -> Table:
    """What the cards say of the evaluations that both have."""
    table = Table("evaluation", "figure", first, second, "", title="The cards' figures")
    for figure in found:
        if not figure["same_photos"]:
            word = "other photos"
        else:
            word = "intervals apart" if figure["apart"] else "intervals overlap"
        table.add_row(
            figure["evaluation"], figure["name"].replace("_", " "), interval(figure["first"]),
            interval(figure["second"]), word,
        )  # fmt: skip
    return table


def changes(found: list[dict[str, Any]], first: str, second: str, title: str) -> Table:
    """Fields in which the two differ."""
    table = Table("field", first, second, title=title)
    for change in found:
        table.add_row(change["field"], "\n".join(change["first"]), "\n".join(change["second"]))
    return table
