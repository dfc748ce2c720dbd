"""The verb that lets an archive be computed in 8 bits."""

from pathlib import Path
from typing import Annotated

import typer

from serving.cli.archives import checked_archive
from serving.cli.options import Archive, Json
from serving.cli.output import reported_failures, show
from serving.cli.training import Data, photos_of, require_extra, usable_input
from serving.cli.training_options import Workers


def quantise(
    archive: Archive,
    data: Data,
    version: Annotated[str, typer.Option(help="Of the new archive, such as 1.0.1.")],
    out: Annotated[Path, typer.Option(help="Folder for the archive and the photos' cache.")],
    page: Annotated[Path, typer.Option(help="File for the readable card.")] = Path("model-card.md"),
    workers: Workers = 4,
    as_json: Json = False,
) -> None:
    """Make an archive that is also computed in 8 bits, where processors can; evaluate it so."""
    with reported_failures(as_json), usable_input():
        require_extra()
        from serving.evaluation.card_page import write_page
        from serving.evaluation.quantising import quantise as quantised

        checked = checked_archive(archive)
        samples, cache = photos_of(data, out, workers)
        path, card, test = quantised(checked, samples, cache, out, version)
        write_page(card, test, page, "int8")
        show(
            as_json,
            {"archive": str(path), "page": str(page), "version": version},
            f"Archive: {path}. Card: {page}. Next: dermis-model verify {path}",
        )
