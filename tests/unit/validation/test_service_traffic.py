"""A Service's type, load balancer, policies and affinity: what the API server refuses."""

from typing import Any

import pytest

from components.core.findings import FORBIDDEN, INVALID, NOT_SUPPORTED, REQUIRED
from components.validation import validate
from components.validation.kinds import service_traffic
from testbed.agreement import golden
from tests.unit.validation.expected import (
    EXTERNALLY,
    HEALTH_CHECK,
    NAME_PART,
    NUMBER,
    ONLY_LOAD_BALANCER,
    SUBDOMAIN,
    Expected,
    agree,
    shown,
)

Fields = dict[str, Any]

HINTS = "service.kubernetes.io/topology-aware-hints"
MODE = "service.kubernetes.io/topology-mode"
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"

CIDR = "must be a valid CIDR value"
AFFINITY = "must be greater than 0 and less than 86400"
POLICIES = 'supported values: "Cluster", "Local"'
DISTRIBUTIONS = 'supported values: "PreferClose", "PreferSameZone", "PreferSameNode"'

TIMEOUT = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
SOURCES = "spec.LoadBalancerSourceRanges"
ANNOTATION = f"metadata.annotations[{RANGES}]"


def service(*, annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    return golden.service(spec, "db", annotations=annotations)


def balanced(**spec: Any) -> Fields:
    return {"type": "LoadBalancer", **spec}


def named(name: str | None) -> Fields:
    return {"type": "ExternalName", "externalName": name}


def sticky(timeout: int | None) -> Fields:
    config = {"clientIP": {"timeoutSeconds": timeout}}
    return {"sessionAffinity": "ClientIP", "sessionAffinityConfig": config}


def annotated(**annotations: str) -> dict[str, str]:
    """Annotations by the names of the constants above."""
    keys = {"hints": HINTS, "mode": MODE, "ranges": RANGES}
    return {keys[name]: value for name, value in annotations.items()}


ACCEPTED: dict[str, Fields] = {
    "an empty type is ClusterIP": {"type": ""},
    "a name": named("db.example.com"),
    "a name with a last dot": named("db.example.com."),
    "a name of one label": named("db"),
    "a name that is an address": named("10.0.0.1"),
    "a label of 64": named("a" * 64),
    "a name of 253 and a dot": named("a" * 253 + "."),
    "a wrong name on another type": {"externalName": "_"},
    "an affinity without a configuration": {"sessionAffinity": "ClientIP"},
    "an affinity of a day": sticky(86400),
    "an affinity by default": sticky(None),
    "the configuration of no affinity": sticky(0) | {"sessionAffinity": "None"},
    "the configuration of an absent affinity": sticky(0) | {"sessionAffinity": None},
    "external IPs": {"externalIPs": ["192.0.2.1", "2001:DB8::1", "239.1.1.1", "192.0.2.1"]},
    "source ranges": balanced(loadBalancerSourceRanges=["10.0.0.0/8", " 2001:db8::/32\u00a0"]),
    "source ranges hide the annotation": {
        "annotations": annotated(ranges="x"),
        **balanced(loadBalancerSourceRanges=["10.0.0.0/8"]),
    },
    "no source ranges": {"loadBalancerSourceRanges": []},
    "annotated source ranges": {
        "annotations": annotated(ranges=" 10.0.0.0/8 ,\u0085192.0.2.0/24"),
        **balanced(),
    },
    "empty annotated source ranges": {"annotations": annotated(ranges=" "), **balanced()},
    "topology said twice": {"annotations": annotated(hints="Auto", mode="Auto")},
    "a load balancer's address": {"loadBalancerIP": "anything"},
    "a class": balanced(loadBalancerClass="example.com/x"),
    "no node ports": balanced(allocateLoadBalancerNodePorts=False),
    "a local load balancer": balanced(externalTrafficPolicy="Local"),
    "a local NodePort": {"type": "NodePort", "externalTrafficPolicy": "Local"},
    "a policy by external IPs": {"externalIPs": ["192.0.2.1"], "externalTrafficPolicy": "Local"},
    "an empty policy": {"externalTrafficPolicy": ""},
    "a health check's port 0": {"healthCheckNodePort": 0},
    "headless with everything inside": {
        "clusterIP": "None",
        "internalTrafficPolicy": "Local",
        "trafficDistribution": "PreferSameNode",
        "publishNotReadyAddresses": True,
        "sessionAffinity": "ClientIP",
    },
}

REFUSED: dict[str, tuple[Fields, Expected]] = {
    "a type in lower case": (
        {"type": "clusterip"},
        [
            (
                "spec.type",
                NOT_SUPPORTED,
                'supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
            )
        ],
    ),
    "no name": (named(None), [("spec.externalName", REQUIRED, "")]),
    "a dot": (named("."), [("spec.externalName", REQUIRED, "")]),
    "two last dots": (named("a.."), [("spec.externalName", INVALID, SUBDOMAIN)]),
    "a name in upper case": (named("DB"), [("spec.externalName", INVALID, SUBDOMAIN)]),
    "a wildcard": (named("*.example.com"), [("spec.externalName", INVALID, SUBDOMAIN)]),
    "a name of 254": (
        named("a" * 254),
        [("spec.externalName", INVALID, "must be no more than 253 characters")],
    ),
    "an unknown affinity": (
        {"sessionAffinity": "clientip"},
        [("spec.sessionAffinity", NOT_SUPPORTED, 'supported values: "ClientIP", "None"')],
    ),
    "an affinity of nothing": (sticky(0), [(TIMEOUT, INVALID, AFFINITY)]),
    "an affinity of too long": (sticky(86401), [(TIMEOUT, INVALID, AFFINITY)]),
    "external IPs of all kinds": (
        {"externalIPs": ["x", "010.0.0.1", "::", "127.0.0.1", "fe80::1", "ff12::1"]},
        [
            ("spec.externalIPs[0]", INVALID, "must be a valid IP address"),
            ("spec.externalIPs[1]", INVALID, "must not have leading 0s"),
            ("spec.externalIPs[2]", INVALID, "may not be unspecified"),
            ("spec.externalIPs[3]", INVALID, "may not be in the loopback range"),
            ("spec.externalIPs[4]", INVALID, "may not be in the link-local range"),
            ("spec.externalIPs[5]", INVALID, "may not be in the link-local multicast range"),
        ],
    ),
    "source ranges without a load balancer": (
        {"loadBalancerSourceRanges": ["x"]},
        [(SOURCES, FORBIDDEN, ONLY_LOAD_BALANCER), (f"{SOURCES}[0]", INVALID, CIDR)],
    ),
    "a source range with a separator": (
        balanced(loadBalancerSourceRanges=["\x1f10.0.0.0/8"]),
        [(f"{SOURCES}[0]", INVALID, CIDR)],
    ),
    "bits beyond the prefix": (
        balanced(loadBalancerSourceRanges=["10.0.0.0/8", "10.0.0.1/8"]),
        [(f"{SOURCES}[1]", INVALID, "must not have bits set beyond the prefix length")],
    ),
    "an empty annotation without a load balancer": (
        {"annotations": annotated(ranges="")},
        [(ANNOTATION, FORBIDDEN, ONLY_LOAD_BALANCER)],
    ),
    "an annotation with a last comma": (
        {"annotations": annotated(ranges="10.0.0.0/8,"), **balanced()},
        [(ANNOTATION, INVALID, CIDR)],
    ),
    "topology said differently": (
        {"annotations": annotated(hints="auto", mode="Auto")},
        [
            (
                f"metadata.annotations[{MODE}]",
                INVALID,
                f"must match annotations[{HINTS}] when both are specified",
            )
        ],
    ),
    "node ports of no load balancer": (
        {"allocateLoadBalancerNodePorts": False},
        [("spec.allocateLoadBalancerNodePorts", FORBIDDEN, ONLY_LOAD_BALANCER)],
    ),
    "a class of no load balancer": (
        {"loadBalancerClass": "x y"},
        [("spec.loadBalancerClass", FORBIDDEN, ONLY_LOAD_BALANCER)],
    ),
    "a class with a space": (
        balanced(loadBalancerClass="x y"),
        [("spec.loadBalancerClass", INVALID, NAME_PART)],
    ),
    "the default policy on a ClusterIP": (
        {"externalTrafficPolicy": "Cluster"},
        [("spec.externalTrafficPolicy", INVALID, EXTERNALLY)],
    ),
    "a policy on an ExternalName": (
        named("db") | {"externalTrafficPolicy": "Local", "externalIPs": ["192.0.2.1"]},
        [("spec.externalTrafficPolicy", INVALID, EXTERNALLY)],
    ),
    "an unknown policy": (
        {"type": "NodePort", "externalTrafficPolicy": "local"},
        [("spec.externalTrafficPolicy", NOT_SUPPORTED, POLICIES)],
    ),
    "a health check that is not needed": (
        balanced(healthCheckNodePort=-1),
        [("spec.healthCheckNodePort", INVALID, HEALTH_CHECK)],
    ),
    "a health check's port -1": (
        balanced(healthCheckNodePort=-1, externalTrafficPolicy="Local"),
        [("spec.healthCheckNodePort", INVALID, NUMBER)],
    ),
    "an empty internal policy": (
        {"internalTrafficPolicy": ""},
        [("spec.internalTrafficPolicy", NOT_SUPPORTED, POLICIES)],
    ),
    "an empty distribution": (
        {"trafficDistribution": ""},
        [("spec.trafficDistribution", NOT_SUPPORTED, DISTRIBUTIONS)],
    ),
}

VERSIONS: dict[str, tuple[Fields, str | None, list[str]]] = {
    "an unknown distribution is not read on 1.30": ({"trafficDistribution": "x"}, "1.30", []),
    "and is on 1.31": ({"trafficDistribution": "x"}, "1.31", ["spec.trafficDistribution"]),
    "PreferSameZone on 1.33": (
        {"trafficDistribution": "PreferSameZone"},
        "1.33",
        ["spec.trafficDistribution"],
    ),
    "PreferSameZone on 1.34": ({"trafficDistribution": "PreferSameZone"}, "1.34", []),
    "PreferSameZone everywhere": (
        {"trafficDistribution": "PreferSameZone"},
        None,
        ["spec.trafficDistribution"],
    ),
    "a sloppy external IP on 1.35": ({"externalIPs": ["010.0.0.1"]}, "1.35", []),
    "a sloppy loopback on 1.35": (
        {"externalIPs": ["::ffff:127.0.0.1"]},
        "1.35",
        ["spec.externalIPs[0]"],
    ),
    "a sloppy source range on 1.35": (
        balanced(loadBalancerSourceRanges=["10.0.0.1/8"]),
        "1.35",
        [],
    ),
}


@pytest.mark.parametrize("fields", ACCEPTED.values(), ids=ACCEPTED)
def test_valid_settings_are_accepted(fields: Fields) -> None:
    assert validate(service(**fields)) == []


@pytest.mark.parametrize(("fields", "expected"), REFUSED.values(), ids=REFUSED)
def test_invalid_settings_are_refused(fields: Fields, expected: Expected) -> None:
    found = shown(validate(service(**fields)))
    assert agree(found, expected), found


@pytest.mark.parametrize(("fields", "version", "paths"), VERSIONS.values(), ids=VERSIONS)
def test_rules_follow_the_kubernetes_version(
    fields: Fields, version: str | None, paths: list[str]
) -> None:
    found = validate(service(**fields), kubernetes_version=version)
    assert [finding.path for finding in found] == paths


def test_the_name_of_an_alias_is_shown_without_its_last_dot() -> None:
    [found] = validate(service(**named("DB.")))
    assert found.value == "DB"


def test_every_rule_is_broken_here() -> None:
    found = [validate(service(**fields)) for fields, _ in REFUSED.values()]
    broken = {finding.code for findings in found for finding in findings}
    assert broken >= service_traffic.RULES.keys()
