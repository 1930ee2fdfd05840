"""The smallest blocks that allow exactly the given addresses and ports."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.egress_rules import AllowedPort, Blocks, cover, exact_blocks

PG, HTTP = AllowedPort("TCP", 5432), AllowedPort("TCP", 80)


@pytest.mark.parametrize(
    ("addresses", "blocks"),
    [
        pytest.param([], [], id="none"),
        pytest.param(["192.0.2.1"], ["192.0.2.1/32"], id="one"),
        pytest.param(["192.0.2.0", "192.0.2.1"], ["192.0.2.0/31"], id="an aligned pair"),
        pytest.param(
            ["192.0.2.1", "192.0.2.2"], ["192.0.2.1/32", "192.0.2.2/32"], id="a pair across blocks"
        ),
        pytest.param(["192.0.2.1", "192.0.2.1"], ["192.0.2.1/32"], id="one twice"),
        pytest.param([f"192.0.2.{n}" for n in range(256)], ["192.0.2.0/24"], id="a network"),
        pytest.param(
            ["2001:db8::1", "2001:db8::", "192.0.2.9"],
            ["192.0.2.9/32", "2001:db8::/127"],
            id="both families",
        ),
        pytest.param(["0.0.0.1", "::1"], ["0.0.0.1/32", "::1/128"], id="equal numbers"),
    ],
)
def test_ranges_become_blocks(addresses: list[str], blocks: list[str]) -> None:
    assert cover(map(ip_network, addresses)) == blocks


HOSTS = st.integers(0, 63).map("192.0.2.{}".format) | st.integers(0, 31).map(
    "2001:db8::1:{:x}".format
)


@given(st.sets(HOSTS, max_size=70))
def test_blocks_hold_every_address_and_no_other_and_none_can_be_joined(hosts: set[str]) -> None:
    networks = [ip_network(block) for block in cover(map(ip_network, hosts))]
    held = [str(address) for network in networks for address in network]
    assert sorted(held) == sorted(hosts)
    parents = [(one.supernet(), one.prefixlen) for one in networks]
    assert len(set(parents)) == len(parents), "two halves of a block are one block"


PAIRS = st.tuples(HOSTS, st.sampled_from([PG, HTTP, AllowedPort("UDP", 53)]))


@given(st.lists(PAIRS, max_size=60))
def test_blocks_allow_every_pair_and_no_other(pairs: list[tuple[str, AllowedPort]]) -> None:
    allowed = [
        (str(address), port)
        for group in exact_blocks(pairs)
        for cidr in group.cidrs
        for address in ip_network(cidr)
        for port in group.ports
    ]
    assert len(allowed) == len(set(allowed))
    assert set(allowed) == set(pairs)


def test_an_address_of_two_services_gets_the_ports_of_both() -> None:
    pairs = [("192.0.2.0", PG), ("192.0.2.1", PG), ("192.0.2.1", HTTP)]
    assert exact_blocks(pairs) == [
        Blocks(("192.0.2.1/32",), (HTTP, PG)),
        Blocks(("192.0.2.0/32",), (PG,)),
    ]


def test_the_order_of_the_pairs_does_not_matter() -> None:
    pairs = [(f"192.0.2.{n}", port) for n in range(9) for port in (PG, HTTP)[: n % 2 + 1]]
    assert exact_blocks(pairs[::-1]) == exact_blocks(pairs)
    assert exact_blocks(sorted(pairs, key=str)) == exact_blocks(pairs)
