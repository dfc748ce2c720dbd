"""auth_service's commands: `python -m auth_service --help`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
import uvloop

from auth_service import main
from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials import two_factor
from auth_service.main import AuthService
from auth_service.people import accounts
from auth_service.people.accounts import OperatorMadeAccount
from auth_service.people.roles import Role
from auth_service.session import signing_keys
from auth_service.settings import Settings
from service_kit import logs, migrations
from service_kit.errors import DomainError
from service_kit.settings import load

app = typer.Typer(
    help="Dermis' identity service: accounts, sign-in, mail.",
    no_args_is_help=True,
    add_completion=False,
)

ResultT = TypeVar("ResultT")


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema (as MIGRATION_DATABASE_URL)."""
    settings = load(Settings)
    schema = migrations.migrate("auth_service", settings.owner_url, app_role=settings.app_role)
    typer.echo(schema)


@app.command()
def serve() -> None:
    """Serve gRPC and send mail until SIGTERM."""
    # Two thirds of asyncio's own loop's CPU for the same calls.
    uvloop.run(main.serve(load(Settings)))


@app.command()
def create_admin(
    email: Annotated[str, typer.Option(help="The email address to sign in with.")],
    full_name: Annotated[str, typer.Option(help="The person's name.")] = "Administrator",
    password: Annotated[
        str,
        typer.Option(
            prompt=True, hide_input=True, confirmation_prompt=True, envvar="ADMIN_PASSWORD"
        ),
    ] = "",
) -> None:
    """Create an administrator, whose address counts as verified."""
    first = OperatorMadeAccount(
        email=email, full_name=full_name, password=password, role=Role.ADMIN
    )

    async def create(service: AuthService) -> bool:
        async with service.database.session() as session:
            return await accounts.create(session, first, passwords=service.authenticator.passwords)

    made = _run(create)
    typer.echo(
        "Administrator created." if made else "There is already an account with this address."
    )


@app.command()
def send_mail() -> None:
    """Send the mails in the outbox that are due, then exit."""

    async def send(service: AuthService) -> int:
        handled = 0
        while await service.mail_sender.send_due():
            handled += 1
        return handled

    typer.echo(f"{_run(send)} due mails handled.")


@app.command()
def rotate_signing_key() -> None:
    """Make the next key for access tokens; it signs after a minute, and nobody is signed out."""

    async def rotate(service: AuthService) -> str:
        async with service.database.session() as session:
            return await signing_keys.rotate(
                session, service.keys, token_life=service.settings.access_token_life
            )

    typer.echo(f"New signing key {_run(rotate)}.")


@app.command()
def rotate_encryption_key() -> None:
    """Re-encrypt TOTP secrets and private keys under the first of ENCRYPTION_KEYS."""

    async def rotate(service: AuthService) -> int:
        async with service.database.session() as session:
            resealed = await two_factor.reseal(session, service.keys)
            resealed += await signing_keys.reseal(session, service.keys)
            await trail.append(session, Event.ENCRYPTION_KEY_ROTATED, values=str(resealed))
            return resealed

    typer.echo(f"{_run(rotate)} values re-encrypted.")


@app.command()
def verify_audit() -> None:
    """Recompute the audit's hash chain; exit 1 if it is broken."""

    async def verify(service: AuthService) -> trail.Verification:
        async with service.database.session() as session:
            return await trail.verify(session)

    result = _run(verify)
    if result.problem:
        typer.echo(f"Entry {result.broken_at} {result.problem}.")
        raise typer.Exit(1)
    typer.echo(f"{result.entries} entries are intact; the newest has hash {result.head}.")


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
