"""A small untrained model in a real archive, and a real TorchServe to load it."""

import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import date
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from local_stack.components.torchserve import TorchServe
from serving.archives.card import ModelCard, Preprocessing
from serving.archives.members import GRAPH
from serving.archives.packing import build_archive
from serving.pytorch.architectures import build_model
from serving.pytorch.backends import load_classifier
from serving.pytorch.graph_export import write_graph

ARCHITECTURE = "tf_efficientnet_lite0"
# For tests that load many versions and look at none: a third of a megabyte, made in a blink.
SMALL_ARCHITECTURE = "test_efficientnet"
MakeArchive = Callable[..., Path]


@cache
def graph_of(architecture: str) -> bytes:
    """An architecture's graph, which is the same for all weights."""
    return write_graph(build_model(architecture).eval(), 224)


def lesion_photo(seed: int = 0, size: tuple[int, int] = (300, 240)) -> Image.Image:
    """A dark disc on a lighter, noisy ground."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    ground = np.array([220, 180, 160]) + rng.normal(0, 8, (size[1], size[0], 3))
    disc = (x**2 + y**2 < 0.2)[..., None]
    pixels = np.where(disc, ground * rng.uniform(0.3, 0.7), ground)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def labelled_folder(folder: Path) -> Path:
    """Twenty photos a class, of which four of five malignant ones are dark, and one of benign."""
    for label in ("benign", "malignant"):
        (folder / label).mkdir(parents=True)
        for number in range(20):
            photo = lesion_photo(number + 100 * (label == "malignant"), (80, 60))
            if (label == "malignant") != (number % 5 == 0):
                photo = photo.point(lambda value: value // 2)
            photo.save(folder / label / f"{label}_{number}.jpg")
    return folder


@pytest.fixture(scope="session")
def make_archive(tmp_path_factory: pytest.TempPathFactory) -> MakeArchive:
    def make(
        version: str = "0.0.1",
        seed: int = 0,
        golden_shift: float = 0,
        architecture: str = ARCHITECTURE,
        graph: bool = True,
    ) -> Path:
        folder = tmp_path_factory.mktemp("archive")
        torch.manual_seed(seed)
        model = build_model(architecture)
        weights = folder / "model.safetensors"
        save_file(
            {k: v.half() if v.is_floating_point() else v for k, v in model.state_dict().items()},
            weights,
        )
        optional = []
        if graph:
            optional = [folder / GRAPH]
            optional[0].write_bytes(graph_of(architecture))
        card = ModelCard(
            name="lesion",
            version=version,
            architecture=architecture,
            preprocessing=Preprocessing(input_size=224, mean=(127,) * 3, std=(128,) * 3),
            # Untrained logits are large; this keeps the probabilities apart from 0 and 1.
            temperature=20,
            threshold=0.5,
            weights_sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
            graph_sha256=hashlib.sha256(optional[0].read_bytes()).hexdigest() if graph else "",
            trained_on=date(2026, 1, 1),
            intended_use="tests",
            limits=[],
            data=[],
        )
        classifier = load_classifier(weights, card)
        golden = []
        for number in range(2):
            path = folder / f"{number}.jpg"
            lesion_photo(number).save(path)
            tensor = classifier.preprocess(Image.open(path))[None]
            share = classifier.predict(tensor)[0].probability_malignant
            golden.append((path, min(max(share + golden_shift, 0), 1)))
        return build_archive(
            weights=weights, card=card, golden=golden, out=folder, optional=optional
        )

    return make


@pytest.fixture(scope="session")
def make_small_archive(make_archive: MakeArchive) -> MakeArchive:
    return partial(make_archive, architecture=SMALL_ARCHITECTURE)


@pytest.fixture(scope="session")
async def torchserve(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TorchServe]:
    server = TorchServe(tmp_path_factory.mktemp("torchserve"), workers=1)
    await server.start()
    yield server
    await server.stop()
