"""Every route that takes an identifier, tried with another clinic's: not found, and in the audit.

Routes, parameters and bodies are read from the API's own description, so a new one is tried
without being named here.
"""

import copy
import secrets
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from dermis.options.v1 import access_pb2
from gateway.api import create_api
from gateway.routers.guards import route_permissions
from gateway.settings import Settings
from local_stack.api_client import Clinician
from local_stack.stack import Stack
from service_kit.principal import granted_permissions
from tests.conftest import NewClinician, profile
from tests.photos import malignant
from tests.problems import assert_problem

Ids = dict[str, str]

# Whose identifiers a parameter takes that is not named by its noun.
NOUNS = {"left": "image", "right": "image", "other_patient_id": "patient"}
# In a path, but no clinic's.
NOBODYS = {"version"}
CLINICIANS = granted_permissions(access_pb2.ROLE_CLINICIAN)


@dataclass(frozen=True)
class Operation:
    """An operation of the API with every place that takes an identifier.

    Attributes:
        places: (where, name), where is "path", "query" or "body".
        body: the example of a JSON body; None without one.
        form: examples of what a form needs beside identifiers and the photo.
    """

    method: str
    path: str
    places: tuple[tuple[str, str], ...]
    body: Any
    is_upload: bool
    form: dict[str, str]


def operations() -> list[Operation]:
    """What a clinician may call, as the API describes itself."""
    settings = Settings(environment="test", redis_url="redis://x", service_secret="s")
    api = create_api(settings)
    permissions = route_permissions(api)
    return [
        _operation(method.upper(), path, described)
        for path, methods in api.openapi()["paths"].items()
        for method, described in methods.items()
        if permissions[f"{method.upper()} {path}"] in CLINICIANS
    ]


def _operation(method: str, path: str, described: dict[str, Any]) -> Operation:
    content = described.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("example")
    schema = content.get("multipart/form-data", {}).get("schema", {})
    form = schema.get("properties", {})
    needed = {
        name: form[name]["examples"][0] for name in schema.get("required", ()) if name != "file"
    }
    places = [
        (found["in"], found["name"])
        for found in described.get("parameters", [])
        if (found["in"] == "path" or _is_identifier(found["name"])) and found["name"] not in NOBODYS
    ]
    places += [("body", name) for name in [*(body or {}), *form] if _is_identifier(name)]
    return Operation(method, path, tuple(places), body, bool(form), needed)


def _is_identifier(name: str) -> bool:
    return name.endswith("_id") or name in NOUNS


TRIES = [(operation, place) for operation in operations() for place in operation.places]


@pytest.fixture(scope="module")
async def ours(clinician: Clinician) -> Ids:
    return await _record(clinician)


@pytest.fixture(scope="module")
async def theirs(new_clinician: NewClinician) -> Ids:
    return await _record(await new_clinician())


def test_the_api_is_walked() -> None:
    walked = {(operation.method, operation.path) for operation, _ in TRIES}
    assert len(TRIES) >= 30
    assert ("GET", "/patients/{patient_id}/export") in walked
    assert ("DELETE", "/users/me/sessions/{session_id}") in walked


@pytest.mark.parametrize(
    ("operation", "place"),
    TRIES,
    ids=[f"{o.method} {o.path} {where} {name}" for o, (where, name) in TRIES],
)
async def test_another_clinics_identifier_is_not_found_and_the_try_is_in_the_audit(
    stack: Stack,
    clinician: Clinician,
    ours: Ids,
    theirs: Ids,
    operation: Operation,
    place: tuple[str, str],
) -> None:
    noun = _noun(place[1])
    before = _tries(stack, theirs[noun])
    answer = await _send(clinician, operation, place, ours, theirs)
    assert_problem(answer, 404, f"{noun.upper()}_NOT_FOUND")
    assert _tries(stack, theirs[noun]) > before


async def _record(caller: Clinician) -> Ids:
    """The identifiers of a small record, by noun."""
    patient = await caller.add_patient(profile())
    lesion = await caller.call("POST", f"/patients/{patient}/lesions", {"label": "shoulder"})
    uploaded = await caller.upload(patient, malignant(), lesion=lesion["id"])
    detection = uploaded.json()
    sessions = (await caller.call("GET", "/users/me/sessions"))["items"]
    me = await caller.call("GET", "/users/me")
    invited = {"email": f"{secrets.token_hex(6)}@clinic.example"}
    merged = {"other_patient_id": await caller.add_patient(profile())}
    handoff = (await caller.call("POST", f"/lesions/{lesion['id']}/handoffs"))["handoff"]
    drawn = {"kind": "field_of_view", "points": [], "millimetres": 22}
    image = detection["image_id"]
    return {
        "marking": (await caller.call("POST", f"/images/{image}/markings", drawn))["id"],
        "handoff": handoff["id"],
        "merge": (await caller.call("POST", f"/patients/{patient}/merges", merged))["id"],
        "user": me["id"],
        "invitation": (await caller.call("POST", "/clinic/invitations", invited))["id"],
        "join_request": await _applicant(caller, me["email"]),
        "patient": patient,
        "lesion": lesion["id"],
        "image": image,
        "detection": detection["id"],
        "session": sessions[0]["id"],
    }


async def _applicant(owner: Clinician, email: str) -> str:
    """Somebody who asks to join an owner's clinic."""
    account = {
        "email": f"{secrets.token_hex(6)}@clinic.example",
        "password": secrets.token_urlsafe(24),
        "full_name": "Sam Reyes",
        "owner_email": email,
    }
    await owner.call("POST", "/auth/register", account)
    token = await owner.mailed_token(account["email"])
    await owner.call("POST", "/auth/verify-email", {"token": token})
    return str((await owner.call("GET", "/clinic/team"))["join_requests"][-1]["id"])


async def _send(
    caller: Clinician, operation: Operation, foreign: tuple[str, str], ours: Ids, theirs: Ids
) -> httpx.Response:
    """Call it with one identifier of theirs and all others ours."""
    path, query, body = operation.path, {}, copy.deepcopy(operation.body)
    form = dict(operation.form)
    for where, name in operation.places:
        value = (theirs if (where, name) == foreign else ours)[_noun(name)]
        if where == "path":
            path = path.replace(f"{{{name}}}", value)
        elif where == "query":
            query[name] = value
        elif operation.is_upload:
            form[name] = value
        else:
            body[name] = value
    content: dict[str, Any] = {"json": body}
    if operation.is_upload:
        content = {"data": form, "files": {"file": ("photo.jpg", malignant(), "image/jpeg")}}
    return await caller.http.request(
        operation.method, path, params=query, headers={"If-Match": '"1"'}, **content
    )


def _noun(name: str) -> str:
    """`lesion_id` → `lesion`; a noun that `_record` does not know fails the test."""
    return NOUNS.get(name, name.removesuffix("_id"))


def _tries(stack: Stack, sought: str) -> int:
    """How many refused tries for it are in the audit of either service."""
    found = 0
    for database in ("patients", "auth"):
        with stack.postgres.connect(database) as connection:
            row = connection.execute(
                "SELECT count(*) FROM audit WHERE event = 'refused.not_found'"
                " AND (subject_id::text = %s"
                " OR EXISTS (SELECT FROM jsonb_each_text(detail) WHERE value = %s))",
                [sought, sought],
            ).fetchone()
            assert row
            found += int(str(row[0]))
    return found
