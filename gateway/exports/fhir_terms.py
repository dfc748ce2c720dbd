"""Codes, references and derived ids of the FHIR export."""

from typing import Any
from uuid import UUID, uuid5

from gateway.exports.body_regions import REGIONS, SIDES, SITES, Concept
from gateway.exports.place_words import BodyPlace, place

Resource = dict[str, Any]

INTENDED_USE = "Decision support, not a diagnosis. Every result needs a clinician's judgement."

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


def body_site(profile: BodyPlace) -> Resource | None:
    """Where something is, as closely as it is stated; None where it isn't."""
    text = place(profile, "en")
    if not text:
        return None
    concept = REGIONS.get(profile.region) or SITES.get(profile.body_site)
    return {**({"coding": [_coding(concept)]} if concept else {}), "text": text}


def side(profile: BodyPlace) -> Resource | None:
    """The patient's side; None in the middle, or where it isn't stated."""
    concept = SIDES.get(profile.side)
    return {"coding": [_coding(concept)], "text": concept.display} if concept else None


def _coding(concept: Concept) -> Resource:
    return {"system": concept.system, "code": concept.code, "display": concept.display}
