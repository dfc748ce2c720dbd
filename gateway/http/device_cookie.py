"""The device's cookie: tells a device at which somebody has signed in from others at its address.

It opens nothing. auth_service counts guesses from a device that an account knows by themselves, so
that a stranger behind the same address, such as a clinic's, can't use up its owner's
(docs/decisions/0031-guesses-are-counted-by-account-and-place.md).
"""

import secrets
from datetime import timedelta

from fastapi import Response

from service_kit.request_context import current_request

NAME = "dermis_device"
# As long as auth_service remembers the device (`auth_service/known_places.py`).
LIFETIME = timedelta(days=90)


def new() -> str:
    """What a device without the cookie is called, should somebody sign in with it now."""
    return secrets.token_urlsafe(32)


def keep(response: Response, *, path: str, secure: bool) -> None:
    """Have the browser keep the current request's device, from now on for as long as it is used."""
    response.set_cookie(
        NAME,
        current_request().client_device,
        max_age=int(LIFETIME.total_seconds()),
        path=path,
        secure=secure,
        httponly=True,
        samesite="strict",
    )
