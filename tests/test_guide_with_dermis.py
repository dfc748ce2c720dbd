"""The ML engineers' guide against a running Dermis: what it tells to type, typed as it stands.

Its commands for files alone are in serving/tests/test_guide_runs.py.
"""

import re
import secrets
import shlex
from collections.abc import AsyncIterator

import pytest

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import ROOT, Stack
from serving.contract.reference_cases import Truth
from serving.tests import models_from_outside as outside
from serving.tests.test_guide_runs import BLOCKS, OFFLINE
from tests.engineer import Engineer
from tests.test_model_release import next_version

LIVE, VERSION = "1.2.1", "1.3.0"
# A case that the guide removes: everybody's are others.
SOME_CASE = "3fa94c0d"
# Whole tables of each command that shows any.
SHOWN = re.findall(
    r"^```text\n(.*?)^```$",
    (ROOT / "docs" / "ml-engineers.md").read_text(),
    re.MULTILINE | re.DOTALL,
)


def lines() -> list[str]:
    """What needs a running Dermis, in the order of the guide; signing in has been done."""
    typed = [line for block in BLOCKS for line in block.splitlines()]
    return [line for line in typed if line.startswith("curl ") or _asks_dermis(line)]


def _asks_dermis(line: str) -> bool:
    if not line.startswith("dermis-model "):
        return False
    verb, *arguments = shlex.split(line, comments=True)[1:]
    of_runs = verb == "compare" and "/" in arguments[0]
    return verb not in {*OFFLINE, "sign-in"} and not of_runs


@pytest.fixture
async def reader(
    engineer: Engineer, stack: Stack, mailbox: Mailbox
) -> AsyncIterator[tuple[Engineer, Clinician]]:
    """An engineer with the archive of the guide, and the API's token; all is put back after it."""
    next_version(engineer.home, VERSION)
    (engineer.home / "archives").mkdir()
    archive = engineer.home / f"lesion-{VERSION}.mar"
    archive.rename(engineer.home / "archives" / archive.name)
    truths: tuple[Truth, ...] = ("benign", "malignant")
    for truth in truths:
        (engineer.home / "our-cases" / truth).mkdir(parents=True)
        outside.made_photo(truth, 40).save(engineer.home / "our-cases" / truth / "a.jpg")
    known = SignIn("reader@dermis.example", secrets.token_urlsafe(18))
    await stack.create_admin(known.email, known.password)
    async with Clinician(stack.url, mailbox) as admin:
        await admin.sign_in(known, keep=lambda _: None)
        before = await admin.call("GET", "/admin/reference-cases")
        engineer.environment |= {
            "API": f"{stack.url}/api",
            "AUTH": f"authorization: {admin.http.headers['authorization']}",
            "CI_MESSAGE": "A commit.",
        }
        yield engineer, admin
        await engineer.run("rollback", "--to", LIVE, "--why", "the guide is read")
        kept = {case["sha256"] for case in before["cases"]}
        after = await admin.call("GET", "/admin/reference-cases")
        if added := [case["sha256"] for case in after["cases"] if case["sha256"] not in kept]:
            await admin.call("POST", "/admin/reference-cases", {"add": [], "remove": added})


@pytest.mark.timeout(900)
async def test_every_command_of_the_guide_works_on_a_running_dermis(
    reader: tuple[Engineer, Clinician],
) -> None:
    engineer, admin = reader
    before = await admin.call("GET", "/admin/reference-cases")
    known = {case["sha256"] for case in before["cases"]}
    said = []
    for shown in lines():
        cases = (await admin.call("GET", "/admin/reference-cases"))["cases"]
        added = next((case["sha256"] for case in cases if case["sha256"] not in known), "")
        line = shown.replace(SOME_CASE, added[:8])
        said.append(await engineer.typed(line))
        # What the guide shows is copied from here.
        with (engineer.home / "said.txt").open("a") as transcript:
            transcript.write(f"$ {line}\n{said[-1]}\n")
    commands = [line for line in lines() if line.startswith("dermis-model ")]
    verbs = {shlex.split(command, comments=True)[1] for command in commands}
    assert verbs >= {
        "push", "try", "release", "status", "rollback", "shadow", "agreement", "canary", "compare",
        "cases", "add-cases", "remove-cases", "retire", "reinstate", "download", "regenerate",
        "approve",
    }  # fmt: skip
    assert (await engineer.run("status"))["replicas"][0]["live_version"] == VERSION
    # Tables are still called what the guide shows.
    together = " ".join(" ".join(said).split())
    for table in SHOWN:
        heading = table.splitlines()[0].split()
        assert all(word in together for word in heading), heading
