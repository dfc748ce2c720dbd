"""A refusal that a test gets must be one that the API's description shows for the operation."""

import json
import re
from typing import Any

import httpx

from gateway.api import described_api
from gateway.http.errors import MEDIA_TYPE
from service_kit.codes import Code
from service_kit.reasons import Reason

_PARAMETER = re.compile(r"\{\w+\}")


def _operations() -> list[tuple[str, re.Pattern[str], dict[int, set[str]]]]:
    """Method, path and the reasons by status of every operation; fixed paths first."""
    paths = described_api().openapi()["paths"]
    return [
        (method.upper(), re.compile("/api" + _PARAMETER.sub("[^/]+", path)), _reasons(operation))
        for path in sorted(paths, key=lambda path: len(_PARAMETER.findall(path)))
        for method, operation in paths[path].items()
    ]


def _reasons(operation: dict[str, Any]) -> dict[int, set[str]]:
    return {
        int(status): set(answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", ()))
        for status, answer in operation["responses"].items()
    }


_OPERATIONS = _operations()
# What no operation lists: transports say it of every call, and tests make reasons up.
_LISTED = set(Reason.__members__) - set(Code.__members__)


async def require_documented(response: httpx.Response) -> None:
    """Fail for a refusal that is not documented; for `httpx.AsyncClient(event_hooks=…)`."""
    if response.headers.get("content-type") != MEDIA_TYPE or response.request.method == "HEAD":
        return
    reason = json.loads(await response.aread())["reason"]
    if reason not in _LISTED:
        return
    for method, path, shown in _OPERATIONS:
        if response.request.method == method and path.fullmatch(response.request.url.path):
            assert reason in shown.get(response.status_code, ()), (
                f"{method} {path.pattern} does not document {response.status_code} {reason}"
            )
            return
