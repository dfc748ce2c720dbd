"""docs/security.md as the tests read it: `python -m tests.security.page` prints the named tests."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
_ROW = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)


def text() -> str:
    return (ROOT / "docs" / "security.md").read_text()


def named_tests() -> list[str]:
    """The pytest ids that the page names, each once, those of one file together."""
    return [f"{path}::{name}" for path, name in sorted(set(_TEST.findall(text())))]


def requirements() -> set[str]:
    """The numbers of the standard's requirements that the page answers; ranges written out."""
    found: set[str] = set()
    for cell in _ROW.findall(text()):
        for first, last in re.findall(r"(\d+\.\d+\.\d+)(?:–\d+\.\d+\.(\d+))?", cell):
            section, _, number = first.rpartition(".")
            found |= {f"{section}.{n}" for n in range(int(number), int(last or number) + 1)}
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(named_tests()) + "\n")
