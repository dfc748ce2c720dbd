"""The differential: a second head on the features that the label comes from. No torch here.

Logistic regression over the diagnoses that the training photos name, on the means of the last
feature map. It only divides up what the calibrated answer gives each class: the malignant diagnoses
together are as likely as "malignant", so the list never contradicts the label.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from serving.archives.weights_file import Floats, read_tensors

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Differential:
    """The second head.

    Attributes:
        diagnoses: D names.
        malignant: D, whether each is malignant.
        weight: D×K, on the pooled features.
        bias: D.
    """

    diagnoses: tuple[str, ...]
    malignant: npt.NDArray[np.bool_]
    weight: Floats
    bias: Floats

    def __post_init__(self) -> None:
        """Refuse tensors that don't fit together.

        Raises:
            ValueError: with what is wrong.
        """
        count = len(self.diagnoses)
        if self.weight.ndim != 2 or 0 in self.weight.shape or len(self.weight) != count:
            raise ValueError(f"weight must be a matrix with a row for each of {count} diagnoses")
        if self.bias.shape != (count,):
            raise ValueError(f"bias must be a row of {count}")
        if self.malignant.all() or not self.malignant.any():
            raise ValueError("there must be benign and malignant diagnoses")

    @classmethod
    def from_bytes(cls, content: bytes, diagnoses: Mapping[str, str]) -> "Differential":
        """Read the safetensors of an archive.

        Args:
            content: of the archive's member.
            diagnoses: the card's, each with its class.

        Raises:
            ValueError: they are not ours, incomplete, not finite, or don't match the card.
        """
        tensors = read_tensors(content)
        if set(tensors) != {"weight", "bias"}:
            raise ValueError("it must hold weight and bias and nothing else")
        malignant = np.array([label == "malignant" for label in diagnoses.values()], bool)
        return cls(tuple(diagnoses), malignant, **tensors)

    def ranked(self, pooled: Floats, malignant: Shares) -> list[dict[str, float]]:
        """N lists of all diagnoses with their probabilities, most likely first.

        Arguments and errors are those of `shares`.
        """
        return [
            {self.diagnoses[place]: float(row[place]) for place in np.argsort(-row, kind="stable")}
            for row in self.shares(pooled, malignant)
        ]

    def shares(self, pooled: Floats, malignant: Shares) -> Shares:
        """N×D probabilities, each row adding up to 1.

        Args:
            pooled: N×K, means of the last feature map.
            malignant: N, calibrated probabilities of "malignant".

        Raises:
            ValueError: the number of features is not the one it was fitted on.
        """
        if pooled.shape[1] != self.weight.shape[1]:
            raise ValueError(f"fitted on {self.weight.shape[1]} features, not {pooled.shape[1]}")
        logits = (pooled @ self.weight.T + self.bias).astype(np.float64)
        shares = np.empty_like(logits)
        for columns, of_class in ((self.malignant, malignant), (~self.malignant, 1 - malignant)):
            raised = np.exp(logits[:, columns] - logits[:, columns].max(axis=1, keepdims=True))
            within = raised / raised.sum(axis=1, keepdims=True)
            shares[:, columns] = within * of_class[:, None]
        return shares
