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
    table = Table("", "", title=f"{found['version']} in the live version's shadow")
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
        "replica", "version", "", "median ms", "p95 ms", "load s", "MiB per worker", title="Costs"
    )
    for replica in found:
        for measured in replica["measured"]:
            word = "live" if measured["version"] == replica["live_version"] else "loaded"
            table.add_row(replica["id"], measured["version"], word, *_figures(measured))
        for trial in {trial["version"]: trial for trial in replica["trials"]}.values():
            word = "trial" if trial["passed"] else f"trial: {trial['error']}"
            figures = _figures(trial["measured"]) if trial["measured"] else ()
            table.add_row(replica["id"], trial["version"], word, *figures)
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
    table = Table("release", "version", "kind", "at", "why", title="Latest releases")
    for entry in found[:LATEST]:
        table.add_row(
            str(entry["number"]), entry["version"], _kind(entry), entry["at"][:16], entry["why"]
        )
    return table


def _figures(measured: dict[str, Any]) -> list[str]:
    names = ("median_ms", "p95_ms", "load_seconds", "memory_mib")
    return [_figure(measured[name]) for name in names]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:z.4g}"


def _candidate(candidate: dict[str, Any] | None) -> str:
    return f"{candidate['version']} {_kind(candidate)}" if candidate else ""


def _kind(entry: dict[str, Any]) -> str:
    return f"{entry['kind']} {entry['percent']} %" if entry["percent"] else str(entry["kind"])
