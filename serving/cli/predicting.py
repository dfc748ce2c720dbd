"""Verb predict: photos assessed by an archive, on this machine."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from serving.cli.options import Json
from serving.cli.output import reported_failures

# Diagnoses listed on a photo's line, of those that the model tells apart.
LISTED_DIAGNOSES = 3


def predict(
    images: Annotated[
        list[Path], typer.Argument(help="Photos: JPEG, PNG, HEIC, WebP or TIFF.", exists=True)
    ],
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
