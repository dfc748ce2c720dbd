"""The model wherever it runs: which replica and which version answer for a photo.

Everybody gets the live version, but for the patients whose photos a canary answers
(`canary`) and for answers that a shadow is compared with (`shadow`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from opentelemetry.trace import SpanKind
from prometheus_client import Histogram

from gateway.inference.answer_watch import AnswerWatch
from gateway.inference.canary import CanaryWatch, is_chosen
from gateway.inference.replicas import Replicas
from gateway.inference.shadow import Shadow
from service_kit import telemetry
from service_kit.request_context import REQUEST_ID_HEADER, request_id
from serving.contract.findings import Finding
from serving.contract.replicas import Candidate, Replica
from serving.contract.torchserve import (
    HandlerFailed,
    ImageRefused,
    InferenceClient,
    ModelMissing,
    TokenRefused,
    TorchServeAway,
    TorchServeError,
    TorchServeFull,
)

INFERENCE_SECONDS = Histogram(
    "dermis_inference_seconds", "How long a replica took to answer.", ["version", "outcome"]
)

# A replica that is away is found out fast; a second one may still answer in time.
TRIES = 2
# Of the deadline, for a canary: the live version must still be able to answer in its place.
CANARY_SHARE = 0.5


class Model:
    """The model that assesses photos.

    Args:
        replicas: that can be asked.
        inference: the client to ask them with.
        seconds: deadline of an answer, whoever gives it.
        canary: records how the live version and a canary do.
        shadow: gets what the live version has answered, to compare.
        answers: hears which answers can't be used.
    """

    def __init__(
        self,
        replicas: Replicas,
        inference: InferenceClient,
        seconds: float,
        *,
        canary: CanaryWatch,
        shadow: Shadow,
        answers: AnswerWatch,
    ) -> None:
        self._replicas = replicas
        self._inference = inference
        self._seconds = seconds
        self._canary = canary
        self._shadow = shadow
        self._answers = answers

    @property
    def is_live(self) -> bool:
        """Whether any replica could be asked now."""
        return self._replicas.pick() is not None

    async def description(self) -> dict[str, Any] | None:
        """How TorchServe describes its inference API; None while no replica tells."""
        for replica in self._replicas.known:
            with suppress(TorchServeError):
                return await self._inference.description(replica.address, seconds=self._seconds)
        return None

    async def close(self) -> None:
        """Drop comparisons under way and close the connections to the replicas."""
        await self._shadow.close()
        await self._inference.close()

    @property
    def trouble(self) -> str:
        """Which versions' answers can't be used, and why; "" where all can."""
        self._answers.forget_all_but(self._replicas.answering_versions())
        return self._answers.trouble

    async def used(self, finding: Finding) -> None:
        """Hear that an answer is part of the record."""
        await self._answers.used(finding.model.version)

    async def refused(self, finding: Finding, why: str) -> bool:
        """Hear that an answer can't be part of the record: it counts against its version.

        Returns:
            Whether it was a canary's, so that the live version may answer in its place.
        """
        version = finding.model.version
        await self._answers.unusable(version, why)
        candidate = self._replicas.candidate
        is_canary = candidate is not None and candidate.version == version
        self._canary.note_refused(live=not is_canary)
        return is_canary

    async def assess_by_live(self, data: bytes) -> Finding:
        """The live version's finding on a photo, also where a canary would answer.

        Raises:
            TorchServeError: one of its subclasses.
        """
        return await self._by_live(data, time.monotonic() + self._seconds)

    async def assess(self, data: bytes, *, patient_id: str) -> Finding:
        """The finding on a patient's photo, by the canary if there is one for this patient.

        Raises:
            TorchServeError: one of its subclasses.
        """
        ends = time.monotonic() + self._seconds
        candidate = self._replicas.candidate
        if candidate and candidate.kind == "canary" and is_chosen(candidate, patient_id):
            try:
                return await self._by_canary(candidate, data)
            except ImageRefused:
                raise
            except TorchServeError:
                pass  # it is noted; the patient gets the live version's answer
        finding = await self._by_live(data, ends)
        if candidate and candidate.kind == "shadow":
            self._shadow.offer(data, finding, candidate, self._by_candidate)
        return finding

    async def explain(self, data: bytes, *, target: str, version: str) -> Finding:
        """The finding on a photo with the heatmap of a class, by a version that is still loaded.

        Raises:
            TorchServeError: one of its subclasses.
        """
        ends = time.monotonic() + self._seconds
        return await self._ask_some(data, ends, version=version, target=target)

    async def _by_live(self, data: bytes, ends: float) -> Finding:
        try:
            with self._canary.noting(live=True):
                return await self._ask_some(data, ends)
        except HandlerFailed as error:
            await self._answers.unusable(error.version, str(error))
            raise

    async def _by_canary(self, candidate: Candidate, data: bytes) -> Finding:
        with self._canary.noting(live=False):
            return await self._by_candidate(candidate, data)

    async def _by_candidate(self, candidate: Candidate, data: bytes) -> Finding:
        """One try: a candidate that fails must not cost the patient more than its share."""
        replica = self._replicas.pick(candidate.version)
        if replica is None:
            raise ModelMissing(f"no replica holds {candidate.version}")
        return await self._ask(replica, candidate.version, data, self._seconds * CANARY_SHARE)

    async def _ask_some(
        self, data: bytes, ends: float, *, version: str = "", target: str = ""
    ) -> Finding:
        failure: TorchServeError = TorchServeAway("no replica is live")
        for _ in range(TRIES):
            replica = self._replicas.pick(version) or self._replicas.pick()
            left = ends - time.monotonic()
            if replica is None or left <= 0:
                break
            try:
                return await self._ask(replica, version or replica.live_version, data, left, target)
            except TorchServeFull as error:
                failure = error
            except TokenRefused as error:
                # It has new tokens; its follower has published them by now.
                failure = error
                await self._replicas.refresh()
                if replica.token in (known.token for known in self._replicas.known):
                    self._replicas.rest(replica)
            except TorchServeAway as error:
                failure = error
                self._replicas.rest(replica)
            except ModelMissing as error:
                # Its follower has just switched; the next list says to which version.
                failure = error
                await self._replicas.refresh()
        raise failure

    async def _ask(
        self, replica: Replica, version: str, data: bytes, seconds: float, target: str = ""
    ) -> Finding:
        with (
            self._replicas.asking(replica),
            _measured(version),
            telemetry.tracer.start_as_current_span("predict", kind=SpanKind.CLIENT),
        ):
            try:
                return await self._inference.predict(
                    replica.address,
                    replica.token,
                    model=replica.model,
                    version=replica.registered(version),
                    image=data,
                    seconds=seconds,
                    target=target,
                    headers={REQUEST_ID_HEADER: request_id(), **telemetry.outgoing()},
                )
            except HandlerFailed as error:
                error.version = version
                raise


@contextmanager
def _measured(version: str) -> Iterator[None]:
    started, outcome = time.perf_counter(), "ok"
    try:
        yield
    except TorchServeError as error:
        outcome = type(error).__name__
        raise
    finally:
        INFERENCE_SECONDS.labels(version, outcome).observe(time.perf_counter() - started)
