"""Verbs that make a model and try it on photos: train, evaluate, package, predict."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from serving.cli.failures import Failure
from serving.cli.options import Json
from serving.cli.output import CommandFailed, reported_failures, show
from serving.cli.training_options import (
    Architecture,
    Averaging,
    Balance,
    BlankedOneIn,
    Compressed,
    EvaluateEvery,
    FrozenStages,
    LabelSmoothing,
    LeaveOut,
    Rate,
    Seed,
    Size,
    Start,
    Steps,
    WarmUpSteps,
)

if TYPE_CHECKING:
    from serving.training.recipe import Recipe

Data = Annotated[
    list[Path],
    typer.Option(help="Folder with benign/ and malignant/; repeat for more.", exists=True),
]

# Diagnoses listed on a photo's line, of those that the model tells apart.
LISTED_DIAGNOSES = 3


@contextmanager
def usable_input() -> Iterator[None]:
    """Turn an error in the data or the run into one clear line."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise CommandFailed(Failure.INPUT_UNUSABLE, str(error)) from error


def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder of the run; an unfinished run is resumed.")],
    arch: Architecture = "tf_efficientnet_lite0",
    steps: Steps = 2300,
    size: Size = 224,
    leave_out: LeaveOut = "",
    seed: Seed = 20261123,
    start: Start = None,
    rate: Rate = 6e-4,
    compressed: Compressed = 0.0,
    balance: Balance = 0.7,
    label_smoothing: LabelSmoothing = 0.05,
    blanked_one_in: BlankedOneIn = 10,
    frozen_stages: FrozenStages = 2,
    warm_up_steps: WarmUpSteps = 150,
    averaging: Averaging = 0.998,
    evaluate_every: EvaluateEvery = 400,
    as_json: Json = False,
) -> None:
    """Fine-tune a classifier on folders of labelled photos."""
    from serving.training.recipe import Recipe

    with reported_failures(as_json), usable_input():
        recipe = Recipe(
            architecture=arch, steps=steps, input_size=size, seed=seed, rate=rate,
            head_rate=rate * 5, compressed=compressed, balance=balance,
            started_from=hashlib.sha256(start.read_bytes()).hexdigest() if start else "",
            label_smoothing=label_smoothing, blanked_one_in=blanked_one_in,
            frozen_stages=frozen_stages, warm_up_steps=warm_up_steps, averaging=averaging,
            evaluate_every=evaluate_every,
        )  # fmt: skip
        _run(recipe, data, out, leave_out=leave_out, start=start, as_json=as_json)


def _run(
    recipe: "Recipe",
    data: list[Path],
    out: Path,
    *,
    leave_out: str,
    start: Path | None,
    as_json: bool,
) -> None:
    from serving.training.datasets import PixelCache, read_folders, write_splits
    from serving.training.train import Training, save_run

    samples = read_folders(data)
    out.mkdir(parents=True, exist_ok=True)
    write_splits(samples, out / "splits.csv")
    cache = PixelCache(samples, out / "pixels.npy")
    training = Training(recipe, samples, cache, out, leave_out=leave_out, start=start)
    training.run()
    save_run(training, out, finished=datetime.now(UTC))
    weights = str(out / "model.safetensors")
    show(
        as_json,
        {"run": str(out), "weights": weights, "photos": len(samples)},
        f"Weights: {weights}. Next: dermis-model evaluate --run {out}",
    )


def evaluate(
    data: Data,
    run: Annotated[Path, typer.Option(help="Folder of a finished run.", exists=True)],
    version: Annotated[str, typer.Option(help="Of the model, such as 1.0.0.")],
    page: Annotated[Path, typer.Option(help="File for the readable card.")] = Path("model-card.md"),
    name: Annotated[str, typer.Option(help="Of the model.")] = "lesion",
    mirror_averaging: Annotated[
        bool,
        typer.Option(
            "--mirror-averaging",
            help="Average each answer with the mirror image's, at twice the cost.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Evaluate a run on photos it has not seen; write its card as JSON and as a page."""
    from serving.evaluation.card_page import write_page
    from serving.evaluation.evaluate import evaluate_run
    from serving.training.datasets import PixelCache, read_folders

    with reported_failures(as_json), usable_input():
        samples = read_folders(data)
        cache = PixelCache(samples, run / "pixels.npy")
        card, test = evaluate_run(
            run, samples, cache, name=name, version=version, mirror_averaging=mirror_averaging
        )
        (run / "model_card.json").write_text(card.model_dump_json(indent=2))
        write_page(card, test, page)
        show(
            as_json,
            {"card": str(run / "model_card.json"), "page": str(page), "version": version},
            f"Card: {run / 'model_card.json'} and {page}. Next: dermis-model package --run {run}",
        )


def package(
    run: Annotated[
        Path | None, typer.Option(help="Folder of an evaluated run.", exists=True)
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(help="Or an archive that has no graph, to be packed with one.", exists=True),
    ] = None,
    version: Annotated[
        str, typer.Option(help="With --archive: the new version; the old one's if empty.")
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder for the archive.")] = Path(),
    as_json: Json = False,
) -> None:
    """Pack weights, graph, card and golden images into an archive."""
    from serving.cli.archives import checked_archive
    from serving.training.packaging import package_anew, package_run

    with reported_failures(as_json), usable_input():
        if (run is None) == (archive is None):
            raise CommandFailed(Failure.INPUT_UNUSABLE, "Give either --run or --archive.")
        if run:
            path, missing = package_run(run, out)
        elif archive:
            path, missing = package_anew(checked_archive(archive), out, version), ""
        note = f" Only PyTorch can run it: {missing}." if missing else ""
        show(
            as_json,
            {"archive": str(path), "only_pytorch_because": missing},
            f"Archive: {path}.{note} Next: dermis-model verify {path}",
        )


def predict(
    images: Annotated[list[Path], typer.Argument(help="JPEG or PNG photos.", exists=True)],
    archive: Annotated[Path, typer.Option(help="A model archive (.mar).", exists=True)],
    as_json: Json = False,
) -> None:
    """Assess photos with an archive, without TorchServe but with the handler's own code."""
    from service_kit.errors import DomainError
    from serving.cli.archives import opened
    from serving.worker.predictions import prediction_of

    with reported_failures(as_json):
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
    """One flat object: the answer, with the heatmap's grid as `cam_grid`."""
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
