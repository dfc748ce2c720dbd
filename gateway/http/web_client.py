"""The web client's pages and files, as `npm run build` makes them in frontend/dist.

nginx serves them in production (nginx/), the gateway in the local stack.
"""

import os
import re
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

from gateway.http.middleware import SECURITY_HEADERS, mark_as_asset

# The pages' addresses. Others belong to the API, which lies at the root too for development.
PAGES = (
    "/", "/register", "/verify", "/forgot", "/reset", "/2fa", "/setup-2fa", "/hand-in",
    "/dashboard", "/worklist", "/patients", "/patient/{patient_id}", "/profile", "/clinic",
    "/admin",
)  # fmt: skip
# Stands in the built page where each answer puts a fresh nonce.
NONCE = "DERMIS_CSP_NONCE"
POLICY = "content-security-policy"
# The smallest first.
SMALLER = {".br": "br", ".gz": "gzip"}


def routes(folder: Path, others: Sequence[BaseRoute]) -> list[BaseRoute]:
    """Routes to the client that was built into `folder`; none where there is none.

    Args:
        folder: of index.html, what makes an app of it, and assets/.
        others: routes that go before the page for addresses that nobody answers.
    """
    if not (folder / "index.html").is_file():
        return []
    page = (folder / "index.html").read_text()

    async def show(_: Request) -> HTMLResponse:
        # The component library writes <style> elements, which the policy lets in by nonce only.
        nonce = secrets.token_urlsafe(16)
        policy = SECURITY_HEADERS[POLICY].replace("style-src", f"style-src 'nonce-{nonce}'")
        headers = {POLICY: policy, "cache-control": "no-cache"}
        return HTMLResponse(page.replace(NONCE, nonce), headers=headers)

    def file(name: str, media_type: str, **headers: str) -> Route:
        async def answer(_: Request) -> FileResponse:
            return FileResponse(folder / name, media_type=media_type, headers=headers)

        return Route(f"/{name}", answer)

    return [
        *(Route(path, show) for path in PAGES),
        file("favicon.svg", "image/svg+xml"),
        file("manifest.webmanifest", "application/manifest+json"),
        # Browsers look here for the next one.
        file("service_worker.js", "text/javascript", **{"cache-control": "no-cache"}),
        Mount("/icons", StaticFiles(directory=folder / "icons", check_dir=False)),
        Mount("/assets", _Assets(directory=folder / "assets")),
        _Elsewhere("/{address:path}", show, others),
    ]


class _Elsewhere(Route):
    """A mistyped address, where a browser wants a page: the client says that there is none."""

    def __init__(
        self, path: str, endpoint: Callable[..., Any], others: Sequence[BaseRoute]
    ) -> None:
        super().__init__(path, endpoint)
        self._others = others

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See `Route.matches`."""
        wants_page = "text/html" in Headers(scope=scope).get("accept", "")
        taken = any(route.matches(scope)[0] is not Match.NONE for route in self._others)
        return super().matches(scope) if wants_page and not taken else (Match.NONE, {})


class _Assets(StaticFiles):
    """Files whose names hold a hash of what is in them: kept for good once fetched.

    The build lays each beside itself in smaller codings, so that none is compressed twice.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See `StaticFiles.get_response`."""
        accepted = _codings(Headers(scope=scope).get("accept-encoding", ""))
        for ending, coding in SMALLER.items():
            if coding in accepted and self.lookup_path(path + ending)[1]:
                answer = await super().get_response(path + ending, scope)
                answer.headers["content-encoding"] = coding
                break
        else:
            answer = await super().get_response(path, scope)
        answer.headers["vary"] = "accept-encoding"
        return answer

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
        mark_as_asset(scope)
        return answer


def _codings(accept_encoding: str) -> set[str]:
    """The codings that a browser takes (RFC 9110, 12.5.3)."""
    parts = [part.replace(" ", "").lower() for part in accept_encoding.split(",")]
    refused = re.compile(r";q=0(\.0*)?$")
    return {part.split(";")[0] for part in parts if not refused.search(part)}
