"""What the end of the release log asks for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.blobs import Blobs
from serving.contract.releases import ReleaseLog
from serving.replica.torchserve.registrations import newest_of, next_of, version_of


@pytest.mark.parametrize(
    ("entries", "live", "candidate"),
    [
        ([], "", ""),
        (["canary 2"], "", "2"),
        (["release 1"], "1", ""),
        (["release 1", "canary 2"], "1", "2"),
        (["release 1", "canary 2", "shadow 3"], "1", "3"),
        (["release 1", "canary 2", "withdrawal 2"], "1", ""),
        (["release 1", "canary 2", "withdrawal 2", "canary 2"], "1", "2"),
        (["release 1", "canary 2", "release 2"], "2", ""),
        (["release 1", "release 2", "canary 3", "rollback 1"], "1", ""),
    ],
)
async def test_the_end_of_the_log_is_the_desired_state(
    tmp_path: Path, entries: list[str], live: str, candidate: str
) -> None:
    log = ReleaseLog(Blobs(tmp_path.as_uri()), "lesion")
    for entry in entries:
        kind, version = entry.split()
        await log.append(version=version, sha256=version, kind=kind, by="test")  # type: ignore[arg-type]  # parametrised with kinds that exist
    desired = await log.desired()
    assert (desired.live.version if desired.live else "") == live
    assert (desired.candidate.version if desired.candidate else "") == candidate


@given(st.lists(st.sampled_from(["1.0.0", "1.0.1", "2.0.0"]), max_size=30))
def test_a_version_that_is_loaded_again_and_again_never_has_a_name_twice(loads: list[str]) -> None:
    held: list[str] = []
    for version in loads:
        name = next_of(version, held)
        assert name not in held
        assert version_of(name) == version
        held.append(name)
        assert newest_of(version, held) == name
    for version in set(loads):
        assert sum(version_of(name) == version for name in held) == loads.count(version)
