"""The API describes itself well enough to generate a client from it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.documents import openapi, reasons
from gateway.http.errors import status_of
from gateway.http.openapi import LINKS
from gateway.tests.test_security import PUBLIC, api
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.reasons import ArchiveReason

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = api().openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
NEVER_FAIL = {"GET /healthz", "GET /readyz"}


def examples(shown: dict[str, Any]) -> list[Any]:
    """What a body shows: its one example, or the problems that it refers to; never nothing."""
    if "example" in shown:
        return [shown["example"]]
    names = [entry["$ref"].rpartition("/")[2] for entry in shown["examples"].values()]
    assert names
    return [DOCUMENT["components"]["examples"][name]["value"] for name in names]


@pytest.mark.parametrize("route", sorted(OPERATIONS))
def test_an_operation_has_a_summary_an_id_and_its_errors(route: str) -> None:
    operation = OPERATIONS[route]
    assert operation["summary"]
    assert operation["operationId"].isidentifier()
    if route in NEVER_FAIL:
        return
    problems = {s for s, a in operation["responses"].items() if s >= "400"}
    assert {"429", "503"} <= problems
    if route not in PUBLIC:
        assert "401" in problems
    for status in problems:
        assert list(operation["responses"][status]["content"]) == ["application/problem+json"]


def test_what_stands_around_every_operation_is_documented() -> None:
    for route, operation in OPERATIONS.items():
        body = operation.get("requestBody", {}).get("content", {})
        answers = set(operation["responses"])
        assert "431" in answers, route
        assert {"408", "413"} <= answers or not body, route
        assert "400" in answers or "application/json" not in body, route
        assert "504" in answers or route in NEVER_FAIL, route


def test_links_lead_to_operations_that_take_their_parameters() -> None:
    known = {operation["operationId"]: operation for operation in OPERATIONS.values()}
    found = 0
    for operation in known.values():
        for answer in operation["responses"].values():
            for link in answer.get("links", {}).values():
                names = {
                    parameter["name"] for parameter in known[link["operationId"]]["parameters"]
                }
                assert link["parameters"].keys() <= names
                found += 1
    assert found == sum(len(links) for links in LINKS.values())


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("route", sorted(OPERATIONS))
def test_every_json_body_has_an_example_that_fits_its_schema(route: str) -> None:
    operation = OPERATIONS[route]
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for media_type, shown in body.get("content", {}).items():
            if "json" in media_type:
                schema = {**shown["schema"], "components": DOCUMENT["components"]}
                validator = Draft202012Validator(json.loads(json.dumps(schema)))
                for example in examples(shown):
                    validator.validate(example)


@pytest.mark.parametrize("route", sorted(OPERATIONS))
def test_a_problem_is_shown_under_its_own_status_and_as_the_catalogue_words_it(route: str) -> None:
    for status, answer in OPERATIONS[route]["responses"].items():
        shown = answer.get("content", {}).get("application/problem+json")
        if shown is None:
            assert status < "400" or route in NEVER_FAIL
            continue
        for name, problem in zip(shown["examples"], examples(shown), strict=True):
            reason = Reason[name]
            assert problem["reason"] == name
            assert str(problem["status"]) == status
            assert problem["detail"] == reason.message
            # A wrong code at sign-in is the one refusal with two statuses.
            if (route, name) != ("POST /auth/verify-2fa", "CODE_INVALID"):
                assert problem["status"] == status_of(DomainError(reason))


def test_what_a_route_shares_with_others_is_documented_beside_what_is_its_own() -> None:
    answers = OPERATIONS["PUT /patients/{patient_id}"]["responses"]
    shown = {
        status: list(answer["content"]["application/problem+json"]["examples"])
        for status, answer in answers.items()
        if status >= "400"
    }
    assert shown["404"] == ["PATIENT_NOT_FOUND", "NOT_FOUND"]
    assert shown["409"] == ["PATIENT_ARCHIVED", "PATIENT_MERGED", "RECORD_NUMBER_TAKEN"]
    assert shown["412"] == ["VERSION_CONFLICT"]
    assert shown["413"] == ["BODY_TOO_LARGE"]
    assert shown["428"] == ["IF_MATCH_REQUIRED"]
    assert {"INVALID_REQUEST", "INVALID_ID", "TEXT_TOO_LONG"} <= set(shown["422"])
    assert "TOKEN_EXPIRED" in shown["401"]
    assert "NOT_PERMITTED" in shown["403"]


def test_the_reasons_that_a_problem_may_have_are_the_catalogues() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["Problem"]["properties"]["reason"]["enum"] == list(Reason.__members__)
    choices = schemas["FieldError"]["properties"]["reason"]["anyOf"]
    assert choices[0]["enum"] == list(ArchiveReason.__members__)
    # FastAPI's own shape of a 422 is nowhere: we never answer it.
    assert "HTTPValidationError" not in schemas


def test_the_page_about_reasons_is_up_to_date() -> None:
    """Make it new with `python -m gateway.documents.reasons > docs/reasons.md`."""
    assert (ROOT / "docs" / "reasons.md").read_text() == reasons.page()


def test_the_web_clients_copy_of_the_description_is_up_to_date() -> None:
    """Make it new with `python -m gateway.documents.openapi > frontend/openapi.json`."""
    assert (ROOT / "frontend" / "openapi.json").read_text() == openapi.document()
