"""The demo clinic is made once, however often its making is interrupted."""

from pathlib import Path

import pytest

from local_stack.api_client import Clinician, SignIn
from local_stack.demo import DemoClinic, Row
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from serving import examples


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


async def test_a_demo_interrupted_anywhere_goes_on_where_it_was(
    stack: Stack, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted_sign_in(*_: object, **__: object) -> SignIn:
        raise Interrupted

    with monkeypatch.context() as patched:
        # The password is kept, nothing is registered.
        patched.setattr(Clinician, "sign_in", interrupted_sign_in)
        with pytest.raises(Interrupted):
            await _demo(stack, mailbox, tmp_path)
    with pytest.raises(Interrupted):
        await _demo(stack, mailbox, tmp_path, until=5)
    rows = await _demo(stack, mailbox, tmp_path)
    assert [row.image for row in rows] == [example.path.name for example in examples.read()]
    assert len({row.detection_id for row in rows}) == len(rows)

    # One sign-in for both, since each waits for a TOTP step of its own.
    async with Clinician(stack.url, mailbox) as clinician:
        clinic = DemoClinic(clinician, tmp_path)
        await clinic.sign_in()
        assert await clinic.assess_examples(lambda _: None) == rows
        patients = (await clinician.call("GET", "/patients/"))["items"]
        assert sorted(patient["record_number"] for patient in patients) == [
            "D-001", "D-002", "D-003",
        ]  # fmt: skip
        stored = 0
        for patient in patients:
            page = await clinician.call("GET", f"/patients/{patient['id']}/images")
            stored += len(page["items"])
        assert stored == len(rows)


async def test_the_overlay_of_every_example_is_written(
    stack: Stack, mailbox: Mailbox, tmp_path: Path
) -> None:
    async with Clinician(stack.url, mailbox) as clinician:
        clinic = DemoClinic(clinician, tmp_path)
        clinic._keep(SignIn("second-demo@dermis.example", "a long password for one test"))
        await clinic.sign_in()
        rows = await clinic.assess_examples(lambda _: None)
        await clinic.save_overlays(rows, tmp_path / "overlays")
    written = sorted((tmp_path / "overlays").glob("*.png"))
    assert len(written) == len(examples.read())
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)


async def _demo(
    stack: Stack, mailbox: Mailbox, folder: Path, *, until: int | None = None
) -> list[Row]:
    done: list[Row] = []

    def count(row: Row) -> None:
        done.append(row)
        if len(done) == until:
            raise Interrupted

    async with Clinician(stack.url, mailbox) as clinician:
        clinic = DemoClinic(clinician, folder)
        await clinic.sign_in()
        return await clinic.assess_examples(count)
