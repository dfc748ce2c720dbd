"""One run of Schemathesis in one role, in a process of its own."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from local_stack.stack import ROOT

# A server error, or an answer that the description doesn't know: status, type, headers, schema.
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance",
)  # fmt: skip
# Run after known operations with known identifiers, these would end sessions and accounts, those of
# other tests and the run's own.
ENDING = (
    "end_session", "end_other_sessions", "end_user_sessions", "update_user",
    "reset_user_two_factor",
)  # fmt: skip
# Each answer takes ten seconds, whatever was asked; gateway/tests/test_event_streams.py tries them.
STREAMS = ("stream_logs", "stream_serving")
STOP_SECONDS = 60


@dataclass(frozen=True)
class Run:
    """What came of it: whether all was as described, and what Schemathesis said."""

    passed: bool
    said: str


async def run(
    url: str, token: str, *, seconds: int, stateful: bool, folder: Path, seed: int | None = None
) -> Run:
    """Try every operation for some seconds.

    Args:
        url: of the API.
        token: the role's; empty for nobody's.
        seconds: bounds the run.
        stateful: follow links from answer to request, instead of trying each operation by itself.
        folder: where it leaves its reports.
        seed: sends the same each time; None sends something else each time.
    """
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json",
        "--url", url, "--checks", ",".join(CHECKS), "--no-color", "--warnings", "off",
        "--max-time", str(seconds), "--max-examples", "20", "--request-timeout", "60",
        "--generation-database", "none", "--suppress-health-check", "all",
        "--phases", "stateful" if stateful else "examples,coverage,fuzzing",
        "--continue-on-failure", "--output-truncate", "true",
    ]  # fmt: skip
    if seed is not None:
        command += ["--seed", str(seed)]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    left_out = (*STREAMS, *ENDING) if stateful else STREAMS if token else ()
    command += [part for name in left_out for part in ("--exclude-operation-id", name)]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={
            **os.environ,
            "NO_PROXY": "*",
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.api_fuzz.hooks",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(seconds + STOP_SECONDS):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Run(process.returncode == 0, said.decode())
