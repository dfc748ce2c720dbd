"""`make run` in a terminal: what is shown, and that a late model stops nothing."""

import asyncio
import io
import os
import signal
from pathlib import Path
from typing import Any, Self

import pytest
from rich.console import Console

from local_stack import foreground
from local_stack.admin_account import Administrator
from local_stack.api_client import SignIn
from local_stack.demo import DemoFailed
from local_stack.foreground import ForegroundRun


class FakeStack:
    """Starts and stops at once."""

    url = "http://localhost:8000"
    is_stopped = False

    def __init__(self, folder: Path) -> None:
        self.folder = self.mails = folder

    async def start(self) -> None:
        """Nothing has to be started."""

    async def stop(self) -> None:
        """Note it."""
        self.is_stopped = True


class LateModel:
    """A demo clinic whose model does not come up."""

    def __init__(self, *_: Any) -> None:
        pass

    async def sign_in(self) -> SignIn:
        return SignIn("demo@dermis.example", "a password", totp_secret="A SECRET")

    async def until_model_is_live(self) -> None:
        raise DemoFailed("The model did not come up in 120 s: no replica is live.")


class NoClinician:
    """Talks to nobody."""

    def __init__(self, *_: Any) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    async def admin(_: Any) -> Administrator:
        return Administrator("admin@dermis.example", "another password")

    # What is tried is the terminal's part; the real system is tried by tests/test_demo.py.
    monkeypatch.setattr(foreground, "DemoClinic", LateModel)
    monkeypatch.setattr(foreground, "Clinician", NoClinician)
    monkeypatch.setattr(foreground, "admin_account", admin)
    return io.StringIO()


def run(stack: FakeStack, said: io.StringIO, *, stay: bool) -> ForegroundRun:
    console = Console(file=said, width=200)
    return ForegroundRun(stack, console, stay=stay, overlays=None)  # type: ignore[arg-type]  # stands in for a stack


async def test_a_model_that_is_late_does_not_stop_the_clinic(
    said: io.StringIO, tmp_path: Path
) -> None:
    stack = FakeStack(tmp_path)
    serving = asyncio.create_task(run(stack, said, stay=True).run())
    async with asyncio.timeout(60):
        while "Serving." not in said.getvalue():
            await asyncio.sleep(0.01)
    assert not stack.is_stopped
    assert "The model did not come up" in said.getvalue()
    assert "demo@dermis.example" in said.getvalue()
    os.kill(os.getpid(), signal.SIGTERM)
    await serving
    assert stack.is_stopped


async def test_a_demo_without_a_model_fails(said: io.StringIO, tmp_path: Path) -> None:
    with pytest.raises(DemoFailed):
        await run(FakeStack(tmp_path), said, stay=False).run()
