"""Which versions a rollback may return to: the way back must lead to what worked."""

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from serving.contract.releases import LIVE, Release


def ways_back(
    releases: Sequence[Release], *, confirmed: Collection[int], unusable: Iterable[str]
) -> list[Release]:
    """The releases that a rollback may return to, the latest first, each version once.

    A version that somebody rolled back from is left out until it is released again, so that two
    rollbacks in a row never return to it. So is one that no replica ever served.

    Args:
        releases: the log, oldest first.
        confirmed: numbers of the entries that some replica served. Entries that are older than
            the first of them were written before this was noted, and count as served.
        unusable: versions that are retired, or whose archive is lost.
    """
    live = [entry for entry in releases if entry.kind in LIVE]
    if not live:
        return []
    current = live[-1]
    noted_since = min(confirmed, default=current.number)
    left_out = {current.version, *unusable, *_rolled_back(live)}
    found: dict[str, Release] = {}
    for entry in reversed(live[:-1]):
        served = entry.number in confirmed or entry.number < noted_since
        if served and entry.version not in left_out:
            found.setdefault(entry.version, entry)
    return list(found.values())


def _rolled_back(live: Sequence[Release]) -> set[str]:
    bad: set[str] = set()
    for before, entry in pairwise(live):
        if entry.kind == "rollback":
            bad.add(before.version)
        # Whoever releases it again, or names it for a rollback, has decided otherwise.
        bad.discard(entry.version)
    return bad
