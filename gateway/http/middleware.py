"""What stands around every HTTP request: its id, its log line, headers that browsers obey."""

import time

import structlog
from fastapi.routing import APIRoute
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http import body, device_cookie
from gateway.http.client_address import client_address
from gateway.http.errors import problem
from service_kit.principal import find_principal, set_current_principal
from service_kit.request_context import REQUEST_ID_HEADER, received, set_current_request

log = structlog.get_logger()

REQUEST_SECONDS = Histogram(
    "dermis_http_seconds", "How long a request took.", ["method", "route", "status"]
)

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
        " connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}


_HEADERS_KEY = "dermis.headers"


def set_header(request: Request, header: str, value: str) -> None:
    """Set a header of the answer, whether it will be what was asked for or a refusal."""
    request.scope.setdefault(_HEADERS_KEY, {})[header] = value


class RequestMiddleware:
    """Takes the request in, measures and logs it, and adds the headers of every answer."""

    def __init__(self, app: ASGIApp, *, trusted_proxies: int, behind_tls: bool) -> None:
        self._app = app
        self._trusted_proxies = trusted_proxies
        self._headers = dict(SECURITY_HEADERS)
        if behind_tls:
            self._headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request = received(
            headers.get(REQUEST_ID_HEADER, ""),
            client_address(
                (scope.get("client") or ("",))[0],
                headers.getlist("x-forwarded-for"),
                self._trusted_proxies,
            ),
            headers.get("user-agent", ""),
            Request(scope).cookies.get(device_cookie.NAME) or device_cookie.new(),
        )
        set_current_request(request)
        set_current_principal(None)
        started, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, scope, request.id)
            await send(message)

        try:
            # FastAPI itself opens the request's span, named by its route.
            await self._serve(scope, receive, answer, headers)
        finally:
            _note(scope, status, time.perf_counter() - started, request.client_address)

    def _add_headers(self, start: Message, scope: Scope, request_id: str) -> None:
        added = MutableHeaders(scope=start)
        added[REQUEST_ID_HEADER] = request_id
        for name, value in scope.get(_HEADERS_KEY, {}).items():
            added[name] = value
        for name, value in self._headers.items():
            added.setdefault(name, value)
        if isinstance(scope.get("route"), APIRoute):
            # Whatever the API answers is somebody's: patients, accounts, tokens.
            added.setdefault("cache-control", "no-store")

    async def _serve(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        limit = body.limit_of(scope["path"], headers)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit.size:
            await problem(body.too_large(limit))(scope, receive, send)
            return
        await self._app(scope, body.BoundedBody(receive, limit), send)


def _note(scope: Scope, status: int, seconds: float, address: str) -> None:
    """Measure and log a request."""
    # The pattern, not the path: a path holds identifiers.
    route = getattr(scope.get("route"), "path", "unmatched")
    REQUEST_SECONDS.labels(scope["method"], route, status).observe(seconds)
    principal = find_principal()
    log.info(
        "request", method=scope["method"], route=route, status=status,
        ms=round(seconds * 1000, 1), client_address=address,
        user_id=str(principal.user_id) if principal else "",
    )  # fmt: skip
