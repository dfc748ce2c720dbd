"""A second version for the administrator's pictures: the shipped model under another number."""

import asyncio
from pathlib import Path

from local_stack.api_client import Clinician, Refused
from tests import photos
from tests.conftest import profile
from tests.test_model_release import next_version

VERSION = "1.3.0"
# High enough that both versions answer some of so few photos.
PERCENT = 50
PATIENTS = 16
READY_SECONDS = 240


async def begin_canary(admin: Clinician, doctor: Clinician, folder: Path) -> None:
    """Upload a version, let it answer for some patients, and have both versions answer photos."""
    archive = next_version(folder, VERSION)
    uploaded = await admin.http.post(
        "/admin/upload-model",
        files={"file": (archive.name, archive.read_bytes())},
        timeout=READY_SECONDS,
    )
    if uploaded.is_error:
        raise Refused(uploaded)
    why = {"why": "The same weights in a new archive: every answer should agree."}
    await admin.call("POST", f"/admin/models/{VERSION}/canary?percent={PERCENT}", why)
    async with asyncio.timeout(READY_SECONDS):
        while not await _answers(admin):
            await asyncio.sleep(0.5)
    for _ in range(PATIENTS):
        patient = await doctor.add_patient(profile())
        await doctor.settled((await doctor.upload(patient, photos.unique())).json())


async def _answers(admin: Clinician) -> bool:
    serving = await admin.call("GET", "/admin/serving")
    return any(replica["candidate"] for replica in serving["replicas"])
