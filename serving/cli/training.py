"""Verbs that make a model and ask it: train, evaluate, package, predict."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from serving.cli.output import CommandFailed, Json, failing, tell

Data = Annotated[
    list[Path],
    typer.Option(help="Folder with benign/ and malignant/; again for more.", exists=True),
]

# Of the diagnoses that a model tells apart, those on the line of a photo.
LISTED_DIAGNOSES = 3


@contextmanager
def usable_input() -> Iterator[None]:
    """Turn what is wrong with the data or the run into a clear line."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise CommandFailed("INPUT_UNUSABLE", str(error)) from error


def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder of the run; a run in it is resumed.")],
    arch: Annotated[str, typer.Option(help="A timm architecture.")] = "tf_efficientnet_lite0",
    steps: Annotated[int, typer.Option(min=1, help="Batches to train on.")] = 2300,
    size: Annotated[int, typer.Option(min=64, max=1024, help="Pixels of the input.")] = 224,
    leave_out: Annotated[
        str, typer.Option(help="A source to keep out of training and validation.")
    ] = "",
    seed: Annotated[int, typer.Option(help="Of all chance in the run.")] = 20261123,
    start: Annotated[
        Path | None,
        typer.Option(
            help="Weights of a former run (model.safetensors) to go on from.", exists=True
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(help="Highest learning rate; the head's is 5-fold.")
    ] = 6e-4,
    compressed: Annotated[
        float, typer.Option(min=0, max=1, help="Share of photos that are compressed anew.")
    ] = 0.0,
    balance: Annotated[
        float, typer.Option(min=0, max=1, help="1 draws sources and classes alike, 0 as they come.")
    ] = 0.7,
    label_smoothing: Annotated[
        float, typer.Option(min=0, max=0.5, help="How far the right answer is from certain.")
    ] = 0.05,
    blanked_one_in: Annotated[
        int, typer.Option(min=2, help="One in so many photos has its lesion painted over.")
    ] = 10,
    frozen_stages: Annotated[
        int, typer.Option(min=0, help="First stages of an EfficientNet that stay as they are.")
    ] = 2,
    warm_up_steps: Annotated[int, typer.Option(min=1, help="Steps until the highest rate.")] = 150,
    averaging: Annotated[
        float, typer.Option(min=0, max=0.9999, help="What the averaged weights keep at each step.")
    ] = 0.998,
    evaluate_every: Annotated[int, typer.Option(min=1, help="Steps between validations.")] = 400,
    as_json: Json = False,
) -> None:
    """Fine-tune a classifier on folders of labelled photos."""
    from serving.training.datasets import PixelCache, read_folders, write_splits
    from serving.training.recipe import Recipe
    from serving.training.train import Training, save_run

    with failing(as_json), usable_input():
        samples = read_folders(data)
        out.mkdir(parents=True, exist_ok=True)
        write_splits(samples, out / "splits.csv")
        cache = PixelCache(samples, out / "pixels.npy")
        recipe = Recipe(
            architecture=arch,
            steps=steps,
            input_size=size,
            seed=seed,
            rate=rate,
            head_rate=rate * 5,
            compressed=compressed,
            started_from=hashlib.sha256(start.read_bytes()).hexdigest() if start else "",
            balance=balance,
            label_smoothing=label_smoothing,
            blanked_one_in=blanked_one_in,
            frozen_stages=frozen_stages,
            warm_up_steps=warm_up_steps,
            averaging=averaging,
            evaluate_every=evaluate_every,
        )
        training = Training(recipe, samples, cache, out, leave_out=leave_out, start=start)
        training.run()
        save_run(training, out, finished=datetime.now(UTC))
        weights = str(out / "model.safetensors")
        tell(
            as_json,
            {"run": str(out), "weights": weights, "photos": len(samples)},
            f"Weights: {weights}. Next: dermis-model evaluate --run {out}",
        )


def evaluate(
    data: Data,
    run: Annotated[Path, typer.Option(help="Folder of a finished run.", exists=True)],
    version: Annotated[str, typer.Option(help="Of the model, like 1.0.0.")],
    page: Annotated[Path, typer.Option(help="The readable card.")] = Path("model-card.md"),
    name: Annotated[str, typer.Option(help="Of the model.")] = "lesion",
    mirror_averaging: Annotated[
        bool,
        typer.Option(
            "--mirror-averaging",
            help="Answers are averaged with the mirror image's; twice the cost.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Judge a run on photos it has not seen; write its card as JSON and as a page."""
    from serving.training.card_page import write_page
    from serving.training.datasets import PixelCache, read_folders
    from serving.training.evaluate import evaluate_run

    with failing(as_json), usable_input():
        samples = read_folders(data)
        cache = PixelCache(samples, run / "pixels.npy")
        card, test = evaluate_run(
            run, samples, cache, name=name, version=version, mirror_averaging=mirror_averaging
        )
        (run / "model_card.json").write_text(card.model_dump_json(indent=2))
        write_page(card, test, page)
        tell(
            as_json,
            {"card": str(run / "model_card.json"), "page": str(page), "version": version},
            f"Card: {run / 'model_card.json'} and {page}. Next: dermis-model package --run {run}",
        )


def package(
    run: Annotated[Path, typer.Option(help="Folder of an evaluated run.", exists=True)],
    out: Annotated[Path, typer.Option(help="Folder for the archive.")] = Path(),
    as_json: Json = False,
) -> None:
    """Pack weights, card and golden images into an archive."""
    from serving.training.packaging import package_run

    with failing(as_json), usable_input():
        path = package_run(run, out)
        tell(as_json, {"archive": str(path)}, f"Archive: {path}. Next: dermis-model verify {path}")


def predict(
    images: Annotated[list[Path], typer.Argument(help="JPEG or PNG photos.", exists=True)],
    archive: Annotated[Path, typer.Option(help="A model archive (.mar).", exists=True)],
    as_json: Json = False,
) -> None:
    """Ask an archive about photos without TorchServe, through the same code as the handler."""
    from service_kit.errors import DomainError
    from serving.cli.archives import opened
    from serving.worker.predictions import prediction_of

    with failing(as_json):
        classifier = opened(archive)
    failed = False
    for path in images:
        try:
            line = _line(path, prediction_of(classifier, path.read_bytes()))
        except DomainError as refusal:
            failed = True
            line = {"path": str(path), "error": refusal.reason, "message": refusal.message}
        typer.echo(orjson.dumps(line) if as_json else _shown(line))
    raise typer.Exit(1 if failed else 0)


def _line(path: Path, prediction: dict[str, Any]) -> dict[str, Any]:
    """One flat object: what the answer says, with the heatmap's grid as `cam_grid`."""
    heatmap = prediction.pop("heatmap")
    return {
        "path": str(path),
        **prediction,
        "cam_grid": heatmap["grid"],
        "cam_target": heatmap["target"],
    }


def _shown(line: dict[str, Any]) -> str:
    if "error" in line:
        return f"{line['path']}: {line['message']}"
    probable = "".join(
        f", {entry['diagnosis'].replace('_', ' ')} {entry['probability']:.3f}"
        for entry in line["differential"][:LISTED_DIAGNOSES]
    )
    label, malignant = line["label"], line["probability_malignant"]
    return f"{line['path']}: {label} ({malignant:.3f} malignant{probable})"
