"""The API describes itself well enough to generate a client from it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.documents import openapi
from gateway.tests.test_security import PUBLIC, api

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = api().openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
NEVER_FAIL = {"GET /healthz", "GET /readyz"}


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
                Draft202012Validator(json.loads(json.dumps(schema))).validate(shown["example"])


def test_the_web_clients_copy_of_the_description_is_up_to_date() -> None:
    """Make it new with `python -m gateway.documents.openapi > frontend/openapi.json`."""
    assert (ROOT / "frontend" / "openapi.json").read_text() == openapi.document()
