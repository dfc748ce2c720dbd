"""The model of one TorchServe worker: exported once a version, opened by the backend that won.

All workers of a version share the folder into which TorchServe has unpacked its archive. The first
exports there, the others wait for it.
"""

import fcntl
import logging
import shutil
import subprocess
import sys
from pathlib import Path

from serving.archive_members import CARD, NOVELTY, WEIGHTS
from serving.backends import CHOICE, Backend, Choice, OnnxBackend
from serving.classifier import Classifier
from serving.model_card import ModelCard
from serving.novelty import Novelty

log = logging.getLogger(__name__)

EXPORT = "export"
# Less than the time that a worker has to start (`config/model-config.yaml`).
EXPORT_SECONDS = 90


def open_unpacked(archive: Path, *, threads: int = 1) -> tuple[Classifier, Choice | None]:
    """Load an unpacked archive with the fastest backend that agrees with eager PyTorch.

    Args:
        archive: folder that holds the archive's members; the export is written into it.
        threads: that one prediction may use.

    Returns:
        The classifier, and how the backends did; None where the export failed, and eager PyTorch
        answers.

    Raises:
        ValueError: the weights don't fit the architecture.
    """
    card = ModelCard.model_validate_json((archive / CARD).read_bytes())
    novelty = Novelty.from_bytes((archive / NOVELTY).read_bytes()) if card.novelty_sha256 else None
    folder = _exported(archive)
    choice = Choice.model_validate_json((folder / CHOICE).read_bytes()) if folder else None
    if folder and choice and choice.chosen == OnnxBackend.name:
        return Classifier(OnnxBackend(folder, threads=threads), card, novelty), choice
    name = choice.chosen if choice else "eager"
    backend = _torch_backend(name, archive / WEIGHTS, card, threads)
    return Classifier(backend, card, novelty), choice


def _exported(archive: Path) -> Path | None:
    """The folder of the archive's export, made now if need be; None where that failed."""
    folder = archive / EXPORT
    with (archive / f"{EXPORT}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder
        partial = archive / f"{EXPORT}.part"
        shutil.rmtree(partial, ignore_errors=True)
        command = [sys.executable, "-m", "serving.export", str(archive), str(partial)]
        try:
            subprocess.run(command, check=True, timeout=EXPORT_SECONDS)  # noqa: S603
        except (subprocess.SubprocessError, OSError) as error:
            log.warning("the export failed, PyTorch answers: %s", type(error).__name__)
            return None
        return Path(shutil.move(partial, folder))


def _torch_backend(name: str, weights: Path, card: ModelCard, threads: int) -> Backend:
    # Imported only here: most workers never need torch, and it takes a second and 400 MB.
    import torch  # noqa: PLC0415

    from serving.architectures import load_model  # noqa: PLC0415
    from serving.torch_backends import EagerBackend, TorchscriptBackend  # noqa: PLC0415

    torch.set_num_threads(threads)
    kind = TorchscriptBackend if name == TorchscriptBackend.name else EagerBackend
    return kind(load_model(weights, card), card.preprocessing.input_size)
