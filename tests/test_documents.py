"""What documents and comments point to is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)\s#]+)")
DECISION = re.compile(r"docs/decisions/[0-9]{4}[a-z0-9-]*(?:\.md)?")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    lost = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert lost == []


def test_every_decision_that_code_names_is_recorded() -> None:
    lost = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in tracked("*.py", "*.ts", "*.tsx", "*.yml", "*.yaml", "*.properties", "*.conf")
        for name in DECISION.findall(file.read_text())
        if file != Path(__file__) and not (ROOT / f"{name.removesuffix('.md')}.md").exists()
    }
    assert lost == set()
