"""Who and what the record is about, as FHIR: patient, lesions, photos."""

from collections.abc import Iterator, Sequence

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports.fhir_terms import Resource, body_site, derived_id, reference, side
from service_kit.clock import from_timestamp

_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png"}


def subject(
    patient: pb.Patient, letterhead: auth_pb2.Letterhead, merged: Sequence[pb.Patient] = ()
) -> Iterator[Resource]:
    """The clinic, the patient, and what is known about them.

    Args:
        patient: whose record it is.
        letterhead: of the clinic.
        merged: patients whose records were merged into this one.
    """
    if letterhead.clinic_id:
        yield {
            "resourceType": "Organization",
            "id": letterhead.clinic_id,
            "name": letterhead.name,
            **({"address": [{"text": letterhead.address}]} if letterhead.address else {}),
        }
    managed = (
        {"managingOrganization": reference(letterhead.clinic_id)} if letterhead.clinic_id else {}
    )
    for other in merged:
        yield _patient(other) | managed | _link(patient, type_="replaced-by")
    yield _patient(patient) | managed | _link(*merged, type_="replaces")
    profile = patient.profile
    if profile.fitzpatrick_type:
        skin = {"valueInteger": profile.fitzpatrick_type}
        yield _fact(patient, "Fitzpatrick skin type", skin)
    if profile.risk_notes:
        yield _fact(patient, "Risk factors of skin cancer", {"valueString": profile.risk_notes})


def _link(*patients: pb.Patient, type_: str) -> Resource:
    links = [{"other": reference(patient.id), "type": type_} for patient in patients]
    return {"link": links} if links else {}


def _patient(patient: pb.Patient) -> Resource:
    profile = patient.profile
    sex = pb.Sex.Name(profile.sex).removeprefix("SEX_").lower()
    resource: Resource = {
        "resourceType": "Patient",
        "id": patient.id,
        "active": not patient.HasField("archived_at"),
        "identifier": [
            {"use": "old" if patient.merged_into else "usual", "value": profile.record_number}
        ],
        "name": [{"use": "official", "text": profile.full_name}],
    }
    if sex != "unspecified":
        resource["gender"] = sex
    if profile.birth_date:
        resource["birthDate"] = profile.birth_date
    return resource


def _fact(patient: pb.Patient, text: str, value: Resource) -> Resource:
    return {
        "resourceType": "Observation",
        "id": derived_id(patient.id, text),
        "status": "final",
        "code": {"text": text},
        "subject": reference(patient.id),
        "effectiveDateTime": from_timestamp(patient.updated_at).isoformat(),
        **value,
    }


def lesion(
    found: pb.Lesion, patient_id: str, places: Sequence[tuple[pb.Image, pb.Pin]] = ()
) -> Resource:
    """A lesion as BodyStructure; `places` is where overview photos show it."""
    profile = found.profile
    resource: Resource = {
        "resourceType": "BodyStructure",
        "id": found.id,
        "active": profile.status == pb.LESION_STATUS_OBSERVED,
        "morphology": {"text": "Skin lesion"},
        "patient": reference(patient_id),
    }
    if site := body_site(profile):
        resource["location"] = site
    if qualifier := side(profile):
        resource["locationQualifier"] = [qualifier]
    if profile.label:
        resource["description"] = profile.label
    if places:
        resource["image"] = [_shown_on(image, pin) for image, pin in places]
    return resource


def _shown_on(image: pb.Image, pin: pb.Pin) -> Resource:
    place = f"{pin.x:.1%} from the left edge and {pin.y:.1%} from the upper edge"
    return {
        "contentType": image.media_type,
        "title": f"{photo_name(image)}: {place}",
        "creation": from_timestamp(pin.created_at).isoformat(),
    }


def photo_name(image: pb.Image) -> str:
    """The name of a photo's file in the export."""
    return f"photos/{image.id}.{_SUFFIXES.get(image.media_type, 'bin')}"


def photo(image: pb.Image, patient_id: str, shown: pb.Lesion | None, *, beside: bool) -> Resource:
    """A photo as Media.

    Args:
        image: the photo.
        patient_id: whose it is.
        shown: the lesion that it shows.
        beside: its bytes are in a file beside the bundle; else only its name is given, since an
            address that needs our sign-in is of no use to who receives it.
    """
    resource: Resource = {
        "resourceType": "Media",
        "id": image.id,
        "status": "entered-in-error" if image.HasField("voided_at") else "completed",
        "type": {"text": _kind(image)},
        "subject": reference(patient_id),
        "issued": from_timestamp(image.created_at).isoformat(),
        "content": {
            "contentType": image.media_type,
            "title": photo_name(image),
            "size": image.size,
            "creation": from_timestamp(image.created_at).isoformat(),
            **({"url": photo_name(image)} if beside else {}),
        },
    }
    if image.HasField("captured_at"):
        resource["createdDateTime"] = from_timestamp(image.captured_at).isoformat()
    if image.width and image.height:
        resource |= {"width": image.width, "height": image.height}
    if shown is not None:
        text = shown.profile.label or "Skin lesion"
        resource["bodySite"] = (body_site(shown.profile) or {}) | {"text": text}
    if image.HasField("overview") and (site := body_site(image.overview)):
        resource["bodySite"] = site
    return resource


def _kind(image: pb.Image) -> str:
    is_overview = image.HasField("overview")
    return "Overview photo of a region of the body" if is_overview else "Photo of a skin lesion"
