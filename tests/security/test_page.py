"""The security pages name only tests that exist, and leave out no requirement."""

import ast
from collections.abc import Iterable
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
# Those of the other chapters; 10 is about OAuth, which Dermis doesn't speak.
OTHER_CHAPTERS = {
    "1.1": (1, 2), "1.2": (1, 2, 3, 4, 5, 9), "1.3": (1, 2, 3, 4, 5, 6, 7, 10, 11),
    "1.4": (1, 2, 3), "1.5": (2,),
    "2.1": (1, 2, 3), "2.2": (1, 2, 3), "2.3": (1, 2, 3, 4), "2.4": (1,),
    "3.2": (1, 2), "3.3": (1, 2, 3, 4), "3.4": range(1, 7), "3.5": range(1, 6), "3.7": (1, 2),
    "4.1": (1, 2, 3), "4.2": (1,),
    "5.1": (1,), "5.2": (1, 2, 3), "5.3": (1, 2), "5.4": (1, 2, 3),
    "11.1": (1, 2), "11.2": (1, 2, 3), "11.3": (1, 2, 3), "11.4": (1, 2, 3), "11.5": (1,),
    "11.6": (1,),
    "12.1": (1, 2, 3), "12.2": (1, 2), "12.3": (1, 2, 3, 4),
    "13.1": (1,), "13.2": range(1, 6), "13.3": (1, 2), "13.4": range(1, 6),
    "14.1": (1, 2), "14.2": (1, 2, 3, 4), "14.3": (1, 2, 3),
    "15.1": (1, 2, 3), "15.2": (1, 2, 3), "15.3": range(1, 8),
}  # fmt: skip


@pytest.mark.parametrize("test", named_tests())
def test_a_named_test_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in functions(path), f"a security page names {test}"


@pytest.mark.parametrize(
    ("page", "asked"), [("security.md", LEVELS_1_AND_2), ("asvs.md", OTHER_CHAPTERS)]
)
def test_every_requirement_of_levels_1_and_2_is_answered(
    page: str, asked: dict[str, Iterable[int]]
) -> None:
    every = {f"{section}.{n}" for section, numbers in asked.items() for n in numbers}
    assert every - requirements(text(page)) == set()


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
