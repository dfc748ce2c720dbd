"""What this follower found about versions, the latest of it, for the gateways to keep."""

from collections import deque

from service_kit.clock import now
from serving.contract.judgements import KEPT_JUDGEMENTS, Judgement
from serving.contract.reference_figures import ReferenceResult
from serving.contract.releases import Release
from serving.contract.trials import TrialRequest


class Judgements:
    """The latest judgements, the newest last."""

    def __init__(self) -> None:
        self._latest: deque[Judgement] = deque(maxlen=KEPT_JUDGEMENTS)

    @property
    def latest(self) -> list[Judgement]:
        """What is published."""
        return list(self._latest)

    def note(
        self, about: Release | TrialRequest, *, error: str = "", reference: ReferenceResult | None
    ) -> None:
        """Note what became of a version."""
        judged = Judgement(
            release=about.number if isinstance(about, Release) else 0,
            trial=about.id if isinstance(about, TrialRequest) else "",
            version=about.version,
            sha256=about.sha256,
            at=now(),
            error=error,
            reference=reference,
        )
        # A release that is refused is tried again and again, and found to be the same.
        kept = [known for known in self._latest if known.name != judged.name]
        self._latest = deque([*kept, judged], maxlen=KEPT_JUDGEMENTS)
