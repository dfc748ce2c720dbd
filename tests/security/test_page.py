"""The security pages name only tests that exist, and leave out no requirement."""

import ast
from functools import cache

import pytest

from tests.security.page import ROOT, named_tests, requirements, text

# OWASP ASVS 5.0.0: the requirements of levels 1 and 2, by section with the numbers in it.
LEVELS_1_AND_2 = {
    "6.1": (1, 2, 3), "6.2": range(1, 13), "6.3": (1, 2, 3, 4), "6.4": (1, 2, 3, 4),
    "6.5": (1, 2, 3, 4, 5), "6.6": (1, 2, 3), "6.8": (1, 2, 3, 4),
    "7.1": (1, 2, 3), "7.2": (1, 2, 3, 4), "7.3": (1, 2), "7.4": (1, 2, 3, 4, 5), "7.5": (1, 2),
    "7.6": (1, 2),
    "8.1": (1, 2), "8.2": (1, 2, 3), "8.3": (1,), "8.4": (1,),
    "9.1": (1, 2, 3), "9.2": (1, 2, 3, 4),
    "16.1": (1,), "16.2": (1, 2, 3, 4, 5), "16.3": (1, 2, 3, 4), "16.4": (1, 2, 3),
    "16.5": (1, 2, 3),
}  # fmt: skip


@pytest.mark.parametrize("test", named_tests())
def test_a_named_test_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in functions(path), f"a security page names {test}"


def test_every_requirement_of_levels_1_and_2_is_answered() -> None:
    asked = {f"{section}.{n}" for section, numbers in LEVELS_1_AND_2.items() for n in numbers}
    assert asked - requirements(text("security.md")) == set()


def test_each_line_that_names_a_test_has_a_change_that_makes_one_fail() -> None:
    named = [line for line in text("security.md").split("\n") if "::test_" in line]
    assert requirements("\n".join(named)) - requirements(text("asvs.md")) == set()


@cache
def functions(path: str) -> set[str]:
    """The functions that a file defines."""
    tree = ast.parse((ROOT / path).read_text())
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
