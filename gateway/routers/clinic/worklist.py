"""/worklist: where a clinician's day begins, across all patients of the clinic."""

from collections import Counter
from typing import Annotated, Literal

from fastapi import Query

from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit, ReplicasDep, SettingsDep
from gateway.routers.guards import Router, limited, permit
from gateway.schemas.detections import ModelName
from gateway.schemas.fields import Page
from gateway.schemas.worklist import ModelInUse, WorklistCounts, WorklistEntry
from service_kit.reasons import Reason

State = Literal["recent", "unreviewed", "pending", "due", "archived_open"]

router = Router(
    tags=["worklist"],
    dependencies=[permit(access_pb2.PERMISSION_READ_PATIENTS), limited("api")],
    responses=answers(401, 403, 429, 503),
)


@router.get("/worklist/detections", responses=answers(422, Reason.CURSOR_INVALID))
async def list_worklist(
    clients: ClientsDep,
    state: Annotated[
        State,
        Query(
            description="All; awaiting a verdict; waiting for the model; to be seen again, by date;"
            " or of archived patients, malignant and still open."
        ),
    ],
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[WorklistEntry]:
    """The clinic's newest detections, one per photo, each with the verdict that stands."""
    kind = pb.WorklistKind.Value(f"WORKLIST_KIND_{state.upper()}")
    return await _page(clients, kind, limit, cursor)


@router.get("/worklist/follow-ups", responses=answers(422, Reason.CURSOR_INVALID))
async def list_follow_ups(
    clients: ClientsDep, limit: Limit = 50, cursor: Cursor = ""
) -> Page[WorklistEntry]:
    """Lesions that clinicians consider malignant and whose biopsy result is outstanding."""
    return await _page(clients, pb.WORKLIST_KIND_FOLLOW_UP, limit, cursor)


@router.get("/worklist/counts")
async def count_worklist(clients: ClientsDep) -> WorklistCounts:
    """How long the lists are."""
    counts = await clients.detections.CountWorklist(pb.CountWorklistRequest())
    return WorklistCounts(
        unreviewed=counts.unreviewed,
        pending=counts.pending,
        follow_up=counts.follow_up,
        due=counts.due,
        archived_open=counts.archived_open,
    )


@router.get("/predict/model")
async def get_model_in_use(replicas: ReplicasDep, settings: SettingsDep) -> ModelInUse:
    """Which model answers now: the version that most replicas serve."""
    serving = Counter(replica.live_version for replica in replicas.known if replica.live_version)
    if not serving:
        return ModelInUse(model=None, replicas=0)
    version, count = serving.most_common(1)[0]
    return ModelInUse(model=ModelName(name=settings.model_name, version=version), replicas=count)


async def _page(
    clients: ClientsDep, kind: pb.WorklistKind.ValueType, limit: int, cursor: str
) -> Page[WorklistEntry]:
    page = await clients.detections.ListWorklist(
        pb.ListWorklistRequest(kind=kind, limit=limit, cursor=cursor)
    )
    return Page.of([WorklistEntry.of(entry) for entry in page.entries], page.next_cursor)
