"""The API's description of itself: a summary, the errors and an example for every operation."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from gateway.http.answers import answers
from gateway.http.errors import MEDIA_TYPE

_SCHEMA_PREFIX = "#/components/schemas/"
_EXAMPLES_PREFIX = "#/components/examples/"
_PROBLEM = {"$ref": f"{_SCHEMA_PREFIX}Problem"}
# Where a schema says itself what fits, the most telling first.
_GIVEN = ("examples", "const", "enum", "default")
_CHOICES = ("anyOf", "oneOf", "allOf")
_BY_TYPE: dict[str, Any] = {
    "string": "…", "boolean": True, "integer": 1, "number": 0.5, "array": [], "object": {},
    "None": None,
}  # fmt: skip


def operation_id(route: APIRoute) -> str:
    """Operations are named like the functions that answer them."""
    return route.name


# Where an answer leads: by operation and status, to which operations, with which part of the answer
# as which parameter (OpenAPI 3.1, 4.8.20).
_ID = "$response.body#/id"
LINKS = {
    ("create_patient", "201"): {
        "get_patient": {"patient_id": _ID},
        "update_patient": {"patient_id": _ID},
        "create_lesion": {"patient_id": _ID},
        "upload": {"patient_id": _ID},
        "list_timeline": {"patient_id": _ID},
        "archive_patient": {"patient_id": _ID},
        "get_patient_report": {"patient_id": _ID},
        "export_patient": {"patient_id": _ID},
    },
    ("create_lesion", "201"): {
        "update_lesion": {"lesion_id": _ID},
        "compare_images": {"lesion_id": _ID},
    },
    ("upload", "201"): {
        "get_detection": {"detection_id": _ID},
        "add_review": {"detection_id": _ID},
        "explain_detection": {"detection_id": _ID},
        "get_overlay_picture": {"detection_id": _ID},
        "get_detection_report": {"detection_id": _ID},
        "get_image": {"image_id": "$response.body#/image_id"},
        "correct_image": {"image_id": "$response.body#/image_id"},
        "diagnose_again": {"image_id": "$response.body#/image_id"},
    },
    ("upload", "202"): {"get_detection": {"detection_id": _ID}},
}


def describe(app: FastAPI) -> None:
    """Let the app describe itself; made once, when first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            components = document["components"]
            components["examples"] = {}
            for path in document["paths"].values():
                for operation in path.values():
                    _complete(operation, components["schemas"])
                    _share_examples(operation, components["examples"])
                    _link(operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _complete(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Take the summary from the docstring, and make examples of the fields' own."""
    summary, _, rest = operation.pop("description").partition("\n")
    operation["summary"] = summary.rstrip(".")
    if rest.strip():
        operation["description"] = rest.strip()
    for status in _everywhere(operation):
        _also_answers(operation["responses"], status)
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for media_type, shown in body.get("content", {}).items():
            if "json" in media_type and media_type != MEDIA_TYPE:
                shown["example"] = example(shown["schema"], schemas)


def _link(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        for name, parameters in LINKS.get((operation["operationId"], status), {}).items():
            answer.setdefault("links", {})[name] = {"operationId": name, "parameters": parameters}


def _everywhere(operation: dict[str, Any]) -> list[int]:
    """What an operation may answer because of what stands around it."""
    found = [431]
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
        # A path with a control character leads nowhere, whatever the route (middleware.py).
        found.append(404)
    if body := operation.get("requestBody"):
        # Every body is bounded in size and time, and JSON has to be UTF-8.
        found += [408, 413]
        found += [400] if "application/json" in body["content"] else []
    if "503" in operation["responses"]:
        # A service that isn't there now may also be there and not answer.
        found.append(504)
    return found


def _also_answers(responses: dict[str, Any], status: int) -> None:
    shown = answers(status)[status]
    known = responses.setdefault(
        str(status), {"description": shown["description"], "content": {MEDIA_TYPE: {}}}
    )
    examples = known["content"][MEDIA_TYPE].setdefault("examples", {})
    for name, problem in shown["content"][MEDIA_TYPE]["examples"].items():
        examples.setdefault(name, problem)


def _share_examples(operation: dict[str, Any], examples: dict[str, Any]) -> None:
    """Refer to problems by their reason: each is written down once, in the components."""
    for status, answer in operation["responses"].items():
        problems = answer.get("content", {}).get(MEDIA_TYPE)
        if problems is None:
            continue
        refs = {}
        for reason, shown in problems["examples"].items():
            name = reason if examples.get(reason, shown) == shown else f"{reason}_{status}"
            examples[name] = shown
            refs[reason] = {"$ref": f"{_EXAMPLES_PREFIX}{name}"}
        answer["content"] = {MEDIA_TYPE: {"schema": _PROBLEM, "examples": refs}}


def example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """A value that fits a JSON schema, made of the examples that its fields give."""
    if given := next((key for key in _GIVEN if key in schema), None):
        return schema[given][0] if given in ("examples", "enum") else schema[given]
    if "$ref" in schema:
        return example(schemas[schema["$ref"].removeprefix(_SCHEMA_PREFIX)], schemas)
    if choice := next((key for key in _CHOICES if key in schema), None):
        return example(schema[choice][0], schemas)
    if "properties" in schema:
        return {name: example(part, schemas) for name, part in schema["properties"].items()}
    if "prefixItems" in schema:
        return [example(part, schemas) for part in schema["prefixItems"]]
    if schema.get("type") == "array" and "items" in schema:
        return [example(schema["items"], schemas)]
    return _BY_TYPE[str(schema.get("type"))]
