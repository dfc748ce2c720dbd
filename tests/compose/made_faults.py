"""Faults made on purpose: each raises its alert, which arrives as a mail, as does its end.

Prometheus asks every ten seconds, and rules and mails wait for seconds (environment.py), so what is
measured is how long the parts take to notice, not how patient the rules are.
"""

import asyncio
import email
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path

from typer import echo

from local_stack.mailbox import Mailbox
from service_kit.certificate_authority import LIFE, make_certificates
from tests.compose.engine import PROJECT, Compose, docker
from tests.compose.environment import ALERTED
from tests.compose.observed import raised
from tests.compose.second_day import Say, inside_of
from tests.compose.visit import Visit

MAIL_SECONDS = 240
SMALL_DISK_MIB = 64
# Alerts at less than two weeks.
NEARLY_ENDED = timedelta(days=10)
# What clinics see mostly; the photos of the test are of another kind.
USUAL_PROBABILITY = 0.05


@dataclass(frozen=True)
class Fault:
    """What is done, the alert that it must raise, and what ends it (None: nothing does)."""

    what: str
    alert: str
    make: Callable[[], object]
    undo: Callable[[], object] | None = None


@dataclass(frozen=True)
class Alarms:
    """A system that is watched, and the mailbox of whoever is to know."""

    compose: Compose
    mails: Path

    def go_off(self, fault: Fault) -> None:
        """Make the fault, read the mail about it, end it, read that it is over."""
        self._until_quiet(fault.alert)
        line = [fault.what, fault.alert]
        for status, step in (("firing", fault.make), ("resolved", fault.undo)):
            if step is None:
                line.append("")
                continue
            before = Mailbox(self.mails).newest()
            began = time.monotonic()
            step()
            done = time.monotonic()
            self._until_mailed(f"Dermis: {fault.alert} {status}", before)
            line.append(f"{time.monotonic() - began:.0f} ({done - began:.0f})")
        echo(f"| {' | '.join(line)} |")

    def _until_quiet(self, alert: str) -> None:
        ends = time.monotonic() + MAIL_SECONDS
        while alert in raised(self.compose):
            assert time.monotonic() < ends, f"{alert} is raised before anything was done"
            time.sleep(1)

    def _until_mailed(self, subject: str, before: str) -> None:
        ends = time.monotonic() + MAIL_SECONDS
        while subject not in (got := self._subjects(before)):
            assert time.monotonic() < ends, f"no mail {subject!r}, but {got}"
            time.sleep(0.5)

    def _subjects(self, before: str) -> list[str]:
        arrived = sorted(path for path in self.mails.glob("*.eml") if path.name > before)
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in arrived
        ]
        return [str(mail["subject"]) for mail in mails if mail["to"] == ALERTED]


async def alerts_are_raised(compose: Compose, folder: Path, visit: Visit, say: Say) -> None:
    """Each fault that needs no TLS."""
    echo("\n| fault | alert | mailed after s (of it, the fault) | its end after s |")
    echo("| --- | --- | ---: | ---: |")
    alarms = Alarms(compose, folder / "mails")
    for _ in range(2):
        await visit.diagnoses()
        await asyncio.sleep(11)  # Prometheus has seen it
    faults = [
        Fault(
            "scores unlike those of four weeks ago", "ScoresDrift",
            lambda: _remember_usual_scores(compose, folder),
        )
    ]  # fmt: skip
    faults += [
        Fault(f"{part} stopped", alert, *_stopped(compose, part))
        for part, alert in (
            ("redis", "RedisAway"), ("postgres", "DatabaseAway"), ("nginx", "WebAway"),
            ("torchserve", "NoModel"),
        )
    ]  # fmt: skip
    faults += [
        Fault(
            "a disk filled", "DiskFull",
            lambda: _in_volume("small_disk", "cat /dev/zero >/volume/filled || true"),
            lambda: _in_volume("small_disk", "rm /volume/filled"),
        ),
        Fault(
            "last good backup two days ago, today's without its photos", "BackupOld",
            lambda: _break_backup(compose, folder), lambda: _mend_backup(compose),
        ),
    ]  # fmt: skip
    for fault in faults:
        # In a thread of its own, so that the visit's connections are looked after meanwhile.
        await asyncio.to_thread(alarms.go_off, fault)
    echo()
    say("each fault was mailed")


def certificate_ages(compose: Compose, folder: Path, say: Say) -> None:
    """nginx shows a certificate that ends in ten days, then a new one."""

    def certificate(life: timedelta) -> None:
        make_certificates(folder / "tls", ["nginx"], life=life)
        for file in (folder / "tls" / "nginx").iterdir():
            file.chmod(0o644)

    fault = Fault(
        "a certificate that ends in ten days",
        "CertificateEnds",
        lambda: certificate(NEARLY_ENDED),
        lambda: certificate(LIFE),
    )
    Alarms(compose, folder / "mails").go_off(fault)
    say("a certificate that ends soon was mailed")


@contextmanager
def small_disk(folder: Path) -> Iterator[str]:
    """A device with an empty file system, to be filled; needs root or sudo."""
    image = folder / "small_disk"
    image.unlink(missing_ok=True)
    with image.open("wb") as file:
        file.truncate(SMALL_DISK_MIB * 2**20)
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    programs = {name: shutil.which(name, path=path) or name for name in ("mkfs.ext4", "losetup")}
    subprocess.run([programs["mkfs.ext4"], "-q", image], check=True)
    losetup = [*([] if os.geteuid() == 0 else ["sudo", "--non-interactive"]), programs["losetup"]]
    device = subprocess.run(
        [*losetup, "--find", "--show", image], check=True, capture_output=True, text=True
    ).stdout.strip()
    try:
        yield device
    finally:
        subprocess.run([*losetup, "--detach", device], check=False)
        image.unlink(missing_ok=True)


def _stopped(compose: Compose, part: str) -> tuple[Callable[[], object], Callable[[], object]]:
    return lambda: compose.run("stop", part), lambda: compose.run("start", part)


def _in_volume(name: str, command: str) -> None:
    docker(
        "run", "--rm", "--network", "none", "--user", "root",
        "--volume", f"{PROJECT}_{name}:/volume", "--entrypoint", "sh", "postgres:18",
        "-c", command,
    )  # fmt: skip


def _break_backup(compose: Compose, folder: Path) -> None:
    good = datetime.now(UTC) - timedelta(days=2)
    for database in ("auth", "patients"):
        statement = f"COMMENT ON DATABASE {database} IS 'backup {good:%Y-%m-%dT%H:%M:%SZ}'"
        inside_of(
            compose, "postgres", "psql", "--username=postgres", "--quiet", f"--command={statement}"
        )
    _in_volume("images", "mv /volume/images /volume/elsewhere")
    try:
        _back_up(compose)
    except subprocess.CalledProcessError:
        assert list((folder / "backups").glob("*.bad"))
    else:
        raise AssertionError("a backup without its photos was taken for a good one")


def _mend_backup(compose: Compose) -> None:
    _in_volume("images", "mv /volume/elsewhere /volume/images")
    _back_up(compose)


def _back_up(compose: Compose) -> None:
    compose.run("run", "--rm", "--no-TTY", "--env", "ONCE=1", "backup")


def _remember_usual_scores(compose: Compose, folder: Path) -> None:
    """Two days of scores, four weeks ago, as Prometheus would have kept them."""
    name = "dermis_probability_malignant"
    began = int(time.time()) - 30 * 86400
    moments = list(enumerate(range(began, began + 3 * 86400, 600)))
    lines = []
    for suffix, each in (("sum", USUAL_PROBABILITY), ("count", 1)):
        lines.append(f"# TYPE {name}_{suffix} unknown")
        lines += [f"{name}_{suffix} {number * each:.2f} {at}" for number, at in moments]
    history = folder / "usual_scores.txt"
    history.write_text("\n".join([*lines, "# EOF", ""]))
    history.chmod(0o644)
    (container,) = compose.run("ps", "--quiet", "prometheus").split()
    docker("cp", str(history), f"{container}:/prometheus/usual_scores.txt")
    docker(
        "exec", container, "promtool", "tsdb", "create-blocks-from", "openmetrics",
        "/prometheus/usual_scores.txt", "/prometheus",
    )  # fmt: skip
    # It looks for blocks when it starts.
    compose.run("restart", "prometheus")
