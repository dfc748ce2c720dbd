"""Verbs sign-in and sign-out, and the signed-in API for all others.

Secrets come from a prompt or the environment, never from the command line, which every process
of the machine can read.
"""

import base64
import binascii
import contextlib
import os
import sys
import time
from typing import Annotated, Any

import httpx
import typer
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from serving.cli.admin_api import AdminApi, answering, open_http, refusal
from serving.cli.output import CommandFailed, Json, failing, notices, tell
from serving.cli.token_store import TokenStore

COOKIE = "dermis_refresh"
_TOTP_STEP_SECONDS = 30

Url = Annotated[
    str, typer.Option("--url", envvar="DERMIS_URL", help="Where Dermis is open (DERMIS_URL).")
]
LOCAL = "http://localhost:8000"


def sign_in(url: Url = LOCAL, as_json: Json = False) -> None:
    """Sign in; later commands go on from there. Sets up the second factor where it is not yet.

    Without a terminal: DERMIS_EMAIL, DERMIS_PASSWORD and DERMIS_CODE or DERMIS_TOTP_SECRET.
    """
    with failing(as_json):
        account = Account(url)
        account.forget()
        account.token()
        tell(as_json, {"url": url, "signed_in": True}, f"Signed in to {url}.")


def sign_out(url: Url = LOCAL, as_json: Json = False) -> None:
    """End the session and forget it here."""
    with failing(as_json):
        Account(url).end()
        tell(as_json, {"url": url, "signed_in": False}, f"Signed out of {url}.")


def signed_in(url: str) -> AdminApi:
    """The API in the name of whoever signed in, who is asked to where nobody has."""
    account = Account(url)
    return AdminApi(account.url, account.token)


class Account:
    """A personal sign-in at one Dermis."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = open_http(self.url)
        self._kept = TokenStore(self.url)
        self._token = ""

    def token(self, again: bool = False) -> str:
        """An access token: the one in use, or by the kept session, or by signing in.

        Args:
            again: the one in use was refused.

        Raises:
            CommandFailed: the sign-in was refused.
        """
        if not self._token or again:
            with self._kept.locked():
                self._token = self._by_kept_session() or self._by_signing_in()
        return self._token

    def forget(self) -> None:
        """Go on as if nobody had signed in here."""
        with self._kept.locked():
            self._kept.write("")

    def end(self) -> None:
        """End the kept session."""
        with self._kept.locked():
            if token := self._kept.read():
                self._call("/auth/logout", cookie=token)
            self._kept.write("")

    def _by_kept_session(self) -> str:
        token = self._kept.read()
        if not token:
            return ""
        try:
            return self._accept(self._call("/auth/refresh", cookie=token))
        except CommandFailed as failure:
            if failure.reason in ("NO_ANSWER", "NOT_REACHABLE", "NOT_DERMIS"):
                raise
            self._kept.write("")  # over, or used up by somebody else
            return ""

    def _by_signing_in(self) -> str:
        known = {
            "email": _ask("E-mail", "DERMIS_EMAIL"),
            "password": _ask("Password", "DERMIS_PASSWORD", hidden=True),
        }
        answer = self._call("/auth/login", known)
        step = answer.json()
        if step["status"] == "two_factor_setup_required":
            return self._by_enrolling(known["password"], step["enrolment_token"])
        if step["status"] == "two_factor_required":
            answer = self._by_code(step["challenge_token"])
        return self._accept(answer)

    def _by_code(self, challenge: str) -> httpx.Response:
        *others, last = _codes()
        for code in others:
            with contextlib.suppress(CommandFailed):
                body = {"challenge_token": challenge, "code": code}
                return self._call("/auth/verify-2fa", body)
        return self._call("/auth/verify-2fa", {"challenge_token": challenge, "code": last})

    def _by_enrolling(self, password: str, token: str) -> str:
        if not sys.stdin.isatty():
            raise CommandFailed(
                "TWO_FACTOR_SETUP_REQUIRED",
                "This account needs a second factor first: run `dermis-model sign-in` once in a "
                "terminal, or sign in on the web page.",
            )
        setup = self._call("/users/me/2fa/setup", {"password": password}, bearer=token).json()
        notices.print(f"Your authenticator app needs this secret: {setup['secret']}", markup=False)
        notices.print(f"or this address: {setup['otpauth_uri']}", markup=False, soft_wrap=True)
        body = {"code": _ask("Its first code", "")}
        answer = self._call("/users/me/2fa/confirm", body, bearer=token)
        done = answer.json()
        notices.print("Recovery codes, each good once; keep them safe:", markup=False)
        for code in done["recovery_codes"]:
            notices.print(f"  {code}", markup=False)
        return self._accept(answer, done["tokens"])

    def _accept(self, answer: httpx.Response, tokens: dict[str, Any] | None = None) -> str:
        self._kept.write(answer.cookies.get(COOKIE) or "")
        return str((tokens or answer.json())["access_token"])

    def _call(
        self, path: str, body: object = None, *, cookie: str = "", bearer: str = ""
    ) -> httpx.Response:
        headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        with answering():
            answer = self._http.post(path, json=body, headers=headers)
        # What is kept is sent on purpose only.
        self._http.cookies.clear()
        if answer.is_error:
            raise refusal(answer)
        return answer


def _codes() -> list[str]:
    """What may pass the second step, the likeliest first."""
    if secret := os.environ.get("DERMIS_TOTP_SECRET"):
        # A code counts once; one step ahead of the clock is accepted (RFC 6238, 5.2).
        return [_code_at(secret, time.time() + ahead) for ahead in (0, _TOTP_STEP_SECONDS)]
    return [_ask("Code of the authenticator app", "DERMIS_CODE")]


def _code_at(secret: str, moment: float) -> str:
    """The code of a TOTP secret in base32 (RFC 6238)."""
    try:
        plain = secret.replace(" ", "").upper()
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except binascii.Error:
        raise CommandFailed("SECRET_INVALID", "DERMIS_TOTP_SECRET is not base32.") from None
    # Authenticator apps take SHA-1, and shorter keys than RFC 4226 wants today.
    totp = TOTP(key, 6, SHA1(), _TOTP_STEP_SECONDS, enforce_key_length=False)  # noqa: S303
    return totp.generate(int(moment)).decode()


def _ask(question: str, variable: str, *, hidden: bool = False) -> str:
    if variable and (given := os.environ.get(variable)):
        return given
    if not sys.stdin.isatty():
        raise CommandFailed(
            "SIGN_IN_REQUIRED", f"Sign in first: dermis-model sign-in, or set {variable}."
        )
    return str(typer.prompt(question, hide_input=hidden, err=True))
