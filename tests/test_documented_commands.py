"""What pages tell to type, to set and to look for is there."""

import itertools
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml

import auth_service.commands
import local_stack.main
import patient_service.commands
import serving.main
from local_stack.stack import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    # Not the decision records: they may speak of what is no more.
    *sorted((ROOT / "docs").glob("*.md")),
]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
COMMANDS = {
    "auth_service": auth_service.commands.app,
    "patient_service": patient_service.commands.app,
    "serving": serving.main.app,
    "local_stack": local_stack.main.app,
}
# Lines of blocks that are fenced, at whatever indent, and what stands in backquotes.
BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
SETTING = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?==|$)")


def typed(page: Path) -> Iterator[str]:
    """Everything on a page that somebody may type or look up."""
    text = page.read_text()
    for block in BLOCK.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from INLINE.findall(BLOCK.sub("", text))


def words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # an apostrophe in what is no command
        return line.split()


def begun_with(*start: str) -> list[tuple[str, list[str]]]:
    """The commands on all pages that have `start` in them, and the words after it."""
    found: list[tuple[str, list[str]]] = []
    for page in PAGES:
        for line in typed(page):
            parts = words(line)
            places = range(len(parts) - len(start) + 1)
            found += [
                (f"{page.name}: {line.strip()}", parts[at + len(start) :])
                for at in places
                if tuple(parts[at : at + len(start)]) == start
            ]
    return found


def known(*patterns: str) -> str:
    """The text of the tracked files, without pages."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = [name for name in listed.stdout.splitlines() if not name.endswith(".md")]
    return "\n".join(path.read_text() for name in names if (path := ROOT / name).is_file())


def test_every_target_of_make_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for where, arguments in begun_with("make"):
        # T="…" goes to the tests, whatever stands in it.
        before = itertools.takewhile(lambda word: not word.startswith("T="), arguments)
        asked = {word for word in before if re.fullmatch(r"[a-z][a-z-]*", word)}
        assert asked <= targets, where


@pytest.fixture(autouse=True)
def nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """create-admin asks for a password where it is given none."""
    monkeypatch.setenv("ADMIN_PASSWORD", "a password that nobody has")


@pytest.mark.parametrize("program", COMMANDS)
def test_every_command_of_a_service_is_understood(program: str) -> None:
    command = typer.main.get_command(COMMANDS[program])
    for where, (verb, *arguments) in (
        (where, arguments)
        for where, arguments in begun_with("python", "-m", program)
        if arguments and not arguments[0].startswith(("-", "…"))
    ):
        verbs = command.commands  # type: ignore[attr-defined]  # a group, as each has many commands
        assert verb in verbs, where
        if arguments:
            verbs[verb].make_context(verb, list(arguments))


def test_an_operators_command_of_a_container_is_understood() -> None:
    """`docker compose run --rm auth_service create-admin …`."""
    for part, service in {
        "auth_service": "auth_service", "patient_service": "patient_service",
        "sweep": "patient_service",
    }.items():  # fmt: skip
        verbs = typer.main.get_command(COMMANDS[service]).commands  # type: ignore[attr-defined]
        for where, (verb, *arguments) in begun_with("run", "--rm", part):
            assert verb in verbs, where
            verbs[verb].make_context(verb, list(arguments))


def test_every_part_and_profile_named_to_docker_compose_is_in_its_file() -> None:
    profiles = {"*"} | {name for part in SERVICES.values() for name in part.get("profiles", ())}
    for where, arguments in begun_with("docker", "compose"):
        rest = list(arguments)
        while rest and rest[0].startswith("-"):
            option = rest.pop(0)
            if option == "--profile":
                assert rest.pop(0) in profiles, where
        if not rest or rest[0] not in ("run", "stop", "logs", "exec", "restart"):
            continue
        named = [
            word
            for before, word in itertools.pairwise(rest)
            if not word.startswith("-") and before not in ("--env", "--tail")
        ]
        # After the first part, `run` and `exec` are told what to do inside.
        inside = named[:1] if rest[0] in ("run", "exec") else named
        assert set(inside) <= SERVICES.keys(), where


def test_every_script_that_is_called_is_there_and_can_be_run() -> None:
    scripts = {
        part
        for page in PAGES
        for line in typed(page)
        for part in line.split()
        if re.fullmatch(r"(?:[\w-]+/)+[\w-]+\.sh", part)
    }
    assert scripts
    for script in scripts:
        path = ROOT / script
        assert path.exists(), script
        # What is sourced has no line that says who runs it.
        assert path.stat().st_mode & 0o100 or not path.read_text().startswith("#!"), script


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is missing")
def test_every_option_given_to_kubectl_is_one_of_the_commands() -> None:
    everywhere = subprocess.run(["kubectl", "options"], capture_output=True, text=True, check=True)
    for where, arguments in begun_with("kubectl"):
        before = list(itertools.takewhile(lambda word: word != "--", arguments))
        if before[0] == "cnpg":  # a plugin's
            continue
        verb = before[:2] if before[0] == "rollout" else before[:1]
        told = subprocess.run(
            ["kubectl", *verb, "--help"], capture_output=True, text=True, check=True
        )
        for option in (word.split("=")[0] for word in before if word.startswith("-")):
            names = {"-it": ("-i", "-t")}.get(option, (option,))
            for name in names:
                assert re.search(rf"{name}[=,\s]", told.stdout + everywhere.stdout), where


def test_the_metric_of_autoscaling_is_what_the_adapters_rule_makes() -> None:
    patch = ROOT / "k8s" / "components" / "monitoring" / "torchserve-queue.yaml"
    (added,) = yaml.safe_load(patch.read_text())
    name = added["value"]["external"]["metric"]["name"]
    assert f"name: {{as: {name}}}" in OPERATIONS


def test_every_setting_and_reason_that_a_page_names_exists() -> None:
    text = known(
        "*.py", "*.yml", "*.yaml", "*.sh", "Makefile", "Dockerfile", ".env.example",
        "secrets/secrets.example",
    )  # fmt: skip
    # Those of other programs.
    others = {
        "HTTPS_PROXY", "NO_PROXY", "PIP_INDEX_URL", "PIP_CERT", "NODE_EXTRA_CA_CERTS",
    }  # fmt: skip
    named = {
        (page.name, found.group())
        for page in PAGES
        for line in typed(page)
        if (found := SETTING.match(line))
    }
    unknown = {
        (page, name)
        for page, name in named
        if name not in others and not re.search(rf"\b{name}\b", text)
    }
    assert unknown == set()


def test_the_table_of_secrets_lists_the_kinds_that_can_be_rotated() -> None:
    script = (ROOT / "compose" / "rotate-secrets.sh").read_text()
    kinds = set(re.findall(r"^rotate_(\w+)\(\)", script, re.MULTILINE))
    section = OPERATIONS.split("## Replace secrets")[1]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == kinds


def test_memory_limits_on_the_page_are_those_of_compose() -> None:
    parts = {
        "nginx": "nginx", "gateway": "gateway", "auth_service": "auth_service",
        "patient_service": "patient_service", "TorchServe, two workers": "torchserve",
        "follower": "follower", "PostgreSQL": "postgres", "Redis": "redis",
    }  # fmt: skip
    beside = {
        "Prometheus (`--profile observe`)": "prometheus",
        "mail sink (`--profile mail`)": "mail",
    }
    rows = re.findall(r"^\| ([^|]+) \|[^|]*\|[^|]*\| ([\d,]+) \|$", OPERATIONS, re.MULTILINE)
    limits = {name: int(limit.replace(",", "")) for name, limit in rows}
    for name, part in (parts | beside).items():
        assert limits[name] == mebibytes(SERVICES[part]["mem_limit"]), name
    assert limits["all of these, and a model live"] == sum(limits[name] for name in parts)
    # What the worst photos are held to.
    shares = re.findall(r"^\| [^|]+ \| \d+ \|.*\| ([\d,]+) \|$", OPERATIONS, re.MULTILINE)
    bounds = [mebibytes(SERVICES[name]["mem_limit"]) for name in (
        "patient_service", "gateway", "torchserve",
    )]  # fmt: skip
    assert [int(share.replace(",", "")) for share in shares[-3:]] == [
        int(0.6 * bound) for bound in bounds
    ]


def mebibytes(limit: str) -> int:
    return int(limit[:-1]) * {"m": 1, "g": 1024}[limit[-1]]


def test_the_runbook_has_entries_for_alerts_only_and_operations_refers_to_those() -> None:
    rules = yaml.safe_load((ROOT / "observability" / "alerts.yml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    assert set(re.findall(r"^### (\w+)$", RUNBOOK, re.MULTILINE)) == alerts
    assert set(re.findall(r"runbook: (\w+)", OPERATIONS)) <= alerts


def test_what_the_runbook_quotes_is_said_somewhere() -> None:
    """Log lines, texts on the screen, titles of the dashboard."""
    text = known("*.py", "frontend/src/i18n/*.ts", "observability/*")
    quoted = re.findall(r'"([^"\n]+)"', INLINE.sub("", RUNBOOK))
    assert {words for words in quoted if " " in words and words not in text} == set()
