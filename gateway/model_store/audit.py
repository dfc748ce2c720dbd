"""Changes of the model, in the audit of identity: written before they are made.

The release log is append-only but lies in an object store; the audit is chained, so a
missing entry shows. A change that can't be written down is not made.
"""

from dermis.auth.v1 import auth_pb2 as pb
from gateway.clients import Clients, ServiceToken


class ModelAudit:
    """Writes down changes of the model."""

    def __init__(self, clients: Clients, token: ServiceToken) -> None:
        self._clients = clients
        self._token = token

    async def record(
        self, change: pb.ModelChange.ValueType, version: str = "", *, percent: int = 0
    ) -> None:
        """Write down what the caller is about to do.

        Raises:
            grpc.aio.AioRpcError: auth_service refused or is away.
        """
        await self._clients.auth_audit.RecordModelChange(_request(change, version, percent))

    async def record_own(self, change: pb.ModelChange.ValueType, version: str) -> None:
        """Write down what the gateway is about to do by itself.

        Raises:
            grpc.aio.AioRpcError: as `record`.
        """
        metadata = await self._token.metadata()
        await self._clients.auth_audit.RecordModelChange(
            _request(change, version, 0), metadata=metadata
        )


def _request(
    change: pb.ModelChange.ValueType, version: str, percent: int
) -> pb.RecordModelChangeRequest:
    return pb.RecordModelChangeRequest(change=change, version=version, percent=percent)
