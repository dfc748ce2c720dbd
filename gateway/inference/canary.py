"""A canary: a new version answers for a share of the patients, and ends by itself if it does badly.

Each gateway judges by the requests that it made itself; the first that finds the canary worse than
the live version withdraws it, and every gateway and follower reads that in the release log.
"""

import asyncio
import hashlib
import statistics
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import grpc
import structlog
from obstore.exceptions import BaseError

from dermis.auth.v1 import auth_pb2 as pb
from gateway.inference.replicas import Replicas
from gateway.model_store.audit import ModelAudit
from gateway.model_store.versions import ModelShelf
from gateway.settings import Settings
from service_kit.errors import DomainError
from serving.contract.replicas import Candidate
from serving.contract.torchserve import ImageRefused, ModelMissing, TokenRefused, TorchServeError

log = structlog.get_logger()

# Named in the release log where a gateway withdrew the canary.
GATEWAY = "gateway"
JUDGE_SECONDS = 1.0
# The latest requests of each version that count.
WINDOW = 500
# What says nothing about a version's health: a bad photo, or an outdated list of replicas.
_NEUTRAL = (ImageRefused, ModelMissing, TokenRefused)


def is_chosen(candidate: Candidate, patient_id: str) -> bool:
    """Whether a canary answers for a patient.

    By a hash, so that a patient always gets the same version, through every gateway; whoever is
    chosen at 5 percent still is at 20. Other patients are chosen for the next version.
    """
    digest = hashlib.sha256(f"{candidate.version}:{patient_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < candidate.percent


class Outcome(NamedTuple):
    """How one request ended."""

    ok: bool
    seconds: float


class Figures(NamedTuple):
    """How a version has done lately. `median_ms` is of the answers; None while there are none."""

    requests: int
    failed: int
    median_ms: float | None

    @property
    def error_rate(self) -> float:
        """Share of the requests that failed, 0 to 1."""
        return self.failed / self.requests if self.requests else 0.0


class CanaryWatch:
    """Judges the canary of one model.

    Args:
        replicas: that say which canary there is.
        shelf: to withdraw it; None where this gateway has no model store.
        audit: where the withdrawal is written down first.
        settings: how much worse it may be.
    """

    def __init__(
        self,
        replicas: Replicas,
        shelf: ModelShelf | None,
        audit: ModelAudit,
        settings: Settings,
    ) -> None:
        self._replicas = replicas
        self._shelf = shelf
        self._audit = audit
        self._settings = settings
        self._release = 0
        self._outcomes = {live: deque[Outcome](maxlen=WINDOW) for live in (True, False)}

    async def run(self) -> None:
        """Judge until cancelled."""
        while True:
            try:
                await self.judge()
            except (DomainError, BaseError, OSError, grpc.aio.AioRpcError) as error:
                # Somebody else was faster, or the store is away: the next look will tell.
                log.warning("the canary could not be withdrawn", error=type(error).__name__)
            await asyncio.sleep(JUDGE_SECONDS)

    async def judge(self) -> None:
        """Withdraw the canary if it is worse than the live version.

        Raises:
            DomainError: somebody else has just changed the release log.
            BaseError, OSError, grpc.aio.AioRpcError: the model store or auth_service is away.
        """
        candidate = self._canary()
        reason = self._fault() if candidate else ""
        if not candidate or not reason or not self._shelf:
            return
        desired = (await self._shelf.desired()).candidate
        # Followers still publish a candidate for a moment after it was withdrawn.
        if desired and desired.number == candidate.release:
            await self._audit.record_own(pb.MODEL_CHANGE_WITHDRAWAL, candidate.version)
            await self._shelf.withdraw(version=candidate.version, by=GATEWAY, why=reason)
            log.error("canary withdrawn", version=candidate.version, why=reason)

    @contextmanager
    def noting(self, *, live: bool) -> Iterator[None]:
        """Note how a request of the live version, or of the canary, ends."""
        started = time.perf_counter()
        try:
            yield
        except _NEUTRAL:
            raise
        except TorchServeError:
            self._note(live, Outcome(False, time.perf_counter() - started))
            raise
        self._note(live, Outcome(True, time.perf_counter() - started))

    def note_refused(self, *, live: bool) -> None:
        """Note that an answer was given but can't be stored: it counts as failed after all."""
        if not self._canary():
            return
        outcomes = self._outcomes[live]
        for index in reversed(range(len(outcomes))):
            if outcomes[index].ok:
                outcomes[index] = outcomes[index]._replace(ok=False)
                return

    def figures(self, *, live: bool) -> Figures:
        """How the live version, or the canary, did since the canary or its share began."""
        outcomes = self._outcomes[live]
        answered = [outcome.seconds for outcome in outcomes if outcome.ok]
        return Figures(
            requests=len(outcomes),
            failed=len(outcomes) - len(answered),
            median_ms=round(statistics.median(answered) * 1000, 1) if answered else None,
        )

    def _note(self, live: bool, outcome: Outcome) -> None:
        if self._canary():
            self._outcomes[live].append(outcome)

    def _canary(self) -> Candidate | None:
        """The canary that answers; what was noted before it began is forgotten.

        A version put up again is another canary: it may have been fixed meanwhile.
        """
        candidate = self._replicas.candidate
        if candidate is None or candidate.kind != "canary":
            return None
        if candidate.release > self._release:
            self._release = candidate.release
            for outcomes in self._outcomes.values():
                outcomes.clear()
        return candidate

    def _fault(self) -> str:
        """In which way the canary is worse; "" if it isn't, or too little is known."""
        canary, live = self.figures(live=False), self.figures(live=True)
        needed = self._settings.canary_min_requests
        if canary.requests < needed:
            return ""
        if canary.error_rate - live.error_rate > self._settings.canary_error_margin:
            return (
                f"{canary.failed} of {canary.requests} requests failed, "
                f"{live.failed} of {live.requests} with the live version"
            )
        if live.requests < needed or canary.median_ms is None or live.median_ms is None:
            return ""
        if canary.median_ms > live.median_ms * self._settings.canary_latency_ratio:
            return f"it took {canary.median_ms:g} ms, the live version {live.median_ms:g} ms"
        return ""
