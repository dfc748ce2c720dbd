"""Opens the model of a TorchServe worker: exported once, run by the fastest backend that agrees.

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

from service_kit.files import written_whole
from serving.archives.card import ModelCard
from serving.archives.differential import Differential
from serving.archives.members import CARD, DIFFERENTIAL, GOLDEN, NOVELTY, WEIGHTS
from serving.archives.novelty import Novelty
from serving.model.backends import CHOICE, Backend, Choice, OnnxBackend
from serving.model.classifier import Classifier
from serving.worker import environment

log = logging.getLogger(__name__)

# Without a shared folder (environment.EXPORTS), an archive's export is put among its members.
EXPORT = "export"
# The live version's, a candidate's, and some that may return.
KEPT_EXPORTS = 6
# Less than a worker's time to start (`archives/fixed/model-config.yaml`).
EXPORT_SECONDS = 90


def open_unpacked(archive: Path, *, threads: int = 1) -> tuple[Classifier, Choice | None]:
    """Load an unpacked archive with the fastest backend that agrees with eager PyTorch.

    Args:
        archive: folder that holds the archive's members.
        threads: that one prediction may use.

    Returns:
        The classifier, and how the backends performed; None where the export failed and eager
        PyTorch answers.

    Raises:
        ValueError: the weights don't fit the architecture.
    """
    card = ModelCard.model_validate_json((archive / CARD).read_bytes())
    novelty, differential = None, None
    if card.novelty_sha256:
        novelty = Novelty.from_bytes((archive / NOVELTY).read_bytes())
    if card.differential_sha256:
        held = (archive / DIFFERENTIAL).read_bytes()
        differential = Differential.from_bytes(held, card.diagnoses)
    folder = _exported(archive, card)
    choice = Choice.model_validate_json((folder / CHOICE).read_bytes()) if folder else None
    if folder and choice and choice.chosen == OnnxBackend.name:
        backend: Backend = OnnxBackend(folder, threads=threads)
    else:
        name = choice.chosen if choice else "eager"
        backend = _torch_backend(name, archive / WEIGHTS, card, threads)
    return Classifier(backend, card, novelty, differential), choice


def _exported(archive: Path, card: ModelCard) -> Path | None:
    """The folder of the archive's export, made now if necessary; None where that failed."""
    shared = os.environ.get(environment.EXPORTS)
    folder = Path(shared) / _content(archive, card) if shared else archive / EXPORT
    if _exists(folder):
        return folder
    # Imported only here: most workers find their export and need no lock.
    from filelock import FileLock  # noqa: PLC0415  a worker starts without what it may not need

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
        _forget_old(Path(shared))
    return folder


def _exists(export: Path) -> bool:
    """Whether it exists; its time is updated, so that `_forget_old` keeps it."""
    try:
        os.utime(export)
    except FileNotFoundError:
        return False
    return True


def _export(archive: Path, out: Path) -> None:
    command = [sys.executable, "-m", "serving.worker.export_process", str(archive), str(out)]
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


def _torch_backend(name: str, weights: Path, card: ModelCard, threads: int) -> Backend:
    # Imported only here: most workers never need torch, which takes a second and 400 MB.
    import torch  # noqa: PLC0415  most models run without torch

    from serving.model.architectures import load_model  # noqa: PLC0415  as above
    from serving.model.torch_backends import EagerBackend, TorchscriptBackend  # noqa: PLC0415  as above

    torch.set_num_threads(threads)
    kind = TorchscriptBackend if name == TorchscriptBackend.name else EagerBackend
    return kind(load_model(weights, card), card.preprocessing.input_size)
