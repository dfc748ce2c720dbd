"""Verb evaluate: a run on photos that it has not seen, and the card that says how it does."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.cli.options import Json
from serving.cli.output import notices, reported_failures, show
from serving.cli.training import Data, photos_of, require_extra, say, usable_input
from serving.cli.training_options import Workers

if TYPE_CHECKING:
    from serving.archives.card import ModelCard
    from serving.training.dataset_facts import DatasetFacts
    from serving.training.datasets import Sample


def _facts(run: Path, data: list[Path], samples: "list[Sample]") -> "list[DatasetFacts]":
    """Those of the data that the run was trained on; what nobody has written down is asked for."""
    from serving.training.dataset_facts import facts_of, read_facts, write_facts

    found = read_facts(run) or [facts_of(folder, samples) for folder in data]
    known = [_asked(facts) for facts in found]
    write_facts(known, run)
    return known


def _asked(facts: "DatasetFacts") -> "DatasetFacts":
    if not facts.missing:
        return facts
    if not sys.stdin.isatty():
        notices.print(
            f"{facts.name}: {' and '.join(facts.missing)} not stated; the card says so. Write a "
            "dataset.yaml beside benign/ and malignant/.",
            markup=False,
        )
        return facts
    said = {
        name: typer.prompt(f"{name.capitalize()} of {facts.name}", default="", err=True)
        for name in facts.missing
    }
    return facts.model_copy(update=said)


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
    workers: Workers = 4,
    as_json: Json = False,
) -> None:
    """Evaluate a run on photos it has not seen; write its card as JSON and as a page."""
    with reported_failures(as_json), usable_input():
        require_extra()
        from serving.evaluation.card_page import write_page
        from serving.evaluation.evaluate import evaluate_run
        from serving.training.datasets import require_both_labels
        from serving.training.runs import write_answers

        samples, cache = photos_of(data, run, workers)
        require_both_labels(samples, ("validation", "test"))
        card, test = evaluate_run(
            run,
            samples,
            cache,
            name=name,
            version=version,
            facts=_facts(run, data, samples),
            mirror_averaging=mirror_averaging,
        )
        (run / "model_card.json").write_text(card.model_dump_json(indent=2))
        write_answers(test.rows(), run)
        write_page(card, test, page)
        _track(run, card, page)
        show(
            as_json,
            {"card": str(run / "model_card.json"), "page": str(page), "version": version},
            f"Card: {run / 'model_card.json'} and {page}. Next: dermis-model package --run {run}",
        )


def _track(run: Path, card: "ModelCard", page: Path) -> None:
    """Tell MLflow, where there is one, how the run was made and how it does."""
    from serving.training.mlflow_tracking import Tracking

    figures = {
        f"{evaluation.name}/{name}": metric.value
        for evaluation in card.evaluations
        for name, metric in evaluation.metrics.items()
    }
    with Tracking(run, say) as tracking:
        tracking.version(card.version)
        tracking.metrics(0, figures | {"threshold": card.threshold})
        tracking.files(run / "model_card.json", page)
        # Last: those of a folder that was used for other weights before are refused.
        tracking.parameters(card.training)
