"""The record as FHIR."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import orjson
import pytest
from fhir.resources.R4B.bundle import Bundle

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports import fhir
from gateway.exports.fhir import Export
from gateway.exports.patient_record import Record
from gateway.tests.conftest import Gateway, bearer
from gateway.tests.exported_records import a_record
from gateway.tests.test_record import MOMENT, patient
from gateway.tests.test_record import image as described
from service_kit.errors import DomainError
from service_kit.remembered_revocations import ENDED_CHANNEL


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
    assert resources["Media"].bodySite.coding[0].code == "699893008"
    assert resources["DiagnosticReport"].id == uploaded["id"]
    assert resources["DiagnosticReport"].status == "final"
    assert "Biopsy: benign" in resources["DiagnosticReport"].conclusion
    assert "not a diagnosis" in resources["DiagnosticReport"].conclusion
    urls = {entry.fullUrl for entry in entries}
    assert resources["Observation"].subject.reference in urls
    assert resources["DiagnosticReport"].result[0].reference in urls


async def test_a_measured_size_is_an_observation_of_its_photo_and_lesion(gateway: Gateway) -> None:
    (uploaded,) = await a_record(gateway)
    author = "01a20817-f471-731e-896b-230f70989799"
    gateway.patients.answers["ListSizes"] = pb.ListSizesResponse(
        sizes=[
            pb.Size(
                image_id=uploaded["image_id"], marking_id="01a20817-f471-731e-896b-230f70989700",
                longest=6.438, across=4.9, area=24.1, author_id=author, created_at=MOMENT,
            )
        ]
    )  # fmt: skip
    bundle = (await gateway.get("/patients/p-1/export")).json()
    Bundle.model_validate(bundle)
    by_id = {entry["resource"]["id"]: entry["resource"] for entry in bundle["entry"]}
    size = by_id["01a20817-f471-731e-896b-230f70989700"]
    found = [component["valueQuantity"] for component in size["component"]]
    assert [(quantity["value"], quantity["unit"]) for quantity in found] == [
        (6.44, "mm"), (4.9, "mm"), (24.1, "mm2"),
    ]  # fmt: skip
    assert size["derivedFrom"] == [{"reference": f"urn:uuid:{uploaded['image_id']}"}]
    assert size["performer"] == [{"reference": f"urn:uuid:{author}"}]
    assert by_id[author]["resourceType"] == "Practitioner"


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
    sizes = [entry.image.size for entry in gateway.patients.answers["ListTimeline"].entries]
    assert answer.headers["expected-bytes"] == str(sum(sizes))
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


async def test_all_photos_of_an_export_come_over_one_call_that_outlasts_the_token(
    gateway: Gateway,
) -> None:
    await a_record(gateway, photos=3)
    packed = (await gateway.get("/patients/p-1/export.zip")).content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert len(archive.namelist()) == 4
    assert (gateway.patients.count("ReadImages"), gateway.patients.count("GetImage")) == (1, 0)


async def test_an_export_ends_short_once_its_reader_is_signed_out(gateway: Gateway) -> None:
    # By the time that the second is sent, the gateway may have asked whether its reader may go on.
    await a_record(gateway, photos=3)
    session, read = str(uuid4()), gateway.patients.own["ReadImages"]
    headers = bearer(sid=session)

    async def signed_out_after_the_first(request: Any) -> AsyncIterator[Any]:
        described = 0
        async for part in read(request):
            described += part.HasField("content")
            if described == 2:
                await gateway.state.redis.set(f"dermis:revoked:{session}", "1")
                await gateway.state.redis.publish(ENDED_CHANNEL, session)
                async with asyncio.timeout(30):
                    while (await gateway.get("/users/me", headers=headers)).status_code != 401:
                        await asyncio.sleep(0)
            yield part

    gateway.patients.own["ReadImages"] = signed_out_after_the_first
    with pytest.raises(RuntimeError) as error:
        await gateway.get("/patients/p-1/export.zip", headers=headers)
    assert isinstance(error.value.__cause__, DomainError)
    assert error.value.__cause__.reason == "SESSION_ENDED"


async def test_a_long_bundle_leaves_everybody_else_their_turn() -> None:
    entries = {f"i-{number}": described(f"i-{number}") for number in range(2000)}
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    record = Record(patient(), images=entries)
    record.patient.id = "p-1"
    sent = [piece async for piece in fhir.pieces(Export(record))]
    other.cancel()
    assert len(json.loads(b"".join(sent))["entry"]) > 2000
    assert turns >= len(sent) - 1 > 5
    assert max(map(len, sent)) < 2 * 64 * 1024


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
