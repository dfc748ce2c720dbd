"""/models: the cards of the versions whose answers are in the record."""

from typing import Annotated

from fastapi import Query

from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import CardsDep
from gateway.routers.guards import Router, limited, permit
from gateway.schemas.model_cards import ClinicalCard
from service_kit.reasons import Reason

ThresholdOfAnswer = Annotated[
    float | None,
    Query(
        ge=0,
        le=1,
        description="Of an answer: gives threshold, zones and figures as they hold for it, since a "
        "version can compute in two ways (8-bit arithmetic or single precision).",
    ),
]

router = Router(
    prefix="/models",
    tags=["models"],
    dependencies=[permit(access_pb2.PERMISSION_READ_MODEL_CARDS), limited("api")],
    responses=answers(401, 403, 429, Reason.NO_MODEL_STORE, 503, Reason.STORE_UNAVAILABLE),
)


@router.get("/{version}/card", responses=answers(422, Reason.VERSION_NOT_FOUND))
async def get_model_card(
    version: str, cards: CardsDep, threshold: ThresholdOfAnswer = None
) -> ClinicalCard:
    """The card of a version that is or was live, or a canary."""
    card = await cards.card(version)
    return ClinicalCard.of(card if threshold is None else card.of_answer(threshold))
