"""/images: stored photos, and the lesions they belong to."""

from typing import Annotated

from fastapi import Header, Query, Response
from starlette.responses import StreamingResponse

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments import stored_images
from gateway.clients import Clients
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit, SeenVersion
from gateway.routers.guards import READ_PATIENTS, WRITE_PATIENTS, Router, limited
from gateway.schemas.copies import Copies, Copy, FileDigests
from gateway.schemas.fields import Page
from gateway.schemas.images import EnteredInError, Image, ImageCorrection, ImageRecord
from service_kit.reasons import Reason

# A photo never changes, but a shared computer must hold none once its clinician has signed out: the
# page keeps what it shows in memory, and nothing goes to the browser's disk.
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization"}

IfNoneMatch = Annotated[str, Header(description="ETags the client has.")]

# What routes about one photo answer, those that correct it, and those that read its file.
ONE = (Reason.IMAGE_NOT_FOUND, Reason.INVALID_ID, 422)
CORRECTED = (
    *ONE, Reason.PATIENT_ARCHIVED, Reason.PATIENT_MERGED, Reason.IMAGE_VOIDED,
    Reason.VERSION_CONFLICT, Reason.IF_MATCH_REQUIRED,
)  # fmt: skip
FILE = (*ONE, Reason.IMAGE_LOST, 503, Reason.STORE_UNAVAILABLE)

router = Router(tags=["images"], responses=answers(401, 403, 429, 503))


@router.get(
    "/patients/{patient_id}/images",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(
        Reason.PATIENT_NOT_FOUND,
        Reason.LESION_NOT_FOUND,
        Reason.INVALID_ID,
        Reason.CURSOR_INVALID,
        422,
    ),
)
async def list_images(
    patient_id: str,
    clients: ClientsDep,
    lesion_id: Annotated[str, Query(max_length=64, description="Only this lesion's.")] = "",
    unsorted: Annotated[bool, Query(description="Only photos without a lesion.")] = False,
    overviews: Annotated[
        bool, Query(description="Only overview photos, which are never unsorted.")
    ] = False,
    entered_in_error: Annotated[bool, Query(description="Those entered in error.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[Image]:
    """A patient's photos by when they were taken, newest first."""
    page = await clients.images.ListImages(
        pb.ListImagesRequest(
            patient_id=patient_id, lesion_id=lesion_id, unsorted=unsorted, limit=limit,
            cursor=cursor, voided=entered_in_error, overviews=overviews,
        )
    )  # fmt: skip
    return Page.of([Image.of(image) for image in page.images], page.next_cursor)


@router.post(
    "/images/copies",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(Reason.DIGESTS_INVALID, 422),
)
async def find_copies(body: FileDigests, clients: ClientsDep) -> Copies:
    """Which files my clinic has already, asked before they are sent: nobody is refused for it."""
    answer = await clients.images.FindCopies(pb.FindCopiesRequest(digests=body.digests))
    return Copies(items=[Copy.of(copy) for copy in answer.copies])


@router.get(
    "/images/{image_id}",
    dependencies=[READ_PATIENTS, limited("api")],
    responses={
        200: {"content": {"image/jpeg": {}, "image/png": {}}, "description": "The photo."},
        304: {"description": "The client has it already."},
        **answers(*FILE),
    },
    response_class=StreamingResponse,
)
async def get_image(
    image_id: str, clients: ClientsDep, if_none_match: IfNoneMatch = ""
) -> Response:
    """A photo as stored."""
    return await _streamed(clients, image_id, pb.IMAGE_VARIANT_ORIGINAL, if_none_match)


@router.get(
    "/images/{image_id}/thumbnail",
    dependencies=[READ_PATIENTS, limited("api")],
    responses={
        200: {"content": {"image/jpeg": {}}, "description": "The thumbnail."},
        304: {"description": "The client has it already."},
        **answers(*FILE),
    },
    response_class=StreamingResponse,
)
async def get_thumbnail(
    image_id: str, clients: ClientsDep, if_none_match: IfNoneMatch = ""
) -> Response:
    """A thumbnail, at most 320 pixels on its longer side."""
    return await _streamed(clients, image_id, pb.IMAGE_VARIANT_THUMBNAIL, if_none_match)


@router.get(
    "/images/{image_id}/original",
    dependencies=[READ_PATIENTS, limited("api")],
    responses={
        200: {
            "content": {f"image/{kind}": {} for kind in ("jpeg", "png", "heic", "webp", "tiff")},
            "description": "The file, to be saved.",
        },
        304: {"description": "The client has it already."},
        **answers(*FILE),
    },
    response_class=StreamingResponse,
)
async def get_original(
    image_id: str, clients: ClientsDep, if_none_match: IfNoneMatch = ""
) -> Response:
    """A photo's file in the format it was sent in, without its metadata, to be saved."""
    answer = await _streamed(clients, image_id, pb.IMAGE_VARIANT_SENT, if_none_match)
    ending = answer.headers.get("content-type", "").removeprefix("image/").replace("jpeg", "jpg")
    # Its name says nothing about the patient.
    answer.headers["Content-Disposition"] = f'attachment; filename="{image_id}.{ending}"'
    return answer


@router.get(
    "/images/{image_id}/info", dependencies=[READ_PATIENTS, limited("api")], responses=answers(*ONE)
)
async def get_image_info(image_id: str, clients: ClientsDep) -> Image:
    """What is known about a photo, without its bytes."""
    answer = await clients.images.GetImageInfo(pb.GetImageInfoRequest(image_id=image_id))
    return Image.of(answer.image)


@router.get(
    "/images/{image_id}/record",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(*ONE),
)
async def get_image_record(image_id: str, clients: ClientsDep) -> ImageRecord:
    """All answers and all verdicts of a photo, and which verdict stands."""
    answer = await clients.detections.GetImageRecord(pb.GetImageRecordRequest(image_id=image_id))
    return ImageRecord.of(answer)


@router.patch(
    "/images/{image_id}",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        *CORRECTED,
        Reason.PATIENT_NOT_FOUND,
        Reason.LESION_NOT_FOUND,
        Reason.CAPTURED_IN_FUTURE,
        Reason.CAPTURED_TOO_EARLY,
        Reason.IMAGE_IS_OVERVIEW,
        Reason.IMAGE_NOT_OVERVIEW,
    ),
)
async def correct_image(
    image_id: str, body: ImageCorrection, version: SeenVersion, clients: ClientsDep
) -> Image:
    """Move a photo to another lesion or patient, or correct when it was taken.

    Its results and verdicts go with it. 412 if somebody has corrected it since the version in
    If-Match.
    """
    answer = await clients.images.UpdateImage(body.message(image_id, version))
    return Image.of(answer.image)


@router.post(
    "/images/{image_id}/entered-in-error",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        *CORRECTED, Reason.TEXT_REQUIRED, Reason.TEXT_TOO_LONG, Reason.TEXT_NOT_ALLOWED
    ),
)
async def void_image(
    image_id: str, body: EnteredInError, version: SeenVersion, clients: ClientsDep
) -> Image:
    """Mark a photo as entered in error: it leaves lists and exports, restorable for 30 days."""
    answer = await clients.images.VoidImage(
        pb.VoidImageRequest(image_id=image_id, version=version, reason=body.reason)
    )
    return Image.of(answer.image)


@router.post(
    "/images/{image_id}/restore",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(*ONE, Reason.PATIENT_ARCHIVED, Reason.RESTORE_TOO_LATE),
)
async def restore_image(image_id: str, clients: ClientsDep) -> Image:
    """Take back that a photo was entered in error."""
    answer = await clients.images.RestoreImage(pb.RestoreImageRequest(image_id=image_id))
    return Image.of(answer.image)


async def _streamed(
    clients: Clients, image_id: str, variant: pb.ImageVariant.ValueType, if_none_match: str
) -> Response:
    found = await stored_images.stream(clients, image_id, variant)
    etag = f'"{found.content.etag}"'
    headers = {"ETag": etag, **PRIVATE}
    if etag in [known.strip().removeprefix("W/") for known in if_none_match.split(",")]:
        found.close()
        return Response(status_code=304, headers=headers)
    await found.begin()
    headers["Content-Length"] = str(found.content.size)
    return StreamingResponse(found.chunks(), media_type=found.content.media_type, headers=headers)
