"""Sites, regions and sides of the body as exports code and name them."""

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports import body_regions, fhir_subject
from gateway.exports.place_words import Language, place

# Of Verhoeff's check digit, which every identifier of SNOMED CT ends in.
_TIMES = [
    [(a + b) % 5 if a < 5 else (a - b) % 5 + 5 for b in range(5)]
    + [(a + b) % 5 + 5 if a < 5 else (a - b) % 5 for b in range(5)]
    for a in range(10)
]
_FIRST = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
SNOMED = [
    concept.code
    for of in (body_regions.SITES, body_regions.SIDES, body_regions.REGIONS)
    for concept in of.values()
    if concept.system == body_regions.SNOMED
]


def check(code: str) -> int:
    found = 0
    for place_, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(place_):
            turned = _FIRST[turned]
        found = _TIMES[found][turned]
    return found


@pytest.mark.parametrize("code", SNOMED)
def test_every_code_of_snomed_ends_in_its_check_digit(code: str) -> None:
    assert check(code) == 0


def test_every_region_has_a_code_of_its_own_and_a_name_in_both_languages() -> None:
    regions = [number for number in pb.BodyRegion.values() if number]
    assert {body_regions.REGIONS[region].code for region in regions} == {
        concept.code for concept in body_regions.REGIONS.values()
    }
    assert len({concept.code for concept in body_regions.REGIONS.values()}) == len(regions) >= 60
    languages: tuple[Language, ...] = ("en", "de")
    for language in languages:
        names = {place(pb.LesionProfile(region=region), language) for region in regions}
        assert len(names) == len(regions)
        assert "" not in names


def test_a_lesion_leaves_with_its_region_and_its_side() -> None:
    profile = pb.LesionProfile(
        body_site=pb.BODY_SITE_HEAD_NECK, region=pb.BODY_REGION_CHEEK, side=pb.BODY_SIDE_LEFT
    )
    found = fhir_subject.lesion(pb.Lesion(id="l-1", profile=profile), "p-1")
    assert found["location"]["text"] == "Cheek, left"
    assert [coding["code"] for coding in found["location"]["coding"]] == ["36141000"]
    (qualifier,) = found["locationQualifier"]
    assert qualifier["coding"][0]["code"] == "7771000"
    assert place(profile, "de") == "Wange, links"


def test_a_site_that_is_no_one_concept_leaves_in_words_alone() -> None:
    profile = pb.LesionProfile(body_site=pb.BODY_SITE_PALMS_SOLES)
    found = fhir_subject.lesion(pb.Lesion(id="l-1", profile=profile), "p-1")
    assert found["location"] == {"text": "Palms and soles"}
