"""Where a request comes from, when proxies of our own stand in front.

Sources: MDN, X-Forwarded-For, "Selecting an IP address"; RFC 9110, 5.2 and 5.3 (a header in several
lines is one list, in their order).
"""

import ipaddress
import re
from collections.abc import Sequence

# Some proxies add the client's port: 203.0.113.9:4711, [2001:db8::1]:4711.
_WITH_PORT = re.compile(r"(?:\[([^\]]+)\]|([^:\s]+))(?::\d{1,5})?")


def client_address(peer: str, lines: Sequence[str], trusted_proxies: int) -> str:
    """The address that the outermost of our proxies saw.

    Each trusted proxy has added one entry on the right, in the last line or in a line of its own;
    whatever stands to the left of those came with the request, and anybody may have written it.

    Args:
        peer: address of whoever is connected with us.
        lines: every X-Forwarded-For line, in the order in which they came.
        trusted_proxies: how many proxies of ours a request passes.

    Returns:
        The entry that counts, as `ipaddress` writes it; `peer` where there is none, or where it is
        no address.
    """
    hops = ",".join(lines).split(",")
    if not trusted_proxies or len(hops) < trusted_proxies:
        return peer
    return _written(hops[-trusted_proxies].strip()) or peer


def _written(hop: str) -> str:
    """One way of writing each address, so that nobody counts as two; empty where it is none."""
    found = _WITH_PORT.fullmatch(hop)
    bare = (found[1] or found[2]) if found else hop
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
