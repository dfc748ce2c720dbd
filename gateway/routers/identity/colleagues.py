"""/users/colleagues: the people of one's own clinic."""

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit
from gateway.routers.guards import Router, limited, permit
from gateway.schemas.accounts import Colleague
from gateway.schemas.fields import Page
from service_kit.reasons import Reason

router = Router(prefix="/users", tags=["users"])


@router.get(
    "/colleagues",
    dependencies=[permit(access_pb2.PERMISSION_READ_PATIENTS), limited("api")],
    responses=answers(401, 403, 422, 429, 503, Reason.CURSOR_INVALID),
)
async def list_colleagues(
    clients: ClientsDep, limit: Limit = 50, cursor: Cursor = ""
) -> Page[Colleague]:
    """Everyone at my clinic, myself and former colleagues included, oldest account first."""
    page = await clients.accounts.ListColleagues(
        pb.ListColleaguesRequest(limit=limit, cursor=cursor)
    )
    return Page.of([Colleague.of(one) for one in page.colleagues], page.next_cursor)
