"""What every refusal looks like (RFC 9457)."""

import httpx


def assert_problem(answer: httpx.Response, status: int, reason: str) -> None:
    """The answer is a problem document that tells people and programs what is wrong."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert (answer.status_code, document["reason"]) == (status, reason), document
    assert document["status"] == status
    assert document["type"]
    assert document["title"]
    assert len(document["detail"]) > 10
    assert document["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
