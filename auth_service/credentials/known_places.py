"""Where an account is known: addresses and devices from which its owner has shown to be its owner.

By signing in with every factor, or by opening a link that was mailed to the account's address. So
an owner whose account strangers guess at has a way in from anywhere: a mailed link. A device is
told apart from others at its address by a random cookie that the gateway sets at sign-in.
"""

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import KnownPlace
from auth_service.session.opaque_tokens import digest
from service_kit import clock
from service_kit.request_context import current_request

KNOWN_FOR = timedelta(days=90)
# What one customer gets (RFC 6177); devices change their own half of an address every day.
_IPV6_NETWORK = 64
_NOBODY = UUID(int=0)


def address_place() -> str:
    """Where the current request comes from: an IPv4 address or an IPv6 network."""
    address = current_request().client_address
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"address {address}"
    if isinstance(parsed, IPv6Address):
        return f"address {ip_network((parsed, _IPV6_NETWORK), strict=False)}"
    return f"address {parsed}"


def device_place() -> str:
    """Which device the current request comes from; "" where it doesn't say."""
    device = current_request().client_device
    return f"device {digest(device).hex()}" if device else ""


async def current(session: AsyncSession, account_id: UUID | None) -> str | None:
    """The place of the current request, if the account is known there: rather device than address.

    Args:
        session: for one statement, the same whether or not there is an account.
        account_id: None where there is no account, which is known nowhere.
    """
    account = col(KnownPlace.account_id) == (account_id or _NOBODY)
    return await first_known(session, [device_place(), address_place()], account)


async def first_known(
    session: AsyncSession, places: Sequence[str], *account: ColumnElement[bool]
) -> str | None:
    """The first of some places at which an account is known.

    Args:
        session: for one statement.
        places: the ones to look for.
        account: the conditions that pick the account, or join it.
    """
    query = select(KnownPlace.place).where(
        *account,
        col(KnownPlace.place).in_(places),
        KnownPlace.known_at > clock.now() - KNOWN_FOR,
    )
    found = set((await session.exec(query)).all())
    return next((place for place in places if place in found), None)


async def remember(session: AsyncSession, account_id: UUID) -> None:
    """Note that the account's owner is where the current request comes from."""
    if not current_request().client_address:
        return
    moment = clock.now()
    for place in filter(None, (device_place(), address_place())):
        row = insert(KnownPlace).values(account_id=account_id, place=place, known_at=moment)
        await session.exec(
            row.on_conflict_do_update(
                index_elements=[col(KnownPlace.account_id), col(KnownPlace.place)],
                set_={"known_at": moment},
            )
        )
