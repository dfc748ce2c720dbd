"""Opens archives that hold no graph: exported once, run by the fastest backend that agrees.

All workers of a TorchServe share a folder of exports. The first worker that needs an export makes
it while the others wait; a version that returns, by a rollback or under another name, reuses it.
"""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import torch
from filelock import FileLock

from service_kit.files import written_whole
from serving.archives.card import ModelCard
from serving.archives.members import GOLDEN, GRAPH, WEIGHTS
from serving.model.backends import CHOICE, Backend, Choice, OnnxBackend
from serving.pytorch.architectures import load_model
from serving.pytorch.backends import EagerBackend, TorchscriptBackend

log = logging.getLogger(__name__)

# Without a shared folder, an archive's export is put among its members.
EXPORT = "export"
# The live version's, a candidate's, and some that may return.
KEPT_EXPORTS = 6
# Less than a worker's time to start (`archives/fixed/model-config.yaml`).
EXPORT_SECONDS = 90


def open_without_graph(
    archive: Path, card: ModelCard, *, shared: Path | None = None, threads: int = 1
) -> tuple[Backend, Choice | None]:
    """Load an unpacked archive with the fastest backend that agrees with eager PyTorch.

    Args:
        archive: folder that holds the archive's members.
        card: the archive's.
        shared: folder for exports; None for the archive's own.
        threads: that one prediction may use.

    Returns:
        The backend, and how all of them performed; None where the export failed and eager PyTorch
        answers.

    Raises:
        ValueError: the weights don't fit the architecture.
    """
    folder = _exported(archive, card, shared)
    choice = Choice.model_validate_json((folder / CHOICE).read_bytes()) if folder else None
    if folder and choice and choice.chosen == OnnxBackend.name:
        content = (folder / GRAPH).read_bytes()
        weights = archive / WEIGHTS
        return OnnxBackend.of(content, weights, card.preprocessing, threads=threads), choice
    torch.set_num_threads(threads)
    traced = choice and choice.chosen == TorchscriptBackend.name
    kind = TorchscriptBackend if traced else EagerBackend
    return kind(load_model(archive / WEIGHTS, card), card.preprocessing.input_size), choice


def _exported(archive: Path, card: ModelCard, shared: Path | None) -> Path | None:
    """The folder of the archive's export, made now if necessary; None where that failed."""
    folder = shared / _content(archive, card) if shared else archive / EXPORT
    if _exists(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if _exists(folder):
            return folder
        try:
            with written_whole(folder) as partial:
                _export(archive, partial)
        except (subprocess.SubprocessError, OSError) as error:
            log.warning("the export failed, PyTorch answers: %s", type(error).__name__)
            return None
    if shared:
        _forget_old(shared)
    return folder


def _exists(export: Path) -> bool:
    """Whether it exists; its time is updated, so that `_forget_old` keeps it."""
    try:
        os.utime(export)
    except FileNotFoundError:
        return False
    return True


def _export(archive: Path, out: Path) -> None:
    command = [sys.executable, "-m", "serving.pytorch.export_process", str(archive), str(out)]
    subprocess.run(command, check=True, timeout=EXPORT_SECONDS)  # noqa: S603  our own module


def _content(archive: Path, card: ModelCard) -> str:
    """A digest of everything an export depends on: weights, preprocessing, golden images."""
    digest = hashlib.sha256(card.weights_sha256.encode())
    digest.update(card.architecture.encode())
    digest.update(card.preprocessing.model_dump_json().encode())
    for member in (GOLDEN, *sorted(path.name for path in archive.glob("golden_*.jpg"))):
        digest.update((archive / member).read_bytes())
    return digest.hexdigest()


def _forget_old(exports: Path) -> None:
    folders = [path for path in exports.iterdir() if path.is_dir() and not path.suffix]
    for folder in sorted(folders, key=lambda path: -path.stat().st_mtime)[KEPT_EXPORTS:]:
        shutil.rmtree(folder, ignore_errors=True)
