"""Passwords: which are accepted, and how they are kept.

Rules follow NIST SP 800-63B-4, 3.1.1 and ASVS 5.0, 6.2: length instead of composition, common
passwords refused, never truncated, Unicode normalised. Hashes are Argon2id with at least OWASP's
19 MiB, t=2, p=1, computed off the event loop.
"""

import asyncio
import os
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn

from auth_service.session.opaque_tokens import new_token
from service_kit.errors import DomainError
from service_kit.reasons import Reason

MIN_LENGTH = 12
MAX_LENGTH = 128
# zxcvbn's scale is 0 to 4; below 3 an online attack without limits guesses the password.
MIN_STRENGTH = 3
# zxcvbn's time grows with the square of the length; what comes after only adds strength.
ESTIMATED_LENGTH = 64

ResultT = TypeVar("ResultT")


class Passwords:
    """Makes and checks password hashes in a small pool of threads.

    Args:
        workers: hashes computed at once; one per core, since each keeps one busy for about 20 ms.
    """

    def __init__(self, *, workers: int = os.cpu_count() or 1) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        # Checked where there is no account, so that its absence takes as long.
        self._decoy_hash = self._hasher.hash(new_token())

    async def accept(self, password: str, *, personal: Sequence[str]) -> str:
        """Judge a new password and hash it.

        Args:
            password: as it was typed.
            personal: name, address and the like, which it must not be built from.

        Returns:
            The hash in PHC format.

        Raises:
            DomainError: INVALID_ARGUMENT with PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG or
                PASSWORD_TOO_COMMON.
        """
        normal = normalised(password)
        _judge_length(normal)
        await self._off_the_loop(lambda: _judge_strength(normal, personal))
        return await self._off_the_loop(lambda: self._hasher.hash(normal))

    async def check(self, password: str, stored: str | None) -> str | None:
        """Check a password against its hash; None (no account) takes as long and never matches.

        Returns:
            None for a wrong password; for the right one the hash to keep from now on, a new one
            where the parameters have changed since.
        """
        normal = normalised(password)
        if len(normal) > MAX_LENGTH:
            normal, stored = "", None
        matched = await self._off_the_loop(lambda: self._verify(normal, stored or self._decoy_hash))
        if not matched or stored is None:
            return None
        if not self._hasher.check_needs_rehash(stored):
            return stored
        return await self._off_the_loop(lambda: self._hasher.hash(normal))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    async def _off_the_loop(self, work: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def normalised(password: str) -> str:
    """The same password whatever keyboard it was typed on (Unicode NFC)."""
    return unicodedata.normalize("NFC", password)


def _judge_length(password: str) -> None:
    if len(password) < MIN_LENGTH:
        raise DomainError(
            Reason.PASSWORD_TOO_SHORT,
            f"Choose a password of at least {MIN_LENGTH} characters.",
            metadata={"field": "password"},
        )
    if len(password) > MAX_LENGTH:
        raise DomainError(
            Reason.PASSWORD_TOO_LONG,
            f"Choose a password of at most {MAX_LENGTH} characters.",
            metadata={"field": "password"},
        )


def _judge_strength(password: str, personal: Sequence[str]) -> None:
    known = [word for text in ("dermis", *personal) for word in (text, *text.split())]
    if zxcvbn(password[:ESTIMATED_LENGTH], user_inputs=known)["score"] < MIN_STRENGTH:
        raise DomainError(Reason.PASSWORD_TOO_COMMON, metadata={"field": "password"})
