"""One error class for every refusal.

A rule raises `DomainError`; the server's interceptor turns it into a gRPC status that carries
`google.rpc.ErrorInfo` (and `RetryInfo`), and `DomainError.from_rpc` reads it back on the
caller's side, so that a reason reaches the client unchanged over any number of hops.
"""

from typing import Self, cast

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from service_kit.codes import Code
from service_kit.reasons import Reason

DOMAIN = "dermis"


class DomainError(Exception):
    """A rule refuses something, or a dependency doesn't answer.

    Attributes:
        code: the gRPC code.
        reason: the name of a `Reason`; or of one that only a newer service knows (`relayed`).
        message: for people; says what to do; no secret, no patient data.
        metadata: further facts for programs, e.g. `{"field": "birth_date"}`.
        retry_after: seconds after which the same call may succeed, where that is known.
        keep_changes: commit the transaction nevertheless, because the refusal itself has to be
            recorded (a failed sign-in is audited, a reused token ends its session).
    """

    def __init__(
        self,
        reason: Reason,
        message: str = "",
        *,
        code: Code | None = None,
        metadata: dict[str, str] | None = None,
        retry_after: float | None = None,
        keep_changes: bool = False,
    ) -> None:
        """Refuse for a reason of the catalogue.

        Args:
            reason: gives the code, and the message where there is no closer one.
            message: what this place knows better, such as a limit or a field's name.
            code: where this place differs from the catalogue: a wrong code is UNAUTHENTICATED at
                sign-in, and INVALID_ARGUMENT later.
            metadata: see the attributes.
            retry_after: see the attributes.
            keep_changes: see the attributes.
        """
        super().__init__(reason.name)
        self.code = code or reason.code
        self.reason = reason.name
        self.message = message or reason.message
        self.metadata = metadata or {}
        self.retry_after = retry_after
        self.keep_changes = keep_changes

    @classmethod
    def relayed(
        cls,
        code: Code,
        reason: str,
        message: str,
        *,
        metadata: dict[str, str] | None = None,
        retry_after: float | None = None,
    ) -> Self:
        """What another process said, word for word; its catalogue may be newer than ours."""
        error = cls(Reason.UNKNOWN, message, code=code, metadata=metadata, retry_after=retry_after)
        error.reason = reason
        return error

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
        # A status that a transport made has no sentence fit for users, so it gets one of ours.
        known = Reason.__members__.get(code.name, Reason.UNKNOWN)
        found = cls.relayed(code, code.name, known.message)
        status = rpc_status.from_call(cast(grpc.Call, error))
        if status is None:
            # A server that stops; where the caller itself cancels, nothing gets here.
            return cls(Reason.UNAVAILABLE) if code is Code.CANCELLED else found
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
STORE_AWAY = DomainError(Reason.STORE_UNAVAILABLE, retry_after=2)


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.RetryInfo) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
