"""Cautions: for whom the model that answered has not been shown to work."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.cautions import Caution, caution_texts, cautions, subject_of
from gateway.tests.conftest import Gateway, running
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from gateway.tests.pictures import photo
from service_kit.clock import to_timestamp
from serving.archives.card import ShownFor

SITES = ["head_neck", "anterior_torso", "lower_extremity"]
SHOWN = ShownFor(ages=(20, 85), sites=SITES, dermoscopic_only=True)
EVERYBODY = ShownFor(skin_types=["I", "II", "III", "IV", "V", "VI"])
TAKEN = datetime(2026, 3, 14, 9, tzinfo=UTC)


def subject(born: str = "1961-04-30", skin: int = 2, site: str = "HEAD_NECK") -> pb.Subject:
    return pb.Subject(
        birth_date=born, fitzpatrick_type=skin, body_site=pb.BodySite.Value(f"BODY_SITE_{site}"),
        taken_at=to_timestamp(TAKEN),
    )  # fmt: skip


def test_there_is_none_for_whom_the_model_was_shown_to_work() -> None:
    assert cautions(SHOWN, subject()) == []


@pytest.mark.parametrize(("born", "years"), [
    ("2006-03-14", None), ("2006-03-15", "19"), ("2014-01-01", "12"), ("1940-03-15", None),
    ("1940-03-14", "86"), ("2026-04-01", "0"),
])  # fmt: skip
def test_age_counts_on_the_day_of_the_photo(born: str, years: str | None) -> None:
    found = cautions(SHOWN, subject(born=born))
    assert found == ([Caution("age", years)] if years else [])


@pytest.mark.parametrize(("skin", "caution"), [(1, None), (4, None), (5, "V"), (6, "VI")])
def test_where_the_data_records_no_skin_types_the_two_darkest_are_not_shown(
    skin: int, caution: str | None
) -> None:
    expected = [Caution("skin_type", caution)] if caution else []
    assert cautions(SHOWN, subject(skin=skin)) == expected


def test_recorded_skin_types_are_taken_at_their_word() -> None:
    some = ShownFor(skin_types=["II", "III", "VI"])
    assert cautions(some, subject(skin=6)) == []
    assert cautions(some, subject(skin=1)) == [Caution("skin_type", "I")]
    assert cautions(EVERYBODY, subject(skin=5)) == []


def test_a_site_outside_the_data_is_named() -> None:
    assert cautions(SHOWN, subject(site="ORAL_GENITAL")) == [Caution("site", "oral_genital")]


def test_what_the_record_does_not_state_is_unknown_and_not_fine() -> None:
    unknown = subject(born="", skin=0, site="UNSPECIFIED")
    assert cautions(SHOWN, unknown) == [
        Caution("not_stated", "age"),
        Caution("not_stated", "site"),
        Caution("not_stated", "skin_type"),
    ]
    # Whatever the record would say, this model was shown to work for it.
    assert cautions(EVERYBODY, unknown) == []


def test_a_card_that_says_nothing_leaves_it_open() -> None:
    assert cautions(None, subject()) is None
    assert caution_texts(None) == ["The model's card doesn't say for whom it was shown to work."]


@given(
    born=st.dates().map(str) | st.just(""),
    skin=st.integers(0, 6),
    site=st.sampled_from(pb.BodySite.keys()).map(lambda name: name.removeprefix("BODY_SITE_")),
)
def test_every_caution_has_a_sentence_without_codes(born: str, skin: int, site: str) -> None:
    found = cautions(SHOWN, subject(born, skin, site))
    assert found is not None
    texts = caution_texts(found)
    assert len(texts) <= len(found)
    assert bool(texts) == bool(found)
    assert not any("_" in text for text in texts)


def test_what_is_missing_is_one_sentence() -> None:
    found = cautions(SHOWN, subject(born="", skin=5, site="UNSPECIFIED"))
    assert caution_texts(found) == [
        "The model was not shown to work on skin type V.",
        "Whether the model was shown to work here can't be told: the record doesn't state "
        "the date of birth and the body site.",
    ]


def test_a_photo_in_the_unsorted_tray_has_no_body_site_and_is_dated_by_its_upload() -> None:
    person = pb.Patient(profile=pb.PatientProfile(birth_date="1961-04-30", fitzpatrick_type=3))
    found = subject_of(person, None, pb.Image(created_at=to_timestamp(TAKEN)))
    assert found.body_site == pb.BODY_SITE_UNSPECIFIED
    assert found.taken_at == to_timestamp(TAKEN)


@pytest.fixture
async def stocked(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway with a model store."""
    (tmp_path / "store").mkdir()
    async with running(redis_url, model_store=(tmp_path / "store").as_uri()) as found:
        yield found


async def _detection(gateway: Gateway, version: str, shown: pb.Subject) -> Any:
    uploaded = (await gateway.upload(photo())).json()
    kept = gateway.patients.detections[uploaded["id"]]
    kept.finding.model_version = version
    gateway.patients.answers["GetDetection"] = pb.GetDetectionResponse(
        detection=kept, subject=shown
    )
    return (await gateway.get(f"/detections/{uploaded['id']}")).json()


async def test_an_answer_comes_with_its_cautions(stocked: Gateway, tmp_path: Path) -> None:
    clinician, stocked.headers = stocked.headers, ENGINEER
    for version, shown_for in (("1.0.0", None), ("1.1.0", SHOWN)):
        brought = await bring(stocked, archive(tmp_path, version, shown_for=shown_for))
        assert brought.status_code == 202, brought.text
        assert (await release(stocked, version)).status_code == 202
    stocked.headers = clinician
    dark = subject(skin=6, site="UNSPECIFIED")
    assert (await _detection(stocked, "1.1.0", dark))["cautions"] == [
        {"code": "not_stated", "value": "site"},
        {"code": "skin_type", "value": "VI"},
    ]
    assert (await _detection(stocked, "1.1.0", subject()))["cautions"] == []
    assert (await _detection(stocked, "1.0.0", dark))["cautions"] is None


async def test_an_answer_is_shown_also_where_no_card_can_be_read(gateway: Gateway) -> None:
    assert (await _detection(gateway, "9.9.9", subject()))["cautions"] is None
