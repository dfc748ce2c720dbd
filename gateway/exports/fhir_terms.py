"""Codes, references and derived ids of the FHIR export."""

from typing import Any
from uuid import UUID, uuid5

from dermis.patient.v1 import patient_pb2 as pb

Resource = dict[str, Any]

INTENDED_USE = "Decision support, not a diagnosis. Every result needs a clinician's judgement."

# SNOMED CT concepts of the ISIC Archive's general anatomic sites, as the contract names them.
SITES = {
    pb.BODY_SITE_HEAD_NECK: ("774007", "Head and neck"),
    pb.BODY_SITE_UPPER_EXTREMITY: ("53120007", "Upper extremity"),
    pb.BODY_SITE_LOWER_EXTREMITY: ("61685007", "Lower extremity"),
    pb.BODY_SITE_ANTERIOR_TORSO: ("261159005", "Anterior torso"),
    pb.BODY_SITE_POSTERIOR_TORSO: ("261160000", "Posterior torso"),
    pb.BODY_SITE_LATERAL_TORSO: ("261178003", "Lateral torso"),
    pb.BODY_SITE_PALMS_SOLES: ("261011003", "Palms and soles"),
    pb.BODY_SITE_ORAL_GENITAL: ("261015007", "Oral and genital"),
}
# ICD-O-3 and ICD-11, by HL7's and WHO's addresses of them.
ICD_O = "http://terminology.hl7.org/CodeSystem/icd-o-3"
ICD_11 = "http://id.who.int/icd/release/11/mms"

# Ids of what has none of its own, such as a version of the model, are derived in this namespace.
_NAMESPACE = UUID("7a2a9f52-6f0e-5a51-9f8c-0d6a3c5e7b11")


def reference(resource_id: str) -> Resource:
    """A reference to a resource of the same bundle."""
    return {"reference": f"urn:uuid:{resource_id}"}


def derived_id(*parts: str) -> str:
    """The same id for the same parts, in every export."""
    return str(uuid5(_NAMESPACE, "/".join(parts)))


def body_site(site: pb.BodySite.ValueType) -> Resource | None:
    """A body site as SNOMED CT says it; None where it isn't stated."""
    if site not in SITES:
        return None
    code, display = SITES[site]
    coding = {"system": "http://snomed.info/sct", "code": code, "display": display}
    return {"coding": [coding], "text": display}
