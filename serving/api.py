"""Archives in a notebook: load one, ask it about photos, see where it looked, measure it.

    from serving import api

    model = api.load("archives/lesion-1.3.0.mar")
    model.predict("photos/malignant/a.jpg").probability_malignant
    model.explain("photos/malignant/a.jpg").overlay
    model.evaluate("photos").figures.auc

The same checks and the same code as in a worker: an answer here is an answer there. No PyTorch,
unless the archive has no graph.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging.decoding import decode
from service_kit.errors import DomainError
from serving.archives.archive import CheckedArchive, check_archive
from serving.archives.card import ModelCard
from serving.contract.findings import Finding, SeenPart
from serving.contract.reference_figures import CaseAnswer, Label, ReferenceFigures
from serving.contract.reference_folder import labelled_paths
from serving.model.classifier import Classifier
from serving.worker.predictions import open_classifier, prediction_of

# A file, or its bytes: JPEG, PNG, HEIC, WebP or TIFF.
Photo = str | PathLike[str] | bytes

_RED = (220, 30, 30)
_STRONGEST = 0.6


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a model looked on one photo.

    Attributes:
        finding: the answer that the heatmap belongs to.
        heatmap: rows × columns of the model's own grid, ≥ 0, not scaled; of `seen` alone.
        target: the class that it explains.
        seen: the part of the photo that the model looked at, in shares of its sides.
        overlay: the photo, RGB, the redder the more a place speaks for the target.
    """

    finding: Finding
    heatmap: npt.NDArray[np.float32]
    target: Label
    seen: SeenPart
    overlay: Image.Image


@dataclass(frozen=True, slots=True)
class Measured:
    """How a model did on a folder of labelled photos.

    Attributes:
        figures: AUC, sensitivity, specificity and more at the card's threshold, each with its 95 %
            interval; None where no photo tells it.
        findings: the answer to each photo.
        unreadable: why a photo has none.
    """

    figures: ReferenceFigures
    findings: Mapping[Path, Finding]
    unreadable: Mapping[Path, str]


class Model:
    """An archive's model; get one with `load`.

    Attributes:
        card: what it is and how it was measured.
        sha256: of the archive, hex.
    """

    def __init__(self, checked: CheckedArchive, classifier: Classifier) -> None:
        self.card: ModelCard = checked.card
        self.sha256 = checked.sha256
        self._classifier = classifier

    def __repr__(self) -> str:
        """As in `lesion 1.3.0 (tf_efficientnet_lite0)`."""
        return f"{self.card.name} {self.card.version} ({self.card.architecture})"

    def predict(self, photo: Photo, *, target: Label | None = None) -> Finding:
        """Assess a photo.

        Args:
            photo: a file or its bytes.
            target: the class that the heatmap explains; the predicted one where None.

        Raises:
            DomainError: it can't be read as a photo; the reason says why.
            OSError: the file can't be read.
        """
        return Finding.model_validate(prediction_of(self._classifier, _bytes(photo), target))

    def explain(self, photo: Photo, *, target: Label | None = None) -> Explanation:
        """Assess a photo and show where the model looked.

        Args:
            photo: a file or its bytes.
            target: the class to explain; the predicted one where None.

        Raises:
            DomainError: it can't be read as a photo; the reason says why.
            OSError: the file can't be read.
        """
        finding = self.predict(photo, target=target)
        grid = np.asarray(finding.heatmap.grid, np.float32)
        seen = finding.seen or SeenPart(left=0, top=0, width=1, height=1)
        picture = _overlay(decode(_bytes(photo)), grid, seen)
        return Explanation(finding, grid, finding.heatmap.target, seen, picture)

    def evaluate(self, folder: str | PathLike[str]) -> Measured:
        """Assess a folder of labelled photos and count.

        Args:
            folder: photos in `benign/` and `malignant/`. None of those that the model was trained
                on: with them, figures say how much it remembers.

        Raises:
            ValueError: the folder holds no photo that can be read.
        """
        findings, unreadable, answers = {}, {}, []
        for path, truth in labelled_paths(Path(folder)):
            try:
                finding = self.predict(path)
            except DomainError as refusal:
                unreadable[path] = refusal.message
                continue
            findings[path] = finding
            answers.append(
                CaseAnswer(
                    truth=truth,
                    label=finding.label,
                    probability=finding.probability_malignant,
                    assessable=finding.assessable,
                )
            )
        if not answers:
            raise ValueError(f"{folder} holds no photos in benign/ and malignant/")
        figures = ReferenceFigures.of(self.card.version, self.card.threshold, answers)
        return Measured(figures, findings, unreadable)


def load(archive: str | PathLike[str]) -> Model:
    """Check an archive as Dermis does, and open its model.

    Raises:
        ArchiveRefused: with every reason.
        ValueError: its parts don't fit each other, or it needs PyTorch, which is not installed.
        OSError: the file can't be read.
    """
    path = Path(archive)
    return Model(check_archive(path), open_classifier(path))


def _bytes(photo: Photo) -> bytes:
    return photo if isinstance(photo, bytes) else Path(photo).read_bytes()


def _overlay(photo: Image.Image, grid: npt.NDArray[np.float32], seen: SeenPart) -> Image.Image:
    most = float(grid.max())
    strength = (grid / most if most else grid) * (255 * _STRONGEST)
    left, top = round(seen.left * photo.width), round(seen.top * photo.height)
    size = (
        max(round(seen.width * photo.width), 1),
        max(round(seen.height * photo.height), 1),
    )
    cover = Image.fromarray(strength.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    mask = Image.new("L", photo.size)
    mask.paste(cover, (left, top))
    return Image.composite(Image.new("RGB", photo.size, _RED), photo.convert("RGB"), mask)
