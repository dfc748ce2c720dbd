"""A gRPC service that answers what a test sets, and notes what it was asked."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from service_kit.errors import DomainError


class FakeService:
    """All services of one contract; what is not set answers with an empty message.

    Attributes:
        answers: what a method answers, by its name; a `DomainError` is refused with.
        own: functions that answer in place of a fixed message; generators where it streams.
        calls: (method, request, metadata) in the order they came in.
    """

    def __init__(self, messages: ModuleType, stubs: ModuleType) -> None:
        self.answers: dict[str, Any] = {}
        self.own: dict[str, Callable[[Any], Any]] = {}
        self.calls: list[tuple[str, Any, dict[str, str]]] = []
        self._messages = messages
        self._stubs = stubs

    def last(self, method: str) -> Any:
        """The newest request of a method."""
        return [request for name, request, _ in self.calls if name == method][-1]

    def count(self, method: str) -> int:
        """How often a method was called."""
        return sum(name == method for name, _, _ in self.calls)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Register every service of the contract, and health."""
        for name, service in self._messages.DESCRIPTOR.services_by_name.items():
            getattr(self._stubs, f"add_{name}Servicer_to_server")(_Servicer(self, service), server)
        health_pb2_grpc.add_HealthServicer_to_server(_Serving(), server)

    async def answer(self, method: Any, request: Any, context: Any) -> Any:
        """Answer a call that is answered once."""
        await self._note(method.name, request, context)
        if method.name in self.answers or method.name not in self.own:
            empty = getattr(self._messages, method.output_type.name)()
            return self.answers.get(method.name, empty)
        try:
            found = self.own[method.name](request)
            return await found if inspect.isawaitable(found) else found
        except DomainError as error:
            await context.abort_with_status(error.to_status())

    async def stream(self, method: Any, request: Any, context: Any) -> AsyncIterator[Any]:
        """Answer a call that is answered in parts."""
        await self._note(method.name, request, context)
        try:
            async for part in self.own[method.name](request):
                yield part
        except DomainError as error:
            await context.abort_with_status(error.to_status())

    async def _note(self, method: str, request: Any, context: Any) -> None:
        self.calls.append((method, request, dict(context.invocation_metadata())))
        if isinstance(refusal := self.answers.get(method), DomainError):
            await context.abort_with_status(refusal.to_status())


class _Servicer:
    """Stands for one service: any of its methods, by name."""

    def __init__(self, fake: FakeService, service: Any) -> None:
        self._fake = fake
        self._service = service

    def __getattr__(self, name: str) -> Any:
        method = self._service.methods_by_name[name]
        fake = self._fake

        async def answer(request: Any, context: Any) -> Any:
            return await fake.answer(method, request, context)

        async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
            async for part in fake.stream(method, request, context):
                yield part

        return stream if method.server_streaming else answer


class _Serving(health_pb2_grpc.HealthServicer):
    """Always well."""

    async def Check(self, request: Any, context: Any) -> health_pb2.HealthCheckResponse:
        return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)

    async def Watch(
        self, request: Any, context: Any
    ) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        yield await self.Check(request, context)
        await asyncio.Event().wait()
