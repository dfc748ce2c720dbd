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
    KeptAnswers,
    ReferenceFigures,
    ReferenceResult,
)
from serving.contract.reference_verdict import objections
from serving.contract.torchserve import ImageRefused
from serving.contract.trials import Measurement
from serving.replica import heatmap_evidence
from serving.replica.cost_limits import CostLimits
from serving.replica.torchserve.probe import SECONDS, Ask, ProbeFailed, ask_until_room

log = structlog.get_logger()

SHIPPED = "dermis"


class ReferenceGate:
    """Judges versions by the reference cases of one model.

    Args:
        cases: the installation's.
        margins: how much worse than live a figure may be (`reference_verdict`).
        limits: what a version may cost.
    """

    def __init__(
        self,
        cases: ReferenceCases,
        margins: Mapping[str, float],
        limits: CostLimits = CostLimits(),  # noqa: B008  frozen
    ) -> None:
        self._cases = cases
        self._margins = margins
        self._limits = limits

    async def judge(
        self,
        candidate: Ask,
        live: Ask | None,
        *,
        explain: Ask | None = None,
        measured: Measurement | None = None,
    ) -> ReferenceResult:
        """Have a version answer the cases, and the live one beside it.

        Args:
            candidate: asks the version that is to be released.
            live: asks the version that serves; None where none does.
            explain: asks the candidate for the heatmap of malignant; None where it has been judged.
            measured: what the candidate costs here; None where that is known to be fine.

        Raises:
            ProbeFailed: it costs too much, or with every objection and the figures.
            TorchServeError, TimeoutError: there was no answer.
            BaseError, OSError: the store is away while photos are read.
        """
        if measured and (costly := self._limits.objections(measured)):
            # Not asked first: it would hold up whatever else this replica has to load.
            raise ProbeFailed("; ".join(costly))
        cases = await self._in_force()
        ours = await self._answers(cases, candidate)
        theirs = await self._answers(cases, live) if live else None
        result = _compared(cases, ours, theirs)
        said = [
            *objections(result.found, result.live, self._margins),
            *(await self._heatmap_objections(cases, ours, explain) if explain else ()),
        ]
        judged = result.model_copy(
            update={"margins": dict(self._margins), "objections": tuple(said)}
        )
        if said:
            raise ProbeFailed("; ".join(said), judged)
        return judged

    async def _heatmap_objections(
        self, cases: ReferenceSet, ours: dict[str, tuple[Finding, CaseAnswer]], explain: Ask
    ) -> list[str]:
        """About the malignant cases that the version recognises; the surest of them."""
        known = {case.sha256: case for case in cases.cases}
        sure = sorted(
            (
                (answer.probability, digest)
                for digest, (_, answer) in ours.items()
                if answer.truth == answer.label == "malignant"
            ),
            reverse=True,
        )[: heatmap_evidence.MOST_CASES]
        if not sure:
            return []
        photos = [await self._cases.photo(known[digest]) for _, digest in sure]
        return heatmap_evidence.objections(await heatmap_evidence.moved(explain, photos))

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
    cases: ReferenceSet,
    ours: dict[str, tuple[Finding, CaseAnswer]],
    theirs: dict[str, tuple[Finding, CaseAnswer]] | None,
) -> ReferenceResult:
    changes = [
        (before.label, ours[case][1].label)
        for case, (_, before) in (theirs or {}).items()
        if case in ours
    ]
    return ReferenceResult(
        number=cases.number,
        found=_figures(ours),
        live=_figures(theirs) if theirs else None,
        newly_malignant=changes.count(("benign", "malignant")),
        newly_benign=changes.count(("malignant", "benign")),
        errors=tuple(_errors(ours))[:KEPT_ERRORS],
        answers=_kept(cases, ours),
        live_answers=_kept(cases, theirs) if theirs else None,
    )


def _kept(cases: ReferenceSet, answers: dict[str, tuple[Finding, CaseAnswer]]) -> KeptAnswers:
    found = [answers[case.sha256][1] if case.sha256 in answers else None for case in cases.cases]
    return KeptAnswers(
        probabilities=tuple(answer.probability if answer else None for answer in found),
        not_assessable=tuple(
            place for place, answer in enumerate(found) if answer and not answer.assessable
        ),
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
