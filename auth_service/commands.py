"""auth_service's commands: `python -m auth_service --help`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from auth_service import accounts, audit, main, signing_keys, two_factor
from auth_service.accounts import FirstAccount
from auth_service.events import Event
from auth_service.main import AuthService
from auth_service.roles import Role
from auth_service.settings import Settings
from service_kit import logs, migrations
from service_kit.errors import DomainError
from service_kit.settings import load

app = typer.Typer(help="Dermis' identity service.", no_args_is_help=True, add_completion=False)

ResultT = TypeVar("ResultT")


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema (as MIGRATION_DATABASE_URL)."""
    settings = load(Settings)
    url = settings.migration_database_url or settings.database_url
    migrations.migrate("auth_service", url, app_role=settings.app_role)


@app.command()
def serve() -> None:
    """Serve gRPC and send mail until SIGTERM."""
    asyncio.run(main.serve(load(Settings)))


@app.command()
def create_admin(
    email: Annotated[str, typer.Option(help="The sign-in name.")],
    full_name: Annotated[str, typer.Option(help="The person's name.")] = "Administrator",
    password: Annotated[
        str,
        typer.Option(
            prompt=True, hide_input=True, confirmation_prompt=True, envvar="ADMIN_PASSWORD"
        ),
    ] = "",
) -> None:
    """Make an administrator, for whom the address counts as verified."""
    first = FirstAccount(email=email, full_name=full_name, password=password, role=Role.ADMIN)

    async def create(service: AuthService) -> bool:
        async with service.database.session() as session:
            return await accounts.create(session, first, passwords=service.door.passwords)

    made = _run(create)
    typer.echo("Administrator made." if made else "An account with this address exists already.")


@app.command()
def send_mail() -> None:
    """Send what lies in the outbox and is due, once."""

    async def send(service: AuthService) -> int:
        taken_up = 0
        while await service.mail_sender.send_due():
            taken_up += 1
        return taken_up

    typer.echo(f"{_run(send)} mails taken up.")


@app.command()
def rotate_signing_key() -> None:
    """Make the next key for access tokens; it signs after a minute, nobody is signed out."""

    async def rotate(service: AuthService) -> str:
        async with service.database.session() as session:
            return await signing_keys.rotate(
                session, service.keys, token_life=service.settings.access_token_life
            )

    typer.echo(f"New signing key {_run(rotate)}.")


@app.command()
def rotate_encryption_key() -> None:
    """Encrypt TOTP secrets and private keys anew under the first of ENCRYPTION_KEYS."""

    async def rotate(service: AuthService) -> int:
        async with service.database.session() as session:
            resealed = await two_factor.reseal(session, service.keys)
            resealed += await signing_keys.reseal(session, service.keys)
            await audit.record(session, Event.ENCRYPTION_KEY_ROTATED, values=str(resealed))
            return resealed

    typer.echo(f"{_run(rotate)} values encrypted anew.")


@app.command()
def verify_audit() -> None:
    """Recompute the audit's hash chain; exit 1 where it breaks."""

    async def verify(service: AuthService) -> audit.Verdict:
        async with service.database.session() as session:
            return await audit.verify(session)

    verdict = _run(verify)
    if verdict.problem:
        typer.echo(f"Entry {verdict.broken_at} {verdict.problem}.")
        raise typer.Exit(1)
    typer.echo(f"{verdict.entries} entries are intact; the newest has hash {verdict.head}.")


def _run(work: Callable[[AuthService], Awaitable[ResultT]]) -> ResultT:
    settings = load(Settings)
    logs.configure(main.NAME, settings.log_level)
    service = main.build(settings)

    async def inside() -> ResultT:
        try:
            return await work(service)
        finally:
            await service.database.close()
            await service.redis.aclose()

    try:
        return asyncio.run(inside())
    except DomainError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(1) from None
