"""The request that is being served: its id and where it came from.

Kept in a context variable, so that logs, outgoing calls and the audit see it without every function
passing it on.
"""

import re
from contextvars import ContextVar
from dataclasses import dataclass, field

from service_kit.ids import new_id

REQUEST_ID_HEADER = "x-request-id"
CLIENT_ADDRESS_HEADER = "x-client-address"
CLIENT_AGENT_HEADER = "x-client-agent"
CLIENT_DEVICE_HEADER = "x-client-device"

_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_AGENT_LIMIT = 200
_ADDRESS_LIMIT = 64
_DEVICE_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Request:
    """One request on its way through the services.

    Attributes:
        id: 8 to 64 characters of [A-Za-z0-9._-], the same in every service and log line.
        client_address: IP address of the person's device, as the gateway saw it, at most 64
            printable ASCII characters; "" for calls of our own.
        client_agent: User-Agent of the person's device, at most 200 printable ASCII characters.
        client_device: what the gateway's cookie calls the person's device, at most 64 printable
            ASCII characters; it proves nothing but that somebody has signed in with it before.
    """

    id: str = field(default_factory=lambda: str(new_id()))
    client_address: str = ""
    client_agent: str = ""
    client_device: str = ""

    def as_metadata(self) -> list[tuple[str, str]]:
        """The gRPC metadata that passes this request on."""
        return [
            (REQUEST_ID_HEADER, self.id),
            (CLIENT_ADDRESS_HEADER, self.client_address),
            (CLIENT_AGENT_HEADER, self.client_agent),
            (CLIENT_DEVICE_HEADER, self.client_device),
        ]


_current: ContextVar[Request | None] = ContextVar("request", default=None)


def received(
    request_id: str, client_address: str = "", client_agent: str = "", client_device: str = ""
) -> Request:
    """Read an incoming request; an id that doesn't look like one is replaced and never logged."""
    address = _printable(client_address)[:_ADDRESS_LIMIT]
    agent = _printable(client_agent)[:_AGENT_LIMIT]
    device = _printable(client_device)[:_DEVICE_LIMIT]
    if _ACCEPTABLE_ID.fullmatch(request_id):
        return Request(request_id, address, agent, device)
    return Request(client_address=address, client_agent=agent, client_device=device)


def _printable(text: str) -> str:
    return "".join(character for character in text if " " <= character <= "~")


def current_request() -> Request:
    """The request being served; a new one where none is (start-up, background work)."""
    request = _current.get()
    if request is None:
        request = Request()
        _current.set(request)
    return request


def set_current_request(request: Request) -> None:
    """Make `request` the one being served in this context."""
    _current.set(request)


def request_id() -> str:
    """The id of the request being served."""
    return current_request().id
