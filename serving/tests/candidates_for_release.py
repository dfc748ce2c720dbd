"""Archives that somebody may push: bad ones made of what ships, good ones from outside."""

import hashlib
import io
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import torch
import torchvision
from PIL import Image
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from typer.testing import CliRunner

from dermis.graph.v1 import graph_pb2
from serving import examples
from serving.archives.archive import check_archive
from serving.archives.card import ModelCard, Preprocessing
from serving.archives.graph import BATCH, FEATURES, written
from serving.archives.members import CARD, DIFFERENTIAL, GRAPH, NOVELTY, WEIGHTS
from serving.archives.packing import build_archive
from serving.cli import app
from serving.contract.reference_cases import Truth
from serving.model.preprocessing import Preprocess
from serving.pytorch.architectures import build_model
from serving.tests.archives import shipped
from serving.tests.graphs import node
from serving.worker.model import open_unpacked
from serving.worker.predictions import prediction_of

# Of any precision.
Weights = dict[str, npt.NDArray[Any]]
# Changes weights and graph, in place.
Bend = Callable[[Weights, graph_pb2.Graph], object]

LIVE = "1.1.2"
SIDE, STEPS = 96, 12
# ImageNet's.
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def remade(folder: Path, version: str, bend: Bend | None = None, **card: Any) -> Path:
    """The live version under another number, with other weights, graph or card.

    Its golden images have the answers that it gives, so only the gate can object. A card that
    nothing could be opened with keeps the live version's.
    """
    checked = check_archive(shipped(LIVE))
    checked.unpack(folder)
    weights = load_file(folder / WEIGHTS)
    graph = graph_pb2.Model.FromString((folder / GRAPH).read_bytes())
    if bend:
        bend(weights, graph.graph)
        save_file(weights, folder / WEIGHTS)
        (folder / GRAPH).write_bytes(written(graph))
    changed = {
        "version": version,
        "weights_sha256": _digest(folder / WEIGHTS),
        "graph_sha256": _digest(folder / GRAPH),
    }
    known = checked.card.model_copy(update=changed | card)
    (folder / CARD).write_text(known.model_dump_json())
    golden = [(folder / image.file, image.probability_malignant) for image in checked.golden]
    try:
        classifier = open_unpacked(folder)[0]
    except ValueError:
        pass
    else:
        golden = [
            (path, prediction_of(classifier, path.read_bytes())["probability_malignant"])
            for path, _ in golden
        ]
    named = {
        NOVELTY: known.novelty_sha256, DIFFERENTIAL: known.differential_sha256,
        GRAPH: known.graph_sha256,
    }  # fmt: skip
    return build_archive(
        weights=folder / WEIGHTS,
        card=known,
        golden=golden,
        out=folder,
        optional=[folder / name for name, digest in named.items() if digest],
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def random_weights(weights: Weights, _: graph_pb2.Graph) -> None:
    """Of the same scale."""
    random = np.random.default_rng(3)
    for name, values in weights.items():
        if values.ndim > 1:
            weights[name] = random.permutation(values.ravel()).reshape(values.shape)


def swapped_classes(weights: Weights, _: graph_pb2.Graph) -> None:
    """Benign is malignant, and the other way round."""
    for name in ("classifier.weight", "classifier.bias"):
        weights[name] = np.ascontiguousarray(weights[name][::-1])


def mirrored_heatmap(weights: Weights, graph: graph_pb2.Graph) -> None:
    """The feature map from right to left, column by column: its mean, and each answer, stays."""
    place = next(at for at, found in enumerate(graph.node) if FEATURES in found.output)
    (made,) = graph.node[place].output
    graph.node[place].output[:] = ["straight"]
    channels, side = (part.dim_value for part in graph.output[0].type.tensor_type.shape.dim[1::2])
    columns = []
    for column in range(side):
        kernel = np.zeros((channels, 1, 1, side), np.float16)
        kernel[..., column] = 1
        weights[f"column{column}"] = kernel
        columns.append(node("Conv", f"straight column{column}", f"c{column}", group=channels))
    joined = node("Concat", " ".join(f"c{n}" for n in reversed(range(side))), made, axis=3)
    nodes = [*graph.node[: place + 1], *columns, joined, *graph.node[place + 1 :]]
    del graph.node[:]
    graph.node.extend(nodes)


def slow(weights: Weights, graph: graph_pb2.Graph) -> None:
    """Computes much that changes nothing."""
    weights["wide"] = np.zeros((80, 3, 11, 11), np.float16)
    weights["long"] = np.zeros((80, 80, 11, 11), np.float16)
    weights["narrow"] = np.zeros((3, 80, 1, 1), np.float16)
    around = [5, 5, 5, 5]
    _before(
        graph,
        [
            node("Conv", f"{BATCH} wide", "w0", pads=around),
            node("Conv", "w0 long", "w1", pads=around),
            node("Conv", "w1 narrow", "w2"),
            node("Add", f"{BATCH} w2", "photos"),
        ],
    )


def fat(weights: Weights, graph: graph_pb2.Graph) -> None:
    """Holds maps that change nothing, 100 MiB each."""
    maps = [f"m{n}" for n in range(4)]
    nodes: list[graph_pb2.Node] = []
    for name in maps:
        weights[f"{name}w"] = np.full((520, 3, 1, 1), 1e-4 * len(nodes), np.float16)
        nodes.append(node("Conv", f"{BATCH} {name}w", name))
    total = maps[0]
    for n, name in enumerate(maps[1:]):
        nodes.append(node("Add", f"{total} {name}", f"s{n}"))
        total = f"s{n}"
    weights["narrow"] = np.zeros((3, 520, 1, 1), np.float16)
    nodes += [node("Conv", f"{total} narrow", "n0"), node("Add", f"{BATCH} n0", "photos")]
    _before(graph, nodes)


def _before(graph: graph_pb2.Graph, nodes: list[graph_pb2.Node]) -> None:
    """Put nodes before a graph; they give `photos`."""
    rest = list(graph.node)
    for found in rest:
        found.input[:] = ["photos" if name == BATCH else name for name in found.input]
    del graph.node[:]
    graph.node.extend([*nodes, *rest])


def channels_last(folder: Path, version: str) -> Path:
    """A Swin transformer, whose features are height × width × channels; only PyTorch runs it."""
    architecture = "swin_tiny_patch4_window7_224"
    torch.manual_seed(0)
    state = build_model(architecture).state_dict()
    save_file(
        {
            name: (value.half() if value.is_floating_point() else value).numpy()
            for name, value in state.items()
        },
        folder / WEIGHTS,
    )
    card = check_archive(shipped(LIVE)).card.model_copy(
        update={
            "version": version, "architecture": architecture, "graph_sha256": "",
            "novelty_sha256": "", "differential_sha256": "", "diagnoses": {},
            "weights_sha256": _digest(folder / WEIGHTS),
        }
    )  # fmt: skip
    photo = examples.read()[0].path
    return build_archive(weights=folder / WEIGHTS, card=card, golden=[(photo, 0.5)], out=folder)


def made_photo(label: str, number: int) -> Image.Image:
    """Skin with a spot: dark where it is malignant, faint where it is benign."""
    random = np.random.default_rng(number + 1000 * (label == "malignant"))
    width, height = 300, 240
    y, x = np.mgrid[-1 : 1 : height * 1j, -1.25 : 1.25 : width * 1j]
    ground = np.array([220, 180, 160]) + random.normal(0, 8, (height, width, 3))
    spot = (x**2 + y**2 < random.uniform(0.12, 0.3))[..., None]
    shade = random.uniform(0.15, 0.35) if label == "malignant" else random.uniform(0.7, 0.9)
    return Image.fromarray(np.where(spot, ground * shade, ground).clip(0, 255).astype(np.uint8))


def made_cases(count: int) -> list[tuple[bytes, Truth]]:
    """Reference cases of a clinic, as many of each kind."""
    cases: list[tuple[bytes, Truth]] = []
    for truth in get_args(Truth):
        for number in range(count):
            out = io.BytesIO()
            made_photo(truth, 500 + number).save(out, "JPEG", quality=95)
            cases.append((out.getvalue(), truth))
    return cases


def labelled_photos(folder: Path) -> Path:
    """What the clinic gives to train on."""
    for label in get_args(Truth):
        (folder / label).mkdir(parents=True)
        for number in range(20):
            made_photo(label, number).save(folder / label / f"{label}_{number}.jpg", quality=95)
    return folder


def trained_elsewhere() -> nn.Module:
    """A ResNet-18 of torchvision that tells dark spots from faint ones."""
    torch.manual_seed(3)
    model = torchvision.models.resnet18(num_classes=2)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            # So few steps would leave its averages where they began.
            layer.momentum = 0.5
    preprocess = Preprocess(
        Preprocessing(
            input_size=SIDE,
            mean=tuple(255 * value for value in _MEAN),
            std=tuple(255 * value for value in _STD),
        )
    )
    labels = torch.tensor([0, 1] * 8)
    optimizer = torch.optim.AdamW(model.parameters(), 5e-4)
    for step in range(STEPS):
        photos = [
            made_photo(("benign", "malignant")[label], 100 + 20 * step + place)
            for place, label in enumerate(labels.tolist())
        ]
        batch = torch.from_numpy(np.stack([preprocess(photo) for photo in photos]))
        shown = batch if step % 3 == 0 else _half_painted(batch, step)
        loss = functional.cross_entropy(model(shown), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def _half_painted(photos: Tensor, step: int) -> Tensor:
    """Half of each photo in the colour of its edge, so that what is left has to tell."""
    skin = photos[:, :, :8, 24:-24].mean((2, 3), keepdim=True)
    painted = torch.rot90(photos, step % 4, (2, 3)).clone()
    painted[..., : SIDE // 2] = skin
    return torch.rot90(painted, -step % 4, (2, 3))


def imported(file: Path, data: Path, version: str, *options: str) -> Path:
    """What an ML engineer makes of a file from outside, with the command alone."""
    run = file.with_suffix("")
    _command("import", file, "--data", data, "--out", run, "--size", SIDE, *options)
    _command("evaluate", "--data", data, "--run", run, "--version", version, "--page",
             run / "card.md")  # fmt: skip
    _command("package", "--run", run, "--out", run)
    return run / f"lesion-{version}.mar"


def as_weights(model: nn.Module, path: Path) -> Path:
    """As torch.save(model.state_dict(), FILE) leaves it."""
    torch.save(model.state_dict(), path)
    return path


def as_graph(model: nn.Module, path: Path, *, side: int = SIDE) -> Path:
    """As torch.onnx.export leaves it, with shares at its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            nn.Sequential(model, nn.Softmax(1)).eval(), (torch.zeros(1, 3, side, side),), path,
            dynamo=False, opset_version=17, input_names=["photos"],
            dynamic_axes={"photos": {0: "n"}},
        )  # fmt: skip
    return path


def _command(*words: object) -> None:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def normalised(mean: float, std: float) -> Mapping[str, Any]:
    """A card's preprocessing with another normalisation."""
    known: ModelCard = check_archive(shipped(LIVE)).card
    return {
        "preprocessing": known.preprocessing.model_copy(
            update={"mean": (mean,) * 3, "std": (std,) * 3}
        )
    }
