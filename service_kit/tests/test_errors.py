"""An error keeps its reason over the wire, and what nobody expected says nothing."""

import grpc
import pytest

from service_kit.codes import Code
from service_kit.errors import DomainError


class FailedCall(grpc.aio.AioRpcError):
    """What a client sees of a status."""

    def __init__(self, status: grpc.Status) -> None:
        super().__init__(
            status.code,
            grpc.aio.Metadata(),
            grpc.aio.Metadata(*(status.trailing_metadata or ())),
            details=status.details,
        )


@pytest.mark.parametrize("code", list(Code))
def test_a_domain_error_comes_back_as_it_went(code: Code) -> None:
    sent = DomainError.relayed(
        code, "RECORD_NUMBER_TAKEN", "Take another.", metadata={"field": "a"}, retry_after=1.5
    )
    received = DomainError.from_rpc(FailedCall(sent.to_status()))
    assert (received.code, received.reason, received.message) == (code, sent.reason, sent.message)
    assert str(received) == str(sent)
    assert (received.metadata, received.retry_after) == ({"field": "a"}, 1.5)


# A server answers CANCELLED while it stops: to the user, it isn't reachable.
@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
def test_a_status_of_the_transport_gets_a_sentence_of_ours(code: grpc.StatusCode) -> None:
    failed = grpc.aio.AioRpcError(
        code, grpc.aio.Metadata(), grpc.aio.Metadata(), "10.0.0.7 refused"
    )
    received = DomainError.from_rpc(failed)
    assert (received.code, received.reason) == (Code.UNAVAILABLE, "UNAVAILABLE")
    assert "10.0.0.7" not in received.message
