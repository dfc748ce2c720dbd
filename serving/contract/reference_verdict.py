"""May a version be released, by its answers to the reference cases? No torch."""

from collections.abc import Mapping

from serving.contract.reference_figures import Figure, ReferenceFigures

# How much worse than the live version's a figure may be. With the dozen cases that ship, one more
# melanoma that is missed is too much, and one more false alarm is not.
MARGINS = {
    "auc": 0.1, "sensitivity": 0.1, "specificity": 0.2, "brier": 0.1, "not_assessable": 0.2,
}  # fmt: skip
# Of these, less is better.
_ERRORS = frozenset({"brier", "not_assessable"})
_NAMES = {"auc": "AUC", "brier": "Brier score", "not_assessable": "share not assessable"}
# A model that ranks no better than a coin has learnt nothing, or the opposite.
LEAST_AUC = 0.6
# The least difference between the most and the least suspicious case.
LEAST_SPAN = 0.1


def objections(
    found: ReferenceFigures, live: ReferenceFigures | None, margins: Mapping[str, float]
) -> list[str]:
    """Why a version is refused; empty where it may be released.

    Args:
        found: the candidate's figures.
        live: the live version's on the same cases; None where nothing is live.
        margins: as `MARGINS`; a figure that isn't named is not compared.
    """
    return [*_absurd(found), *(_worse(found, live, margins) if live else ())]


def _absurd(found: ReferenceFigures) -> list[str]:
    """What no model may do, whatever is live."""
    if not 0 < found.malignant < found.cases:
        return []  # cases of one kind tell nothing of this
    said = []
    if found.most < found.threshold:
        said.append(
            f"it calls all {found.cases} reference cases benign: its threshold "
            f"{found.threshold:.3f} is above every probability, {found.least:.3f} to "
            f"{found.most:.3f}"
        )
    if found.least >= found.threshold:
        said.append(
            f"it calls all {found.cases} reference cases malignant: its threshold "
            f"{found.threshold:.3f} is below every probability, {found.least:.3f} to "
            f"{found.most:.3f}"
        )
    if found.most - found.least < LEAST_SPAN:
        said.append(
            f"its probabilities for the reference cases hardly differ, {found.least:.3f} to "
            f"{found.most:.3f}"
        )
    if found.auc and found.auc.value < LEAST_AUC:
        said.append(
            f"its AUC on the reference cases is {found.auc.value:.3f}, below {LEAST_AUC}; are the "
            "classes swapped, or is the preprocessing another one?"
        )
    return said


def _worse(
    found: ReferenceFigures, live: ReferenceFigures, margins: Mapping[str, float]
) -> list[str]:
    said = []
    for name, margin in sorted(margins.items()):
        now, before = _value(found, name), _value(live, name)
        if now is None or before is None:
            continue
        loss = now - before if name in _ERRORS else before - now
        if loss > margin:
            said.append(
                f"its {_NAMES.get(name, name)} on {found.cases} reference cases is {now:.3f}, "
                f"that of {live.version} {before:.3f}; {margin:g} worse is allowed"
            )
    return said


def _value(figures: ReferenceFigures, name: str) -> float | None:
    known = getattr(figures, name, None)
    return known.value if isinstance(known, Figure) else known
