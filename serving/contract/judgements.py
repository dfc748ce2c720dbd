"""Judgements: what a replica found about a version before it would serve it. No torch.

Every follower publishes its latest with its replica; the gateways keep them in the model store,
each once, so that a release's figures are known when the replica that measured them is gone.
"""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from serving.contract.reference_figures import ReferenceResult

# How many a follower keeps publishing.
KEPT_JUDGEMENTS = 8


class Judgement(BaseModel):
    """What became of one archive's probe, measurement and reference cases.

    Attributes:
        release: number of the release log's entry it was loaded for; 0 for a trial.
        trial: id of the trial; "" for an entry of the log.
        error: why the version is refused; "" where it passed.
        reference: its answers to the reference cases; None where it was refused before, or the
            cases are not asked.
    """

    model_config = ConfigDict(frozen=True)

    release: int = Field(default=0, ge=0)
    trial: str = Field(default="", pattern=r"^[0-9a-f-]{0,36}$")
    version: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    at: AwareDatetime
    error: str = ""
    reference: ReferenceResult | None = None

    @property
    def name(self) -> str:
        """Under which it is kept: one for each outcome, however many replicas found it."""
        about = f"trial-{self.trial}" if self.trial else f"release-{self.release:06}"
        number = self.reference.number if self.reference else 0
        return f"{about}-{number:06}-{'refused' if self.error else 'passed'}"
