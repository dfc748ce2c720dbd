"""What a version must have shown before it may be released; a rollback is never held up.

All gates are settings, off by default: a second person's approval, a trial on the replicas
(`serving.contract.trials`), and figures on the card's common test set that are not worse than the
live version's.
"""

from gateway.http.errors import FieldError, ManyErrors
from gateway.inference.replicas import Replicas
from gateway.model_store.shelf import Shelf, ShelvedVersion
from gateway.settings import Settings
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.card import Evaluation
from serving.contract.trials import Trial

# Errors; of every other figure more is better.
LESS_IS_BETTER = frozenset({"brier", "ece"})


class ReleaseGate:
    """Decides whether a version may be released.

    Args:
        replicas: whose followers publish their trials.
        settings: what is asked.
    """

    def __init__(self, replicas: Replicas, settings: Settings) -> None:
        self._replicas = replicas
        self._settings = settings

    def check(self, version: str, shelf: Shelf, *, by: str) -> None:
        """Let a version pass.

        Args:
            version: what is to be released.
            shelf: what the store holds.
            by: who wants to release it.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND; FAILED_PRECONDITION VERSION_RETIRED,
                APPROVAL_MISSING, TRIAL_MISSING, TRIAL_FAILED, EVALUATION_MISSING or METRICS_WORSE
                with every figure that is.
        """
        candidate, live = shelf.usable(version), shelf.live
        if self._settings.release_needs_approval:
            _require_approval(candidate, shelf, by)
        if self._settings.release_needs_trial:
            self._require_trial(candidate)
        if live and self._settings.metric_margins:
            self._require_figures(candidate, live)

    def _require_trial(self, candidate: ShelvedVersion) -> None:
        newest = self._newest_trials(candidate.sha256)
        if failed := {name: trial for name, trial in newest.items() if trial.error}:
            raise ManyErrors(
                Reason.TRIAL_FAILED,
                f"Version {candidate.version} failed its trial.",
                errors=[
                    FieldError(pointer="", message=f"{name}: {trial.error}")
                    for name, trial in failed.items()
                ],
            )
        if not newest:
            raise DomainError(
                Reason.TRIAL_MISSING,
                f"Version {candidate.version} must pass a trial first: "
                f"dermis-model try {candidate.version}.",
            )

    def _newest_trials(self, sha256: str) -> dict[str, Trial]:
        """The newest trial of an archive on each replica that made one."""
        return {
            replica.id: trial
            for replica in self._replicas.known
            for trial in replica.trials
            if trial.request.sha256 == sha256
        }

    def _require_figures(self, candidate: ShelvedVersion, live: ShelvedVersion) -> None:
        name = self._settings.metric_evaluation
        asked, known = _evaluation(candidate, name), _evaluation(live, name)
        if known is None:
            return  # nothing to compare with
        if asked is None:
            raise DomainError(
                Reason.EVALUATION_MISSING,
                f"The card has no evaluation {name!r} to compare with version {live.version}.",
            )
        worse = [
            FieldError(pointer="", message=found)
            for metric, margin in sorted(self._settings.metric_margins.items())
            if (found := _worse(metric, margin, asked, known))
        ]
        if worse:
            raise ManyErrors(
                Reason.METRICS_WORSE,
                f"Version {candidate.version} is worse than {live.version} on {name!r}.",
                errors=worse,
            )


def _require_approval(candidate: ShelvedVersion, shelf: Shelf, by: str) -> None:
    """Whoever releases a version can't be the one who agreed to it."""
    others = [decided for decided in shelf.approvals(candidate) if decided.by != by]
    if not others:
        raise DomainError(
            Reason.APPROVAL_MISSING,
            f"Somebody else must approve version {candidate.version} first: "
            f"dermis-model approve {candidate.version}.",
        )


def _evaluation(version: ShelvedVersion, name: str) -> Evaluation | None:
    return next((found for found in version.card.evaluations if found.name == name), None)


def _worse(metric: str, margin: float, asked: Evaluation, known: Evaluation) -> str:
    """In which way a figure is worse by more than the margin; "" where it is not."""
    before = known.metrics.get(metric)
    if before is None:
        return ""
    now = asked.metrics.get(metric)
    if now is None:
        return f"{metric} is missing; live it is {before.value:.3f}"
    loss = now.value - before.value if metric in LESS_IS_BETTER else before.value - now.value
    if loss <= margin:
        return ""
    return f"{metric} {now.value:.3f} instead of {before.value:.3f}, margin {margin:g}"
