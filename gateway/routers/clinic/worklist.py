"""/worklist: where a clinician's day begins, across all patients of the clinic."""

from collections import Counter
from typing import Annotated, Literal

from fastapi import Query

from dermis.auth.v1 import auth_pb2
from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.clients import Clients, every_page
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit, ReplicasDep, SettingsDep
from gateway.routers.guards import WRITE_PATIENTS, Router, limited, permit
from gateway.schemas.detections import ModelName
from gateway.schemas.fields import Page
from gateway.schemas.worklist import (
    Assignments,
    ClinicWeeks,
    ModelInUse,
    OpenByColleague,
    Urgent,
    WorklistCounts,
    WorklistEntry,
)
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason

# The largest page that auth_service gives.
_MOST_COLLEAGUES = 200

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


@router.post(
    "/worklist/assignments",
    status_code=204,
    dependencies=[WRITE_PATIENTS],
    responses=answers(
        422, Reason.INVALID_ID, Reason.ASSIGNMENTS_INVALID, Reason.ASSIGNMENT_CHANGED,
        Reason.COLLEAGUE_NOT_FOUND, Reason.IMAGE_NOT_FOUND, Reason.IMAGE_VOIDED,
        Reason.PATIENT_ARCHIVED,
    ),
)  # fmt: skip
async def assign(body: Assignments, clients: ClientsDep) -> None:
    """Assign photos to colleagues, take them, or give them back: all of them or none.

    Refused if a colleague has assigned one of them otherwise since `assigned_before`.
    """
    await _refuse_strangers(clients, {one.assigned_to for one in body.assignments} - {None})
    assignments = [one.message() for one in body.assignments]
    await clients.worklists.AssignImages(pb.AssignImagesRequest(assignments=assignments))


@router.get("/worklist/urgent")
async def list_urgent(clients: ClientsDep) -> Urgent:
    """What I should look at first: nothing that is assigned to somebody else."""
    return Urgent.of(await clients.worklists.ListUrgent(pb.ListUrgentRequest()))


@router.get("/worklist/team")
async def count_by_colleague(clients: ClientsDep) -> OpenByColleague:
    """What is open, by the colleague it is assigned to."""
    return OpenByColleague.of(
        await clients.worklists.CountByColleague(pb.CountByColleagueRequest())
    )


@router.get("/worklist/figures")
async def get_clinic_figures(clients: ClientsDep) -> ClinicWeeks:
    """How the clinic and the model did in the last eight weeks."""
    return ClinicWeeks.of(await clients.worklists.GetClinicFigures(pb.GetClinicFiguresRequest()))


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


async def _refuse_strangers(clients: Clients, accounts: set[str | None]) -> None:
    """Refuse accounts that don't work at the caller's clinic; only auth_service knows who does.

    Raises:
        DomainError: NOT_FOUND / COLLEAGUE_NOT_FOUND.
    """
    sought = accounts - {str(current_principal().user_id)}
    if not sought:
        return
    pages = every_page(
        lambda cursor: clients.accounts.ListColleagues(
            auth_pb2.ListColleaguesRequest(limit=_MOST_COLLEAGUES, cursor=cursor)
        )
    )
    async for page in pages:
        sought -= {one.id for one in page.colleagues if not one.has_left}
        if not sought:
            return
    raise DomainError(Reason.COLLEAGUE_NOT_FOUND)
