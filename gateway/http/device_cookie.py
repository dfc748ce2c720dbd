"""The device's cookie: tells a device at which somebody has signed in from others at its address.

It opens nothing. auth_service counts guesses from a device that an account knows by themselves, so
that a stranger behind the same address, such as a clinic's, can't use up its owner's
(docs/decisions/0031-guesses-are-counted-by-account-and-place.md). The gateway counts its calls by
themselves too, so the cookie carries the gateway's seal: whoever makes names up counts by address.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import NamedTuple

from fastapi import Response
from pydantic import SecretStr

from gateway.http.cookie_names import cookie_name
from service_kit.request_context import current_request

# As long as auth_service remembers the device (`auth_service/credentials/known_places.py`).
LIFETIME = timedelta(days=90)
# What the key is for, so that the same secret can make others.
_PURPOSE = b"dermis device cookie"
_SEAL_BYTES = 16


class Device(NamedTuple):
    """What the browser says of its device.

    Attributes:
        name: random; the same from the device's first sign-in on.
        is_known: the gateway gave it this name when somebody signed in.
    """

    name: str
    is_known: bool


class DeviceCookies:
    """Reads and writes the cookie.

    Attributes:
        name: of the cookie.

    Args:
        secret: shared by all gateways; with a new one, devices count by address until their next
            sign-in and keep their names.
        secure: send the cookie over HTTPS only.
    """

    def __init__(self, secret: SecretStr, *, secure: bool) -> None:
        key = secret.get_secret_value().encode()
        self._key = hmac.digest(key, _PURPOSE, hashlib.sha256)
        self._secure = secure
        self.name = cookie_name("dermis_device", secure=secure)

    def read(self, value: str) -> Device:
        """The device that a cookie names; a new name where there is none."""
        name, _, seal = value.partition(".")
        if not name:
            return Device(secrets.token_urlsafe(32), is_known=False)
        known = hmac.compare_digest(seal.encode(), self._seal(name).encode())
        return Device(name, is_known=known)

    def keep(self, response: Response, *, path: str) -> None:
        """Have the browser keep the current request's device, for as long as it is used."""
        name = current_request().client_device
        response.set_cookie(
            self.name,
            f"{name}.{self._seal(name)}",
            max_age=int(LIFETIME.total_seconds()),
            path=path,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )

    def _seal(self, name: str) -> str:
        digest = hmac.digest(self._key, name.encode(), hashlib.sha256)[:_SEAL_BYTES]
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
