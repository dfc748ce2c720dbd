"""Reports in PDF."""

import re

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports.marking_words import TEXTS
from gateway.exports.report_words import texts
from gateway.tests.conftest import Gateway
from gateway.tests.exported_records import a_record
from gateway.tests.pictures import photo
from gateway.tests.test_record import MOMENT
from service_kit.codes import Code
from service_kit.errors import DomainError


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


async def test_a_patients_report_shows_every_detection(gateway: Gateway) -> None:
    await a_record(gateway, photos=3)
    answer = await gateway.get("/patients/p-1/report.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF")
    # A page for every photo; the pair of the first and the newest shares the third one.
    assert pages(answer.content) == 3


async def test_a_patient_without_photos_has_a_report_too(gateway: Gateway) -> None:
    await a_record(gateway)
    gateway.patients.answers["ListTimeline"] = pb.ListTimelineResponse()
    assert pages((await gateway.get("/patients/p-1/report.pdf")).content) == 1


async def test_one_detection_has_a_report_of_its_own(gateway: Gateway) -> None:
    (uploaded,) = await a_record(gateway)
    answer = await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert pages(answer.content) == 1


async def test_no_report_says_that_a_model_is_certain(gateway: Gateway, written: list[str]) -> None:
    (uploaded,) = await a_record(gateway)
    gateway.patients.detections[uploaded["id"]].finding.probability_malignant = 0.99997
    await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert any("probability of malignancy > 99.9% (called" in line for line in written)


async def test_a_report_names_who_gave_a_verdict(gateway: Gateway, written: list[str]) -> None:
    (uploaded,) = await a_record(gateway)
    review = pb.Review(
        id="r-1", detection_id=uploaded["id"], verdict=pb.VERDICT_BENIGN, author_id="u-2",
        created_at=MOMENT,
    )  # fmt: skip
    gateway.patients.own["GetDetection"] = lambda request: pb.GetDetectionResponse(
        detection=gateway.patients.detections[request.detection_id], reviews=[review]
    )
    pages_of_names = [
        auth_pb2.ListColleaguesResponse(
            colleagues=[auth_pb2.Colleague(id="u-1", full_name="Ada Byron")], next_cursor="more"
        ),
        auth_pb2.ListColleaguesResponse(
            colleagues=[auth_pb2.Colleague(id="u-2", full_name="Grace Hopper")]
        ),
    ]
    gateway.auth.own["ListColleagues"] = lambda request: pages_of_names[bool(request.cursor)]
    for path in (f"/detections/{uploaded['id']}/report.pdf", "/patients/p-1/report.pdf"):
        written.clear()
        assert (await gateway.get(path)).status_code == 200
        assert any("Grace Hopper: " in line for line in written)


async def test_a_report_is_made_without_names_when_nobody_can_tell_them(gateway: Gateway) -> None:
    (uploaded,) = await a_record(gateway)
    gateway.auth.answers["ListColleagues"] = DomainError.relayed(Code.UNAVAILABLE, "AWAY", "away")
    answer = await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert answer.status_code == 200


async def test_what_is_pending_has_no_report(gateway: Gateway) -> None:
    await gateway.publish()
    uploaded = (await gateway.upload(photo())).json()
    answer = await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert (answer.status_code, answer.json()["reason"]) == (409, "NOT_DIAGNOSED")


async def test_the_report_has_words_for_every_warning_about_a_photo(
    gateway: Gateway, written: list[str]
) -> None:
    (uploaded,) = await a_record(gateway, assessable=False)
    finding = gateway.patients.detections[uploaded["id"]].finding
    finding.quality[:] = ["TOO_DARK", "NOT_A_LESION", "OF_A_NEWER_MODEL", "AND_ANOTHER"]
    await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert (
        "About the photo: too dark, unlike any photo that the model was trained on, "
        "another doubt about the photo" in written
    )
    assert not any(re.search("[A-Z]{2,}_", line) for line in written)


async def test_a_report_is_in_the_readers_language_and_the_clinics_time_zone(
    gateway: Gateway, written: list[str]
) -> None:
    (uploaded,) = await a_record(gateway)
    finding = gateway.patients.detections[uploaded["id"]].finding
    finding.quality[:] = ["TOO_DARK"]
    finding.zone = "borderline"
    gateway.auth.answers["GetClinic"] = auth_pb2.GetClinicResponse(
        letterhead=auth_pb2.Letterhead(
            name="Hautzentrum am Hafen", address="Kai 1\nHamburg", time_zone="Asia/Tokyo"
        )
    )
    answer = await gateway.get("/patients/p-1/report.pdf?language=de")
    assert b"/Lang (de)" in answer.content
    for line in ("Hautzentrum am Hafen", "Hamburg", "Zum Foto: zu dunkel"):
        assert line in written
    assert "nahe der Schwelle: Grenzbereich" in written
    assert any("Wahrscheinlichkeit für bösartig 75,0 %" in line for line in written)
    assert any(line.startswith("gedruckt am") or " JST" in line for line in written)
    assert any("Seite 1 von " in line for line in written)


async def test_every_page_names_the_patient_and_counts_the_pages(
    gateway: Gateway, written: list[str]
) -> None:
    await a_record(gateway, photos=3)
    total = pages((await gateway.get("/patients/p-1/report.pdf")).content)
    identity = [line for line in written if "born 30 April 1961" in line]
    assert len(identity) == total
    assert sum("Page " in line for line in written) == total


async def test_a_report_states_site_risks_and_all_of_a_verdict(
    gateway: Gateway, written: list[str]
) -> None:
    (uploaded,) = await a_record(gateway)
    known = gateway.patients.answers["GetPatient"]
    known.patient.profile.risk_notes = "Father had a melanoma."
    review = pb.Review(
        id="r-1", verdict=pb.VERDICT_BIOPSY_MALIGNANT, management=pb.MANAGEMENT_MONITOR,
        monitor_until="2027-01-05", note="See again.", created_at=MOMENT,
        diagnosis=pb.Diagnosis(code="melanoma", icd_11="2C30"),
        histology=pb.Histology(
            diagnosis=pb.Diagnosis(code="melanoma"), reported_on="2026-03-20", source="P-17"
        ),
    )  # fmt: skip
    gateway.patients.own["GetDetection"] = lambda request: pb.GetDetectionResponse(
        detection=gateway.patients.detections[request.detection_id], reviews=[review]
    )
    await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert "Father had a melanoma." in written
    assert any(line.startswith("Lesion 1: ") for line in written)
    assert any(
        "Biopsy: malignant. Diagnosis: melanoma (ICD-11 2C30). Management: monitor by 5 January"
        " 2027. Histology: melanoma, 20 March 2026, P-17. See again." in line
        for line in written
    )
    assert "Place, date and signature" in written


async def test_a_report_is_made_without_a_letterhead_when_nobody_can_tell_it(
    gateway: Gateway,
) -> None:
    (uploaded,) = await a_record(gateway)
    gateway.auth.answers["GetClinic"] = DomainError.relayed(Code.UNAVAILABLE, "AWAY", "away")
    answer = await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert answer.status_code == 200


async def test_a_report_shows_what_was_drawn_on_a_photo_with_author_and_scale(
    gateway: Gateway, written: list[str]
) -> None:
    (uploaded,) = await a_record(gateway)
    path = f"/detections/{uploaded['id']}/report.pdf"
    plain = pages((await gateway.get(path)).content)
    assert "Measures and markings" not in written
    corners = [pb.MarkingPoint(x=x, y=y) for x, y in ((0.2, 0.2), (0.6, 0.2), (0.4, 0.7))]
    drawn = [
        pb.Marking(kind=kind, points=corners[:count], created_at=MOMENT, author_id="u-1", **more)
        for kind, count, more in (
            (pb.MARKING_KIND_OUTLINE, 3,
             {"measures": pb.Measures(area=80_000, longest=400, across=250)}),
            (pb.MARKING_KIND_LENGTH, 2, {"measures": pb.Measures(length=61_700)}),
            (pb.MARKING_KIND_ANGLE, 3, {"measures": pb.Measures(angle=64)}),
            (pb.MARKING_KIND_ARROW, 2, {}),
            (pb.MARKING_KIND_TEXT, 1, {"text": "regression?"}),
            (pb.MARKING_KIND_FIELD_OF_VIEW, 0, {"millimetres": 22}),
        )
    ]  # fmt: skip
    gateway.patients.answers["ListMarkings"] = pb.ListMarkingsResponse(
        markings=drawn, millimetres_per_pixel=0.02
    )
    gateway.auth.answers["ListColleagues"] = auth_pb2.ListColleaguesResponse(
        colleagues=[auth_pb2.Colleague(id="u-1", full_name="Ada Byron")]
    )
    answer = await gateway.get(path)
    assert pages(answer.content) >= plain
    said = [line for line in written if re.match(r"\d\. ", line)]
    assert [line.rpartition(" (")[0] for line in said] == [
        "1. Outline: 8.0 × 5.0 mm, 32.0 mm²", "2. Length: 1,234.0 mm", "3. Angle: 64°", "4. Arrow",
        "5. Text: regression?",
    ]  # fmt: skip
    assert all(line.endswith("Ada Byron)") for line in said)
    assert "Scale: 22.0 mm across the photo's longer side." in written
    gateway.patients.answers["ListMarkings"].millimetres_per_pixel = 0
    del gateway.patients.answers["ListMarkings"].markings[-1]
    await gateway.get(f"{path}?language=de")
    assert "2. Länge: 61.700 px" in [line.rpartition(" (")[0] for line in written]
    assert "Das Foto hat keinen Maßstab: Längen sind in Pixeln angegeben." in written


def test_reports_have_every_text_in_both_languages() -> None:
    assert TEXTS["en"].keys() == TEXTS["de"].keys()
    english, german = texts()["en"].keys(), texts()["de"].keys()
    # What the model wasn't shown to work for is worded in English by `cautions`.
    only_german = {
        "unknown_for_whom", "caution_age", "caution_site", "caution_skin_type", "not_stated",
        "missing_age", "missing_site", "missing_skin_type",
    }  # fmt: skip
    assert (german - english, english - german) == (only_german, set())
