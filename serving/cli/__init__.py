"""`dermis-model`: what ML engineers do with a model, from photos to a live release."""

from collections.abc import Callable
from typing import Annotated

import rich
import structlog
import typer

from service_kit.version import __version__
from serving.cli import (
    account,
    archives,
    candidates,
    comparing,
    evaluating,
    importing,
    predicting,
    quantising,
    reference_cases,
    releases,
    shelf,
    training,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

# In the order of a model's life.
VERBS: dict[str, Callable[..., None]] = {
    "train": training.train,
    "import": importing.import_weights,
    "evaluate": evaluating.evaluate,
    "package": training.package,
    "quantise": quantising.quantise,
    "predict": predicting.predict,
    "inspect": archives.inspect,
    "verify": archives.verify,
    "compare": comparing.compare,
    "keygen": archives.keygen,
    "sign": archives.sign,
    "sign-in": account.sign_in,
    "sign-out": account.sign_out,
    "push": releases.push,
    "try": releases.try_out,
    "shadow": candidates.shadow,
    "agreement": candidates.agreement,
    "canary": candidates.canary,
    "withdraw": candidates.withdraw,
    "approve": shelf.approve,
    "release": releases.release,
    "rollback": releases.rollback,
    "retire": shelf.retire,
    "reinstate": shelf.reinstate,
    "download": shelf.download,
    "cases": reference_cases.cases,
    "add-cases": reference_cases.add_cases,
    "remove-cases": reference_cases.remove_cases,
    "regenerate": releases.regenerate,
    "status": releases.status,
    "watch": releases.watch,
}
for name, verb in VERBS.items():
    app.command(name)(verb)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"dermis-model {__version__}")
        raise typer.Exit


@app.callback()
def configure(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Keep standard output for answers; progress and questions go to standard error."""
    rich.reconfigure(stderr=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("info"))
