"""The caller's clinic as its reports show it, and the words of the reader."""

import zoneinfo

import grpc
import structlog

from dermis.auth.v1 import auth_pb2 as pb
from gateway.clients import Clients
from gateway.exports.place_words import Language
from gateway.exports.report_words import Words

log = structlog.get_logger()


async def letterhead(clients: Clients) -> pb.Letterhead:
    """The clinic's letterhead; an empty one while auth_service is away.

    A report is still right without it, so it never fails for lack of one.
    """
    try:
        return (await clients.clinic.GetClinic(pb.GetClinicRequest())).letterhead
    except grpc.aio.AioRpcError as error:
        log.warning("letterhead is missing", code=error.code().name)
        return pb.Letterhead()


def words(language: Language, clinic: pb.Letterhead) -> Words:
    """A reader's language and the clinic's time zone; UTC where that isn't known."""
    try:
        zone = zoneinfo.ZoneInfo(clinic.time_zone or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo("UTC")
    return Words(language, zone)
