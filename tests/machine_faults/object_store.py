"""The object store goes away and comes back: uploads are told so, and work again by themselves."""

from pathlib import Path

import pytest

from service_kit.tests.s3_server import BUCKET, S3Server
from tests.machine_faults.clinic import clinic
from tests.photos import unique
from tests.problems import assert_problem


@pytest.mark.timeout(400)
async def fault_the_object_store_is_away(tmp_path: Path) -> None:
    folder = tmp_path / "s3"
    folder.mkdir()
    store = S3Server(folder)
    store.start()
    settings = {"patient_service": store.settings | {"IMAGE_STORE_URL": f"s3://{BUCKET}/photos"}}
    try:
        async with clinic(tmp_path / "stack", settings) as system:
            kept = await system.clinician.upload(system.patient, unique())
            assert kept.status_code == 201, kept.text
            store.kill()
            refused = await system.clinician.upload(system.patient, unique())
            assert_problem(refused, 503, "STORE_UNAVAILABLE")
            assert int(refused.headers["retry-after"]) >= 1
            # The record goes on; nothing was recorded without its photo.
            assert await system.stored() == 1
            unseen = await system.clinician.http.get(f"/images/{kept.json()['image_id']}")
            assert_problem(unseen, 503, "STORE_UNAVAILABLE")
            store.start()
            await system.until_uploads_work()
            seen = await system.clinician.http.get(f"/images/{kept.json()['image_id']}")
            assert seen.status_code == 200
            assert await system.stored() == 2
    finally:
        store.kill()
