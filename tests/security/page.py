"""docs/security.md and docs/asvs.md as the tests read them.

`python -m tests.security.page` prints the tests that they name.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
_ROW = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)


def text(page: str) -> str:
    return (ROOT / "docs" / page).read_text()


def named_tests() -> list[str]:
    """The pytest ids that the pages name, each once, those of one file together."""
    both = text("security.md") + text("asvs.md")
    return [f"{path}::{name}" for path, name in sorted(set(_TEST.findall(both)))]


def requirements(text: str) -> set[str]:
    """The numbers of the standard's requirements that a text's rows begin with; ranges in full."""
    found: set[str] = set()
    for cell in _ROW.findall(text):
        for first, last in re.findall(r"(\d+\.\d+\.\d+)(?:–\d+\.\d+\.(\d+))?", cell):
            section, _, number = first.rpartition(".")
            found |= {f"{section}.{n}" for n in range(int(number), int(last or number) + 1)}
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(named_tests()) + "\n")
