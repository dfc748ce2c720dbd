"""A patient's record as a FHIR R4 Bundle (http://hl7.org/fhir/R4).

Patient, and for every photo a Media, for every complete detection an Observation of the
calibrated probability and a DiagnosticReport with the verdict that stands on the photo. A model's
answer alone is `preliminary`; a verdict makes it `final`.
"""

from typing import Any
from uuid import UUID, uuid5

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.findings import display_name
from gateway.exports.patient_record import Record, standing
from service_kit.clock import from_timestamp, now
from service_kit.ids import new_id

Resource = dict[str, Any]

MEDIA_TYPE = "application/fhir+json"
INTENDED_USE = "Decision support, not a diagnosis. Every result needs a clinician's judgement."

# SNOMED CT concepts of the ISIC Archive's general anatomic sites, as the contract names them.
_SITES = {
    pb.BODY_SITE_HEAD_NECK: ("774007", "Head and neck"),
    pb.BODY_SITE_UPPER_EXTREMITY: ("53120007", "Upper extremity"),
    pb.BODY_SITE_LOWER_EXTREMITY: ("61685007", "Lower extremity"),
    pb.BODY_SITE_ANTERIOR_TORSO: ("261159005", "Anterior torso"),
    pb.BODY_SITE_POSTERIOR_TORSO: ("261160000", "Posterior torso"),
    pb.BODY_SITE_LATERAL_TORSO: ("261178003", "Lateral torso"),
    pb.BODY_SITE_PALMS_SOLES: ("261011003", "Palms and soles"),
    pb.BODY_SITE_ORAL_GENITAL: ("261015007", "Oral and genital"),
}
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_NOT_ASSESSABLE = "The photo can't be assessed."

_VERDICTS = {
    pb.VERDICT_AGREES: "The clinician agrees with the model.",
    pb.VERDICT_BENIGN: "The clinician considers the lesion benign.",
    pb.VERDICT_MALIGNANT: "The clinician considers the lesion malignant.",
    pb.VERDICT_BIOPSY_BENIGN: "Biopsy: benign.",
    pb.VERDICT_BIOPSY_MALIGNANT: "Biopsy: malignant.",
    pb.VERDICT_WITHDRAWN: "The clinician withdraws the verdict.",
}


def bundle(record: Record, base_url: str) -> Resource:
    """The record as a collection.

    Args:
        record: what to export.
        base_url: of the API, for the photos' addresses; reading them needs a sign-in.
    """
    subject = {"reference": f"urn:uuid:{record.patient.id}"}
    resources = [_patient(record.patient)]
    resources += [_media(image, record, subject, base_url) for image in record.images.values()]
    for detection in record.detections:
        if detection.status == pb.DETECTION_STATUS_COMPLETE:
            observation = _observation(detection, subject)
            reviews = record.reviews.get(detection.image_id, [])
            resources += [observation, _report(detection, reviews, subject, observation["id"])]
    return {
        "resourceType": "Bundle",
        "id": str(new_id()),
        "type": "collection",
        "timestamp": now().isoformat(),
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }


def _patient(patient: pb.Patient) -> Resource:
    profile = patient.profile
    sex = pb.Sex.Name(profile.sex).removeprefix("SEX_").lower()
    resource: Resource = {
        "resourceType": "Patient",
        "id": patient.id,
        "active": not patient.HasField("archived_at"),
        "identifier": [{"use": "usual", "value": profile.record_number}],
        "name": [{"use": "official", "text": profile.full_name}],
    }
    if sex != "unspecified":
        resource["gender"] = sex
    if profile.birth_date:
        resource["birthDate"] = profile.birth_date
    return resource


def _media(image: pb.Image, record: Record, subject: Resource, base_url: str) -> Resource:
    resource: Resource = {
        "resourceType": "Media",
        "id": image.id,
        "status": "completed",
        "type": {"text": "Photo of a skin lesion"},
        "subject": subject,
        "issued": from_timestamp(image.created_at).isoformat(),
        "content": {
            "contentType": image.media_type,
            "url": f"{base_url}/images/{image.id}",
            "size": image.size,
            "creation": from_timestamp(image.created_at).isoformat(),
        },
    }
    if image.HasField("captured_at"):
        resource["createdDateTime"] = from_timestamp(image.captured_at).isoformat()
    if image.width and image.height:
        resource |= {"width": image.width, "height": image.height}
    lesion = record.lesions.get(image.lesion_id)
    if lesion and lesion.profile.body_site in _SITES:
        code, display = _SITES[lesion.profile.body_site]
        coding = {"system": "http://snomed.info/sct", "code": code, "display": display}
        resource["bodySite"] = {"coding": [coding], "text": lesion.profile.label or display}
    return resource


def _observation(detection: pb.Detection, subject: Resource) -> Resource:
    finding = detection.finding
    return {
        "resourceType": "Observation",
        # The same in every export, so that importing twice adds nothing.
        "id": str(uuid5(UUID(detection.id), "observation")),
        "status": "final",
        "code": {"text": "Calibrated probability that the lesion is malignant"},
        "subject": subject,
        "effectiveDateTime": from_timestamp(detection.finished_at).isoformat(),
        **_answer(finding),
        "method": {"text": f"Model {finding.model_name} {finding.model_version}"},
        "referenceRange": [
            {
                "high": {"value": round(finding.threshold, 4)},
                "text": "Below this threshold the model labels the lesion benign.",
            }
        ],
        "derivedFrom": [{"reference": f"urn:uuid:{detection.image_id}"}],
        "note": [{"text": INTENDED_USE}],
    }


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


def _report(
    detection: pb.Detection, reviews: list[pb.Review], subject: Resource, observation_id: str
) -> Resource:
    finding = detection.finding
    called = f"The model labels the lesion {finding.label}."
    verdict = standing(reviews)
    conclusion = [called if finding.assessable else _NOT_ASSESSABLE]
    if verdict:
        conclusion.append(verdict_text(verdict))
    return {
        "resourceType": "DiagnosticReport",
        "id": detection.id,
        "status": "final" if verdict else "preliminary",
        "code": {"text": "Classification of a skin lesion"},
        "subject": subject,
        "effectiveDateTime": from_timestamp(detection.created_at).isoformat(),
        "result": [{"reference": f"urn:uuid:{observation_id}"}],
        "media": [{"link": {"reference": f"urn:uuid:{detection.image_id}"}}],
        "conclusion": " ".join([*conclusion, INTENDED_USE]),
    }


def verdict_text(review: pb.Review) -> str:
    """A clinician's verdict in sentences, with the answer that it was given on."""
    said = [_VERDICTS[review.verdict]]
    if review.given_on.model_version:
        version = f"{review.given_on.model_name} {review.given_on.model_version}"
        said.append(f"(Given on the answer of {version}.)")
    return " ".join([*said, review.note] if review.note else said)
