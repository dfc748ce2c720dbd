"""Reports and exports."""

import io
import json
import re
import zipfile
from typing import Any

import orjson
import pytest
from fhir.resources.R4B.bundle import Bundle

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports import fhir
from gateway.exports.fhir import Export
from gateway.exports.patient_record import Record
from gateway.exports.report_page import ReportPage
from gateway.exports.report_words import texts
from gateway.tests.conftest import Gateway
from gateway.tests.pictures import photo
from gateway.tests.test_record import MOMENT, lesion, patient
from gateway.tests.test_record import image as described
from service_kit.codes import Code
from service_kit.errors import DomainError


async def a_record(
    gateway: Gateway, photos: int = 1, *, assessable: bool = True
) -> list[dict[str, Any]]:
    """A patient with a lesion, assessed photos and one verdict."""
    uploaded = [(await gateway.upload(photo())).json() for _ in range(photos)]
    review = pb.Review(
        id="r-1", detection_id=uploaded[0]["id"], image_id=uploaded[0]["image_id"],
        verdict=pb.VERDICT_BIOPSY_BENIGN, note="Dysplastic nevus.\x00\u202e", created_at=MOMENT,
    )  # fmt: skip
    known = patient(birth_date="1961-04-30", sex=pb.SEX_FEMALE, fitzpatrick_type=2)
    known.id = "01a20817-f471-731e-896b-230f70989781"
    gateway.patients.answers["GetPatient"] = pb.GetPatientResponse(patient=known)
    gateway.patients.answers["ListLesions"] = pb.ListLesionsResponse(lesions=[lesion()])
    for image in gateway.patients.images.values():
        image.lesion_id = "l-1"
    for detection in gateway.patients.detections.values():
        detection.finished_at.CopyFrom(MOMENT)
        detection.finding.assessable = assessable
    entries = [pb.TimelineEntry(at=MOMENT, review=review)]
    entries += [
        pb.TimelineEntry(at=MOMENT, detection=d) for d in gateway.patients.detections.values()
    ]
    entries += [pb.TimelineEntry(at=MOMENT, image=i) for i in gateway.patients.images.values()]
    gateway.patients.answers["ListTimeline"] = pb.ListTimelineResponse(entries=entries)
    return uploaded


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of the reports that are made."""
    lines: list[str] = []
    write = ReportPage.text_line

    def noting(page: Any, text: str, **style: Any) -> None:
        lines.append(text)
        write(page, text, **style)

    # On paper are numbers of glyphs; the words are heard on their way there.
    monkeypatch.setattr(ReportPage, "text_line", noting)
    return lines


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


async def test_the_export_is_a_valid_fhir_bundle(gateway: Gateway) -> None:
    (uploaded,) = await a_record(gateway)
    answer = await gateway.get("/patients/p-1/export")
    assert answer.headers["content-type"] == "application/fhir+json"
    bundle = Bundle.model_validate_json(answer.content)
    # Any: what each resource holds is for the assertions to say.
    entries: list[Any] = bundle.entry or []
    resources = {e.resource.get_resource_type(): e.resource for e in entries}
    assert set(resources) == {
        "Patient", "BodyStructure", "Media", "Device", "Observation", "DiagnosticReport",
        "Provenance",
    }  # fmt: skip
    by_code = {
        e.resource.code.text: e.resource
        for e in entries
        if e.resource.get_resource_type() == "Observation"
    }
    answer_of_model = by_code["Calibrated probability that the lesion is malignant"]
    assert float(answer_of_model.valueQuantity.value) == 0.75
    assert by_code["Fitzpatrick skin type"].valueInteger == 2
    assert by_code["A clinician's verdict on a skin lesion"].status == "final"
    urls = {entry.fullUrl for entry in entries}
    assert answer_of_model.device.reference in urls
    assert len(urls) == len(entries)
    assert resources["Media"].bodySite.coding[0].code == "261160000"
    assert resources["DiagnosticReport"].id == uploaded["id"]
    assert resources["DiagnosticReport"].status == "final"
    assert "Biopsy: benign" in resources["DiagnosticReport"].conclusion
    assert "not a diagnosis" in resources["DiagnosticReport"].conclusion
    urls = {entry.fullUrl for entry in entries}
    assert resources["Observation"].subject.reference in urls
    assert resources["DiagnosticReport"].result[0].reference in urls


async def test_exports_list_the_most_likely_diagnoses(gateway: Gateway, written: list[str]) -> None:
    probable = {"basal_cell_carcinoma": 0.9995, "nevus": 0.2, "wart": 0.04, "scar": 0.01}
    gateway.torchserve.differential = [
        {"diagnosis": name, "probability": share} for name, share in probable.items()
    ]
    (uploaded,) = await a_record(gateway)
    bundle = (await gateway.get("/patients/p-1/export")).json()
    Bundle.model_validate(bundle)
    (observation,) = [e["resource"] for e in bundle["entry"] if "component" in e["resource"]]
    told = {c["code"]["text"]: c["valueQuantity"]["value"] for c in observation["component"]}
    assert told["Probability of basal cell carcinoma"] == 0.9995
    assert len(told) == len(probable)
    path = f"/detections/{uploaded['id']}/report.pdf"
    await gateway.get(path)
    expected = (
        "Most likely diagnoses according to the model: basal cell carcinoma > 99.9%; nevus 20.0%;"
    )
    assert f"{expected} wart 4.0%" in written
    written.clear()
    gateway.patients.detections[uploaded["id"]].finding.assessable = False
    await gateway.get(path)
    assert not any(line.startswith("Most likely") for line in written)


async def test_exports_call_a_photo_that_can_not_be_assessed_neither(
    gateway: Gateway, written: list[str]
) -> None:
    gateway.torchserve.differential = [{"diagnosis": "nevus", "probability": 1.0}]
    (uploaded,) = await a_record(gateway, assessable=False)
    await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert "The model can't assess this photo." in written
    assert not any("probability" in line or "the model looked" in line for line in written)

    bundle = (await gateway.get("/patients/p-1/export")).json()
    Bundle.model_validate(bundle)
    held = {e["resource"]["resourceType"]: e["resource"] for e in bundle["entry"]}
    observation, conclusion = held["Observation"], held["DiagnosticReport"]["conclusion"]
    assert not {"valueQuantity", "interpretation", "component"} & observation.keys()
    assert observation["dataAbsentReason"]["text"] == "The photo can't be assessed."
    assert "The photo can't be assessed." in conclusion
    assert "calls" not in conclusion


async def test_two_exports_name_the_same_resources(gateway: Gateway) -> None:
    await a_record(gateway)
    first, second = [(await gateway.get("/patients/p-1/export")).json() for _ in range(2)]
    assert [e["fullUrl"] for e in first["entry"]] == [e["fullUrl"] for e in second["entry"]]


async def test_a_detection_that_nobody_has_reviewed_is_preliminary(gateway: Gateway) -> None:
    await a_record(gateway)
    listed = gateway.patients.answers["ListTimeline"]
    del listed.entries[0]
    bundle = (await gateway.get("/patients/p-1/export")).json()
    (report,) = [e["resource"] for e in bundle["entry"]
                 if e["resource"]["resourceType"] == "DiagnosticReport"]  # fmt: skip
    assert report["status"] == "preliminary"


async def test_a_record_of_many_pages_is_read_to_its_end(gateway: Gateway) -> None:
    await a_record(gateway)
    whole = gateway.patients.answers.pop("ListTimeline")

    def page(request: pb.ListTimelineRequest) -> pb.ListTimelineResponse:
        position = int(request.cursor or 0)
        following = str(position + 1) if position + 1 < len(whole.entries) else ""
        return pb.ListTimelineResponse(entries=[whole.entries[position]], next_cursor=following)

    gateway.patients.own["ListTimeline"] = page
    assert len((await gateway.get("/patients/p-1/export")).json()["entry"]) == 9


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


@pytest.mark.parametrize("is_known", [True, False])
def test_a_photo_of_unknown_date_has_none_in_fhir(is_known: bool) -> None:
    stored = described()
    if is_known:
        stored.captured_at.FromJsonString("2024-05-06T05:08:09Z")
    record = Record(patient(), images={stored.id: stored})
    written = b"".join(fhir.bundle(Export(record)))
    entries = orjson.loads(written)["entry"]
    (media,) = (e["resource"] for e in entries if e["resource"]["resourceType"] == "Media")
    said = media.get("createdDateTime")
    assert said == ("2024-05-06T05:08:09+00:00" if is_known else None)
    Bundle.model_validate_json(written)


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


def test_reports_have_every_text_in_both_languages() -> None:
    english, german = texts()["en"].keys(), texts()["de"].keys()
    # What the model wasn't shown to work for is worded in English by `cautions`.
    only_german = {
        "unknown_for_whom", "caution_age", "caution_site", "caution_skin_type", "not_stated",
        "missing_age", "missing_site", "missing_skin_type",
    }  # fmt: skip
    assert (german - english, english - german) == (only_german, set())


async def test_every_verdict_is_exported_with_who_gave_it_and_whether_it_stands(
    gateway: Gateway,
) -> None:
    (uploaded,) = await a_record(gateway)
    image_id = uploaded["image_id"]
    author = "01a20817-f471-731e-896b-230f70989782"
    said = [
        pb.Review(
            id="r-2", image_id=image_id, verdict=pb.VERDICT_MALIGNANT, author_id=author,
            created_at=MOMENT, replaces="r-1",
            diagnosis=pb.Diagnosis(code="melanoma", icd_o="8720/3", icd_11="2C30"),
        ),
        pb.Review(
            id="r-1", image_id=image_id, verdict=pb.VERDICT_BENIGN, author_id=author,
            created_at=MOMENT, replaced_by="r-2",
        ),
    ]  # fmt: skip
    listed = gateway.patients.answers["ListTimeline"]
    del listed.entries[0]
    listed.entries.extend(pb.TimelineEntry(at=MOMENT, review=review) for review in said)
    gateway.auth.answers["ListColleagues"] = auth_pb2.ListColleaguesResponse(
        colleagues=[auth_pb2.Colleague(id=author, full_name="Grace Hopper")]
    )
    bundle = (await gateway.get("/patients/p-1/export")).json()
    Bundle.model_validate(bundle)
    found = {e["resource"]["id"]: e["resource"] for e in bundle["entry"]}
    assert (found["r-2"]["status"], found["r-1"]["status"]) == ("corrected", "entered-in-error")
    assert {"8720/3", "2C30"} == {
        coding["code"] for coding in found["r-2"]["valueCodeableConcept"]["coding"]
    }
    assert found[author]["name"] == [{"text": "Grace Hopper"}]
    report = found[uploaded["id"]]
    assert report["resultsInterpreter"] == [{"reference": f"urn:uuid:{author}"}]
    assert {"urn:uuid:r-1", "urn:uuid:r-2"} <= {r["reference"] for r in report["result"]}
    whos = {
        e["resource"]["target"][0]["reference"]: e["resource"]["agent"][0]["who"]["reference"]
        for e in bundle["entry"]
        if e["resource"]["resourceType"] == "Provenance"
    }
    assert whos["urn:uuid:r-2"] == f"urn:uuid:{author}"
    machine = whos[report["result"][0]["reference"]].removeprefix("urn:uuid:")
    assert found[machine]["resourceType"] == "Device"


async def test_an_export_links_to_nothing_that_needs_a_sign_in(gateway: Gateway) -> None:
    await a_record(gateway)
    bundle = (await gateway.get("/patients/p-1/export")).text
    assert "/api/" not in bundle
    answer = await gateway.get("/patients/p-1/export.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        media = [
            e["resource"]
            for e in json.loads(archive.read("bundle.json"))["entry"]
            if e["resource"]["resourceType"] == "Media"
        ]
        for one in media:
            photo_bytes = archive.read(one["content"]["url"])
            assert photo_bytes == gateway.patients.photos[one["id"]]


async def test_a_merged_patient_is_linked_in_both_directions(gateway: Gateway) -> None:
    await a_record(gateway)
    kept = gateway.patients.answers["GetPatient"].patient
    former = patient(record_number="H-2042")
    former.id, former.merged_into = "01a20817-f471-731e-896b-230f70989782", kept.id
    former.archived_at.CopyFrom(MOMENT)
    gateway.patients.answers["ListMerges"] = pb.ListMergesResponse(merges=[pb.Merge(moved=former)])
    found = (await gateway.get(f"/patients/{kept.id}/export")).json()
    Bundle.model_validate(found)
    patients = {
        entry["resource"]["id"]: entry["resource"]
        for entry in found["entry"]
        if entry["resource"]["resourceType"] == "Patient"
    }
    assert patients[kept.id]["link"] == [
        {"other": {"reference": f"urn:uuid:{former.id}"}, "type": "replaces"}
    ]
    assert patients[former.id]["link"] == [
        {"other": {"reference": f"urn:uuid:{kept.id}"}, "type": "replaced-by"}
    ]
    assert not patients[former.id]["active"]
    assert patients[former.id]["identifier"] == [{"use": "old", "value": "H-2042"}]


async def test_the_export_of_a_merged_patient_is_that_of_the_record(gateway: Gateway) -> None:
    await a_record(gateway)
    kept = gateway.patients.answers.pop("GetPatient").patient
    former = patient()
    former.id, former.merged_into = "01a20817-f471-731e-896b-230f70989782", kept.id
    gateway.patients.own["GetPatient"] = lambda asked: pb.GetPatientResponse(
        patient=former if asked.patient_id == former.id else kept
    )
    found = (await gateway.get(f"/patients/{former.id}/export")).json()
    assert kept.id in {entry["resource"]["id"] for entry in found["entry"]}
    assert gateway.patients.last("ListTimeline").patient_id == kept.id


async def test_a_photo_in_error_is_exported_as_such_without_its_file(gateway: Gateway) -> None:
    await a_record(gateway)
    wrong = described("01a20817-f471-731e-896b-230f70989783")
    wrong.voided_at.CopyFrom(MOMENT)
    gateway.patients.answers["ListImages"] = pb.ListImagesResponse(images=[wrong])
    packed = (await gateway.get("/patients/p-1/export.zip")).content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        found = json.loads(archive.read("bundle.json"))
        assert not [name for name in archive.namelist() if wrong.id in name]
    media = {
        entry["resource"]["id"]: entry["resource"]
        for entry in found["entry"]
        if entry["resource"]["resourceType"] == "Media"
    }
    assert media.pop(wrong.id)["status"] == "entered-in-error"
    assert [one["status"] for one in media.values()] == ["completed"]
    assert gateway.patients.last("ListImages").voided
