"""Tables of replicas, versions and releases for people."""

from typing import Any

from rich.table import Table

Rows = list[dict[str, Any]]

LATEST = 10


def replicas(found: Rows) -> Table:
    """One row per replica, with its state."""
    table = Table(
        "replica", "state", "live", "candidate", "loaded", "workers", "last error", title="Replicas"
    )
    for replica in found:
        table.add_row(
            replica["id"],
            replica["state"],
            replica["live_version"] or "",
            _candidate(replica["candidate"]),
            " ".join(replica["loaded_versions"]),
            str(replica["workers"]),
            replica["last_error"] or "",
        )
    return table


def canary(found: dict[str, Any]) -> Table:
    """How a canary performs, next to the live version."""
    table = Table("version", "requests", "failed", "median ms", title="Canary")
    for name, figures in ((found["version"], found["canary"]), ("live", found["live"])):
        table.add_row(name, *(_figure(figures[key]) for key in ("requests", "failed", "median_ms")))
    return table


def agreement(found: dict[str, Any]) -> Table:
    """How a shadow's answers compare with the live version's."""
    table = Table(
        "",
        "",
        title=f"{found['version']} in the shadow of {found['against'] or 'the live version'}",
    )
    interval = (
        "" if found["share"] is None
        else f"{found['share']:z.3f} ({found['low']:z.3f} to {found['high']:z.3f})"
    )  # fmt: skip
    for name, shown in (
        ("photos", found["photos"]),
        ("without an answer", found["failed"]),
        ("same label", found["same_label"]),
        ("share of the same label (95 %)", interval),
        ("live benign, shadow malignant", found["newly_malignant"]),
        ("live malignant, shadow benign", found["newly_benign"]),
        ("mean difference of probability", _figure(found["mean_difference"])),
        ("largest difference", _figure(found["largest_difference"])),
    ):
        table.add_row(name, str(shown))
    return table


def costs(found: Rows) -> Table:
    """What versions cost: those that are loaded, and the latest trial of each other one."""
    table = Table(
        "replica", "version", "", "precision", "median ms", "p95 ms", "load s", "MiB per worker",
        title="Costs",
    )  # fmt: skip
    for replica in found:
        for measured in replica["measured"]:
            word = "live" if measured["version"] == replica["live_version"] else "loaded"
            table.add_row(replica["id"], measured["version"], word, *_figures(measured))
        for trial in {trial["version"]: trial for trial in replica["trials"]}.values():
            word = "trial" if trial["passed"] else f"trial: {trial['error']}"
            figures = _figures(trial["measured"]) if trial["measured"] else ()
            table.add_row(replica["id"], trial["version"], word, *figures)
    return table


def reference(found: Rows) -> Table:
    """How each version did on the reference cases, with 95 % intervals and what was allowed."""
    table = Table(
        "version", "set", "cases", "AUC", "sensitivity", "specificity", "Brier", "verdict",
        title="Reference cases",
    )  # fmt: skip
    for version in found:
        judged = version["judgement"]
        if not judged:
            continue
        table.add_row(version["version"], *_reference_figures(judged), _verdict(judged))
    return table


def judgement(version: str, judged: dict[str, Any]) -> Table:
    """One version on the reference cases beside the live one then, and the limits."""
    table = Table("", version, f"live {judged['live_version'] or '–'}", "may be worse by")
    table.title = f"Reference cases, set {judged['set_number']}"
    found, live = judged["figures"], judged["live_figures"] or {}
    for name in ("auc", "sensitivity", "specificity", "brier", "not_assessable"):
        margin = judged["margins"].get(name)
        table.add_row(
            name.replace("_", " "), interval(found[name]), interval(live.get(name)),
            "–" if margin is None else f"{margin:g}",
        )  # fmt: skip
    return table


def reference_cases(found: dict[str, Any]) -> Table:
    """One row per case."""
    number = found["number"]
    title = f"Reference cases, set {number}" if number else "No reference cases yet"
    table = Table("sha256", "truth", title=title)
    for case in found["cases"]:
        table.add_row(case["sha256"][:16], case["truth"])
    return table


def versions(found: Rows) -> Table:
    """One row per version in the store."""
    table = Table("version", "architecture", "uploaded", "signed by", "desired", title="Versions")
    for version in found:
        table.add_row(
            version["version"],
            version["architecture"],
            version["brought_at"][:16],
            version["signed_by"] or "",
            "yes" if version["desired"] else "",
        )
    return table


def releases(found: Rows) -> Table:
    """The latest entries of the release log."""
    table = Table("release", "version", "kind", "at", "why", "judged", title="Latest releases")
    for entry in found[:LATEST]:
        table.add_row(
            str(entry["number"]), entry["version"], _kind(entry), entry["at"][:16], entry["why"],
            _verdict(entry["judgement"]) if entry["judgement"] else "",
        )  # fmt: skip
    return table


def _reference_figures(judged: dict[str, Any]) -> list[str]:
    found = judged["figures"]
    if not found:
        return [""] * 6
    return [
        str(judged["set_number"]),
        f"{found['malignant']} + {found['cases'] - found['malignant']}",
        *(interval(found[name]) for name in ("auc", "sensitivity", "specificity", "brier")),
    ]


def interval(figure: dict[str, float] | float | None) -> str:
    """A figure with its 95 % interval, where it has one."""
    if figure is None:
        return "–"
    if isinstance(figure, dict) and figure["low"] == figure["value"] == figure["high"]:
        return f"{figure['value']:.3f}"
    if isinstance(figure, dict):
        return f"{figure['value']:.3f} ({figure['low']:.2f} to {figure['high']:.2f})"
    return f"{figure:.3f}"


def _verdict(judged: dict[str, Any]) -> str:
    return "passed" if judged["passed"] else f"refused: {judged['error']}"


def _figures(measured: dict[str, Any]) -> list[str]:
    names = ("median_ms", "p95_ms", "load_seconds", "memory_mib")
    return [measured["precision"], *(_figure(measured[name]) for name in names)]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:z.4g}"


def _candidate(candidate: dict[str, Any] | None) -> str:
    return f"{candidate['version']} {_kind(candidate)}" if candidate else ""


def _kind(entry: dict[str, Any]) -> str:
    return f"{entry['kind']} {entry['percent']} %" if entry["percent"] else str(entry["kind"])
