"""Verbs train and package, and what all verbs that read labelled photos share."""

import hashlib
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from serving.cli.failures import Failure
from serving.cli.options import Json
from serving.cli.output import CommandFailed, notices, reported_failures, show
from serving.cli.training_options import (
    Architecture,
    Averaging,
    Balance,
    Batch,
    BlankedOneIn,
    Compressed,
    Device,
    Diagnoses,
    EvaluateEvery,
    FrozenStages,
    KeepOfStart,
    LabelSmoothing,
    LeaveOut,
    Rate,
    Seed,
    Size,
    Start,
    Steps,
    WarmUpSteps,
    Weights,
    Workers,
)

if TYPE_CHECKING:
    from serving.training.datasets import Sample
    from serving.training.pixel_cache import PixelCache
    from serving.training.recipe import Recipe

Data = Annotated[
    list[Path],
    typer.Option(help="Folder with benign/ and malignant/; repeat for more.", exists=True),
]


@contextmanager
def usable_input() -> Iterator[None]:
    """Turn an error in the data or the run into one clear line."""
    try:
        yield
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, found['loc'])) or 'the file'}: {found['msg']}"
            for found in error.errors(include_url=False, include_input=False)
        ]
        message = f"What was written for {error.title} can't be used."
        raise CommandFailed(Failure.INPUT_UNUSABLE, message, lines) from error
    except OSError as error:
        raise CommandFailed(Failure.INPUT_UNUSABLE, _unreadable(error)) from error
    except ValueError as error:
        raise CommandFailed(Failure.INPUT_UNUSABLE, str(error)) from error
    except ModuleNotFoundError as error:
        raise CommandFailed(
            Failure.INPUT_UNUSABLE,
            f"Training needs the package {error.name}, which only developers install: run "
            "`make setup-dev` (or pip install 'dermis[train]') and try again.",
        ) from error


# What is missing where a step was left out, and which makes it.
_MADE_BY = {
    "model_card.json": "evaluate",
    "run.json": "train (or import)",
    "model.safetensors": "train (or import)",
}


def _unreadable(error: OSError) -> str:
    path = Path(str(error.filename or ""))
    if isinstance(error, FileNotFoundError) and path.name in _MADE_BY:
        return f"{path} is missing: run dermis-model {_MADE_BY[path.name]} first."
    return f"{path}: {error.strerror}." if error.filename else f"{error}."


def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder of the run; an unfinished run is resumed.")],
    arch: Architecture = "tf_efficientnet_lite0",
    steps: Steps = 2300,
    size: Size = 224,
    leave_out: LeaveOut = "",
    seed: Seed = 20261123,
    start: Start = None,
    weights: Weights = None,
    device: Device = "auto",
    batch: Batch = 32,
    workers: Workers = 4,
    rate: Rate = 6e-4,
    compressed: Compressed = 0.0,
    balance: Balance = 0.7,
    label_smoothing: LabelSmoothing = 0.05,
    blanked_one_in: BlankedOneIn = 10,
    diagnoses: Diagnoses = 0.0,
    keep_of_start: KeepOfStart = 0.0,
    frozen_stages: FrozenStages = 2,
    warm_up_steps: WarmUpSteps = None,
    averaging: Averaging = 0.998,
    evaluate_every: EvaluateEvery = 400,
    as_json: Json = False,
) -> None:
    """Fine-tune a classifier on folders of labelled photos."""
    with reported_failures(as_json), usable_input():
        require_extra()
        from serving.training.devices import device_named
        from serving.training.initial_weights import archived_weights
        from serving.training.recipe import Recipe, warm_up_of
        from serving.training.servable import require_servable

        if start and weights:
            raise ValueError(
                "give --start (an earlier run or an archive) or --weights (from outside), not both"
            )
        if keep_of_start and not start:
            raise ValueError("--keep-of-start needs --start: the weights that a share is kept of")
        require_servable(arch, size)
        recipe = Recipe(
            architecture=arch, steps=steps, input_size=size, seed=seed, rate=rate,
            head_rate=rate * 5, compressed=compressed, balance=balance,
            label_smoothing=label_smoothing, blanked_one_in=blanked_one_in,
            diagnoses_weight=diagnoses, kept_of_start=keep_of_start,
            frozen_stages=frozen_stages, warm_up_steps=warm_up_steps or warm_up_of(steps),
            averaging=averaging, evaluate_every=evaluate_every, batch=batch,
        )  # fmt: skip
        begun = start or weights
        if start and start.suffix == ".mar":
            begun = archived_weights(start, out, recipe)
        if begun:
            digest = hashlib.sha256(begun.read_bytes()).hexdigest()
            recipe = replace(recipe, started_from=digest)
        run = {
            "leave_out": leave_out, "start": begun, "other_head": weights is not None,
            "device": device_named(device),
        }  # fmt: skip
        _run(recipe, data, out, run, workers=workers, as_json=as_json)


def _run(
    recipe: "Recipe",
    data: list[Path],
    out: Path,
    run: dict[str, Any],
    *,
    workers: int,
    as_json: bool,
) -> None:
    from serving.training.dataset_facts import facts_of, write_facts
    from serving.training.datasets import require_both_labels, write_splits
    from serving.training.mlflow_tracking import Tracking
    from serving.training.saving import save_run
    from serving.training.train import Training

    out.mkdir(parents=True, exist_ok=True)
    samples, cache = photos_of(data, out, workers)
    used = [sample for sample in samples if sample.source != run["leave_out"]]
    require_both_labels(used, ("train", "validation"))
    write_facts([facts_of(folder, samples) for folder in data], out)
    write_splits(samples, out / "splits.csv")
    with Tracking(out, say) as tracking:
        tracking.parameters(asdict(recipe) | {"leave_out": run["leave_out"]})
        training = Training(recipe, samples, cache, out, **run, tell=tracking.metrics)
        training.run()
        save_run(training, out, finished=datetime.now(UTC))
        tracking.files(out / "run.json")
    weights = str(out / "model.safetensors")
    show(
        as_json,
        {"run": str(out), "weights": weights, "photos": len(samples)},
        f"Weights: {weights}. Next: dermis-model evaluate --run {out}",
    )


def photos_of(data: list[Path], run: Path, workers: int) -> "tuple[list[Sample], PixelCache]":
    """The photos of the folders and their pixels; says what was left out and why."""
    from serving.training.datasets import left_out, read_folders
    from serving.training.pixel_cache import PixelCache

    found = read_folders(data)
    cache = PixelCache(found, run / "pixels.npy", workers=workers)
    for why, count in left_out(data).items():
        notices.print(f"Left out: {count} {why}.", markup=False)
    for path, why in cache.unreadable.items():
        notices.print(f"Left out: {path}: {why}", markup=False, soft_wrap=True)
    return cache.samples, cache


def say(line: str) -> None:
    """A remark beside the answer."""
    notices.print(line, markup=False, soft_wrap=True)


def require_extra() -> None:
    """Before anything else: a first run would otherwise end here after reading all photos."""
    importlib.import_module("sklearn")
    importlib.import_module("matplotlib")


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
