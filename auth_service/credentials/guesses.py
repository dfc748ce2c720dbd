"""How many wrong passwords and codes there may be, and by whom each is counted.

Nobody is locked out by somebody else's guesses
(docs/decisions/0031-guesses-are-counted-by-account-and-place.md). A guess at an account counts

- for the account *at the place* it comes from, narrowly;
- from a place that the account doesn't know, also for the account over all such places, and for
  the address over all accounts. One address alone reaches neither: it stops at its own limit for
  each account first.

Whoever is known at a place (`known_places`) passes what strangers have used up.

What this leaves an attacker, for one account:

- Passwords: 100 an hour from anywhere, 120 an hour at each place the owner signs in from. Accepted
  passwords take at least 10^8 guesses (zxcvbn's score 3), so a year of either finds one in a
  hundred of the weakest, and then meets the second factor.
- Codes, to whoever has the password: 100 in 30 days from anywhere (NIST SP 800-63B-4, 3.2.2), and
  100 at each place the owner signs in from. Three of 10^6 codes are right at a time: 0.03 %. The
  count starts anew with a new password, whose owner would else pay for whoever knew the old one.
- Recovery codes count as codes, though 120 random bits need no limit. Nor do the 256 of mailed and
  refresh tokens, which have none: a limit there could only stop their owners.
"""

from datetime import timedelta
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.credentials import known_places
from auth_service.credentials.attempts import Count, Limit
from auth_service.credentials.known_places import address_place
from auth_service.models import Account
from service_kit.principal import current_principal


class Guess(StrEnum):
    """What is guessed at."""

    PASSWORD = "password"  # noqa: S105  a kind of guess
    CODE = "code"


class By(StrEnum):
    """By whom a guess is counted."""

    OWNER = "owner"  # the account at a place that it knows
    STRANGER = "stranger"  # the account at a place that it doesn't know
    ACCOUNT = "account"  # the account, over all places that it doesn't know
    ADDRESS = "address"  # the network address, over all accounts that don't know it
    SESSION = "session"  # somebody who is signed in, and is asked again


_FIVE_MINUTES, _HOUR = timedelta(minutes=5), timedelta(hours=1)
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)

LIMITS: dict[tuple[Guess, By], tuple[Limit, ...]] = {
    (Guess.PASSWORD, By.OWNER): (Limit(10, _FIVE_MINUTES),),
    (Guess.PASSWORD, By.STRANGER): (Limit(10, _FIVE_MINUTES), Limit(30, _HOUR)),
    (Guess.PASSWORD, By.ACCOUNT): (Limit(100, _HOUR),),
    (Guess.PASSWORD, By.ADDRESS): (Limit(100, _FIVE_MINUTES), Limit(1000, _DAY)),
    (Guess.PASSWORD, By.SESSION): (Limit(10, _FIVE_MINUTES), Limit(30, _HOUR)),
    (Guess.CODE, By.OWNER): (Limit(5, _FIVE_MINUTES), Limit(20, _HOUR), Limit(100, _MONTH)),
    (Guess.CODE, By.STRANGER): (Limit(5, _FIVE_MINUTES), Limit(20, _HOUR), Limit(50, _MONTH)),
    (Guess.CODE, By.ACCOUNT): (Limit(100, _MONTH),),
    (Guess.CODE, By.ADDRESS): (Limit(100, _FIVE_MINUTES), Limit(500, _DAY)),
    (Guess.CODE, By.SESSION): (Limit(5, _FIVE_MINUTES), Limit(20, _HOUR)),
}


async def at_password(session: AsyncSession, key: str, account: Account | None) -> list[Count]:
    """What a password given at sign-in is counted under.

    Args:
        session: reads where the account is known.
        key: the address as it was typed, by `email_key`; it may belong to nobody.
        account: whose address it is; an unknown one costs the same statement.
    """
    return await _counts(session, Guess.PASSWORD, key, account)


async def at_code(session: AsyncSession, account: Account) -> list[Count]:
    """What a code or recovery code given at sign-in is counted under."""
    since = account.password_changed_at.isoformat()
    return await _counts(session, Guess.CODE, f"{account.id} since {since}", account)


def while_signed_in(guess: Guess) -> list[Count]:
    """What the caller's guess at their own password or code is counted under.

    By session: whoever has got hold of one can't keep the owner's others from changing a password.
    """
    return [_count(guess, By.SESSION, str(current_principal().session_id))]


async def _counts(
    session: AsyncSession, guess: Guess, name: str, account: Account | None
) -> list[Count]:
    place = await known_places.current(session, account.id if account else None)
    if place is not None:
        return [_count(guess, By.OWNER, f"{name} at {place}")]
    address = address_place()
    return [
        _count(guess, By.STRANGER, f"{name} at {address}"),
        _count(guess, By.ACCOUNT, name),
        _count(guess, By.ADDRESS, address),
    ]


def _count(guess: Guess, by: By, subject: str) -> Count:
    return Count(f"{guess} {by}\0{subject}", LIMITS[guess, by])
