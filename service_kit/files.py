"""Files and folders that other processes see complete or not at all."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path, *, mode: int | None = None) -> Iterator[Path]:
    """A path to write a file or a folder at, which replaces `path` once the block succeeds.

    What is being written lies beside `path` as `<name>.part`, so on the same file system. Where
    the block fails it is deleted and `path` stays as it was; a killed process leaves it behind,
    and the next writer overwrites it. Two writers of one path need a lock of their own.

    Args:
        path: of the result; a folder must not exist there yet.
        mode: permissions of a file, set before anything is written; None: the umask's.

    Raises:
        OSError: it can't be written or moved into place.
    """
    partial = path.with_name(f"{path.name}.part")
    if partial.is_dir() and not partial.is_symlink():
        shutil.rmtree(partial)
    if mode is not None:
        partial.touch()
        partial.chmod(mode)
    try:
        yield partial
        partial.replace(path)
    finally:
        # Nothing is there after a success, or where the block wrote nothing.
        if partial.is_dir() and not partial.is_symlink():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)


def write_private_json(path: Path, content: object) -> None:
    """Write JSON that only this user can read, whole or not at all."""
    with written_whole(path, mode=0o600) as partial:
        partial.write_text(json.dumps(content))
