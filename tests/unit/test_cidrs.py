"""CIDR blocks: what is one, strictly, and the two fields that take them."""

from ipaddress import IPv4Network, IPv6Network
from typing import Any

import pulumi
import pytest

from components import ExternalService, SelectorService, ValidationError
from components.core.cidrs import parse_cidr
from components.testing import render
from tests.unit.plans import external, texts

NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
ZEROS = "must not have leading 0s in IP or prefix length"
HOST_BITS = "must not have bits set beyond the prefix length"
MAPPED = "must not have an IPv4-mapped IPv6 address"

TAKEN = {
    "10.0.0.0/8": IPv4Network("10.0.0.0/8"),
    "0.0.0.0/0": IPv4Network("0.0.0.0/0"),
    "192.0.2.0/24": IPv4Network("192.0.2.0/24"),
    "192.0.2.1/32": IPv4Network("192.0.2.1/32"),
    "192.0.2.128/25": IPv4Network("192.0.2.128/25"),
    "::/0": IPv6Network("::/0"),
    "2001:db8::/32": IPv6Network("2001:db8::/32"),
    "2001:DB8::/32": IPv6Network("2001:db8::/32"),
    "2001:db8:0:0::/64": IPv6Network("2001:db8::/64"),
    "2001:0db8::/32": IPv6Network("2001:db8::/32"),
    "2001:db8::1/128": IPv6Network("2001:db8::1/128"),
    "fe80::/10": IPv6Network("fe80::/10"),
    "::102:300/120": IPv6Network("::102:300/120"),
}


@pytest.mark.parametrize("text", TAKEN)
def test_a_valid_block_is_accepted(text: str) -> None:
    assert parse_cidr(text) == TAKEN[text]


REFUSED = {
    # validation.md section 9: what 1.36 refuses, refused on every version
    "10.0.0.1/8": HOST_BITS,
    "10.0.0.0/08": ZEROS,
    "::ffff:10.0.0.0/104": MAPPED,
    "10.0.0.1": NOT_A_CIDR,
    "10.0.0.0/255.0.0.0": NOT_A_CIDR,
    # its neighbours
    "10.0.0.128/24": HOST_BITS,
    "0.0.0.1/0": HOST_BITS,
    "2001:db8::1/64": HOST_BITS,
    "2001:DB8::1/64": HOST_BITS,
    "010.0.0.0/8": ZEROS,
    "10.00.0.0/8": ZEROS,
    "10.0.0.0/00": ZEROS,
    "10.0.0.0/032": ZEROS,
    "2001:db8::/064": ZEROS,
    "::ffff:1.2.3.4/128": MAPPED,
    "::ffff:0:0/96": MAPPED,
    "2001:db8::1": NOT_A_CIDR,
    "10.0.0.0/33": NOT_A_CIDR,
    "2001:db8::/129": NOT_A_CIDR,
    "10.0.0.0/-1": NOT_A_CIDR,
    "10.0.0.0/+8": NOT_A_CIDR,
    "10.0.0.0/": NOT_A_CIDR,
    "10.0.0.0/8/8": NOT_A_CIDR,
    "10.0.0.0/1000": NOT_A_CIDR,
    "10.0.0.0/ 8": NOT_A_CIDR,
    "10.0.0.0/8\n": NOT_A_CIDR,
    " 10.0.0.0/8": NOT_A_CIDR,
    "10.0.0.0 /8": NOT_A_CIDR,
    "10.0.0.0/\u0668": NOT_A_CIDR,
    "\uff110.0.0.0/8": NOT_A_CIDR,
    "10.0.0/8": NOT_A_CIDR,
    "10.0.0.0.0/8": NOT_A_CIDR,
    "256.0.0.0/8": NOT_A_CIDR,
    "0x0a.0.0.0/8": NOT_A_CIDR,
    "[2001:db8::]/32": NOT_A_CIDR,
    "fe80::%eth0/64": NOT_A_CIDR,
    "2001:db8::/ffff::": NOT_A_CIDR,
    "2001:db8:::/32": NOT_A_CIDR,
    "example.com/8": NOT_A_CIDR,
    "/8": NOT_A_CIDR,
    "/": NOT_A_CIDR,
    "": NOT_A_CIDR,
}


@pytest.mark.parametrize("text", REFUSED)
def test_an_invalid_block_is_refused(text: str) -> None:
    assert parse_cidr(text) == REFUSED[text]


def plan(**args: Any) -> list[str]:
    return texts(external({"ports": [{"port": 80}], **args})[1])


BALANCED: dict[str, Any] = {"type": "LoadBalancer", "addresses": ["192.0.2.1"]}


@pytest.mark.parametrize("text", REFUSED)
def test_source_ranges_allow_only_spaces_around_a_block(text: str) -> None:
    reason = REFUSED[text]
    found = plan(**BALANCED, load_balancer_source_ranges=["192.0.2.0/24", text])
    if isinstance(parse_cidr(text.strip()), str):
        assert len(found) == 1
        assert found[0].startswith("load_balancer_source_ranges[1]: Invalid value: ")
        assert found[0].endswith(reason)
    else:
        assert text in {"10.0.0.0/8\n", " 10.0.0.0/8"}
        assert found == []


@pytest.mark.parametrize("text", ["\u00a010.0.0.0/8", "10.0.0.0/8\u0085", "\t10.0.0.0/8\r\n"])
def test_source_ranges_are_trimmed_of_spaces_as_in_go(text: str) -> None:
    assert plan(**BALANCED, load_balancer_source_ranges=[text]) == []


@pytest.mark.parametrize("space", ["\x1c", "\x1d", "\x1e", "\x1f"])
def test_source_ranges_keep_spaces_that_only_python_trims(space: str) -> None:
    (found,) = plan(**BALANCED, load_balancer_source_ranges=[f"{space}10.0.0.0/8"])
    assert found.endswith(NOT_A_CIDR)


@pytest.mark.parametrize("preview", [False, True])
def test_a_source_range_that_is_an_output_is_checked_when_it_arrives(preview: bool) -> None:
    late = "10.0.0.1/8"
    args: Any = {"selector": {"app": "web"}, "ports": [{"port": 80}], "type": "LoadBalancer"}

    def program() -> None:
        ranges = [pulumi.Output.from_input(late)]
        SelectorService("web", {**args, "load_balancer_source_ranges": ranges})

    with pytest.raises(ValidationError) as caught:
        render(program, preview=preview)
    assert str(caught.value) == (
        f'SelectorService "web": load_balancer_source_ranges[0]: Invalid value: "{late}":'
        f" {HOST_BITS}"
    )


def denied(block: str) -> str:
    return f"is in {block}, which `denied_cidrs` denies"


DENIED: dict[str, tuple[list[str], list[str], list[str]]] = {
    "nothing is denied": ([], ["192.0.2.1"], []),
    "another block": (["198.51.100.0/24"], ["192.0.2.1"], []),
    "the address's block": (
        ["192.0.2.0/24"],
        ["198.51.100.1", "192.0.2.1"],
        [f'addresses[1]: Invalid value: "192.0.2.1": {denied("192.0.2.0/24")}'],
    ),
    "the first and the last of a block": (
        ["192.0.2.64/26"],
        ["192.0.2.63", "192.0.2.64", "192.0.2.127", "192.0.2.128"],
        [  # in the order of their keys
            f'addresses[2]: Invalid value: "192.0.2.127": {denied("192.0.2.64/26")}',
            f'addresses[1]: Invalid value: "192.0.2.64": {denied("192.0.2.64/26")}',
        ],
    ),
    "all of the other family": (["::/0"], ["192.0.2.1"], []),
    "an IPv6 block, spelled as given": (
        ["2001:DB8::/32"],
        ["2001:db9::1", "2001:DB8::1"],
        [f'addresses[1]: Invalid value: "2001:db8::1": {denied("2001:DB8::/32")}'],
    ),
    "two blocks": (
        ["192.0.2.0/24", "192.0.0.0/16"],
        ["192.0.2.1"],
        [
            f'addresses[0]: Invalid value: "192.0.2.1": {denied("192.0.2.0/24")}',
            f'addresses[0]: Invalid value: "192.0.2.1": {denied("192.0.0.0/16")}',
        ],
    ),
    "a block that is none": (
        ["192.0.2.0/24", "192.0.2.1/24"],
        ["192.0.2.1"],
        [
            f'denied_cidrs[1]: Invalid value: "192.0.2.1/24": {HOST_BITS}',
            f'addresses[0]: Invalid value: "192.0.2.1": {denied("192.0.2.0/24")}',
        ],
    ),
    "an address for a block": (
        ["192.0.2.1"],
        ["192.0.2.1"],
        [f'denied_cidrs[0]: Invalid value: "192.0.2.1": {NOT_A_CIDR}'],
    ),
}


@pytest.mark.parametrize(("blocks", "addresses", "found"), DENIED.values(), ids=DENIED)
def test_no_backend_may_be_in_a_denied_block(
    blocks: list[str], addresses: list[str], found: list[str]
) -> None:
    assert plan(addresses=addresses, denied_cidrs=blocks) == found


def test_a_backend_in_a_denied_block_is_named_by_its_own_field() -> None:
    backends = [{"address": "192.0.2.1", "id": "a", "state": "Disabled"}]
    assert plan(backends=backends, denied_cidrs=["192.0.2.0/31"]) == [
        f'backends[0].address: Invalid value: "192.0.2.1": {denied("192.0.2.0/31")}'
    ]


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_an_address_in_a_denied_block_is_refused_when_it_arrives(
    preview: bool, whole: bool
) -> None:
    def program() -> None:
        late: Any = pulumi.Output.from_input(["10.1.2.3"] if whole else "10.1.2.3")
        args: Any = {"ports": [{"port": 80}], "denied_cidrs": ["10.0.0.0/8"], "slice_count": 1}
        ExternalService("db", {**args, "addresses": late if whole else [late]})

    with pytest.raises(ValidationError) as caught:
        render(program, preview=preview)
    assert str(caught.value) == (
        f'ExternalService "db": addresses[0]: Invalid value: "10.1.2.3": {denied("10.0.0.0/8")}'
    )
