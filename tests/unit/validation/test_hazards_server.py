"""What the API server warns of; tests/cluster/test_server_warnings.py asks a real one."""

from typing import Any

import pytest

from tests.unit.validation.hazard_tables import Hit, Quiet, ids, ingress, legacy, policy, service

APP = {"app": "web"}
OLD = ("endpoints-deprecated", "endpoints-without-service")
IPS = {"externalIPs": ["192.0.2.80"]}
CLASS = {"kubernetes.io/ingress.class": "nginx"}
HINTS = "service.kubernetes.io/topology-aware-hints"
MODE = "service.kubernetes.io/topology-mode"


def annotated(made: dict[str, Any], annotations: dict[str, str], **spec: Any) -> dict[str, Any]:
    metadata = {**made["metadata"], "annotations": annotations}
    return {**made, "metadata": metadata, "spec": {**made["spec"], **spec}}


PLAIN = ingress({"number": 80})
IPV6 = "2001:db8:0::1"

HITS = [
    Hit(
        "ingress-class-deprecated",
        0,
        "metadata.annotations[kubernetes.io/ingress.class]",
        "please use 'spec.ingressClassName' instead",
        [annotated(PLAIN, CLASS)],
    ),
    Hit(
        "topology-hints-deprecated",
        0,
        f"metadata.annotations[{HINTS}]",
        "please use service.kubernetes.io/topology-mode",
        [annotated(service(selector=APP), {HINTS: "Auto"})],
    ),
    Hit(
        "external-ips-deprecated",
        0,
        "spec.externalIPs",
        "may no longer be implemented",
        [service(selector=APP, **IPS)],
    ),
    Hit(
        "external-ips-ignored",
        0,
        "spec.externalIPs",
        "for headless services",
        [service(selector=APP, clusterIP="None", **IPS)],
    ),
    Hit(
        "external-ips-ignored",
        0,
        "spec.externalIPs",
        'when spec.type is "ExternalName"',
        [service(type="ExternalName", externalName="a.example", **IPS)],
    ),
    Hit(
        "prefer-close-deprecated",
        0,
        "spec.trafficDistribution",
        'use "PreferSameZone"',
        [service(selector=APP, trafficDistribution="PreferClose")],
    ),
    *(
        Hit(
            "address-not-canonical",
            0,
            "spec.loadBalancerIP",
            'use "1.2.3.4"',
            [service(selector=APP, type="LoadBalancer", loadBalancerIP=given)],
        )
        for given in ("::ffff:1.2.3.4", "1.2.03.4")
    ),
    Hit(
        "address-not-canonical",
        0,
        "spec.clusterIPs[0]",
        'canonical format ("fd00:10:96::77")',
        [service(selector=APP, clusterIP="fd00:10:96::0077")],
    ),
    Hit(
        "address-not-canonical",
        0,
        "spec.loadBalancerIP",
        'canonical format ("2001:db8::1")',
        [service(selector=APP, type="LoadBalancer", loadBalancerIP=IPV6)],
    ),
    Hit(
        "address-not-canonical",
        0,
        "subsets[0].addresses[0].ip",
        'IPv6 address "2001:db8:0::1"',
        [legacy(IPV6)],
        OLD,
    ),
    Hit(
        "address-not-canonical",
        0,
        "spec.loadBalancerSourceRanges[0]",
        'IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format ("2001:db8::/32")',
        [service(selector=APP, type="LoadBalancer", loadBalancerSourceRanges=["2001:DB8::/32"])],
    ),
    *(
        Hit(
            "address-not-canonical",
            0,
            f"spec.{direction}[0].{field}[0].ipBlock.{path}",
            'canonical format ("2001:db8:1::/48")',
            [policy(APP, policyTypes=[kind], **{direction: [{field: [{"ipBlock": block}]}]})],
        )
        for direction, field, kind in (("ingress", "from", "Ingress"), ("egress", "to", "Egress"))
        for path, block in (
            ("cidr", {"cidr": "2001:db8:1:0::/48"}),
            ("except[0]", {"cidr": "2001:db8::/32", "except": ["2001:db8:01::/48"]}),
        )
    ),
]

QUIET = [
    Quiet(
        "a peer's block in canonical form",
        [
            policy(
                APP,
                policyTypes=["Ingress"],
                ingress=[{"from": [{"ipBlock": {"cidr": "2001:db8::/32"}}]}],
            )
        ],
    ),
    Quiet(
        "a block of the other family",
        [service(selector=APP, type="LoadBalancer", loadBalancerSourceRanges=["192.0.2.0/24"])],
    ),
    Quiet("the class is a field", [annotated(PLAIN, {}, ingressClassName="nginx")]),
    Quiet("the class is both", [annotated(PLAIN, CLASS, ingressClassName="nginx")]),
    Quiet("the newer annotation", [annotated(service(selector=APP), {MODE: "Auto"})]),
    Quiet("no external IPs", [service(selector=APP, externalIPs=[])]),
    Quiet("the newer word", [service(selector=APP, trafficDistribution="PreferSameZone")]),
    Quiet(
        "an address in canonical form",
        [service(selector=APP, type="LoadBalancer", loadBalancerIP="2001:db8::1")],
    ),
    Quiet(
        "an address of the other family",
        [service(selector=APP, type="LoadBalancer", loadBalancerIP="192.0.2.1")],
    ),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()
