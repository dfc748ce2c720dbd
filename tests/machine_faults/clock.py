"""The services' clock is set forward by half an hour, and back again (libfaketime)."""

from pathlib import Path

import pytest

from tests.machine_faults.clinic import Clinic, clinic
from tests.photos import unique

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
SERVICES = ("auth_service", "patient_service", "gateway")


@pytest.mark.timeout(400)
async def fault_the_clock_jumps(tmp_path: Path) -> None:
    if not LIBRARIES:
        pytest.skip("apt-get install libfaketime")
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    faked = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        # Timers run on as they do when an operator sets the clock.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    settings = {name: dict(faked) for name in SERVICES}
    settings["auth_service"]["ACCESS_TOKEN_SECONDS"] = "600"
    async with clinic(tmp_path / "stack", settings) as system:
        await _works(system)
        offset.write_text("+30m\n")
        # The token has ended; the session has not.
        await _is_told_to_refresh(system)
        await _works(system)
        offset.write_text("+0\n")
        # A token of the future counts no more than one of the past.
        await _is_told_to_refresh(system)
        await _works(system)
        # Each photo once, each with its diagnosis.
        assert await system.stored() == 3


async def _works(system: Clinic) -> None:
    answer = await system.clinician.upload(system.patient, unique())
    assert answer.is_success, answer.text
    settled = await system.clinician.settled(answer.json())
    assert settled["status"] == "complete"


async def _is_told_to_refresh(system: Clinic) -> None:
    """As the web client does: 401, then a new token for the cookie."""
    http = system.clinician.http
    refused = await http.get(f"/patients/{system.patient}")
    assert refused.status_code == 401, refused.text
    renewed = await http.post("/auth/refresh", headers={"origin": system.stack.url})
    assert renewed.status_code == 200, renewed.text
    http.headers["Authorization"] = f"Bearer {renewed.json()['access_token']}"
