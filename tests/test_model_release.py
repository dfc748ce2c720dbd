"""An ML engineer brings a model to life and back by `dermis-model` alone, on the real system."""

import json
import stat
import zipfile
from pathlib import Path

from serving.archives.members import OPTIONAL, WEIGHTS
from serving.archives.packing import build_archive
from tests.engineer import Engineer
from tests.shipped import shipped_archive


def next_version(folder: Path, version: str, golden_shift: float = 0) -> Path:
    """The shipped model under another version."""
    shipped = shipped_archive()
    (folder / WEIGHTS).write_bytes(shipped.read(WEIGHTS))
    held = zipfile.ZipFile(shipped.path).namelist()
    optional = [folder / name for name in OPTIONAL if name in held]
    for path in optional:
        path.write_bytes(shipped.read(path.name))
    golden, golden_int8 = [], []
    for image in shipped.golden:
        (folder / image.file).write_bytes(shipped.read(image.file))
        golden.append((folder / image.file, abs(image.probability_malignant - golden_shift)))
        if (in_8_bits := image.expected("int8")) is not None:
            golden_int8.append(abs(in_8_bits - golden_shift))
    card = shipped.card.model_copy(update={"version": version})
    return build_archive(
        weights=folder / WEIGHTS,
        card=card,
        golden=golden,
        golden_int8=golden_int8,
        out=folder,
        optional=optional,
    )


async def test_a_kept_sign_in_is_for_nobody_else_to_read(engineer: Engineer) -> None:
    kept = engineer.home / "config" / "dermis" / "sign_in.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert list(json.loads(kept.read_text())) == [engineer.environment["DERMIS_URL"]]


async def test_a_model_is_signed_pushed_released_and_rolled_back(
    engineer: Engineer, tmp_path: Path
) -> None:
    before = (await engineer.run("status"))["replicas"][0]["live_version"]
    archive = next_version(tmp_path, "90.0.0")
    keys = await engineer.run("keygen")
    await engineer.run("sign", archive, "--key", keys["private"])
    verified = await engineer.run("verify", archive, "--trusted", engineer.home)
    assert verified["signed_by"] == keys["fingerprint"]
    assert (await engineer.run("push", archive))["version"] == "90.0.0"
    tried = await engineer.run("try", "90.0.0")
    assert tried["passed"] is True
    released = await engineer.run("release", "90.0.0", "--why", "a test")
    assert released == {"live": "90.0.0", "replicas": 1}
    assert (await engineer.run("status"))["releases"][0]["why"] == "a test"
    back = await engineer.run("rollback", "--why", "the test is over")
    assert back == {"live": before, "replicas": 1}


async def test_a_model_is_shown_photos_before_its_release_and_withdrawn(
    engineer: Engineer, tmp_path: Path
) -> None:
    live = (await engineer.run("status"))["replicas"][0]["live_version"]
    await engineer.run("push", next_version(tmp_path, "90.1.0"))
    shadow = await engineer.run("shadow", "90.1.0", "--why", "a look")
    assert shadow == {"shadow": "90.1.0", "replicas": 1}
    assert (await engineer.run("agreement", "90.1.0"))["version"] == "90.1.0"
    canary = await engineer.run("canary", "90.1.0", "--percent", "5")
    assert canary == {"canary": "90.1.0", "replicas": 1}
    status = await engineer.run("status")
    assert (status["candidate"]["percent"], status["canary"]["percent"]) == (5, 5)
    assert status["replicas"][0]["live_version"] == live
    withdrawn = await engineer.run("withdraw", "--why", "enough")
    assert withdrawn == {"withdrawn": "90.1.0", "replicas": 1}
    assert (await engineer.run("status"))["replicas"][0]["candidate"] is None
    assert (await engineer.run("withdraw", fails=True))["error"] == "NO_CANDIDATE"


async def test_the_live_model_is_fetched_and_loaded_anew(engineer: Engineer) -> None:
    live = (await engineer.run("status"))["replicas"][0]["live_version"]
    assert await engineer.run("regenerate") == {"replicas": 1}
    assert (await engineer.run("status"))["replicas"][0]["live_version"] == live


async def test_a_model_that_answers_otherwise_than_its_archive_says_is_told_with_its_reason(
    engineer: Engineer, tmp_path: Path
) -> None:
    before = (await engineer.run("status"))["replicas"][0]["live_version"]
    archive = next_version(tmp_path, "90.0.1", golden_shift=0.3)
    found = await engineer.run("verify", archive, fails=True)
    assert found["error"] == "GOLDEN_IMAGES_DIFFER"
    await engineer.run("push", archive)
    refused = await engineer.run("release", "90.0.1", fails=True)
    assert refused["error"] == "RELEASE_REFUSED"
    assert "golden_00.jpg is off" in refused["details"][0]
    assert (await engineer.run("rollback"))["live"] == before


async def test_refusals_are_told_in_a_line(engineer: Engineer, tmp_path: Path) -> None:
    (tmp_path / "x.mar").write_bytes(b"no zip")
    for words, reason in (
        (("push", tmp_path / "x.mar"), "ARCHIVE_REFUSED"),
        (("verify", tmp_path / "x.mar"), "ARCHIVE_REFUSED"),
        (("release", "99.9.9"), "VERSION_NOT_FOUND"),
        (("status", "--url", "http://127.0.0.1:9"), "SIGN_IN_REQUIRED"),
    ):
        assert (await engineer.run(*words, fails=True))["error"] == reason
