"""Every RPC that takes an identifier, tried with another clinic's: not found, and in the audit.

The RPCs are read from the contract, so a new one is tried without being named here.
"""

from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding
from service_kit.codes import Code
from service_kit.errors import DomainError
from service_kit.principal import granted_permissions, method_permission

CLINICIANS = granted_permissions(access_pb2.ROLE_CLINICIAN)
# What the rules ask for before they look anything up.
CONTENT: dict[str, Any] = {
    "profile": {
        "PatientProfile": pb.PatientProfile(record_number="X-1", full_name="Ana Weiß"),
        "LesionProfile": pb.LesionProfile(label="shoulder"),
    },
    "finding": {"Finding": finding()},
    "version": 1,
    "verdict": pb.VERDICT_AGREES,
    "text": "a note",
    "reason": "another patient's",
}


def methods() -> list[MethodDescriptor]:
    """The RPCs that a clinician may call."""
    return [
        method
        for service in pb.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if method_permission(f"/{service.full_name}/{method.name}") in CLINICIANS
    ]


def identifiers(method: MethodDescriptor) -> list[str]:
    """The fields that hold identifiers: `patient_id`, or `header.lesion_id` one level down."""
    found = []
    for field in method.input_type.fields:
        if field.message_type:
            found += [
                f"{field.name}.{inner.name}"
                for inner in field.message_type.fields
                if inner.name.endswith("_id")
            ]
        elif field.name.endswith("_id"):
            found.append(field.name)
    return found


TRIES = [(method, name) for method in methods() for name in identifiers(method)]


def test_the_contract_is_walked() -> None:
    assert len(TRIES) >= 20
    assert {method.name for method, _ in TRIES} >= {
        "GetPatient", "AddImage", "CompareImages", "AssignImages",
    }  # fmt: skip


@pytest.fixture
async def ours(clinician: Caller, photo: bytes) -> dict[str, str]:
    return await _record(clinician, photo)


@pytest.fixture
async def theirs(stranger: Caller, photo: bytes) -> dict[str, str]:
    return await _record(stranger, photo)


@pytest.mark.parametrize(("method", "name"), TRIES, ids=lambda part: getattr(part, "name", part))
async def test_another_clinics_identifier_is_not_found_and_the_try_is_in_the_audit(
    service: Service,
    clinician: Caller,
    photo: bytes,
    ours: dict[str, str],
    theirs: dict[str, str],
    method: MethodDescriptor,
    name: str,
) -> None:
    request = _request(method, name, ours, theirs)
    with pytest.raises(DomainError) as refused:
        await _send(clinician, method, request, photo)
    assert refused.value.code == Code.NOT_FOUND, refused.value
    wanted = pb.ListAuditRequest(event="refused", limit=20)
    tries = (await service.caller("admin").call(wanted)).entries
    sought = theirs[_noun(name)]
    assert (sought, str(clinician.clinic)) in {(t.subject_id, t.clinic_id) for t in tries}


async def _record(caller: Caller, photo: bytes) -> dict[str, str]:
    """The identifiers of a small record, by noun."""
    patient = await caller.add_patient()
    lesion = await caller.add_lesion(patient.id)
    image = (await caller.upload(photo, patient_id=patient.id, lesion_id=lesion.id)).image
    recorded = pb.RecordDetectionRequest(image_id=image.id, finding=finding())
    detection = (await caller.call(recorded)).detection
    drawn = pb.AddMarkingRequest(
        image_id=image.id, kind=pb.MARKING_KIND_FIELD_OF_VIEW, millimetres=22
    )
    marking = (await caller.call(drawn)).marking
    other = await caller.add_patient()
    request = pb.MergePatientsRequest(patient_id=patient.id, other_patient_id=other.id)
    merge = (await caller.call(request)).merge
    return {
        "patient": patient.id,
        "merge": merge.id,
        "lesion": lesion.id,
        "image": image.id,
        "detection": detection.id,
        "marking": marking.id,
    }


def _request(
    method: MethodDescriptor, foreign: str, ours: dict[str, str], theirs: dict[str, str]
) -> Message:
    """A request that is right but for one identifier."""
    request: Message = getattr(pb, method.input_type.name)()
    for field in method.input_type.fields:
        if field.name in CONTENT:
            _set(request, field, _content(field))
    for name in identifiers(method):
        record = theirs if name == foreign else ours
        *outer, inner = name.split(".")
        target: Any = getattr(request, outer[0]) if outer else request
        if outer and request.DESCRIPTOR.fields_by_name[outer[0]].is_repeated:
            target = target.add()
        setattr(target, inner, record[_noun(name)])
    return request


def _content(field: FieldDescriptor) -> Any:
    value = CONTENT[field.name]
    return value[field.message_type.name] if field.message_type else value


def _set(request: Message, field: FieldDescriptor, value: Any) -> None:
    if isinstance(value, Message):
        getattr(request, field.name).CopyFrom(value)
    else:
        setattr(request, field.name, value)


def _noun(name: str) -> str:
    """`left_image_id` → `image`; a noun that `_record` does not know fails the test."""
    return name.rpartition(".")[2].removesuffix("_id").rpartition("_")[2]


async def _send(caller: Caller, method: MethodDescriptor, request: Any, photo: bytes) -> None:
    if method.client_streaming:
        await caller.send([request, pb.AddImageRequest(chunk=photo)])
    elif method.server_streaming:
        await caller.parts(request)
    else:
        await caller.call(request)
