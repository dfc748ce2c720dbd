"""Fits the novelty measure of a run, and evaluates it for the card."""

from collections.abc import Mapping, Sequence
from importlib.resources import files

import numpy as np
from PIL import Image
from rich.progress import track

from imaging.decoding import decode
from serving.archives.card import Evaluation, Metric
from serving.archives.novelty import Novelty
from serving.archives.weights_file import Floats
from serving.evaluation.metrics import proportion
from serving.evaluation.novelty_fit import Shown, fit, show
from serving.evaluation.synthetic_images import drawings_on_skin, synthetic_images
from serving.model.classifier import Classifier
from serving.training.datasets import Sample, Split

# Photos used of each source.
PHOTOS: dict[Split, int] = {"train": 1200, "validation": 400, "test": 600}
# Fewer training photos don't describe a source reliably.
FEWEST = 100
SYNTHETIC, CROPS = 30, 24
# Drawings that a measure learns from: other ones than those that it is evaluated on.
DRAWINGS, DRAWINGS_SEED = 200, 11

# Photos of other things, from packages that training needs anyway: few, and the same for everyone.
PHOTOGRAPHS = {
    "sklearn.datasets": ("images/china.jpg", "images/flower.jpg"),
    "matplotlib": ("mpl-data/sample_data/grace_hopper.jpg",),
}

DESCRIPTION = (
    "Photos reported as not assessable because they are unlike the training photos. False alarm: "
    "share of held-out photos, by source (goal ≤ 0.02). Unseen: share of all photos from a source "
    "that the measure was not fitted on. Noticed: share of synthetic images that show no lesion "
    "(from other tattoos it has learned), and of crops from three photographs of other things. The "
    "notes on training runs say what else was tried."
)


def evaluate_novelty(
    classifier: Classifier, samples: Sequence[Sample]
) -> tuple[Novelty, Evaluation] | None:
    """The measure and its figures; None where a source has too few photos.

    Args:
        classifier: computes the features.
        samples: of the sources that the model was trained on.
    """
    sources = sorted({sample.source for sample in samples})
    drawn = {key: _drawn(samples, *key) for source in sources for key in _keys(source)}
    if not sources or min(len(drawn[source, "train"]) for source in sources) < FEWEST:
        return None
    seen = {
        key: look_at(classifier, chosen, f"Computing features of {key[0]}")
        for key, chosen in drawn.items()
    }
    made = drawings_on_skin(DRAWINGS, DRAWINGS_SEED)
    drawings = show(classifier, map(classifier.preprocess, made)).pooled
    novelty = _fitted(seen, sources, drawings)
    metrics = {f"false_alarm_{source}": _share(novelty, seen[source, "test"]) for source in sources}
    if len(sources) > 1:
        metrics |= {
            f"false_alarm_{source}_unseen": _unseen(seen, source, drawings) for source in sources
        }
    other = synthetic_images(SYNTHETIC) | {"photographs": photographs(CROPS)}
    metrics |= {
        f"noticed_{kind}": _share(novelty, show(classifier, map(classifier.preprocess, pictures)))
        for kind, pictures in track(other.items(), description="Showing what is no lesion")
    }
    test = [sample for source in sources for sample in drawn[source, "test"]]
    return novelty, Evaluation(
        name="unlike the training photos",
        description=DESCRIPTION,
        images=len(test),
        malignant=sum(sample.label for sample in test),
        metrics=metrics,
    )


def photographs(each: int, seed: int = 7) -> list[Image.Image]:
    """Random square crops of photographs of other things, `each` of every one."""
    random = np.random.default_rng(seed)
    parts = []
    for package, names in PHOTOGRAPHS.items():
        for name in names:
            with files(package).joinpath(name).open("rb") as file:
                whole = Image.open(file).convert("RGB")
            for _ in range(each):
                side = int(random.uniform(0.3, 1) * min(whole.size))
                left, top = (int(random.integers(0, length - side + 1)) for length in whole.size)
                parts.append(whole.crop((left, top, left + side, top + side)))
    return parts


Key = tuple[str, Split]


def _keys(source: str) -> list[Key]:
    return [(source, split) for split in PHOTOS]


def _drawn(samples: Sequence[Sample], source: str, split: Split) -> list[Sample]:
    """Photos of a source and split at random, always the same."""
    held = [sample for sample in samples if (sample.source, sample.split) == (source, split)]
    order = np.random.default_rng(7).permutation(len(held))[: PHOTOS[split]]
    return [held[index] for index in order]


def look_at(classifier: Classifier, samples: Sequence[Sample], doing: str) -> Shown:
    """Photos as the handler sees them: cached pixels, resampled once more, are less sharp."""
    return show(
        classifier,
        (
            classifier.preprocess(decode(sample.path.read_bytes()))
            for sample in track(samples, description=doing)
        ),
    )


def _fitted(seen: Mapping[Key, Shown], sources: Sequence[str], drawings: Floats) -> Novelty:
    return fit(
        {source: seen[source, "train"] for source in sources},
        {source: seen[source, "validation"] for source in sources},
        drawings,
    )


def _unseen(seen: Mapping[Key, Shown], source: str, drawings: Floats) -> Metric:
    sources = sorted({name for name, _ in seen} - {source})
    novelty = _fitted(seen, sources, drawings)
    return proportion(
        np.concatenate([novelty.is_unlike(*seen[key].values) for key in _keys(source)])
    )


def _share(novelty: Novelty, shown: Shown) -> Metric:
    return proportion(novelty.is_unlike(*shown.values))
