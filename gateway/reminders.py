"""Reminders: clinicians who asked for them get a mail in the morning when lesions become due.

auth_service knows who wants them, patient_service knows the dates. Every gateway runs this loop;
auth_service makes sure that nobody gets two mails.
"""

import asyncio

import grpc
import structlog

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2
from gateway.clients import Clients, ServiceToken
from service_kit.request_context import Request, set_current_request

log = structlog.get_logger()

PAUSE_SECONDS = 600.0


class Reminders:
    """The loop of one gateway."""

    def __init__(self, clients: Clients, token: ServiceToken) -> None:
        self._clients = clients
        self._token = token

    async def run(self) -> None:
        """Send reminders until cancelled."""
        while True:
            try:
                await self.step()
            except grpc.aio.AioRpcError as error:
                log.warning("reminders not sent", status=error.code().name)
            except Exception:
                # The loop must outlive whatever one clinic brings up.
                log.exception("reminders failed")
            await asyncio.sleep(PAUSE_SECONDS)

    async def step(self) -> int:
        """Send today's reminders that have not been sent yet; the number of mails."""
        set_current_request(Request())
        metadata = await self._token.metadata()
        waiting = await self._clients.reminders.ListClinicsToRemind(
            auth_pb2.ListClinicsToRemindRequest(), metadata=metadata
        )
        mails = 0
        for clinic in waiting.clinics:
            due = await self._clients.due_lesions.CountDue(
                patient_pb2.CountDueRequest(
                    clinic_id=clinic.clinic_id, reminded_on=clinic.reminded_on, today=clinic.today
                ),
                metadata=metadata,
            )
            sent = await self._clients.reminders.SendReminders(
                auth_pb2.SendRemindersRequest(
                    clinic_id=clinic.clinic_id, newly_due=due.newly_due, due=due.due
                ),
                metadata=metadata,
            )
            mails += sent.mails
        if mails:
            log.info("reminders", mails=mails)
        return mails
