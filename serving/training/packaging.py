"""Packs an evaluated run into an archive, with golden images to check it against later."""

from pathlib import Path

from imaging.decoding import decode
from serving import examples
from serving.archives.card import ModelCard
from serving.archives.members import DIFFERENTIAL, NOVELTY, WEIGHTS
from serving.archives.packing import build_archive
from serving.model.attention import looked_at
from serving.model.classifier import Classifier

GOLDEN_IMAGES = 4


def package_run(run: Path, out: Path) -> Path:
    """Build the archive of a run that has been evaluated.

    Args:
        run: folder with `model.safetensors`, `model_card.json` and, where the card names them,
            `novelty.safetensors` and `differential.safetensors`.
        out: folder for the archive.

    Returns:
        The archive's path.
    """
    card = ModelCard.model_validate_json((run / "model_card.json").read_bytes())
    classifier = Classifier.load(run / WEIGHTS, card)
    # Every third example: both classes are among them.
    shown = examples.read()[:: len(examples.read()) // GOLDEN_IMAGES][:GOLDEN_IMAGES]
    golden = []
    for example in shown:
        _, prediction, _ = looked_at(classifier, decode(example.path.read_bytes()))
        golden.append((example.path, prediction.probability_malignant))
    out.mkdir(parents=True, exist_ok=True)
    named = {NOVELTY: card.novelty_sha256, DIFFERENTIAL: card.differential_sha256}
    optional = [run / name for name, digest in named.items() if digest]
    return build_archive(
        weights=run / WEIGHTS, card=card, golden=golden, out=out, optional=optional
    )
