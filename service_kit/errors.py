"""One error class for every refusal.

A rule raises `DomainError`; the server's interceptor turns it into a gRPC status that carries
`google.rpc.ErrorInfo` (and `RetryInfo`), and `DomainError.from_rpc` reads it back on the
caller's side, so that a reason reaches the client unchanged over any number of hops.
"""

from enum import StrEnum
from typing import Self, cast

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

DOMAIN = "dermis"


class Code(StrEnum):
    """The sixteen non-OK gRPC codes, by name."""

    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"
    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    UNIMPLEMENTED = "UNIMPLEMENTED"
    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"
    DATA_LOSS = "DATA_LOSS"
    UNAUTHENTICATED = "UNAUTHENTICATED"

    @property
    def status(self) -> grpc.StatusCode:
        """The same code as grpcio's enum."""
        return grpc.StatusCode[self.name]


class DomainError(Exception):
    """A rule refuses something, or a dependency doesn't answer.

    Attributes:
        code: the gRPC code.
        reason: UPPER_SNAKE, stable, for programs.
        message: a sentence for people that says what to do; no secret, no patient data.
        metadata: further facts for programs, e.g. `{"field": "birth_date"}`.
        retry_after: seconds after which the same call may succeed, where that is known.
        keep_changes: commit the transaction nevertheless, because the refusal itself has to be
            recorded (a failed sign-in is audited, a reused token ends its session).
    """

    def __init__(
        self,
        code: Code,
        reason: str,
        message: str,
        *,
        metadata: dict[str, str] | None = None,
        retry_after: float | None = None,
        keep_changes: bool = False,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.message = message
        self.metadata = metadata or {}
        self.retry_after = retry_after
        self.keep_changes = keep_changes

    def __str__(self) -> str:
        return f"{self.code} {self.reason}: {self.message}"

    def to_status(self) -> grpc.Status:
        """The gRPC status with its details, ready for `context.abort_with_status`."""
        info = error_details_pb2.ErrorInfo(
            reason=self.reason, domain=DOMAIN, metadata=self.metadata
        )
        details = [_packed(info)]
        if self.retry_after is not None:
            delay = duration_pb2.Duration()
            delay.FromNanoseconds(int(self.retry_after * 1e9))
            details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
        code_number: int = self.code.status.value[0]
        return rpc_status.to_status(
            status_pb2.Status(code=code_number, message=self.message, details=details)
        )

    @classmethod
    def from_rpc(cls, error: grpc.aio.AioRpcError) -> Self:
        """Read a failed call; a status without our details keeps only its code."""
        code = Code(error.code().name)
        found = cls(code, code.name, _UNEXPLAINED.get(code, "The service couldn't answer."))
        status = rpc_status.from_call(cast(grpc.Call, error))
        if status is None:
            return found
        for detail in status.details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                info = error_details_pb2.ErrorInfo()
                detail.Unpack(info)
                found.reason, found.message = info.reason, status.message
                found.metadata = dict(info.metadata)
            elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
                retry = error_details_pb2.RetryInfo()
                detail.Unpack(retry)
                found.retry_after = retry.retry_delay.ToNanoseconds() / 1e9
        return found


# What obstore's errors become, wherever they occur.
STORE_AWAY = DomainError(
    Code.UNAVAILABLE,
    "STORE_UNAVAILABLE",
    "The object store isn't reachable. Try again in a moment.",
    retry_after=2,
)

# A status made by the transport, not by one of our services, has no sentence fit for users.
_UNEXPLAINED = {
    Code.UNAVAILABLE: "A service isn't reachable. Try again in a moment.",
    Code.DEADLINE_EXCEEDED: "A service took too long to answer. Try again in a moment.",
    Code.CANCELLED: "The call was cancelled.",
}


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.RetryInfo) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
