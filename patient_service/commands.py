"""patient_service's commands: `python -m patient_service --help`."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import typer
import uvloop

from patient_service import main
from patient_service.images import orphaned_objects
from patient_service.patients import erasure
from patient_service.settings import Settings
from service_kit import migrations
from service_kit.blobs import Blobs
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.settings import load

app = typer.Typer(help="Dermis' patient record.", no_args_is_help=True, add_completion=False)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema (as MIGRATION_DATABASE_URL)."""
    settings = load(Settings)
    schema = migrations.migrate("patient_service", settings.owner_url, app_role=settings.app_role)
    typer.echo(schema)


@app.command()
def serve() -> None:
    """Serve gRPC until SIGTERM."""
    # Two thirds of asyncio's own loop's CPU for the same calls.
    uvloop.run(main.serve(load(Settings)))


@app.command()
def sweep(
    every_hours: Annotated[
        float, typer.Option(min=0, help="Do it again and again, with so many hours between.")
    ] = 0,
) -> None:
    """Delete stored photos older than a day that no record refers to (left by crashes)."""
    while True:
        typer.echo(f"{_run(orphaned_objects.sweep)} orphaned objects deleted.")
        if not every_hours:
            return
        time.sleep(every_hours * 3600)


@app.command()
def erase_patient(
    patient_id: UUID,
    reason: Annotated[str, typer.Option(help="Why, e.g. the legal request's number; audited.")],
) -> None:
    """Erase a patient with all photos and findings on legal request; the audit stays."""

    async def erase(database: Database, blobs: Blobs) -> int:
        return await erasure.erase(database, blobs, patient_id, reason=reason)

    typer.echo(f"Patient erased; images deleted: {_run(erase)}.")


def _run(work: Callable[[Database, Blobs], Awaitable[int]]) -> int:
    """Do an operator's work as the role that owns the tables."""
    settings = load(Settings)
    database = Database(settings.owner_url, pool_size=1)

    async def inside() -> int:
        try:
            return await work(database, Blobs(settings.image_store_url, settings.store_access))
        finally:
            await database.close()

    try:
        return asyncio.run(inside())
    except DomainError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from None
