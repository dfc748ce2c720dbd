"""Reminders by mail of what is due, for clinicians who want them: in the morning, once a day.

patient_service knows the dates, the gateway asks both. Any number of gateways may ask at the same
time: the one that marks an account as reminded sends the mail.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.mail.outbox import MailTemplate, enqueue
from service_kit import clock

# The hour at the clinic from which mails are sent.
MORNING = 6


@dataclass(frozen=True, slots=True)
class ClinicToRemind:
    """A clinic where somebody has not been reminded yet today.

    Attributes:
        clinic_id: which.
        reminded_on: the day since which somebody there has had no reminder; yesterday if nobody
            ever had one.
        today: at the clinic.
    """

    clinic_id: UUID
    reminded_on: date
    today: date


_WAITING = """
    SELECT account.id, account.email, account.clinic_id, account.reminded_on, clinic.today
    FROM (
        SELECT id, there::date AS today, extract(hour FROM there) AS hour
        FROM clinics, LATERAL (
            SELECT CAST(:moment AS timestamptz) AT TIME ZONE time_zone AS there
        ) AS local_time
    ) AS clinic
    JOIN accounts account ON account.clinic_id = clinic.id
    WHERE account.reminders AND account.active AND clinic.hour >= :morning
        AND (account.reminded_on IS NULL OR account.reminded_on < clinic.today)
"""

_CLINICS = text(f"""
    SELECT clinic_id, coalesce(min(reminded_on), today - 1) AS reminded_on, today
    FROM ({_WAITING}) AS waiting GROUP BY clinic_id, today
""")  # noqa: S608  put together from constants

_MARK = text(f"""
    UPDATE accounts SET reminded_on = waiting.today
    FROM ({_WAITING}) AS waiting
    WHERE accounts.id = waiting.id AND accounts.clinic_id = :clinic_id
        AND (accounts.reminded_on IS NULL OR accounts.reminded_on < waiting.today)
    RETURNING accounts.id, accounts.email
""")  # noqa: S608  put together from constants


async def clinics_to_remind(session: AsyncSession) -> list[ClinicToRemind]:
    """Clinics where it is morning and somebody has not been reminded yet today."""
    rows = await (await session.connection()).execute(_CLINICS, _moment())
    return [ClinicToRemind(*row) for row in rows]


async def send(session: AsyncSession, clinic_id: UUID, *, newly_due: int, due: int) -> int:
    """Remind those who have not been reminded today, if anything has become due.

    Returns:
        How many mails were put into the outbox.
    """
    marked = await (await session.connection()).execute(_MARK, _moment() | {"clinic_id": clinic_id})
    accounts = marked.all() if newly_due else []
    for account in accounts:
        enqueue(
            session,
            MailTemplate.LESIONS_DUE,
            account.email,
            subject_id=account.id,
            facts={"newly_due": newly_due, "due": due},
        )
    return len(accounts)


def _moment() -> dict[str, Any]:
    return {"moment": clock.now(), "morning": MORNING}
