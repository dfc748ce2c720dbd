"""Fits the second head of a run, which tells diagnoses apart, and evaluates it for the card."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from serving.archives.card import Evaluation, Metric
from serving.archives.differential import Differential, Shares
from serving.archives.weights_file import Floats
from serving.evaluation.evaluator import Answers
from serving.evaluation.metrics import Labels, mean, mean_auc, proportion
from serving.evaluation.novelty_evaluation import look_at
from serving.model.classifier import Classifier
from serving.training.datasets import LABELS, Sample, Split
from serving.training.diagnoses import diagnoses_of, diagnosis_of, telling_sources

Flags = npt.NDArray[np.bool_]

# Inverse strengths of the L2 penalty; validation photos decide.
STRENGTHS = (0.1, 1.0, 10.0)
LISTED = 3
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

DESCRIPTION = (
    "The second head, on photos whose diagnosis is one of those it tells apart; any other lesion "
    "is still listed as one of them. First, first three: share of photos whose diagnosis is first, "
    "or among the first three, in the list. First stated: mean probability given to the first. By "
    "diagnosis: share of its photos whose list it leads. AUC: each diagnosis against the others, "
    "averaged. These figures are for sources that name three or more diagnoses; a source that "
    "names fewer has its own share of photos whose list is led by the right one. The malignant "
    "diagnoses add up to the malignant probability."
)


class Fitted(NamedTuple):
    """A second head.

    Attributes:
        diagnoses: each with its class, in the head's order.
        tensors: `weight` and `bias`, for `Differential`.
        evaluation: on test photos.
    """

    diagnoses: dict[str, str]
    tensors: dict[str, Floats]
    evaluation: Evaluation


def fit_differential(
    classifier: Classifier, samples: Sequence[Sample], test: Answers
) -> Fitted | None:
    """The second head and its figures; None where no source names enough diagnoses.

    Args:
        classifier: computes the features.
        samples: of the sources that the model was trained on.
        test: its calibrated answers on their test photos.
    """
    named = diagnoses_of(samples)
    if not named:
        return None
    names = sorted(set(named.values()))
    drawn = {split: [sample for sample in named if sample.split == split] for split in SPLITS}
    telling = np.isin([sample.source for sample in drawn["test"]], sorted(telling_sources(named)))
    if not drawn["validation"] or not telling.any():
        return None
    pooled = {
        split: look_at(classifier, held, "Computing features").pooled
        for split, held in drawn.items()
    }
    labels = {
        split: np.array([names.index(named[sample]) for sample in held])
        for split, held in drawn.items()
    }
    head = _fitted(pooled, labels)
    tensors = {
        "weight": np.ascontiguousarray(head.coef_, np.float32),
        "bias": np.ascontiguousarray(head.intercept_, np.float32),
    }
    diagnoses = dict(sorted((name, LABELS[sample.label]) for sample, name in named.items()))
    malignant = np.array([label == "malignant" for label in diagnoses.values()])
    differential = Differential(tuple(names), malignant, **tensors)
    shares = differential.shares(pooled["test"], _malignant(test, drawn["test"]))
    return Fitted(
        diagnoses, tensors, _evaluation(names, drawn["test"], labels["test"], shares, telling)
    )


def _malignant(test: Answers, samples: Sequence[Sample]) -> Shares:
    """The model's calibrated answers on some of the test photos."""
    answers = dict(zip(test.samples, test.shares.tolist(), strict=True))
    return np.array([answers[sample] for sample in samples])


def _evaluation(
    names: Sequence[str], samples: Sequence[Sample], labels: Labels, shares: Shares, telling: Flags
) -> Evaluation:
    """The card's figures; `telling` marks photos of sources that tell diagnoses apart."""
    metrics = _figures(names, labels[telling], shares[telling])
    metrics |= _elsewhere(samples, shares.argmax(axis=1) == labels, telling)
    return Evaluation(
        name="diagnosis",
        description=DESCRIPTION,
        images=len(shares),
        malignant=sum(sample.label for sample in samples),
        metrics=metrics,
    )


def _fitted(pooled: Mapping[Split, Floats], labels: Mapping[Split, Labels]) -> LogisticRegression:
    def loss(head: LogisticRegression) -> float:
        shares = head.predict_proba(pooled["validation"])
        return float(log_loss(labels["validation"], shares, labels=head.classes_))

    heads = [
        LogisticRegression(C=strength, max_iter=5000).fit(pooled["train"], labels["train"])
        for strength in STRENGTHS
    ]
    return min(heads, key=loss)


def _figures(names: Sequence[str], labels: Labels, shares: Shares) -> dict[str, Metric]:
    order = np.argsort(-shares, axis=1)
    first = order[:, 0] == labels
    held = np.unique(labels).tolist()
    return {
        "first": proportion(first),
        "first_three": proportion((order[:, :LISTED] == labels[:, None]).any(axis=1)),
        "first_stated": mean(shares.max(axis=1)),
        "auc": mean_auc(labels, shares),
        **{f"first_{names[c]}": proportion(first[labels == c]) for c in held},
    }


def _elsewhere(samples: Sequence[Sample], first: Flags, telling: Flags) -> dict[str, Metric]:
    """By source that tells no diagnoses apart: share of photos whose list the right one leads."""
    sources = np.array([sample.source for sample in samples])
    return {
        f"{source}_first": proportion(first[sources == source])
        for source in np.unique(sources[~telling]).tolist()
    }


IMPORTED = (
    "The imported head's own list of diagnoses, on test photos whose metadata names one of them. "
    "First, first three: share of photos whose diagnosis is first, or among the first three, in "
    "the list. First stated: mean probability given to the first. By diagnosis: share of its "
    "photos whose list it leads. AUC: each diagnosis against the others, averaged."
)


def evaluate_imported(
    head: Differential, classifier: Classifier, samples: Sequence[Sample], test: Answers
) -> Evaluation | None:
    """Figures of a second head that was not fitted here.

    Args:
        head: the one that an import has written.
        classifier: computes the features.
        samples: of the sources that the figures are for.
        test: calibrated answers on their test photos.

    Returns:
        None where the test photos name fewer than two of its diagnoses.
    """
    label_of = dict(zip(head.diagnoses, head.malignant.tolist(), strict=True))
    held = [
        sample
        for sample in samples
        if sample.split == "test" and label_of.get(diagnosis_of(sample)) == bool(sample.label)
    ]
    labels = np.array([head.diagnoses.index(diagnosis_of(sample)) for sample in held])
    if len(np.unique(labels)) < 2:
        return None
    pooled = look_at(classifier, held, "Computing features").pooled
    shares = head.shares(pooled, _malignant(test, held))
    return Evaluation(
        name="diagnosis",
        description=IMPORTED,
        images=len(held),
        malignant=sum(sample.label for sample in held),
        metrics=_figures(head.diagnoses, labels, shares),
    )
