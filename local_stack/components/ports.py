"""TCP ports on loopback."""

import random
import socket

# Below the range that Linux uses for outgoing connections (from 32768), so that none of those takes
# a port between our choice and its use.
_CHOICE = range(20_000, 32_000)
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on, and that this function has not returned before."""
    while True:
        port = random.choice(_CHOICE)  # noqa: S311  no secret, a port
        if port not in _given and _can_bind(port):
            _given.add(port)
            return port


def listens(port: int) -> bool:
    """Whether something is listening on this port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
