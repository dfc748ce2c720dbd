"""`python -m tests.fuzz [TARGET …] [--seconds N]`: try to break what reads hostile files."""

import argparse
import hashlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.fuzz import edits, model_archives, photo_decoding, request_parts

TARGETS: dict[str, Callable[[float, Callable[[bytes], Path]], int]] = {
    "photos": photo_decoding.fuzz,
    **{
        name: partial(edits.fuzz, read)
        for name, read in (model_archives.WHOLES | request_parts.WHOLES).items()
    },
}
# What did harm stays here, to become a test.
FOUND = Path(".fuzz")


def keep(target: str, data: bytes) -> Path:
    """Write down what did harm."""
    path = FOUND / target / hashlib.sha256(data).hexdigest()[:16]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def main() -> None:
    """Run each target for its time; the first that does harm ends it."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz")
    arguments.add_argument("targets", nargs="*", default=list(TARGETS), help=", ".join(TARGETS))
    arguments.add_argument("--seconds", type=float, default=600, help="for each target")
    asked = arguments.parse_args()
    for target in asked.targets:
        tried = TARGETS[target](asked.seconds, partial(keep, target))
        sys.stdout.write(f"{target}: {tried:,} tried, none did harm\n")


if __name__ == "__main__":
    main()
