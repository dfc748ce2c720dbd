"""When we are root: as whom, and where, to run a program that refuses to run as root."""

import functools
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

from local_stack.components.process import LAUNCH, User

_PUBLIC = Path("/var/tmp")  # noqa: S108  made and checked below
_PROBE_SECONDS = 20


@functools.cache
def ordinary_user() -> User:
    """How to become an ordinary user here.

    A user namespace is tried first: it needs no folder that others can reach. A default container
    refuses it; there the account `nobody` is used.
    """
    if os.geteuid() != 0:
        return "same"
    return "namespace" if _succeeds("namespace", ["true"]) else "nobody"


def folder_of_nobody(wanted: Path) -> Path:
    """A folder that only `nobody` can read, always the same one for `wanted`.

    Raises:
        PermissionError: it exists and belongs to someone else.
    """
    digest = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:16]
    folder = _PUBLIC / f"dermis-postgres-{digest}"
    nobody = pwd.getpwnam("nobody")
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != nobody.pw_uid:
            raise PermissionError(f"{folder} is in the way and not ours; remove it") from None
    return folder


def binaries_for_nobody(folder: Path, program: str) -> Path:
    """The installation in `folder`, or a copy that `nobody` can reach."""
    if _succeeds("nobody", [str(folder / "bin" / program), "--version"]):
        return folder
    size = (folder / "bin" / program).stat().st_size
    copy = _PUBLIC / f"dermis-postgresql-{size}"
    if copy.exists() and copy.lstat().st_uid == 0:
        return copy
    # Named by the process: two stacks may copy at the same time.
    partial = copy.with_suffix(f".{os.getpid()}")
    shutil.copytree(folder, partial, symlinks=True)
    partial.rename(copy)
    return copy


def _succeeds(user: User, command: list[str]) -> bool:
    launch = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), "15", user, *command]
    tried = subprocess.run(  # noqa: S603  our own commands
        launch, cwd="/", capture_output=True, check=False, timeout=_PROBE_SECONDS
    )
    return tried.returncode == 0
