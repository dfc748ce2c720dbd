"""What stands around every HTTP request: its id, its log line, headers that browsers obey."""

import re
import time
from typing import Protocol

import structlog
from fastapi.routing import APIRoute
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http import body
from gateway.http.anonymous_calls import AnonymousCalls
from gateway.http.client_address import client_address
from gateway.http.device_cookie import Device, DeviceCookies
from gateway.http.errors import problem
from gateway.photo_memory import network
from service_kit.codes import Code
from service_kit.errors import DomainError
from service_kit.principal import TokenVerifier, find_principal, set_current_principal
from service_kit.reasons import Reason
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
# Of a page's scripts and styles, of which there are dozens: what else browsers obey, they obey on
# the page. A worker and a picture that is opened by itself have this policy for their own.
ASSET_HEADERS = {
    "content-security-policy": "default-src 'self'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}


_HEADERS_KEY = "dermis.headers"
_ASSET_KEY = "dermis.asset"
_DEVICE_KEY = "dermis.device"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Called every few seconds by machines, and of interest only when they fail.
_PROBES = {"/healthz", "/readyz", "/metrics"}


class Wired(Protocol):
    """What this needs of all that `main` has wired."""

    verifier: TokenVerifier
    anonymous_calls: AnonymousCalls
    devices: DeviceCookies


def set_header(request: Request, header: str, value: str) -> None:
    """Set a header of the answer, whether it will be what was asked for or a refusal."""
    request.scope.setdefault(_HEADERS_KEY, {})[header] = value


def device_of(request: Request) -> Device | None:
    """The device that a request comes from."""
    found: Device | None = request.scope.get(_DEVICE_KEY)
    return found


def mark_as_asset(scope: Scope) -> None:
    """Let the answer carry no more headers than a part of a page needs."""
    scope[_ASSET_KEY] = True


class RequestMiddleware:
    """Takes the request in, measures and logs it, and adds the headers of every answer."""

    def __init__(self, app: ASGIApp, *, trusted_proxies: int, behind_tls: bool) -> None:
        self._app = app
        self._trusted_proxies = trusted_proxies
        transport = (
            {"strict-transport-security": "max-age=63072000; includeSubDomains"}
            if behind_tls
            else {}
        )
        self._headers = SECURITY_HEADERS | transport
        self._asset_headers = ASSET_HEADERS | transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _only_head(send)
        headers = Headers(scope=scope)
        wired: Wired = scope["state"]["wired"]
        device = wired.devices.read(Request(scope).cookies.get(wired.devices.name, ""))
        scope[_DEVICE_KEY] = device
        request = received(
            headers.get(REQUEST_ID_HEADER, ""),
            client_address(
                (scope.get("client") or ("",))[0],
                headers.getlist("x-forwarded-for"),
                self._trusted_proxies,
            ),
            headers.get("user-agent", ""),
            device.name,
        )
        set_current_request(request)
        set_current_principal(None)
        started, status, is_told = time.perf_counter(), 500, True

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, scope, request.id)
            await send(message)

        try:
            # FastAPI itself opens the request's span, named by its route.
            place = device.name if device.is_known else network(request.client_address)
            if await _may_call(wired, place, headers):
                await self._serve(scope, receive, answer, headers)
                if find_principal() is None:
                    wired.anonymous_calls.count(place)
            else:
                wait = wired.anonymous_calls.refuse(request.client_address)
                refusal = DomainError(Reason.RATE_LIMITED, retry_after=wait)
                await problem(refusal)(scope, receive, answer)
                is_told = False
        finally:
            seconds = time.perf_counter() - started
            _measure(scope, status, seconds)
            if is_told:
                _tell(scope, status, seconds, request.client_address)

    def _add_headers(self, start: Message, scope: Scope, request_id: str) -> None:
        added = MutableHeaders(scope=start)
        added[REQUEST_ID_HEADER] = request_id
        for name, value in scope.get(_HEADERS_KEY, {}).items():
            added[name] = value
        always = self._asset_headers if scope.get(_ASSET_KEY) else self._headers
        for name, value in always.items():
            added.setdefault(name, value)
        if isinstance(scope.get("route"), APIRoute):
            # Whatever the API answers is somebody's: patients, accounts, tokens.
            added.setdefault("cache-control", "no-store")

    async def _serve(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        if _CONTROL.search(scope["path"]):
            # A route's pattern also fits its path with a line break behind it, and a proxy that
            # closes /metrics doesn't see that one.
            await problem(DomainError(Reason.NOT_FOUND))(scope, receive, send)
            return
        limit = body.limit_of(scope["path"], headers)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit.size:
            await problem(body.too_large(limit))(scope, receive, send)
            return
        await self._app(scope, body.BoundedBody(receive, limit), send)


def _only_head(send: Send) -> Send:
    """Answer HEAD as GET would be answered, without what follows the head (RFC 9110, 9.3.2).

    The answer ends here, so whatever would still be streamed is told that its client has gone.
    """

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return answer


async def _may_call(wired: Wired, place: str, headers: Headers) -> bool:
    """Whether a place may call once more: it has not used up its calls, or it shows who it is."""
    if not wired.anonymous_calls.has_none_left(place):
        return True
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    try:
        await wired.verifier.verify(token)
    except DomainError as error:
        # Not for a while to be known: whoever it is gets on with what it is told then.
        return error.code == Code.UNAVAILABLE
    return True


def _route(scope: Scope) -> str:
    # The pattern, not the path: a path holds identifiers.
    return getattr(scope.get("route"), "path", "unmatched")


def _measure(scope: Scope, status: int, seconds: float) -> None:
    REQUEST_SECONDS.labels(scope["method"], _route(scope), status).observe(seconds)


def _tell(scope: Scope, status: int, seconds: float, address: str) -> None:
    """Log a request."""
    principal, route = find_principal(), _route(scope)
    write = log.debug if route in _PROBES and status < 400 else log.info
    write(
        "request", method=scope["method"], route=route, status=status,
        ms=round(seconds * 1000, 1), client_address=address,
        user_id=str(principal.user_id) if principal else "",
    )  # fmt: skip
