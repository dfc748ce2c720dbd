"""/admin/models/…/compared-with: two versions side by side."""

from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.model_store.comparison import compared
from gateway.routers.dependencies import ShelfDep
from gateway.routers.guards import Router, limited, permit
from gateway.routers.releases.models import STORE
from gateway.schemas.comparison import ModelComparison
from service_kit.reasons import Reason

router = Router(
    prefix="/admin/models",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_MODELS), limited("api")],
    responses=answers(401, 403, 429, *STORE),
)


@router.get("/{version}/compared-with/{other}", responses=answers(422, Reason.VERSION_NOT_FOUND))
async def compare_models(version: str, other: str, shelf: ShelfDep) -> ModelComparison:
    """Two versions: figures and whether they differ, curves, cards, and where they disagree."""
    return ModelComparison.of(await compared(await shelf.read(), shelf.cases, version, other))
