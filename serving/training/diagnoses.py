"""Which photos name a diagnosis that a model can learn to tell from others."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from serving.training.datasets import LABELS, Sample

# Training photos of a diagnosis; it can't be learned from fewer.
FEWEST = 50
# Of a source: if it names fewer, its look alone would give a diagnosis away.
FEWEST_DIAGNOSES = 3


def diagnoses_of(samples: Sequence[Sample]) -> dict[Sample, str]:
    """The samples that a head can be fitted to or evaluated on, each with its diagnosis.

    From sources that tell diagnoses apart: diagnoses with `FEWEST` training photos there, and only
    those of a single class. All other photos of these diagnoses, or of kinds of them, are added.
    """
    named = {sample: name for sample in samples if (name := diagnosis_of(sample))}
    enough = _told_apart(named)
    telling = {s: name for s, name in named.items() if (s.source, name) in enough}
    classes = Counter(name for name, _ in {(name, s.label) for s, name in telling.items()})
    unambiguous = {sample: name for sample, name in telling.items() if classes[name] == 1}
    label_of = {name: sample.label for sample, name in unambiguous.items()}
    added = {
        sample: kind
        for sample, name in named.items()
        if sample not in telling
        and (kind := _kind(name, label_of))
        and label_of[kind] == sample.label
    }
    return unambiguous | added if len(set(label_of.values())) == len(LABELS) else {}


def telling_sources(named: Mapping[Sample, str]) -> set[str]:
    """The sources that tell diagnoses apart."""
    return {source for source, _ in _told_apart(named)}


def _told_apart(named: Mapping[Sample, str]) -> set[tuple[str, str]]:
    """Sources that tell diagnoses apart, each with one of these diagnoses."""
    counts = Counter((s.source, name) for s, name in named.items() if s.split == "train")
    enough = {key for key, count in counts.items() if count >= FEWEST}
    of_source = Counter(source for source, _ in enough)
    return {key for key in enough if of_source[key[0]] >= FEWEST_DIAGNOSES}


def _kind(name: str, known: Iterable[str]) -> str:
    """The known diagnosis that another is a kind of: "melanoma" of "melanoma_in_situ"; or ""."""
    kinds = (kind for kind in known if f"{name}_".startswith(f"{kind}_"))
    return max(kinds, key=len, default="")


def diagnosis_of(sample: Sample) -> str:
    """The diagnosis as a model card names it; "" where the metadata has none."""
    words = re.findall(r"[a-z0-9]+", sample.metadata.get("diagnosis", "").lower())
    return "_".join(words)[:64]
