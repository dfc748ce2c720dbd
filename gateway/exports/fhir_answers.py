"""What was said about a photo, as FHIR: models' answers, clinicians' verdicts, and by whom."""

from collections.abc import Iterator, Mapping, Sequence

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.findings import display_name
from gateway.exports.fhir_terms import (
    ICD_11,
    ICD_O,
    INTENDED_USE,
    Resource,
    derived_id,
    reference,
)
from gateway.exports.patient_record import standing
from service_kit.clock import from_timestamp

_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_NOT_ASSESSABLE = "The photo can't be assessed."
_PARTICIPANTS = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"

_VERDICTS = {
    pb.VERDICT_AGREES: "The clinician agrees with the model.",
    pb.VERDICT_BENIGN: "The clinician considers the lesion benign.",
    pb.VERDICT_MALIGNANT: "The clinician considers the lesion malignant.",
    pb.VERDICT_BIOPSY_BENIGN: "Biopsy: benign.",
    pb.VERDICT_BIOPSY_MALIGNANT: "Biopsy: malignant.",
    pb.VERDICT_WITHDRAWN: "The clinician withdraws the verdict.",
}


def device(finding: pb.Finding) -> Resource:
    """A version of the model, as the device that computed an answer."""
    return {
        "resourceType": "Device",
        "id": _device_id(finding),
        "deviceName": [{"name": finding.model_name, "type": "model-name"}],
        "version": [{"value": finding.model_version}],
        "type": {"text": "Software that classifies photos of skin lesions"},
        "note": [{"text": INTENDED_USE}],
    }


def practitioner(account_id: str, names: Mapping[str, str]) -> Resource:
    """Who gave a verdict or measured; without a name where nobody can tell it."""
    name = names.get(account_id)
    named: Resource = {"name": [{"text": name}]} if name else {}
    return {"resourceType": "Practitioner", "id": account_id} | named


def answer(
    detection: pb.Detection, image: pb.Image, patient_id: str, notes: Sequence[str] = ()
) -> Resource:
    """A model's answer as Observation, with why to rely less on it as notes."""
    finding = detection.finding
    resource = {
        "resourceType": "Observation",
        "id": answer_id(detection),
        "status": "final",
        "code": {"text": "Calibrated probability that the lesion is malignant"},
        "subject": reference(patient_id),
        "issued": from_timestamp(detection.finished_at).isoformat(),
        **_answer(finding),
        "device": reference(_device_id(finding)),
        "referenceRange": [
            {
                "high": {"value": round(finding.threshold, 4)},
                "text": "Below this threshold the model labels the lesion benign.",
            }
        ],
        "derivedFrom": [reference(detection.image_id)],
        "note": [{"text": text} for text in (INTENDED_USE, *notes)],
    }
    if image.HasField("captured_at"):
        resource["effectiveDateTime"] = from_timestamp(image.captured_at).isoformat()
    return resource | _focus(image)


def _answer(finding: pb.Finding) -> Resource:
    """What the model says, or that it says nothing about a photo it can't assess."""
    if not finding.assessable:
        coding = {"system": _ABSENT, "code": "unknown", "display": "Unknown"}
        return {"dataAbsentReason": {"coding": [coding], "text": _NOT_ASSESSABLE}}
    return {
        "valueQuantity": _probability(finding.probability_malignant),
        "interpretation": [{"text": finding.label}],
        **_components(finding),
    }


def _components(finding: pb.Finding) -> Resource:
    """How likely each diagnosis of the differential is; FHIR allows no empty lists."""
    components = [
        {
            "code": {"text": f"Probability of {display_name(entry)}"},
            "valueQuantity": _probability(entry.probability),
        }
        for entry in finding.differential
    ]
    return {"component": components} if components else {}


def _probability(value: float) -> Resource:
    return {
        "value": round(value, 4),
        "unit": "1",
        "system": "http://unitsofmeasure.org",
        "code": "1",
    }


def verdict(review: pb.Review, image: pb.Image, patient_id: str) -> Resource:
    """A clinician's verdict as Observation.

    One that was corrected or withdrawn is `entered-in-error`, FHIR's word for what is taken back
    after it was final; what corrects it is `corrected`.
    """
    codings = [
        {"system": system, "code": code}
        for system, code in ((ICD_O, review.diagnosis.icd_o), (ICD_11, review.diagnosis.icd_11))
        if code
    ]
    text = _diagnosis(review.diagnosis) or _VERDICTS[review.verdict]
    value: Resource = {"text": text} | ({"coding": codings} if codings else {})
    if review.replaced_by or review.verdict == pb.VERDICT_WITHDRAWN:
        status = "entered-in-error"
    else:
        status = "corrected" if review.replaces else "final"
    resource = {
        "resourceType": "Observation",
        "id": review.id,
        "status": status,
        "code": {"text": "A clinician's verdict on a skin lesion"},
        "subject": reference(patient_id),
        "effectiveDateTime": from_timestamp(review.created_at).isoformat(),
        "issued": from_timestamp(review.created_at).isoformat(),
        "valueCodeableConcept": value,
        "derivedFrom": [reference(review.image_id)] if review.image_id else [],
        "note": [{"text": verdict_text(review)}],
    }
    if review.author_id:
        resource["performer"] = [reference(review.author_id)]
    return {key: given for key, given in resource.items() if given} | _focus(image)


def report(
    detection: pb.Detection, reviews: Sequence[pb.Review], patient_id: str, clinic_id: str
) -> Resource:
    """An answer with every verdict on its photo, as DiagnosticReport.

    A model's answer alone is `preliminary`; a verdict that stands makes it `final`.
    """
    finding = detection.finding
    stands = standing(reviews)
    called = f"The model labels the lesion {finding.label}."
    conclusion = [called if finding.assessable else _NOT_ASSESSABLE]
    conclusion += [verdict_text(stands)] if stands else []
    issued = stands.created_at if stands else detection.finished_at
    readers = dict.fromkeys(review.author_id for review in reviews if review.author_id)
    resource = {
        "resourceType": "DiagnosticReport",
        "id": detection.id,
        "status": "final" if stands else "preliminary",
        "code": {"text": "Classification of a skin lesion"},
        "subject": reference(patient_id),
        "effectiveDateTime": from_timestamp(detection.created_at).isoformat(),
        "issued": from_timestamp(issued).isoformat(),
        "performer": [reference(clinic_id)] if clinic_id else [],
        "resultsInterpreter": [reference(reader) for reader in readers],
        "result": [reference(answer_id(detection)), *(reference(one.id) for one in reviews)],
        "media": [{"link": reference(detection.image_id)}],
        "conclusion": " ".join([*conclusion, INTENDED_USE]),
    }
    return {key: given for key, given in resource.items() if given}


def provenances(
    detections: Sequence[pb.Detection], reviews: Sequence[pb.Review]
) -> Iterator[Resource]:
    """Who said what: a machine or a clinician."""
    for detection in detections:
        agent = _agent("assembler", _device_id(detection.finding))
        yield _provenance(answer_id(detection), detection.finished_at, agent)
    for review in reviews:
        if review.author_id:
            agent = _agent("author", review.author_id)
            yield _provenance(review.id, review.created_at, agent)


def answer_id(detection: pb.Detection) -> str:
    """The id of an answer's Observation; the detection's own is its report's."""
    return derived_id(detection.id, "observation")


def _provenance(target_id: str, recorded: object, agent: Resource) -> Resource:
    return {
        "resourceType": "Provenance",
        "id": derived_id(target_id, "provenance"),
        "target": [reference(target_id)],
        "recorded": from_timestamp(recorded).isoformat(),  # type: ignore[arg-type]  # a Timestamp
        "agent": [agent],
    }


def _agent(kind: str, who: str) -> Resource:
    coding = {"system": _PARTICIPANTS, "code": kind}
    return {"type": {"coding": [coding]}, "who": reference(who)}


def _focus(image: pb.Image) -> Resource:
    return {"focus": [reference(image.lesion_id)]} if image.lesion_id else {}


def _device_id(finding: pb.Finding) -> str:
    return derived_id("device", finding.model_name, finding.model_version)


def _diagnosis(diagnosis: pb.Diagnosis) -> str:
    return " – ".join(filter(None, (diagnosis.code.replace("_", " "), diagnosis.text)))


def verdict_text(review: pb.Review) -> str:
    """A clinician's verdict in sentences, with the answer that it was given on."""
    said = [_VERDICTS[review.verdict]]
    if review.given_on.model_version:
        version = f"{review.given_on.model_name} {review.given_on.model_version}"
        said.append(f"(Given on the answer of {version}.)")
    return " ".join([*said, review.note] if review.note else said)
