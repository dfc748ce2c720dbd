"""ImageService: photos are stored, read, listed and moved between lesions."""

from collections.abc import AsyncIterator
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.images import copies, corrections, objects, stored_images, uploads
from patient_service.images.corrections import Correction
from patient_service.models import Image
from patient_service.servicers.detection_messages import detection_message
from patient_service.servicers.messages import (
    copy_message,
    image_message,
    optional_id,
    overview_region,
)
from patient_service.servicers.received_photo import receive
from service_kit import clock
from service_kit.blobs import Blobs
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.ids import parse_id
from service_kit.paging import PageRequest

# For the audit.
_VIEWED = {pb.IMAGE_VARIANT_THUMBNAIL: "thumbnail", pb.IMAGE_VARIANT_SENT: "file as sent"}


class ImageServicer(patient_pb2_grpc.ImageServiceServicer):
    """Images of the caller's clinic."""

    def __init__(self, database: Database, blobs: Blobs, cursors: Cursors) -> None:
        self._database = database
        self._blobs = blobs
        self._cursors = cursors

    async def AddImage(
        self, request_iterator: AsyncIterator[pb.AddImageRequest], context: Any
    ) -> pb.AddImageResponse:
        """Store a photo."""
        header, data = await receive(request_iterator)
        stored = await uploads.store(self._database, self._blobs, header, data)
        detection = None
        if stored.detection:
            detection = detection_message(stored.detection, stored.image.lesion_id)
        return pb.AddImageResponse(
            image=image_message(stored.image, stored.also_of),
            replayed=stored.replayed,
            detection=detection,
        )

    async def FindCopies(
        self, request: pb.FindCopiesRequest, context: Any
    ) -> pb.FindCopiesResponse:
        """Which files the clinic has already."""
        async with self._database.session() as session:
            found = await copies.find(session, request.digests)
        return pb.FindCopiesResponse(copies=[copy_message(copy) for copy in found])

    async def GetImage(
        self, request: pb.GetImageRequest, context: Any
    ) -> AsyncIterator[pb.GetImageResponse]:
        """Read an image, its thumbnail or the file as it was sent."""
        image = await self._viewed(request.image_id, _VIEWED.get(request.variant, "original"))
        # Outside the transaction: neither audit nor connection may wait for a slow reader.
        parts = self._original(image)
        if request.variant == pb.IMAGE_VARIANT_THUMBNAIL:
            parts = self._thumbnail(image)
        elif request.variant == pb.IMAGE_VARIANT_SENT and image.original_size:
            parts = self._sent(image, image.original_size)
        async for part in parts:
            yield part

    async def ReadImages(
        self, request: pb.ReadImagesRequest, context: Any
    ) -> AsyncIterator[pb.ReadImagesResponse]:
        """Read many images, each audited when its turn comes."""
        for named in request.image_ids:
            image = await self._viewed(named, "original")
            yield pb.ReadImagesResponse(content=_stored(image))
            async for chunk in objects.stream(self._blobs, image):
                yield pb.ReadImagesResponse(chunk=chunk)

    async def GetImageInfo(
        self, request: pb.GetImageInfoRequest, context: Any
    ) -> pb.GetImageInfoResponse:
        """An image's description."""
        image = await self._viewed(request.image_id, "description")
        return pb.GetImageInfoResponse(image=image_message(image))

    async def ListImages(
        self, request: pb.ListImagesRequest, context: Any
    ) -> pb.ListImagesResponse:
        """Page through a patient's images."""
        patient_id = parse_id(request.patient_id, "patient")
        lesion_id = optional_id(request.lesion_id, "lesion")
        collection = (
            f"images by time patient={patient_id} lesion={lesion_id} tray={request.unsorted}"
            f" voided={request.voided} overviews={request.overviews}"
        )
        asked = PageRequest.of(request, collection, self._cursors)
        page = await stored_images.page(
            self._database,
            patient_id,
            lesion_id=lesion_id,
            unsorted=request.unsorted,
            overviews=request.overviews,
            voided=request.voided,
            size=asked.size,
            position=asked.position,
        )
        return pb.ListImagesResponse(
            images=[image_message(image) for image in page.rows],
            next_cursor=asked.next_cursor(page),
        )

    async def MoveImage(self, request: pb.MoveImageRequest, context: Any) -> pb.MoveImageResponse:
        """Move an image to a lesion or to the unsorted tray."""
        async with self._database.session() as session:
            lesion_id = optional_id(request.lesion_id, "lesion")
            image = await corrections.correct(
                session,
                parse_id(request.image_id, "image"),
                Correction(lesion_id=lesion_id, unsorted=lesion_id is None),
            )
        return pb.MoveImageResponse(image=image_message(image))

    async def UpdateImage(
        self, request: pb.UpdateImageRequest, context: Any
    ) -> pb.UpdateImageResponse:
        """Correct where an image belongs and when it was taken."""
        captured = request.HasField("captured_at")
        correction = Correction(
            patient_id=optional_id(request.patient_id, "patient"),
            lesion_id=optional_id(request.lesion_id, "lesion"),
            unsorted=request.HasField("lesion_id") and not request.lesion_id,
            captured_at=clock.from_timestamp(request.captured_at) if captured else None,
            overview=overview_region(request.overview) if request.HasField("overview") else None,
        )
        async with self._database.session() as session:
            image = await corrections.correct(
                session, parse_id(request.image_id, "image"), correction, request.version
            )
        return pb.UpdateImageResponse(image=image_message(image))

    async def VoidImage(self, request: pb.VoidImageRequest, context: Any) -> pb.VoidImageResponse:
        """Mark an image as entered in error."""
        async with self._database.session() as session:
            image = await corrections.void(
                session, parse_id(request.image_id, "image"), request.reason, request.version
            )
        return pb.VoidImageResponse(image=image_message(image))

    async def RestoreImage(
        self, request: pb.RestoreImageRequest, context: Any
    ) -> pb.RestoreImageResponse:
        """Take that back."""
        async with self._database.session() as session:
            image = await corrections.restore(session, parse_id(request.image_id, "image"))
        return pb.RestoreImageResponse(image=image_message(image))

    async def _viewed(self, named: str, what: str) -> Image:
        image_id = parse_id(named, "image")
        shown = stored_images.VIEW.to({"what": what}, image_id=image_id)
        ((*found,),) = await self._database.at_once(shown)
        if not found:
            async with self._database.session() as session:
                found = [await stored_images.view(session, image_id, what=what)]
        image: Image = found[0]
        return image

    async def _original(self, image: Image) -> AsyncIterator[pb.GetImageResponse]:
        yield pb.GetImageResponse(content=_stored(image))
        async for chunk in objects.stream(self._blobs, image):
            yield pb.GetImageResponse(chunk=chunk)

    async def _sent(self, image: Image, size: int) -> AsyncIterator[pb.GetImageResponse]:
        content = pb.ImageContent(
            image=image_message(image),
            media_type=image.original_media_type or "",
            size=size,
            etag=f"{image.sha256}-sent",
        )
        yield pb.GetImageResponse(content=content)
        async for chunk in objects.stream(self._blobs, image, as_sent=True):
            yield pb.GetImageResponse(chunk=chunk)

    async def _thumbnail(self, image: Image) -> AsyncIterator[pb.GetImageResponse]:
        data = await objects.thumbnail(self._blobs, image)
        content = pb.ImageContent(
            image=image_message(image),
            media_type="image/jpeg",
            size=len(data),
            etag=f"{image.sha256}-thumbnail",
        )
        yield pb.GetImageResponse(content=content)
        yield pb.GetImageResponse(chunk=data)


def _stored(image: Image) -> pb.ImageContent:
    return pb.ImageContent(
        image=image_message(image),
        media_type=image.media_type,
        size=image.size,
        etag=image.sha256,
    )
