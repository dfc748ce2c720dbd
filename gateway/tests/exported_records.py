"""A record to export."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway
from gateway.tests.pictures import photo
from gateway.tests.test_record import MOMENT, lesion, patient


async def a_record(
    gateway: Gateway, photos: int = 1, *, assessable: bool = True
) -> list[dict[str, Any]]:
    """A patient with a lesion, assessed photos and one verdict."""
    uploaded = [(await gateway.upload(photo())).json() for _ in range(photos)]
    review = pb.Review(
        id="r-1", detection_id=uploaded[0]["id"], image_id=uploaded[0]["image_id"],
        verdict=pb.VERDICT_BIOPSY_BENIGN, note="Dysplastic nevus.\x00\u202e", created_at=MOMENT,
    )  # fmt: skip
    known = patient(birth_date="1961-04-30", sex=pb.SEX_FEMALE, fitzpatrick_type=2)
    known.id = "01a20817-f471-731e-896b-230f70989781"
    gateway.patients.answers["GetPatient"] = pb.GetPatientResponse(patient=known)
    gateway.patients.answers["ListLesions"] = pb.ListLesionsResponse(lesions=[lesion()])
    for image in gateway.patients.images.values():
        image.lesion_id = "l-1"
    for detection in gateway.patients.detections.values():
        detection.finished_at.CopyFrom(MOMENT)
        detection.finding.assessable = assessable
    entries = [pb.TimelineEntry(at=MOMENT, review=review)]
    entries += [
        pb.TimelineEntry(at=MOMENT, detection=d) for d in gateway.patients.detections.values()
    ]
    entries += [pb.TimelineEntry(at=MOMENT, image=i) for i in gateway.patients.images.values()]
    gateway.patients.answers["ListTimeline"] = pb.ListTimelineResponse(entries=entries)
    return uploaded
