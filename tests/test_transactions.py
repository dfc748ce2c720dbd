"""Transactions end at the edge: nobody but `Database` commits, and every RPC opens at most one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERVICES = ("auth_service", "patient_service")
ENDINGS = {"commit", "rollback", "begin"}


def production_files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*.py")) if "tests" not in file.parts]


def calls(tree: ast.AST) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func


@pytest.mark.parametrize("service", SERVICES)
def test_no_rule_and_no_servicer_ends_a_transaction(service: str) -> None:
    files = production_files(ROOT / service)
    assert len(files) > 20
    found = [
        f"{file.relative_to(ROOT)}:{call.lineno} {call.attr}"
        for file in files
        for call in calls(ast.parse(file.read_text()))
        if call.attr in ENDINGS
    ]
    assert found == []


@pytest.mark.parametrize("service", SERVICES)
def test_an_rpc_opens_at_most_one_transaction(service: str) -> None:
    methods = [
        (file, method)
        for file in production_files(ROOT / service / "servicers")
        for method in ast.walk(ast.parse(file.read_text()))
        if isinstance(method, ast.AsyncFunctionDef)
    ]
    opened = {
        f"{file.stem}.{method.name}": sum(call.attr == "session" for call in calls(method))
        for file, method in methods
    }
    assert sum(opened.values()) > 20
    assert [name for name, transactions in opened.items() if transactions > 1] == []
