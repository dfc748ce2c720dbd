"""Cautions: where the model has not been shown to work, said beside its answer.

Worked out here alone, from the version's card and the record, so that the web client, the report
and the FHIR export say the same. A caution takes nothing back: label and probability stay.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from dermis.patient.v1 import patient_pb2 as pb
from service_kit.clock import from_timestamp
from serving.archives.card import ShownFor

Code = Literal["age", "site", "skin_type", "not_stated"]

_SKIN_TYPES = ("I", "II", "III", "IV", "V", "VI")
# Fitzpatrick's darkest two: rare in every public collection of dermoscopic photos. Where the data
# doesn't record skin types, nothing has been shown for these two (Daneshjou et al. 2022,
# doi:10.1126/sciadv.abq6147).
_RARELY_SEEN = frozenset({"V", "VI"})


class Caution(NamedTuple):
    """One reason to rely less on an answer.

    Attributes:
        code: what lies outside of what the model was shown to work for; "not_stated" where the
            record lacks what would tell.
        value: years of age, a body site or a skin type; of "not_stated", which of those is
            missing: "age", "site" or "skin_type".
    """

    code: Code
    value: str


def cautions(shown_for: ShownFor | None, subject: pb.Subject) -> list[Caution] | None:
    """What speaks against relying on an answer about this patient and this lesion.

    Args:
        shown_for: for whom the version that answered was shown to work, by its card.
        subject: what the record says of patient and lesion.

    Returns:
        By age, site and skin type, in this order; none where the model was shown to work for all
        three. None where the card says nothing, so that nobody can tell.
    """
    if shown_for is None:
        return None
    return [
        *_by_age(shown_for, subject),
        *_by_site(shown_for, subject),
        *_by_skin(shown_for, subject),
    ]


def subject_of(patient: pb.Patient, lesion: pb.Lesion | None, image: pb.Image) -> pb.Subject:
    """The subject of a photo, where patient, lesion and image are at hand (`exports`)."""
    return pb.Subject(
        birth_date=patient.profile.birth_date,
        fitzpatrick_type=patient.profile.fitzpatrick_type,
        body_site=lesion.profile.body_site if lesion else pb.BODY_SITE_UNSPECIFIED,
        taken_at=image.captured_at if image.HasField("captured_at") else image.created_at,
    )


def _by_age(shown_for: ShownFor, subject: pb.Subject) -> Iterator[Caution]:
    if shown_for.ages is None:
        return
    if not subject.birth_date:
        yield Caution("not_stated", "age")
        return
    years = _years(date.fromisoformat(subject.birth_date), from_timestamp(subject.taken_at).date())
    first, last = shown_for.ages
    if not first <= years <= last:
        yield Caution("age", str(years))


def _by_site(shown_for: ShownFor, subject: pb.Subject) -> Iterator[Caution]:
    if not shown_for.sites:
        return
    site = pb.BodySite.Name(subject.body_site).removeprefix("BODY_SITE_").lower()
    if site == "unspecified":
        yield Caution("not_stated", "site")
    elif site not in shown_for.sites:
        yield Caution("site", site)


def _by_skin(shown_for: ShownFor, subject: pb.Subject) -> Iterator[Caution]:
    shown = frozenset(shown_for.skin_types) or frozenset(_SKIN_TYPES) - _RARELY_SEEN
    if not subject.fitzpatrick_type:
        if shown != frozenset(_SKIN_TYPES):
            yield Caution("not_stated", "skin_type")
        return
    skin_type = _SKIN_TYPES[subject.fitzpatrick_type - 1]
    if skin_type not in shown:
        yield Caution("skin_type", skin_type)


def _years(born: date, on: date) -> int:
    """Whole years of age; 0 for a photo dated before the birth."""
    return max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


_SITES = {
    "head_neck": "head and neck",
    "upper_extremity": "arms",
    "lower_extremity": "legs",
    "anterior_torso": "front of the torso",
    "posterior_torso": "back of the torso",
    "lateral_torso": "side of the torso",
    "palms_soles": "palms and soles",
    "oral_genital": "mouth and genitals",
}
_MISSING = {"age": "the date of birth", "site": "the body site", "skin_type": "the skin type"}


def caution_texts(found: list[Caution] | None) -> list[str]:
    """Cautions as sentences for what is printed and exported; the client has them in its languages.

    Args:
        found: by `cautions`.
    """
    if found is None:
        return ["The model's card doesn't say for whom it was shown to work."]
    texts = [_text(caution) for caution in found if caution.code != "not_stated"]
    missing = [_MISSING[caution.value] for caution in found if caution.code == "not_stated"]
    if missing:
        texts.append(
            "Whether the model was shown to work here can't be told: "
            f"the record doesn't state {_listed(missing)}."
        )
    return texts


def _text(caution: Caution) -> str:
    match caution.code:
        case "age":
            return f"The model was not shown to work at the age of {caution.value}."
        case "site":
            return f"The model was not shown to work on this body site ({_SITES[caution.value]})."
        case _:
            return f"The model was not shown to work on skin type {caution.value}."


def _listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
