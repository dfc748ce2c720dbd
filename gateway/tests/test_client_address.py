"""No client chooses the address that it is counted under."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.client_address import client_address

PEER = "198.51.100.7"
ADDRESSES = st.ip_addresses().filter(lambda a: not getattr(a, "ipv4_mapped", None)).map(str)
# What a client may write: commas, blanks, addresses, anything that one line of a header can hold.
WRITTEN = st.lists(
    st.one_of(
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60),
        st.lists(st.one_of(ADDRESSES, st.just("")), max_size=6).map(", ".join),
    ),
    max_size=5,
)


@st.composite
def passed_on(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """What arrives behind proxies, each adding to the last line or in a line of its own."""
    lines, added = draw(WRITTEN), draw(st.lists(ADDRESSES, min_size=1, max_size=5))
    own_line = draw(st.lists(st.booleans(), min_size=len(added), max_size=len(added)))
    for address, is_own in zip(added, own_line, strict=True):
        if lines and not is_own:
            lines = [*lines[:-1], f"{lines[-1]}, {address}"]
        else:
            lines = [*lines, address]
    return lines, added


@given(passed_on())
def test_what_counts_is_what_the_outermost_trusted_proxy_has_added(
    arrived: tuple[list[str], list[str]],
) -> None:
    lines, added = arrived
    assert client_address(PEER, lines, len(added)) == added[0]


@given(WRITTEN)
def test_without_proxies_nothing_that_is_written_counts(lines: list[str]) -> None:
    assert client_address(PEER, lines, 0) == PEER


@given(WRITTEN, st.integers(1, 5))
def test_whatever_is_written_an_address_comes_of_it(lines: list[str], proxies: int) -> None:
    seen = client_address(PEER, lines, proxies)
    assert client_address(PEER, [seen], 1) == seen


@given(ADDRESSES, st.integers(0, 65535))
def test_a_port_and_another_way_of_writing_make_no_second_client(address: str, port: int) -> None:
    if ":" in address:
        ways = [f"[{address}]:{port}", f"[{address}]", address.upper(), f"{address}%eth0"]
    else:
        ways = [f"{address}:{port}", f"::ffff:{address}", f"[::ffff:{address}]:{port}"]
    assert {client_address(PEER, [way], 1) for way in ways} == {address}


@pytest.mark.parametrize("nothing", ["unknown", "", " ", "_hidden", "999.1.1.1", "evil.example"])
def test_what_is_no_address_counts_as_the_proxys(nothing: str) -> None:
    assert client_address(PEER, [f"203.0.113.9, {nothing}"], 1) == PEER
