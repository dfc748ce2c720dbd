"""The reference gate: a version answers the installation's own cases before it is released.

A card says how a model did elsewhere, and golden images that it computes what it computed there.
Whether it is any good is asked here, on photos that no archive brings, by the very process that
would serve. A rollback is never held up.
"""

import asyncio
from collections.abc import Iterator, Mapping

import structlog
from obstore.exceptions import BaseError

from service_kit.blobs import BlobMissing
from service_kit.errors import DomainError
from serving import examples
from serving.contract.entries import EntryDamaged
from serving.contract.findings import Finding
from serving.contract.reference_cases import ReferenceCases, ReferenceSet, Truth
from serving.contract.reference_figures import (
    KEPT_ERRORS,
    CaseAnswer,
    CaseError,
    ReferenceFigures,
    ReferenceResult,
)
from serving.contract.reference_verdict import objections
from serving.contract.torchserve import ImageRefused
from serving.replica.torchserve.probe import SECONDS, Ask, ProbeFailed, ask_until_room

log = structlog.get_logger()

SHIPPED = "dermis"


class ReferenceGate:
    """Judges versions by the reference cases of one model.

    Args:
        cases: the installation's.
        margins: how much worse than live a figure may be (`reference_verdict`).
    """

    def __init__(self, cases: ReferenceCases, margins: Mapping[str, float]) -> None:
        self._cases = cases
        self._margins = margins

    async def judge(self, candidate: Ask, live: Ask | None) -> ReferenceResult:
        """Have a version answer the cases, and the live one beside it.

        Args:
            candidate: asks the version that is to be released.
            live: asks the version that serves; None where none does.

        Raises:
            ProbeFailed: with every objection, and the figures.
            TorchServeError, TimeoutError: there was no answer.
            BaseError, OSError: the store is away while photos are read.
        """
        cases = await self._in_force()
        ours = await self._answers(cases, candidate)
        theirs = await self._answers(cases, live) if live else None
        result = _compared(cases.number, ours, theirs)
        said = objections(result.found, result.live, self._margins)
        judged = result.model_copy(
            update={"margins": dict(self._margins), "objections": tuple(said)}
        )
        if said:
            raise ProbeFailed("; ".join(said), judged)
        return judged

    async def _in_force(self) -> ReferenceSet:
        """The newest set; before the first, the examples that ship with Dermis.

        A follower that may not write to the store, or doesn't reach it, uses the examples as they
        lie beside it: no release waits for that.
        """
        try:
            if cases := await self._cases.newest():
                return cases
            return await self._cases.add(_examples(), by=SHIPPED)
        except (BaseError, OSError, DomainError) as error:
            log.warning("the shipped reference cases are not stored", error=type(error).__name__)
            return self._cases.held(_examples(), by=SHIPPED)

    async def _answers(
        self, cases: ReferenceSet, ask: Ask
    ) -> dict[str, tuple[Finding, CaseAnswer]]:
        answers = {}
        for case in cases.cases:
            try:
                photo = await self._cases.photo(case)
                async with asyncio.timeout(SECONDS):
                    finding = await ask_until_room(ask, photo)
            except (ImageRefused, BlobMissing, EntryDamaged) as error:
                log.warning("a reference case has no answer", error=type(error).__name__)
                continue
            answer = CaseAnswer(
                truth=case.truth,
                label=finding.label,
                probability=finding.probability_malignant,
                assessable=finding.assessable,
            )
            answers[case.sha256] = (finding, answer)
        if not answers:
            raise ProbeFailed("no reference case was answered")
        return answers


def _examples() -> list[tuple[bytes, Truth]]:
    return [(example.path.read_bytes(), example.truth) for example in examples.read()]


def _compared(
    number: int,
    ours: dict[str, tuple[Finding, CaseAnswer]],
    theirs: dict[str, tuple[Finding, CaseAnswer]] | None,
) -> ReferenceResult:
    changes = [
        (before.label, ours[case][1].label)
        for case, (_, before) in (theirs or {}).items()
        if case in ours
    ]
    return ReferenceResult(
        number=number,
        found=_figures(ours),
        live=_figures(theirs) if theirs else None,
        newly_malignant=changes.count(("benign", "malignant")),
        newly_benign=changes.count(("malignant", "benign")),
        errors=tuple(_errors(ours))[:KEPT_ERRORS],
    )


def _errors(answers: dict[str, tuple[Finding, CaseAnswer]]) -> Iterator[CaseError]:
    for case, (_, answer) in answers.items():
        if answer.label != answer.truth:
            yield CaseError(sha256=case, truth=answer.truth, probability=answer.probability)


def _figures(answers: dict[str, tuple[Finding, CaseAnswer]]) -> ReferenceFigures:
    finding = next(iter(answers.values()))[0]
    return ReferenceFigures.of(
        finding.model.version, finding.threshold, [answer for _, answer in answers.values()]
    )
