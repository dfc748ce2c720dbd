"""Dermoscopic checklists: which items they have, and the score that follows from them.

Sources: G. Argenziano et al., Arch Dermatol 1998;134:1563-1570 (7-point checklist: major criteria
count 2, minor ones 1; suspicious from 3). F. Nachbar et al., J Am Acad Dermatol 1994;30:551-559
(ABCD rule: 1.3 A + 0.1 B + 0.5 C + 0.5 D; suspicious from 4.75, highly from above 5.45).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a checklist: the least and the most points it takes, and how much each weighs."""

    least: int
    most: int
    weight: float


SEVEN_POINT = {
    "atypical_network": Item(0, 1, 2),
    "blue_whitish_veil": Item(0, 1, 2),
    "atypical_vessels": Item(0, 1, 2),
    "irregular_streaks": Item(0, 1, 1),
    "irregular_dots": Item(0, 1, 1),
    "irregular_blotches": Item(0, 1, 1),
    "regression": Item(0, 1, 1),
}
ABCD = {
    "asymmetry": Item(0, 2, 1.3),
    "border": Item(0, 8, 0.1),
    "colours": Item(1, 6, 0.5),
    "structures": Item(1, 5, 0.5),
}
CHECKLISTS = {"seven_point": SEVEN_POINT, "abcd": ABCD}


def score(kind: str, items: Mapping[str, int]) -> float:
    """The score of a checklist of which every item is filled in.

    Raises:
        DomainError: INVALID_ARGUMENT / CHECKLIST_INVALID for an unknown checklist or item, a
            missing item, or points out of an item's range.
    """
    known = CHECKLISTS.get(kind)
    sound = (
        known is not None
        and items.keys() == known.keys()
        and all(known[name].least <= points <= known[name].most for name, points in items.items())
    )
    if not sound or known is None:
        raise DomainError(Reason.CHECKLIST_INVALID, metadata={"field": "checklist"})
    return round(sum(known[name].weight * points for name, points in items.items()), 2)
