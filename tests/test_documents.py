"""What documents and comments point to is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# A file that a page names in backquotes, by its path from the root.
FILE = re.compile(r"`((?:\w+/)+[\w.-]+\.(?:py|proto|sh|ts|tsx|sql|properties))(?:::\w+)?`")
FOLDER = re.compile(r"`((?:\w+/)+)`")
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)\s#]+)")
DECISION = re.compile(r"docs/decisions/[0-9]{4}[a-z0-9-]*(?:\.md)?")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


TRACKED = [str(path.relative_to(ROOT)) for path in tracked()]


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    lost = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert lost == []


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    roots = {folder.name for folder in ROOT.iterdir() if folder.is_dir()}
    named = {
        name
        for name in FILE.findall(page.read_text())
        if name.split("/")[0] in roots and "NNNN" not in name
    }
    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda page: page.name)
def test_every_folder_that_a_page_names_is_there(page: Path) -> None:
    roots = {path.split("/")[0] for path in TRACKED if "/" in path}
    named = {name for name in FOLDER.findall(page.read_text()) if name.split("/")[0] in roots}
    known = {f"{parent}/" for path in TRACKED for parent in Path(path).parents}
    assert named - known == set()


def test_the_architecture_names_every_room_of_the_services() -> None:
    """A newcomer looks there for where a rule lives."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    kinds = {"models", "servicers", "migrations", "tests"}
    rooms = {
        f"{service}/{name}/"
        for service in ("auth_service", "patient_service")
        for name in {path.split("/")[1] for path in TRACKED if path.startswith(f"{service}/")}
        if (ROOT / service / name).is_dir() and name not in kinds
    }
    assert {room for room in rooms if f"`{room}`" not in text} == set()


def test_every_decision_that_code_names_is_recorded() -> None:
    lost = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in tracked("*.py", "*.ts", "*.tsx", "*.yml", "*.yaml", "*.properties", "*.conf")
        for name in DECISION.findall(file.read_text())
        if file != Path(__file__) and not (ROOT / f"{name.removesuffix('.md')}.md").exists()
    }
    assert lost == set()


RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
HEAD = re.compile(r"# (\d+)\. (.+)\n\nStatus: (\w+)[^·\n]* · Date: (\d{4}-\d\d-\d\d)")
SECTIONS = ["Context", "Decision", "Consequences"]


def test_decision_records_are_numbered_without_a_gap() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_decision_record_has_the_one_format(record: Path) -> None:
    text = record.read_text()
    head = HEAD.match(text)
    assert head is not None
    assert int(head[1]) == int(record.name[:4])
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections in (SECTIONS, [*SECTIONS, "Alternatives considered"])


def test_the_index_lists_every_decision_record_as_it_is() -> None:
    heads = [(record.name, HEAD.match(record.read_text())) for record in RECORDS]
    rows = [
        f"| [{head[1]}]({name}) | {head[2]} | {head[3]} | {head[4]} |"
        for name, head in heads
        if head
    ]
    index = (ROOT / "docs" / "decisions" / "index.md").read_text()
    assert [line for line in index.splitlines() if line.startswith("| [")] == rows
