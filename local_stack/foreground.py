"""The system in the foreground of a terminal: start, demo clinic, serve, stop."""

import asyncio
import signal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local_stack.admin_account import Administrator, admin_account
from local_stack.api_client import Clinician, SignIn
from local_stack.demo import DemoClinic, DemoFailed, Row
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from serving.contract.probability import probability_text

# Ctrl-C, `make stop` and a closed terminal.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_GOES_ON = (
    "Dermis serves nevertheless: photos are kept until the model answers, and the next start "
    "assesses the rest of the examples."
)


class Interrupted(Exception):
    """Stopped before it had finished."""


class ForegroundRun:
    """Runs a stack until it is done or asked to stop.

    Args:
        stack: not started yet.
        console: takes what people read.
        stay: serve until a signal; otherwise end after the demo.
        overlays: folder for the examples' overlays; None for none.
    """

    def __init__(
        self, stack: Stack, console: Console, *, stay: bool, overlays: Path | None
    ) -> None:
        self._stack = stack
        self._console = console
        self._stay = stay
        self._overlays = overlays

    async def run(self) -> None:
        """Start, show the demo, serve, stop everything.

        Raises:
            Interrupted: stopped before the demo was shown.
        """
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signal_number in STOP_SIGNALS:
            loop.add_signal_handler(signal_number, asked.set)
        showing = asyncio.create_task(self._show())
        waiting = asyncio.create_task(asked.wait())
        try:
            await asyncio.wait({showing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not showing.done():
                raise Interrupted(
                    "Stopped before the demo was ready; the next start picks up from here."
                )
            await showing
            if self._stay:
                self._console.print("Serving. Ctrl-C stops everything; no data is lost.")
                await waiting
        finally:
            showing.cancel()
            waiting.cancel()
            await asyncio.gather(showing, waiting, return_exceptions=True)
            await self._stack.stop()

    async def _show(self) -> None:
        await self._stack.start()
        table = Table("photo", "ground truth", "model's label", "malignant", "version", "ms")
        async with Clinician(self._stack.url, Mailbox(self._stack.mails)) as clinician:
            clinic = DemoClinic(clinician, self._stack.folder)
            sign_in = await clinic.sign_in()
            try:
                await clinic.until_model_is_live()
                rows = await clinic.assess_examples(lambda row: _add(table, row))
                if self._overlays:
                    await clinic.save_overlays(rows, self._overlays)
                    self._console.print(f"Overlays: {self._overlays}")
            except DemoFailed as failure:
                if not self._stay:
                    raise
                # The clinic itself works, and a slow machine's model comes in the end.
                self._console.print(f"[yellow]{failure} {_GOES_ON}[/yellow]", highlight=False)
        if table.row_count:
            self._console.print(table)
        if self._stay:
            self._print_sign_in(sign_in, await admin_account(self._stack))

    def _print_sign_in(self, sign_in: SignIn, admin: Administrator) -> None:
        self._console.print(f"\nDermis is running at [bold]{self._stack.url}[/bold]")
        self._console.print(f"E-mail:       {sign_in.email}", highlight=False)
        self._console.print(f"Password:     {sign_in.password}", highlight=False, markup=False)
        self._console.print(f"TOTP secret:  {sign_in.totp_secret}", highlight=False)
        self._console.print(f"Administrator, for `dermis-model` and user accounts: {admin.email}")
        self._console.print(f"Password:     {admin.password}", highlight=False, markup=False)


def _add(table: Table, row: Row) -> None:
    table.add_row(
        row.image, row.truth, row.label, probability_text(row.probability), row.version,
        f"{row.milliseconds:.0f}",
    )  # fmt: skip
