"""The refresh token's cookie: sent to /auth only, so that no script and no other route sees it.

Programs keep cookies too: docs/decisions/0007-the-refresh-token-lives-in-a-cookie-only.md.
"""

from typing import Annotated

from fastapi import Depends, Request, Response

from dermis.auth.v1 import auth_pb2 as pb
from gateway.http.cookie_names import cookie_name
from gateway.http.device_cookie import DeviceCookies
from gateway.routers.dependencies import StateDep
from gateway.schemas.auth import SignedIn
from service_kit.clock import from_timestamp

# Of the routes that it is sent to.
PREFIX = "/auth"


class RefreshCookie:
    """The cookie of one request and its answer.

    Args:
        request: that may carry it.
        response: that sets or deletes it.
        devices: keeps the device's own cookie.
        secure: send it over HTTPS only.
    """

    def __init__(
        self, request: Request, response: Response, devices: DeviceCookies, *, secure: bool
    ) -> None:
        self._response = response
        self._devices = devices
        self._path = f"{request.scope['root_path']}{PREFIX}"
        self._secure = secure
        self._name = cookie_name("dermis_refresh", secure=secure)
        self.token = request.cookies.get(self._name, "")

    def sign_in(self, tokens: pb.Tokens) -> SignedIn:
        """Answer the access token and keep refresh token and device where no script reads them."""
        self._response.set_cookie(
            self._name,
            tokens.refresh_token,
            expires=from_timestamp(tokens.refresh_expires_at),
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
        self._devices.keep(self._response, path=self._path)
        self._response.headers["Cache-Control"] = "no-store"
        return SignedIn.of(tokens)

    def delete(self) -> None:
        """Have the browser forget it."""
        self._response.delete_cookie(
            self._name, path=self._path, secure=self._secure, httponly=True, samesite="strict"
        )


async def _refresh_cookie(request: Request, response: Response, state: StateDep) -> RefreshCookie:
    return RefreshCookie(request, response, state.devices, secure=state.settings.cookie_secure)


RefreshCookieDep = Annotated[RefreshCookie, Depends(_refresh_cookie)]
