"""How large a lesion is on a photo, as FHIR."""

from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports.fhir_terms import Resource, reference
from service_kit.clock import from_timestamp

_UCUM = "http://unitsofmeasure.org"
_PARTS = (
    ("longest", "Largest diameter", "mm"),
    ("across", "Width across the largest diameter", "mm"),
    ("area", "Area", "mm2"),
)


def size(found: pb.Size, image: pb.Image, patient_id: str) -> Resource:
    """A measured size as Observation, of the photo that it was measured on."""
    resource = {
        "resourceType": "Observation",
        "id": found.marking_id,
        "status": "final",
        "code": {"text": "Size of a skin lesion, measured on a photo"},
        "subject": reference(patient_id),
        "issued": from_timestamp(found.created_at).isoformat(),
        "performer": [reference(found.author_id)],
        "derivedFrom": [reference(found.image_id)],
        "component": [
            {"code": {"text": name}, "valueQuantity": _quantity(getattr(found, part), unit)}
            for part, name, unit in _PARTS
            if getattr(found, part)
        ],
    }
    if image.HasField("captured_at"):
        resource["effectiveDateTime"] = from_timestamp(image.captured_at).isoformat()
    if image.lesion_id:
        resource["focus"] = [reference(image.lesion_id)]
    return resource


def _quantity(value: float, unit: str) -> Resource:
    return {"value": round(value, 2), "unit": unit, "system": _UCUM, "code": unit}
