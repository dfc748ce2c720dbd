"""Two versions of the shelf side by side: their cards, and their answers to the reference cases."""

from dataclasses import dataclass
from typing import Any

from gateway.model_store.shelf import Shelf, ShelvedVersion
from serving.archives.card_changes import CardChange, CardFigure, card_changes, card_figures
from serving.contract.reference_cases import ReferenceCases
from serving.contract.reference_comparison import Answered, CaseComparison, answers_of, compare
from serving.contract.reference_figures import KeptAnswers, ReferenceFigures


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions.

    Attributes:
        first, second: from the shelf.
        without_answers: those of the two whose answers to the reference cases nobody kept.
        cases: on the cases that both answered; None where there are none.
        card_figures: of evaluations that both cards name.
        card_changes: what else the cards say differently.
    """

    first: ShelvedVersion
    second: ShelvedVersion
    without_answers: list[str]
    cases: CaseComparison | None
    card_figures: list[CardFigure]
    card_changes: list[CardChange]


async def compared(shelf: Shelf, cases: ReferenceCases, first: str, second: str) -> Compared:
    """Compare two versions.

    Raises:
        DomainError: NOT_FOUND VERSION_NOT_FOUND.
    """
    one, other = shelf.version(first), shelf.version(second)
    found = {each.version: await _answered(shelf, cases, each) for each in (one, other)}
    ours, theirs = found[one.version], found[other.version]
    return Compared(
        first=one,
        second=other,
        without_answers=[version for version, answers in found.items() if answers is None],
        cases=compare(ours, theirs) if ours and theirs else None,
        card_figures=card_figures(one.card, other.card),
        card_changes=card_changes(one.card, other.card),
    )


async def _answered(
    shelf: Shelf, cases: ReferenceCases, shelved: ShelvedVersion
) -> Answered | None:
    """A version's latest answers that were kept."""
    for number, figures, kept in _kept(shelf, shelved):
        if asked := await cases.numbered(number):
            return Answered(
                shelved.version, figures.threshold, answers_of(asked, kept, figures.threshold)
            )
    return None


def _kept(shelf: Shelf, shelved: ShelvedVersion) -> list[tuple[int, ReferenceFigures, KeptAnswers]]:
    """Its answers with the number of their set, the newest first.

    A version also answers beside each candidate while it is live.
    """
    found: list[tuple[Any, int, ReferenceFigures, KeptAnswers]] = []
    for judged in shelf.judgements:
        result = judged.reference
        if result is None:
            continue
        if result.answers and judged.sha256 == shelved.sha256:
            found.append((judged.at, result.number, result.found, result.answers))
        elif result.live_answers and result.live and result.live.version == shelved.version:
            found.append((judged.at, result.number, result.live, result.live_answers))
    found.sort(key=lambda entry: (entry[1], entry[0]), reverse=True)
    return [(number, figures, kept) for _, number, figures, kept in found]
