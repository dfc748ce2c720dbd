"""Verbs sign-in and sign-out, and the signed-in API for all other verbs.

Secrets come from a prompt or the environment, never from the command line, which every process
on the machine can read.
"""

import base64
import binascii
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import typer
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from serving.cli.admin_api import AdminApi, connection_failures, open_http, refusal
from serving.cli.failures import Failure
from serving.cli.options import LOCAL, Json, Url
from serving.cli.output import CommandFailed, notices, reported_failures, show
from serving.cli.token_store import TokenStore

# The first is sent over HTTPS only.
COOKIES = ("__Secure-dermis_refresh", "dermis_refresh")
_TOTP_STEP_SECONDS = 30


def sign_in(url: Url = LOCAL, as_json: Json = False) -> None:
    """Sign in, for later commands too. Sets up the second factor if that hasn't been done yet.

    Without a terminal: DERMIS_EMAIL, DERMIS_PASSWORD and DERMIS_CODE or DERMIS_TOTP_SECRET.
    """
    with reported_failures(as_json):
        account = Account(url)
        account.forget()
        account.token()
        show(as_json, {"url": url, "signed_in": True}, f"Signed in to {url}.")


def sign_out(url: Url = LOCAL, as_json: Json = False) -> None:
    """End the session and forget it here."""
    with reported_failures(as_json):
        Account(url).end()
        show(as_json, {"url": url, "signed_in": False}, f"Signed out of {url}.")


@contextlib.contextmanager
def signed_in(url: str, as_json: bool) -> Iterator[AdminApi]:
    """The API for one verb, which asks the user to sign in if need be.

    A failure is printed as the verb's answer, with exit status 1.
    """
    with reported_failures(as_json):
        account = Account(url)
        yield AdminApi(account.url, account.token)


class Account:
    """A personal sign-in at one Dermis."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = open_http(self.url)
        self._tokens = TokenStore(self.url)
        self._token = ""

    def token(self, again: bool = False) -> str:
        """An access token: the current one, one from the stored session, or one from signing in.

        Args:
            again: the current one was refused.

        Raises:
            CommandFailed: the sign-in was refused.
        """
        if not self._token or again:
            with self._tokens.locked():
                self._token = self._from_stored_session() or self._by_signing_in()
        return self._token

    def forget(self) -> None:
        """Discard the stored session, as if nobody had signed in here."""
        with self._tokens.locked():
            self._tokens.write("")

    def end(self) -> None:
        """End the stored session."""
        with self._tokens.locked():
            if token := self._tokens.read():
                self._call("/auth/logout", cookie=token)
            self._tokens.write("")

    def _from_stored_session(self) -> str:
        token = self._tokens.read()
        if not token:
            return ""
        try:
            return self._accept(self._call("/auth/refresh", cookie=token))
        except CommandFailed as failure:
            if failure.reason in (Failure.NO_ANSWER, Failure.NOT_REACHABLE, Failure.NOT_DERMIS):
                raise
            self._tokens.write("")  # expired, or already used by another command
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
                Failure.TWO_FACTOR_SETUP_REQUIRED,
                "This account needs a second factor first: run `dermis-model sign-in` in a "
                "terminal, or sign in on the web page.",
            )
        setup = self._call("/users/me/2fa/setup", {"password": password}, bearer=token).json()
        notices.print(f"Secret for your authenticator app: {setup['secret']}", markup=False)
        notices.print(f"Or as an address: {setup['otpauth_uri']}", markup=False, soft_wrap=True)
        body = {"code": _ask("The code it shows", "")}
        answer = self._call("/users/me/2fa/confirm", body, bearer=token)
        done = answer.json()
        notices.print("Recovery codes, each valid once; keep them safe:", markup=False)
        for code in done["recovery_codes"]:
            notices.print(f"  {code}", markup=False)
        return self._accept(answer, done["tokens"])

    def _accept(self, answer: httpx.Response, tokens: dict[str, Any] | None = None) -> str:
        self._tokens.write(next(filter(None, map(answer.cookies.get, COOKIES)), ""))
        return str((tokens or answer.json())["access_token"])

    def _call(
        self, path: str, body: object = None, *, cookie: str = "", bearer: str = ""
    ) -> httpx.Response:
        # The server reads the one that it sets.
        headers = {"Cookie": "; ".join(f"{name}={cookie}" for name in COOKIES)} if cookie else {}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        with connection_failures():
            answer = self._http.post(path, json=body, headers=headers)
        # The stored token is sent only where that is intended.
        self._http.cookies.clear()
        if answer.is_error:
            raise refusal(answer)
        return answer


def _codes() -> list[str]:
    """Codes to try in the second step, most likely first."""
    if secret := os.environ.get("DERMIS_TOTP_SECRET"):
        # A code works once; one step ahead of the clock is accepted (RFC 6238, 5.2).
        return [_code_at(secret, time.time() + ahead) for ahead in (0, _TOTP_STEP_SECONDS)]
    return [_ask("Code from your authenticator app", "DERMIS_CODE")]


def _code_at(secret: str, moment: float) -> str:
    """The code of a TOTP secret in base32 (RFC 6238)."""
    try:
        plain = secret.replace(" ", "").upper()
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except binascii.Error:
        raise CommandFailed(Failure.SECRET_INVALID, "DERMIS_TOTP_SECRET is not base32.") from None
    # Authenticator apps use SHA-1, and keys shorter than RFC 4226 asks for.
    totp = TOTP(key, 6, SHA1(), _TOTP_STEP_SECONDS, enforce_key_length=False)  # noqa: S303  TOTP is defined over SHA-1 (RFC 6238)
    return totp.generate(int(moment)).decode()


def _ask(question: str, variable: str, *, hidden: bool = False) -> str:
    if variable and (given := os.environ.get(variable)):
        return given
    if not sys.stdin.isatty():
        raise CommandFailed(
            Failure.SIGN_IN_REQUIRED, f"Sign in first: dermis-model sign-in, or set {variable}."
        )
    return str(typer.prompt(question, hide_input=hidden, err=True))
