"""The names of those who write in a clinic's record."""

from collections.abc import Mapping

import grpc
import structlog

from dermis.auth.v1 import auth_pb2 as pb
from gateway.clients import Clients

log = structlog.get_logger()

_PAGE = 200


async def names(clients: Clients) -> Mapping[str, str]:
    """Full names of the caller's clinic, by account; none while auth_service is away.

    What is signed with them is right without them too, so nobody has to wait for a name.
    """
    found: dict[str, str] = {}
    cursor, more = "", True
    try:
        while more:
            page = await clients.accounts.ListColleagues(
                pb.ListColleaguesRequest(limit=_PAGE, cursor=cursor)
            )
            found |= {one.id: one.full_name for one in page.colleagues}
            cursor = page.next_cursor
            more = bool(cursor)
    except grpc.aio.AioRpcError as error:
        log.warning("colleagues_unknown", code=error.code().name)
    return found
