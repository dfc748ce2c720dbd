"""TCP ports on loopback."""

import random
import socket

# Below what Linux gives to outgoing connections (32768 on), so that none of those takes a port
# between our choice and its use.
_CHOICE = range(20_000, 32_000)
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on and that this process has not given before."""
    while True:
        port = random.choice(_CHOICE)  # noqa: S311
        if port not in _given and _can_bind(port):
            _given.add(port)
            return port


def listens(port: int) -> bool:
    """Whether somebody listens on this port."""
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
