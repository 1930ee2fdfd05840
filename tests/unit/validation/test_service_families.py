"""A Service's cluster IPs and IP families: what the API server refuses."""

from typing import Any

import pytest

from components.core.findings import DUPLICATE, FORBIDDEN, INVALID, NOT_SUPPORTED
from components.validation import validate
from components.validation.kinds import service_families
from testbed.agreement import golden
from tests.unit.validation.expected import EXTERNAL, Expected, agree, shown

Fields = dict[str, Any]

V4, OTHER_V4 = "10.96.77.1", "10.96.77.2"
V6, OTHER_V6 = "fd00:10:96::77", "fd00:10:96::78"
NOT_AN_ADDRESS = "must be a valid IP address"
MULTIPLE = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
ADDRESSES, FAMILIES, POLICY = "spec.clusterIPs", "spec.ipFamilies", "spec.ipFamilyPolicy"


def service(**spec: Any) -> dict[str, Any]:
    return golden.service(spec, "db")


def addresses(*given: str, **spec: Any) -> Fields:
    return {"clusterIP": given[0], "clusterIPs": list(given), **spec}


def families(*given: str, **spec: Any) -> Fields:
    return {"ipFamilies": list(given), **spec}


ACCEPTED: dict[str, Fields] = {
    "nothing": {},
    "clusterIP alone": {"clusterIP": V4},
    "both alike": addresses(V4),
    "IPv6": addresses(V6, ipFamilies=["IPv6"]),
    "not canonical": {"clusterIP": "FD00:10:96::0077"},
    "two addresses": addresses(V4, V6, ipFamilyPolicy="RequireDualStack"),
    "two addresses, one family": addresses(
        V6, V4, ipFamilies=["IPv6"], ipFamilyPolicy="PreferDualStack"
    ),
    "two families": families("IPv6", "IPv4", ipFamilyPolicy="PreferDualStack"),
    "one family": families("IPv6", ipFamilyPolicy="SingleStack"),
    "empty lists": {"clusterIPs": [], "ipFamilies": [], "clusterIP": ""},
    "headless": {"clusterIP": "None"},
    "headless, two families, no selector": families("IPv6", "IPv4", clusterIP="None"),
    "headless, two families, a policy": families(
        "IPv4", "IPv6", clusterIP="None", selector={"a": "b"}, ipFamilyPolicy="RequireDualStack"
    ),
    "headless without a selector prefers nothing": families(
        "IPv6", clusterIP="None", ipFamilyPolicy="SingleStack"
    ),
    "headless, an empty selector": families("IPv4", "IPv6", clusterIP="None", selector={}),
}

REFUSED: dict[str, tuple[Fields, Expected]] = {
    "clusterIPs alone": (
        {"clusterIPs": [V4]},
        [(ADDRESSES, INVALID, "must be empty when `clusterIP` is not specified")],
    ),
    "another first": (
        {"clusterIP": V4, "clusterIPs": [OTHER_V4]},
        [(ADDRESSES, INVALID, "first value must match `clusterIP`")],
    ),
    "an empty address": (
        {"clusterIPs": [""]},
        [
            (ADDRESSES, INVALID, "must be empty when `clusterIP` is not specified"),
            (f"{ADDRESSES}[0]", INVALID, NOT_AN_ADDRESS),
        ],
    ),
    "no address": ({"clusterIP": "none"}, [(f"{ADDRESSES}[0]", INVALID, NOT_AN_ADDRESS)]),
    "leading zeros": (
        {"clusterIP": "010.96.77.1"},
        [(f"{ADDRESSES}[0]", INVALID, "must not have leading 0s")],
    ),
    "None and more": (
        addresses("None", "x"),
        [
            (ADDRESSES, INVALID, "'None' must be the first and only value"),
            (f"{ADDRESSES}[1]", INVALID, NOT_AN_ADDRESS),
        ],
    ),
    "None as the last": (addresses(V4, "None"), [(f"{ADDRESSES}[1]", INVALID, NOT_AN_ADDRESS)]),
    "three addresses": (
        addresses(V4, V6, OTHER_V4),
        [(ADDRESSES, INVALID, "may only hold up to 2 values")],
    ),
    "three of one family": (
        addresses(V4, OTHER_V4, V4),
        [
            (ADDRESSES, INVALID, "may only hold up to 2 values"),
            (ADDRESSES, INVALID, "may specify no more than one IP for each IP family"),
        ],
    ),
    "two of one family": (
        addresses(V6, OTHER_V6),
        [(ADDRESSES, INVALID, "may specify no more than one IP for each IP family")],
    ),
    "families the other way round": (
        addresses(V4, V6, ipFamilies=["IPv6", "IPv4"], ipFamilyPolicy="PreferDualStack"),
        [
            (f"{ADDRESSES}[0]", INVALID, "expected an IPv6 value as indicated by `ipFamilies[0]`"),
            (f"{ADDRESSES}[1]", INVALID, "expected an IPv4 value as indicated by `ipFamilies[1]`"),
        ],
    ),
    "unknown families": (
        families("ipv4", ""),
        [
            (f"{FAMILIES}[0]", NOT_SUPPORTED, 'supported values: "IPv4", "IPv6"'),
            (f"{FAMILIES}[1]", NOT_SUPPORTED, 'supported values: "IPv4", "IPv6"'),
        ],
    ),
    "a family twice": (families("IPv4", "IPv4"), [(f"{FAMILIES}[1]", DUPLICATE, "")]),
    "an unknown policy": (
        {"ipFamilyPolicy": ""},
        [
            (
                POLICY,
                NOT_SUPPORTED,
                'supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
            )
        ],
    ),
    "two families, no policy": (
        families("IPv4", "IPv6"),
        [(POLICY, INVALID, f"{MULTIPLE} IP families are specified")],
    ),
    "two addresses, no policy": (
        addresses(V4, V6),
        [
            (POLICY, INVALID, f"{MULTIPLE} cluster IPs are specified"),
        ],
    ),
    "two of both, one stack": (
        addresses(V4, V6, ipFamilies=["IPv4", "IPv6"], ipFamilyPolicy="SingleStack"),
        [
            (POLICY, INVALID, f"{MULTIPLE} cluster IPs are specified"),
            (POLICY, INVALID, f"{MULTIPLE} IP families are specified"),
        ],
    ),
    "headless with a selector, two families, no policy": (
        families("IPv4", "IPv6", clusterIP="None", selector={"a": "b"}),
        [(POLICY, INVALID, f"{MULTIPLE} IP families are specified")],
    ),
    "headless NodePort": (
        {"clusterIP": "None", "type": "NodePort"},
        [(f"{ADDRESSES}[0]", INVALID, "may not be set to 'None' for NodePort services")],
    ),
    "headless LoadBalancer": (
        {"clusterIP": "None", "type": "LoadBalancer"},
        [(f"{ADDRESSES}[0]", INVALID, "may not be set to 'None' for LoadBalancer services")],
    ),
    "ExternalName with all of it": (
        addresses("None", ipFamilies=["x"], ipFamilyPolicy="", type="ExternalName")
        | {"externalName": "db"},
        [
            (ADDRESSES, FORBIDDEN, EXTERNAL),
            (FAMILIES, FORBIDDEN, EXTERNAL),
            (POLICY, FORBIDDEN, EXTERNAL),
        ],
    ),
}

STORED = addresses(V4, V6, ipFamilies=["IPv4", "IPv6"], ipFamilyPolicy="RequireDualStack")
"""What the release of an address begins with."""

NOT_RELEASED: dict[str, tuple[Fields, Expected]] = {
    "an address": (
        addresses(V4),
        [(POLICY, INVALID, "must be 'SingleStack' to release the secondary cluster IP")],
    ),
    "a family": (
        families("IPv4", ipFamilyPolicy="PreferDualStack"),
        [(POLICY, INVALID, "must be 'SingleStack' to release the secondary IP family")],
    ),
}


@pytest.mark.parametrize("spec", ACCEPTED.values(), ids=ACCEPTED)
def test_valid_families_are_accepted(spec: Fields) -> None:
    assert validate(service(**spec)) == []


@pytest.mark.parametrize(("spec", "expected"), REFUSED.values(), ids=REFUSED)
def test_invalid_families_are_refused(spec: Fields, expected: Expected) -> None:
    found = shown(validate(service(**spec)))
    assert agree(found, expected), found


@pytest.mark.parametrize(("spec", "expected"), NOT_RELEASED.values(), ids=NOT_RELEASED)
def test_only_the_single_stack_policy_releases_a_family(spec: Fields, expected: Expected) -> None:
    found = shown(validate(service(**spec), old=service(**STORED)))
    assert agree(found, expected), found


@pytest.mark.parametrize("address", ["010.96.77.1", "::ffff:10.96.77.1"])
@pytest.mark.parametrize(("version", "refused"), [("1.30", 0), ("1.35", 0), ("1.36", 1), (None, 1)])
def test_sloppy_addresses_depend_on_the_version(
    address: str, version: str | None, refused: int
) -> None:
    found = validate(service(clusterIP=address), kubernetes_version=version)
    assert [finding.path for finding in found] == [f"{ADDRESSES}[0]"] * refused


def test_every_rule_is_broken_here() -> None:
    found = [validate(service(**spec)) for spec, _ in REFUSED.values()]
    found += [validate(service(**spec), old=service(**STORED)) for spec, _ in NOT_RELEASED.values()]
    broken = {finding.code for findings in found for finding in findings}
    assert broken >= service_families.RULES.keys()
