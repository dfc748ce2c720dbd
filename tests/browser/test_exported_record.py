"""The FHIR export of a whole record, held against FHIR's own profiles.

It needs no browser, but the web client's packages: the validator is one of them.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from local_stack.api_client import Clinician
from local_stack.stack import ROOT
from tests import photos
from tests.conftest import profile

BACK = {"body_site": "posterior_torso", "region": "upper_back", "side": "left"}


async def a_whole_record(clinician: Clinician) -> str:
    """A patient with all that a record may hold; the id."""
    call = clinician.call
    address = {"name": "Harbour Dermatology", "address": "1 Quay Street\nHarbour"}
    await call("PATCH", "/clinic", address)
    known = profile() | {"fitzpatrick_type": 2, "risk_notes": "Father had a melanoma.\nSunbeds."}
    patient = await clinician.add_patient(known)
    (first, second), lesion = await _photographed(clinician, patient)
    await _reviewed(clinician, first["id"])
    await _measured(clinician, first["image_id"])
    await call("POST", f"/predict/again/{first['image_id']}")
    await _overview(clinician, patient, lesion)
    wrong = {"reason": "Shows another patient."}
    await call("POST", f"/images/{second['image_id']}/entered-in-error", wrong)
    other = await clinician.add_patient(profile())
    await _photographed(clinician, other)
    await call("POST", f"/patients/{patient}/merges", {"other_patient_id": other})
    return patient


async def _photographed(clinician: Clinician, patient: str) -> tuple[list[dict[str, Any]], str]:
    lesion = await clinician.call("POST", f"/patients/{patient}/lesions", BACK)
    settled = []
    for _ in range(2):
        answer = await clinician.upload(patient, photos.unique(), lesion=lesion["id"])
        settled.append(await clinician.settled(answer.json()))
    return settled, lesion["id"]


async def _reviewed(clinician: Clinician, detection: str) -> None:
    reviews = f"/detections/{detection}/reviews"
    checklist = {
        "kind": "abcd", "items": {"asymmetry": 1, "border": 3, "colours": 4, "structures": 2},
    }  # fmt: skip
    said = {
        "verdict": "malignant", "note": "Blue-white veil.\nExcise.", "management": "excise",
        "diagnosis": {"code": "melanoma", "text": "superficial spreading"}, "checklist": checklist,
    }  # fmt: skip
    given = await clinician.call("POST", reviews, said)
    found = {
        "diagnosis": {"code": "melanoma"}, "reported_on": "2026-03-20", "source": "Pathology 12",
    }  # fmt: skip
    after = {"verdict": "biopsy_malignant", "histology": found, "replaces": given["id"]}
    await clinician.call("POST", reviews, after)
    taken_back = await clinician.call("POST", reviews, {"verdict": "benign"})
    withdrawal = {"verdict": "withdrawn", "replaces": taken_back["id"]}
    await clinician.call("POST", reviews, withdrawal)


async def _measured(clinician: Clinician, image: str) -> None:
    outline = [{"x": x, "y": y} for x, y in ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))]
    scale = {"kind": "field_of_view", "points": [], "millimetres": 22}
    await clinician.call("POST", f"/images/{image}/markings", scale)
    await clinician.call(
        "POST", f"/images/{image}/markings", {"kind": "outline", "points": outline}
    )


async def _overview(clinician: Clinician, patient: str, lesion: str) -> None:
    answer = await clinician.http.post(
        f"/patients/{patient}/overviews",
        files={"file": ("back.jpg", photos.unique(), "image/jpeg")},
        data=BACK,
    )
    overview = answer.json()["id"]
    await clinician.call("PUT", f"/images/{overview}/pins/{lesion}", {"x": 0.3, "y": 0.4})


async def test_a_whole_record_is_what_fhirs_profiles_ask_for(
    clinician: Clinician, tmp_path: Path
) -> None:
    patient = await a_whole_record(clinician)
    exported = (await clinician.http.get(f"/patients/{patient}/export")).content
    Bundle.model_validate_json(exported)
    kinds = {entry["resource"]["resourceType"] for entry in json.loads(exported)["entry"]}
    assert kinds == {
        "Organization", "Patient", "Observation", "BodyStructure", "Media", "Device",
        "DiagnosticReport", "Provenance", "Practitioner",
    }  # fmt: skip
    assert faults(exported, tmp_path) == []


def test_the_validator_finds_what_is_wrong(tmp_path: Path) -> None:
    to_nowhere = {"reference": "urn:uuid:c"}
    wrong: list[dict[str, Any]] = [
        {"resourceType": "BodyStructure", "id": "a"},
        {
            "resourceType": "Media",
            "id": "b",
            "status": "completed",
            "content": {},
            "subject": to_nowhere,
        },
    ]
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in wrong]
    found = " ".join(faults(json.dumps({"entry": entries}).encode(), tmp_path))
    assert "BodyStructure.patient" in found
    assert "Media.subject" in found


def faults(bundle: bytes, folder: Path) -> list[str]:
    """What FHIR R4's StructureDefinitions find wrong with a bundle's resources."""
    (folder / "bundle.json").write_bytes(bundle)
    frontend = ROOT / "frontend"
    script = Path(__file__).with_name("fhir_profiles.mjs")
    done = subprocess.run(
        ["./npm.sh", "exec", "--offline", "--", "node", script, folder / "bundle.json"],
        cwd=frontend, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout.splitlines()
