"""Verb import: a model that was trained elsewhere becomes a run, like one of our own."""

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.options import Json
from serving.cli.output import reported_failures, show
from serving.cli.training import Data, photos_of, require_extra, usable_input
from serving.cli.training_options import Size, Workers

# ImageNet's, as torchvision's and most of timm's weights were trained with, of 0 to 1.
MEAN, STD = "0.485,0.456,0.406", "0.229,0.224,0.225"


def import_weights(
    weights: Annotated[
        Path,
        typer.Argument(help="A state dict (.safetensors, .pth) or a graph (.onnx).", exists=True),
    ],
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder of the run.")],
    arch: Annotated[
        str,
        typer.Option(help="Of a state dict: timm's name, or torchvision's, torchvision.resnet18."),
    ] = "",
    malignant: Annotated[
        str, typer.Option(help="The classes of its head that are malignant, such as 1 or 1,4,6.")
    ] = "1",
    classes: Annotated[
        str,
        typer.Option(
            help="What its head's classes are, in their order, such as nevus,melanoma,…: they "
            "become the list of likely diagnoses."
        ),
    ] = "",
    size: Size = 224,
    mean: Annotated[str, typer.Option(help="Of each channel, of 0 to 1.")] = MEAN,
    std: Annotated[str, typer.Option(help="Of each channel, of 0 to 1.")] = STD,
    workers: Workers = 4,
    as_json: Json = False,
) -> None:
    """Import a timm or torchvision classifier, or an ONNX graph; `evaluate` writes its card."""
    with reported_failures(as_json), usable_input():
        require_extra()
        from serving.archives.card import Preprocessing
        from serving.training.dataset_facts import facts_of, write_facts
        from serving.training.datasets import require_both_labels
        from serving.training.importing import import_weights
        from serving.training.importing_onnx import import_graph
        from serving.training.servable import require_servable

        is_graph = weights.suffix.lower() == ".onnx"
        preprocessing = Preprocessing(
            input_size=size, mean=_channels(mean, "--mean"), std=_channels(std, "--std")
        )
        worse = _numbers(malignant)
        _require_architecture(weights, arch, is_graph=is_graph)
        if not is_graph:
            require_servable(arch, size)
        out.mkdir(parents=True, exist_ok=True)
        samples, cache = photos_of(data, out, workers)
        require_both_labels(samples, ("train", "validation", "test"))
        names = [name.strip() for name in classes.split(",")] if classes else []
        if is_graph:
            import_graph(weights, preprocessing, worse, samples, cache, out, names)
        else:
            import_weights(weights, arch, preprocessing, worse, samples, cache, out, names)
        write_facts([facts_of(folder, samples) for folder in data], out)
        show(
            as_json,
            {"run": str(out), "photos": len(samples)},
            f"Imported. Next: dermis-model evaluate --run {out}",
        )


def _require_architecture(weights: Path, arch: str, *, is_graph: bool) -> None:
    if is_graph and arch:
        raise ValueError("a graph says itself what it computes: leave --arch out")
    if not is_graph and not arch:
        raise ValueError(
            f"{weights} says nothing of its architecture: name it, such as --arch "
            "torchvision.resnet18 or --arch tf_efficientnet_lite0 (of timm)"
        )


def _channels(text: str, option: str) -> tuple[float, float, float]:
    try:
        first, second, third = (float(part) * 255 for part in text.split(","))
    except ValueError:
        raise ValueError(f"{option} is three numbers of 0 to 1, such as {MEAN}") from None
    return first, second, third


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError("--malignant is numbers of classes, counted from 0: 1 or 1,4,6") from None
