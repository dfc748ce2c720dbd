"""The recipe of a training run: its hyperparameters."""

from dataclasses import dataclass

from serving.archives.card import Preprocessing

_LONGEST_WARM_UP = 150


def warm_up_of(steps: int) -> int:
    """Steps up to the highest rate, where none are named: few steps would never reach it."""
    return min(_LONGEST_WARM_UP, max(1, steps // 10))


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a run can vary; together with the data it repeats the run."""

    architecture: str = "tf_efficientnet_lite0"
    input_size: int = 224
    steps: int = 2300
    batch: int = 32
    rate: float = 6e-4
    head_rate: float = 3e-3
    warm_up_steps: int = _LONGEST_WARM_UP
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    # One photo in this many of a batch has its lesion painted over, and no right answer.
    blanked_one_in: int = 10
    # Sources and classes are drawn by count ** (1 - balance): 1 is equal, 0 as they come.
    balance: float = 0.7
    averaging: float = 0.998
    frozen_stages: int = 2
    # Share of a batch's photos that are compressed again, as a camera or a messenger would.
    compressed: float = 0.0
    # Weight of a second loss: to tell the diagnoses apart that the photos' metadata names.
    diagnoses_weight: float = 0.0
    # SHA-256 of the weights it starts from; "" for those that come with the architecture.
    started_from: str = ""
    # Share of the weights it starts from in those it ends with.
    kept_of_start: float = 0.0
    evaluate_every: int = 400
    # Validations without a better AUC after which the run ends early.
    patience: int = 4
    seed: int = 20261123

    @property
    def preprocessing(self) -> Preprocessing:
        """The model's preprocessing."""
        return Preprocessing(
            input_size=self.input_size, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0)
        )
