"""A channel with certificates that are renewed while it is open.

gRPC's own channel keeps the certificate that it was opened with and is refused by everybody once
that has expired. This one opens another channel with the new certificate and lets calls in
progress on the old one finish.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Self

import grpc

from service_kit.certificates import CertificateFolder, Certificates

# The longest call: a large photo over a slow line.
GRACE_SECONDS = 60.0

Open = Callable[[Certificates], grpc.aio.Channel]


class RenewingChannel(grpc.aio.Channel):
    """Looks like a single channel to the stubs made from it."""

    def __init__(self, folder: CertificateFolder, open_channel: Open) -> None:
        self._folder = folder
        self._open = open_channel
        self._shown = folder.current()
        self._channel = open_channel(self._shown)
        self._methods: dict[tuple[str, str], Any] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def _newest(self) -> grpc.aio.Channel:
        certificates = self._folder.current()
        if certificates is not self._shown:
            closing = asyncio.ensure_future(self._channel.close(GRACE_SECONDS))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._shown, self._channel = certificates, self._open(certificates)
            self._methods.clear()
        return self._channel

    def _method(self, shape: str, path: str, **how: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            channel = self._newest()
            method = self._methods.get((shape, path))
            if method is None:
                method = self._methods[shape, path] = getattr(channel, shape)(path, **how)
            return method(*arguments, **options)

        return call

    def unary_unary(self, method: str, *_: Any, **how: Any) -> Any:
        """One request, one response."""
        return self._method("unary_unary", method, **how)

    def unary_stream(self, method: str, *_: Any, **how: Any) -> Any:
        """One request, a stream of responses."""
        return self._method("unary_stream", method, **how)

    def stream_unary(self, method: str, *_: Any, **how: Any) -> Any:
        """A stream of requests, one response."""
        return self._method("stream_unary", method, **how)

    def stream_stream(self, method: str, *_: Any, **how: Any) -> Any:
        """Streams both ways."""
        return self._method("stream_stream", method, **how)

    async def close(self, grace: float | None = None) -> None:
        """Close for good."""
        await self._channel.close(grace)
        for closing in list(self._closing):
            closing.cancel()

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """The state of the newest channel."""
        return self._newest().get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Wait until the newest channel's state is another."""
        await self._newest().wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Wait until the newest channel is connected."""
        await self._newest().channel_ready()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
