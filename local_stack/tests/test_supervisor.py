"""Parts that end by themselves are started again, and the others never notice."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from local_stack import supervisor as supervising
from local_stack.components.process import NotReady, Process
from local_stack.supervisor import Supervisor


class Script:
    """A part that runs a shell script; ready once it has said so."""

    port = 0

    def __init__(self, folder: Path, name: str, script: str, ends: list[str]) -> None:
        self.process = Process(name, folder / f"{name}.log", stop_seconds=5)
        self._name = name
        self._script = script
        self._ends = ends
        self.started: list[float] = []

    async def start(self) -> None:
        self.started.append(time.monotonic())
        self.process.log.unlink(missing_ok=True)
        self.process.spawn(["sh", "-c", self._script], environment={"PATH": os.environ["PATH"]})
        await self.process.until(lambda: "ready" in self.process.log.read_text(), 60)

    async def stop(self) -> None:
        await self.process.stop()
        self._ends.append(self._name)


class Trial:
    """A supervisor with short rests, and what it said and did."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.ends: list[str] = []
        self.supervisor = Supervisor(say=self.said.append, changed=lambda: None)
        self._folder = folder

    def part(self, name: str, script: str = "echo ready; exec sleep 300") -> Script:
        return Script(self._folder, name, script, self.ends)


@pytest.fixture
async def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Trial]:
    monkeypatch.setattr(supervising, "FIRST_REST_SECONDS", 0.2)
    monkeypatch.setattr(supervising, "LONGEST_REST_SECONDS", 0.8)
    made = Trial(tmp_path)
    yield made
    await made.supervisor.stop()


async def test_a_crashed_part_is_started_again_and_the_others_go_on(trial: Trial) -> None:
    crashing, other = trial.part("crashing"), trial.part("other")
    await trial.supervisor.start({"crashing": crashing, "other": other})
    pid, others_pid = crashing.process.pid, other.process.pid
    crashing.process.kill()
    await _until(lambda: trial.supervisor.supervised["crashing"].restarts == 1)
    await _until(lambda: trial.supervisor.supervised["crashing"].state == "ready")
    assert crashing.process.pid not in (None, pid)
    assert other.process.pid == others_pid
    assert any("crashing has ended" in line for line in trial.said)


async def test_a_part_that_keeps_ending_rests_longer_each_time_up_to_a_limit(trial: Trial) -> None:
    ending = trial.part("ending", "echo ready; sleep 0.3; exit 1")
    await trial.supervisor.start({"ending": ending})
    await _until(lambda: len(ending.started) == 5)
    rests = [line.split(" in ")[1].split(" (")[0] for line in trial.said if "has ended" in line]
    assert rests[:4] == ["0.2 s", "0.4 s", "0.8 s", "0.8 s"]
    gaps = [later - earlier for earlier, later in pairwise(ending.started)]
    assert all(gap >= rest for gap, rest in zip(gaps, (0.2, 0.4, 0.8, 0.8), strict=False))


async def test_parts_stop_in_reverse_order(trial: Trial) -> None:
    for name in ("database", "service", "gateway"):
        await trial.supervisor.start({name: trial.part(name)})
    await trial.supervisor.stop()
    assert trial.ends == ["gateway", "service", "database"]


async def test_a_part_that_does_not_come_up_is_an_error_and_stops_with_the_rest(
    trial: Trial,
) -> None:
    broken = trial.part("broken", "echo no; exit 1")
    with pytest.raises(NotReady, match="broken ended while starting"):
        await trial.supervisor.start({"fine": trial.part("fine"), "broken": broken})
    await trial.supervisor.stop()
    assert set(trial.ends) == {"fine", "broken"}


async def test_a_part_held_down_stays_down_until_it_is_let_go(trial: Trial) -> None:
    part = trial.part("part")
    await trial.supervisor.start({"part": part})
    async with trial.supervisor.held_down("part"):
        await asyncio.sleep(0.6)
        held_down = part.process.pid
    assert held_down is None
    assert part.process.pid is not None
    part.process.kill()
    await _until(lambda: part.process.pid is not None)


async def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)
