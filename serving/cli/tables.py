"""What the gateway tells of replicas, versions and releases, as tables for people."""

from typing import Any

from rich.table import Table

Rows = list[dict[str, Any]]

LATEST = 10


def replicas(found: Rows) -> Table:
    """One row a replica: how it stands."""
    table = Table("replica", "state", "live", "loaded", "workers", "last error", title="Replicas")
    for replica in found:
        table.add_row(
            replica["id"],
            replica["state"],
            replica["live_version"] or "",
            " ".join(replica["loaded_versions"]),
            str(replica["workers"]),
            replica["last_error"] or "",
        )
    return table


def costs(found: Rows) -> Table:
    """What versions cost: the loaded ones, and the latest trial of each other, side by side."""
    table = Table(
        "replica", "version", "", "median ms", "p95 ms", "load s", "MiB a worker", title="Costs"
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
    """One row a version in the store."""
    table = Table("version", "architecture", "brought", "signed by", "desired", title="Versions")
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
            str(entry["number"]), entry["version"], entry["kind"], entry["at"][:16], entry["why"]
        )
    return table


def _figures(measured: dict[str, Any]) -> list[str]:
    names = ("median_ms", "p95_ms", "load_seconds", "memory_mib")
    return ["" if measured[name] is None else f"{measured[name]:g}" for name in names]
