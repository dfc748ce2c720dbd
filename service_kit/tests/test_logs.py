"""Log lines that can be read by machines, hold no secret, and can't be forged from input."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog

from dermis.auth.v1 import auth_pb2
from service_kit import logs
from service_kit.request_context import Request, set_current_request


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**before)


def configure() -> None:
    """As a service does at its start; inside the test, where stdout is the one that is read."""
    set_current_request(Request(id="01a2-request"))
    logs.configure("a_service", "INFO")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]


def test_a_line_says_when_where_and_for_which_request(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    structlog.get_logger().warning("something happened", user_id="u-1")
    (line,) = lines(capsys)
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)
    assert (line["service"], line["request_id"]) == ("a_service", "01a2-request")
    assert (line["level"], line["event"], line["user_id"]) == (
        "warning", "something happened", "u-1",
    )  # fmt: skip


def test_secrets_and_names_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    structlog.get_logger().info("sign-in", password="hunter2", email="ada@clinic.example")
    assert "hunter2" not in (shown := capsys.readouterr().out)
    assert "ada@" not in shown


def test_sensitive_fields_of_a_message_are_masked() -> None:
    shown = logs.loggable(auth_pb2.LoginRequest(email="ada@clinic.example", password="hunter2"))
    assert shown == {"email": logs.MASK, "password": logs.MASK}


def test_input_can_not_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    forged = 'x\n{"event": "all is well"}\r\n\x1b[31m\u2028'
    structlog.get_logger().info("seen", agent=forged)
    logging.getLogger("a library").warning("said %s", forged)
    assert [line["event"] for line in lines(capsys)] == ["seen", f"said {forged}"]


def test_an_exception_is_logged_with_its_stack(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    try:
        raise RuntimeError("the disk is full")
    except RuntimeError:
        structlog.get_logger().exception("unexpected error")
    (line,) = lines(capsys)
    assert (line["level"], line["request_id"]) == ("error", "01a2-request")
    assert "test_an_exception_is_logged_with_its_stack" in line["exception"]
    assert line["exception"].endswith("RuntimeError: the disk is full")
