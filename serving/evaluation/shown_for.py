"""For whom the training photos show that a model works, as far as their metadata tells."""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from serving.archives.card import BodySite, ShownFor, SkinType
from serving.evaluation.card_texts import SHOWN_FOR_GROUNDS, SKIN_KNOWN, SKIN_UNKNOWN
from serving.training.dataset_facts import DatasetFacts
from serving.training.datasets import Sample

# Of a decade of age or a site; below it a model can't be said to know it.
LEAST_PHOTOS = 40

_ROMAN: tuple[SkinType, ...] = get_args(SkinType)

# The ISIC Archive's words. What they leave open (trunk, acral) counts for none.
_SITES: dict[str, BodySite] = {
    "face": "head_neck", "scalp": "head_neck", "neck": "head_neck", "ear": "head_neck",
    "head/neck": "head_neck", "upper extremity": "upper_extremity", "hand": "upper_extremity",
    "lower extremity": "lower_extremity", "foot": "lower_extremity",
    "chest": "anterior_torso", "abdomen": "anterior_torso", "anterior torso": "anterior_torso",
    "back": "posterior_torso", "posterior torso": "posterior_torso",
    "lateral torso": "lateral_torso", "palms/soles": "palms_soles", "oral/genital": "oral_genital",
    "genital": "oral_genital",
}  # fmt: skip


def shown_for(samples: Sequence[Sample], facts: Sequence[DatasetFacts]) -> ShownFor:
    """Ages and sites with enough photos; ages from the first such decade to the last one.

    Skin types, and whether all photos are dermoscopic, are what the data sets say of themselves.
    """
    ages = [age for sample in samples if (age := _age(sample)) is not None]
    decades = [
        d for d, count in Counter(age // 10 for age in ages).items() if count >= LEAST_PHOTOS
    ]
    sites = Counter(_SITES.get(sample.metadata.get("site", "")) for sample in samples)
    known = sorted(site for site, count in sites.items() if site and count >= LEAST_PHOTOS)
    skin = sorted({named for known in facts for named in known.skin_types}, key=_ROMAN.index)
    grounds = SHOWN_FOR_GROUNDS.format(
        least=LEAST_PHOTOS,
        aged=len(ages),
        sited=sum(n for site, n in sites.items() if site),
        skin=SKIN_KNOWN.format(types=", ".join(skin)) if skin else SKIN_UNKNOWN,
    )
    return ShownFor(
        ages=(min(decades) * 10, max(decades) * 10 + 9) if decades else None,
        sites=known,
        skin_types=skin,
        dermoscopic_only=bool(facts) and all(known.dermoscopic_only for known in facts),
        grounds=grounds,
    )


def _age(sample: Sample) -> int | None:
    try:
        return int(float(sample.metadata.get("age", "")))
    except ValueError:
        return None
