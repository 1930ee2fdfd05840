"""Updates of a Service: fields that may be omitted, are dropped, or cannot change."""

from typing import Any

import pytest

from components.core.findings import FORBIDDEN, INTERNAL, INVALID
from components.validation import validate
from components.validation.kinds import service_update
from testbed.agreement import golden
from tests.unit.validation.expected import (
    EXTERNAL,
    EXTERNALLY,
    HEALTH_CHECK,
    IMMUTABLE,
    NAME_PART,
    NO_NODE_PORTS,
    ONLY_LOAD_BALANCER,
    TAKEN,
    Expected,
    agree,
    shown,
)

Fields = dict[str, Any]

V4, OTHER_V4, V6 = "10.96.77.1", "10.96.77.2", "fd00:10:96::77"
FINAL = "may not change once set"
ADDRESS, FAMILY, POLICY = "spec.clusterIPs[0]", "spec.ipFamilies[0]", "spec.ipFamilyPolicy"
CLASS, HEALTH_CHECK_PORT = "spec.loadBalancerClass", "spec.healthCheckNodePort"
NODE_PORT = "spec.ports[0].nodePort"


def service(**spec: Any) -> dict[str, Any]:
    metadata = {"annotations": spec.pop("annotations")} if "annotations" in spec else {}
    return golden.service(spec, "db", **metadata)


def one_port(**fields: Any) -> Fields:
    return {"ports": [{"port": 80, "protocol": "TCP", "targetPort": 80, **fields}]}


SINGLE: Fields = {
    "type": "ClusterIP",
    "clusterIP": V4,
    "clusterIPs": [V4],
    "ipFamilies": ["IPv4"],
    "ipFamilyPolicy": "SingleStack",
}
DUAL: Fields = {
    "type": "ClusterIP",
    "clusterIP": V4,
    "clusterIPs": [V4, V6],
    "ipFamilies": ["IPv4", "IPv6"],
    "ipFamilyPolicy": "PreferDualStack",
}
HEADLESS: Fields = {
    "type": "ClusterIP",
    "clusterIP": "None",
    "clusterIPs": ["None"],
    "ipFamilies": ["IPv4", "IPv6"],
    "ipFamilyPolicy": "RequireDualStack",
}
NODE_PORTS: Fields = {
    **SINGLE,
    **one_port(nodePort=30981),
    "type": "NodePort",
    "externalTrafficPolicy": "Local",
}
BALANCED: Fields = {
    **SINGLE,
    **one_port(nodePort=30981),
    "type": "LoadBalancer",
    "externalTrafficPolicy": "Local",
    "healthCheckNodePort": 30982,
    "allocateLoadBalancerNodePorts": True,
    "loadBalancerClass": "example.com/x",
    "loadBalancerSourceRanges": [" 10.0.0.0/8"],
}
ALIAS: Fields = {"type": "ExternalName", "externalName": "db.example.com", **one_port()}
EXPOSED: Fields = {**SINGLE, "externalIPs": ["192.0.2.1"], "externalTrafficPolicy": "Local"}

ACCEPTED: dict[str, tuple[Fields, Fields]] = {
    "nothing is said of addresses": (SINGLE, {}),
    "nor of two": (DUAL, {}),
    "clusterIP is emptied": (SINGLE, {"clusterIP": "", "clusterIPs": []}),
    "an emptied None stays": (HEADLESS, {"clusterIP": ""}),
    "one address of two": (DUAL, {"clusterIP": V4}),
    "a second family": (
        SINGLE,
        {"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "PreferDualStack"},
    ),
    "the second family goes": (DUAL, DUAL | {"ipFamilyPolicy": "SingleStack"}),
    "the second family is removed by name": (
        DUAL,
        {"ipFamilyPolicy": "SingleStack", "clusterIPs": [V4], "clusterIP": V4},
    ),
    "families of a headless one": (
        HEADLESS,
        {"ipFamilies": ["IPv6"], "ipFamilyPolicy": "SingleStack"},
    ),
    "to an alias, nothing else": (SINGLE, SINGLE | {"type": "ExternalName", "externalName": "db"}),
    "headless to an alias": (HEADLESS, HEADLESS | {"type": "ExternalName", "externalName": "db"}),
    "an alias to headless": (ALIAS, {"clusterIP": "None"}),
    "an alias to an address": (ALIAS, {"clusterIP": OTHER_V4}),
    "to a NodePort": (SINGLE, {"type": "NodePort"}),
    "node ports left out": (NODE_PORTS, {"type": "NodePort"}),
    "node ports are wiped": (NODE_PORTS, NODE_PORTS | {"type": "ClusterIP"}),
    "all of a load balancer but its ranges is wiped": (
        BALANCED,
        BALANCED | {"type": "ClusterIP", "loadBalancerSourceRanges": None},
    ),
    "a health check that was picked": (
        BALANCED,
        {
            "type": "LoadBalancer",
            "externalTrafficPolicy": "Local",
            "loadBalancerClass": "example.com/x",
        },
    ),
    "a policy goes with the external IPs": (EXPOSED, EXPOSED | {"externalIPs": []}),
    "an old health check's port is wiped": (
        BALANCED,
        BALANCED | {"externalTrafficPolicy": "Cluster"},
    ),
}

REFUSED: dict[str, tuple[Fields, Fields, Expected]] = {
    "another address": (SINGLE, {"clusterIP": OTHER_V4}, [(ADDRESS, INVALID, FINAL)]),
    "headless": (SINGLE, {"clusterIP": "None"}, [(ADDRESS, INVALID, FINAL)]),
    "no longer headless": (HEADLESS, {"clusterIP": V4}, [(ADDRESS, INVALID, FINAL)]),
    "a stored None that has become the second address": (
        HEADLESS,
        {"clusterIP": V4, "clusterIPs": [V4, "None"]},
        [
            (
                "spec.clusterIPs",
                INTERNAL,
                "failed to check for dual stack with error:invalid IP[1]",
            ),
            ("spec.clusterIPs", INVALID, "may specify no more than one IP for each IP family"),
            (ADDRESS, INVALID, FINAL),
        ],
    ),
    "another address and family": (
        SINGLE,
        {"clusterIP": V6, "clusterIPs": [V6], "ipFamilies": ["IPv6"]},
        [(ADDRESS, INVALID, FINAL), (FAMILY, INVALID, FINAL)],
    ),
    "another address of two": (
        DUAL,
        {"clusterIP": V6, "clusterIPs": [V6, V4], "ipFamilies": ["IPv6", "IPv4"]},
        [
            (ADDRESS, INVALID, FINAL),
            ("spec.clusterIPs[1]", INVALID, FINAL),
            (FAMILY, INVALID, FINAL),
        ],
    ),
    "two families without a policy": (
        SINGLE,
        {"ipFamilies": ["IPv4", "IPv6"]},
        [(POLICY, INVALID, "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP")],
    ),
    "another class": (
        BALANCED,
        BALANCED | {"loadBalancerClass": "x y"},
        [(CLASS, INVALID, FINAL), (CLASS, INVALID, NAME_PART)],
    ),
    "no class": (BALANCED, BALANCED | {"loadBalancerClass": None}, [(CLASS, INVALID, FINAL)]),
    "another health check": (
        BALANCED,
        BALANCED | {"healthCheckNodePort": 30983},
        [(HEALTH_CHECK_PORT, FORBIDDEN, IMMUTABLE)],
    ),
    "a new node port without its type": (
        NODE_PORTS,
        NODE_PORTS | one_port(nodePort=30983) | {"type": "ClusterIP"},
        [(NODE_PORT, FORBIDDEN, NO_NODE_PORTS)],
    ),
    "the health check's port as node port": (
        BALANCED,
        BALANCED | one_port(nodePort=30982),
        [(NODE_PORT, INVALID, TAKEN)],
    ),
    "all of a load balancer, and all of it changed": (
        BALANCED,
        BALANCED
        | {
            "type": "ClusterIP",
            "externalTrafficPolicy": "Cluster",
            "healthCheckNodePort": 30983,
            "allocateLoadBalancerNodePorts": False,
            "loadBalancerClass": "example.com/y",
            "loadBalancerSourceRanges": None,
        },
        [
            (CLASS, FORBIDDEN, ONLY_LOAD_BALANCER),
            ("spec.allocateLoadBalancerNodePorts", FORBIDDEN, ONLY_LOAD_BALANCER),
            ("spec.externalTrafficPolicy", INVALID, EXTERNALLY),
            (HEALTH_CHECK_PORT, INVALID, HEALTH_CHECK),
        ],
    ),
    "an alias with changed addresses": (
        SINGLE,
        {
            "type": "ExternalName",
            "externalName": "db",
            "clusterIP": OTHER_V4,
            "clusterIPs": [OTHER_V4],
            "ipFamilies": ["IPv6"],
            "ipFamilyPolicy": "PreferDualStack",
        },
        [
            ("spec.clusterIPs", FORBIDDEN, EXTERNAL),
            ("spec.ipFamilies", FORBIDDEN, EXTERNAL),
            (POLICY, FORBIDDEN, EXTERNAL),
        ],
    ),
    "ports are asked for again": (ALIAS, {"ports": []}, [("spec.ports", "Required value", "")]),
    "stored ranges may stay, others not": (
        BALANCED,
        BALANCED | {"loadBalancerSourceRanges": ["10.0.0.0/8", "x"]},
        [("spec.LoadBalancerSourceRanges[1]", INVALID, "must be a valid CIDR value")],
    ),
}

ANNOTATED = {"service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.1/8"}
SLOPPY: dict[str, Fields] = {
    "external IPs": {**SINGLE, "externalIPs": ["010.0.0.1"]},
    "cluster IPs": {**SINGLE, "clusterIP": "010.96.77.1", "clusterIPs": ["010.96.77.1"]},
    "source ranges": {**SINGLE, "type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.1/8"]},
    "annotated source ranges": {**SINGLE, "type": "LoadBalancer", "annotations": ANNOTATED},
}
"""What versions before 1.36 took, and what may stay."""


@pytest.mark.parametrize(("stored", "spec"), ACCEPTED.values(), ids=ACCEPTED)
def test_valid_updates_are_accepted(stored: Fields, spec: Fields) -> None:
    assert validate(service(**spec), old=service(**stored)) == []


@pytest.mark.parametrize(("stored", "spec", "expected"), REFUSED.values(), ids=REFUSED)
def test_invalid_updates_are_refused(stored: Fields, spec: Fields, expected: Expected) -> None:
    found = shown(validate(service(**spec), old=service(**stored)))
    assert agree(found, expected), found


@pytest.mark.parametrize("stored", [SINGLE, DUAL, HEADLESS, NODE_PORTS, BALANCED, ALIAS, EXPOSED])
def test_a_stored_object_can_be_put_again(stored: Fields) -> None:
    assert validate(service(**stored), old=service(**stored)) == []


@pytest.mark.parametrize("stored", SLOPPY.values(), ids=SLOPPY)
def test_lenient_forms_that_are_stored_may_stay(stored: Fields) -> None:
    assert validate(service(**stored))
    assert validate(service(**stored), old=service(**stored)) == []


def test_validation_changes_neither_object() -> None:
    new, old = service(**NODE_PORTS | {"type": "ClusterIP"}), service(**NODE_PORTS)
    before = repr((new, old))
    validate(new, old=old)
    assert repr((new, old)) == before


def test_every_rule_is_broken_here() -> None:
    found = [validate(service(**new), old=service(**old)) for old, new, _ in REFUSED.values()]
    broken = {finding.code for findings in found for finding in findings}
    assert broken >= service_update.RULES.keys()
