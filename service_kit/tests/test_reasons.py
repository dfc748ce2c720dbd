"""Every refusal has a reason of the catalogue, and every reason is given somewhere."""

import ast
from collections.abc import Iterator
from pathlib import Path

from service_kit.codes import Code
from service_kit.errors import DomainError
from service_kit.reasons import Reason

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "service_kit", "imaging", "auth_service", "patient_service", "serving", "gateway",
    "local_stack",
)  # fmt: skip
CATALOGUE = Path("service_kit/reasons.py")
# These name reasons to document them; only what they raise is given.
DOCUMENTS = ("gateway/routers/", "gateway/http/answers.py")
# How a refusal is made, and within how many of its arguments the reason stands.
REFUSALS = {"DomainError": 1, "ManyErrors": 1, "DomainError.relayed": 2}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            where = path.relative_to(ROOT)
            if not {"tests", "migrations"} & set(where.parts) and where != CATALOGUE:
                yield where, ast.parse(path.read_text())


SOURCES = list(sources())


def refusals(tree: ast.Module) -> Iterator[ast.Call]:
    """The places where a refusal is made."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in REFUSALS:
            yield node


def named(tree: ast.AST) -> Iterator[str]:
    """The reasons that are named by `Reason.X`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Reason":
            yield node.attr


def given() -> set[str]:
    """The reasons for which something is refused."""
    found: set[str] = set()
    for path, tree in SOURCES:
        for place in refusals(tree) if str(path).startswith(DOCUMENTS) else [tree]:
            found.update(named(place))
    return found


def test_a_refusal_names_its_reason_by_the_catalogue() -> None:
    loose = [
        f"{path}:{call.lineno}"
        for path, tree in SOURCES
        for call in refusals(tree)
        if any(
            isinstance(argument, ast.Constant | ast.JoinedStr)
            for argument in call.args[: REFUSALS[ast.unparse(call.func)]]
        )
    ]
    assert not loose


def test_no_reason_is_written_as_a_string() -> None:
    """A reason that is also a code's name can be either, so codes' names are left out."""
    reasons = set(Reason.__members__) - set(Code.__members__)
    loose = [
        f"{path}:{node.lineno} {node.value}"
        for path, tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in reasons
    ]
    assert not loose


def test_every_reason_is_given_somewhere() -> None:
    """What is named like a code is what gRPC's transport says."""
    assert not set(Reason.__members__) - set(Code.__members__) - given()


def test_every_message_is_a_line_of_whole_sentences() -> None:
    for reason in Reason:
        assert reason.message[0].isupper()
        assert reason.message.endswith(".")
        assert "\n" not in reason.message
        assert len(reason.message) <= 100


def test_a_refusal_says_what_the_catalogue_says_unless_its_place_knows_better() -> None:
    plain = DomainError(Reason.PASSWORD_TOO_SHORT)
    assert (plain.code, plain.reason) == (Code.INVALID_ARGUMENT, "PASSWORD_TOO_SHORT")
    assert plain.message == Reason.PASSWORD_TOO_SHORT.message
    closer = DomainError(
        Reason.CODE_INVALID, "Take the next one.", code=Code.UNAUTHENTICATED, keep_changes=True
    )
    assert (closer.code, closer.message) == (Code.UNAUTHENTICATED, "Take the next one.")
    assert closer.keep_changes


def test_a_reason_that_only_a_newer_service_knows_is_handed_on_as_it_came() -> None:
    relayed = DomainError.relayed(Code.ABORTED, "MOON_IS_FULL", "Wait.", retry_after=2)
    assert (relayed.code, relayed.reason, relayed.message) == (
        Code.ABORTED, "MOON_IS_FULL", "Wait.",
    )  # fmt: skip
    assert str(relayed) == "ABORTED MOON_IS_FULL: Wait."
