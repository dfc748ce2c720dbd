"""Names of the people who write in a clinic's record."""

from collections.abc import Mapping

import grpc
import structlog

from dermis.auth.v1 import auth_pb2 as pb
from gateway.clients import Clients, every_page

log = structlog.get_logger()

_PAGE = 200


async def names(clients: Clients) -> Mapping[str, str]:
    """Full names of the caller's clinic, by account; none while auth_service is away.

    A report is still right without names, so it never fails for lack of them.
    """
    found: dict[str, str] = {}
    try:
        async for page in every_page(
            lambda cursor: clients.accounts.ListColleagues(
                pb.ListColleaguesRequest(limit=_PAGE, cursor=cursor)
            )
        ):
            found |= {one.id: one.full_name for one in page.colleagues}
    except grpc.aio.AioRpcError as error:
        log.warning("colleagues' names are missing", code=error.code().name)
    return found
