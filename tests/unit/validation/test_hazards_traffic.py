"""Hazards of a selectorless Service beside the whole of its endpoints: ports, families, states."""

from typing import Any

import pytest

from tests.unit.validation.hazard_tables import (
    HEADLESS,
    SKIP_MIRROR,
    SLICE_80,
    TCP_80,
    Hit,
    Quiet,
    endpoint,
    eps,
    ids,
    legacy,
    service,
)

OLD = ("endpoints-deprecated",)
V6 = endpoint("2001:db8::10")
DISABLED = {"ready": False, "serving": False, "terminating": False}
DRAINING = {"ready": False, "serving": True, "terminating": True}
HEADLESS_SPEC: dict[str, Any] = {"clusterIP": "None"}
LOCAL = {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}
WEB = {"app": "web"}
ZONE = {"hints": {"forZones": [{"name": "a"}]}}


def port(name: str | None, number: int = 80, protocol: str = "TCP") -> dict[str, Any]:
    unnamed = {"port": number, "protocol": protocol}
    return unnamed if name is None else {"name": name, **unnamed}


def mapped(number: int, target: int) -> dict[str, Any]:
    return {"name": "http", "port": number, "targetPort": target}


DEPRECATED = ("external-ips-deprecated",)
HITS = [
    Hit(
        "service-port-unserved",
        0,
        "spec.ports[1]",
        'no slice has a port "admin"',
        [service("db", TCP_80, port("admin", 81)), eps()],
    ),
    Hit(
        "service-port-unserved",
        0,
        "spec.ports[0]",
        '(the slices have "web")',
        [service(), eps(ports=[port("web")])],
        ("slice-port-unmatched",),
    ),
    Hit(
        "slice-port-unmatched",
        1,
        "ports[1].name",
        'no port "admin"',
        [service(), eps(ports=[SLICE_80, port("admin", 81)])],
    ),
    Hit(
        "slice-port-unmatched",
        1,
        "subsets[0].ports[0].name",
        'no port "http"',
        [service("db", port("https")), legacy()],
        ("service-port-unserved", *OLD),
    ),
    Hit(
        "port-protocol",
        0,
        "spec.ports[0].protocol",
        "for TCP alone",
        [service("db", port("dns", 53, "UDP")), eps(ports=[port("dns", 53)])],
    ),
    Hit(
        "port-unnamed",
        0,
        "spec.ports[0].name",
        "no name in the Service",
        [service("db", port(None)), eps()],
    ),
    Hit(
        "port-unnamed",
        0,
        "spec.ports[0].name",
        "a name, and none in the slices",
        [service(), eps(ports=[port(None)])],
    ),
    Hit(
        "target-port-ignored",
        0,
        "spec.ports[0].targetPort",
        "8080, and not 9090",
        [service("db", mapped(80, 9090)), eps(ports=[port("http", 8080)])],
    ),
    Hit(
        "headless-remap",
        1,
        "ports[0].port",
        "not 8080",
        [service(**HEADLESS_SPEC), eps(ports=[port("http", 8080)])],
    ),
    Hit(
        "service-without-endpoints",
        0,
        "spec",
        "no EndpointSlice is labelled for it",
        [service(), service("b"), eps(of="b")],
    ),
    Hit(
        "service-without-endpoints",
        0,
        "spec",
        "slices hold no endpoints",
        [service(), {**eps(), "endpoints": []}],
    ),
    Hit(
        "external-ips-as-backends",
        0,
        "spec.externalIPs",
        "not its backends",
        [service(externalIPs=["192.0.2.10"])],
        DEPRECATED,
    ),
    Hit(
        "none-ready",
        1,
        "endpoints[0].conditions.ready",
        "every new connection is refused",
        [service(), eps(endpoint(conditions=DISABLED)), eps(endpoint(conditions=DISABLED))],
    ),
    Hit(
        "none-ready",
        1,
        "subsets[0].notReadyAddresses[0]",
        "is refused",
        [service(), legacy(not_ready=("192.0.2.10",))],
        OLD,
    ),
    Hit(
        "none-ready",
        1,
        "endpoints[0].conditions.ready",
        "is refused",
        [service(**HEADLESS_SPEC), eps(endpoint(conditions=DRAINING))],
    ),
    Hit(
        "all-draining",
        1,
        "endpoints[0].conditions.ready",
        "keeps sending",
        [service(), eps(endpoint(conditions=DRAINING), endpoint(conditions=DRAINING))],
    ),
    Hit(
        "family-unserved",
        1,
        "addressType",
        'Service "db" is IPv4 alone',
        [service(ipFamilies=["IPv4"]), eps(V6, family="IPv6")],
    ),
    Hit(
        "family-unserved",
        1,
        "addressType",
        "is IPv6 alone",
        [service(clusterIP="fd00::1", ipFamilyPolicy="SingleStack"), eps()],
    ),
    Hit(
        "family-unserved",
        0,
        "spec.ipFamilyPolicy",
        "only the cluster's default family",
        [service(), eps(), eps(V6, family="IPv6")],
    ),
    Hit(
        "family-unserved",
        1,
        "subsets[0].addresses",
        "is IPv4 alone",
        [service(ipFamilies=["IPv4"]), legacy("2001:db8::10")],
        OLD,
    ),
    Hit(
        "family-without-endpoints",
        0,
        "spec.ipFamilyPolicy",
        "no IPv6 endpoints",
        [service(ipFamilyPolicy="RequireDualStack"), eps()],
    ),
    Hit(
        "family-without-endpoints",
        0,
        "spec.ipFamilies",
        "no IPv4 endpoints",
        [
            service(ipFamilies=["IPv4", "IPv6"], ipFamilyPolicy="PreferDualStack"),
            eps(V6, family="IPv6"),
        ],
    ),
    Hit(
        "local-without-node",
        0,
        "spec.externalTrafficPolicy",
        "no endpoint has a nodeName",
        [service(**LOCAL), eps()],
    ),
    Hit(
        "local-without-node",
        0,
        "spec.internalTrafficPolicy",
        "1 endpoints have no nodeName",
        [
            service(internalTrafficPolicy="Local"),
            eps(endpoint(), endpoint("192.0.2.11", nodeName="node-1")),
        ],
    ),
    Hit(
        "distribution-without-hints",
        0,
        "spec.trafficDistribution",
        "has no effect",
        [
            service(trafficDistribution="PreferSameZone"),
            eps(endpoint(**ZONE), endpoint("192.0.2.11", zone="a")),
        ],
    ),
    Hit(
        "address-conditions",
        2,
        "endpoints[1].conditions",
        "192.0.2.10",
        [
            service(),
            eps(),
            eps(endpoint("192.0.2.11"), endpoint(conditions=DRAINING), name="db-2"),
        ],
    ),
    Hit(
        "address-conditions",
        1,
        "endpoints[1].conditions",
        "undefined",
        [service(), eps(endpoint(), endpoint(conditions=DISABLED))],
    ),
]

QUIET = [
    Quiet("an unnamed port on both sides", [service("db", port(None)), eps(ports=[port("")])]),
    Quiet(
        "one name for both protocols, in two slices",
        [
            service("db", port("a", 53, "UDP"), port("b", 53)),
            eps(ports=[port("a", 53, "UDP")]),
            eps(ports=[port("b", 53)]),
        ],
        ("port-of-two-protocols",),
    ),
    Quiet("a protocol left out is TCP", [service(), eps(ports=[{"name": "http", "port": 80}])]),
    Quiet("numbers that differ", [service(), eps(ports=[port("http", 8080)])]),
    Quiet(
        "targetPort is that of the slices",
        [service("db", mapped(80, 8080)), eps(ports=[port("http", 8080)])],
    ),
    Quiet(
        "targetPort is that of some slices",
        [
            service("db", mapped(80, 8080)),
            eps(ports=[port("http", 8080)]),
            eps(ports=[port("http", 9090)]),
        ],
    ),
    Quiet(
        "ports of a headless Service",
        [service("db", port("a"), **HEADLESS_SPEC), eps(ports=[port("b")])],
    ),
    Quiet("Pods have other ports", [service("web", port("x"), selector=WEB)]),
    Quiet("a Service alone", [service()]),
    Quiet(
        "a Service, and slices of another namespace", [service(), eps(of="web", namespace="shop")]
    ),
    Quiet("a Service with Endpoints", [service(), service("b"), eps(of="b"), legacy()], OLD),
    Quiet("externalIPs and slices", [service(externalIPs=["203.0.113.1"]), eps()], DEPRECATED),
    Quiet("externalIPs and Pods", [service(externalIPs=["203.0.113.1"], selector=WEB)], DEPRECATED),
    Quiet(
        "one endpoint is ready",
        [service(), eps(endpoint(conditions=DISABLED)), eps(endpoint("192.0.2.11", conditions={}))],
        ("slice-ready-unset",),
    ),
    Quiet("none is ready, of an unknown Service", [eps(endpoint(conditions=DISABLED))]),
    Quiet(
        "ready is null",
        [service(), eps(endpoint(conditions={"ready": None}))],
        ("slice-ready-unset",),
    ),
    Quiet(
        "both families, preferred",
        [service(ipFamilyPolicy="PreferDualStack"), eps(), eps(V6, family="IPv6")],
    ),
    Quiet(
        "one family, preferred both",
        [service(ipFamilyPolicy="PreferDualStack", ipFamilies=["IPv4"]), eps()],
    ),
    Quiet("a headless Service has both", [service(**HEADLESS_SPEC), eps(), eps(V6, family="IPv6")]),
    Quiet("the family of the Service", [service(ipFamilies=["IPv6"]), eps(V6, family="IPv6")]),
    Quiet(
        "an empty slice of the other family",
        [service(ipFamilies=["IPv4"]), eps(), {**eps(family="IPv6"), "endpoints": []}],
    ),
    Quiet("Local with nodes", [service(**LOCAL), eps(endpoint(nodeName="node-1"))]),
    Quiet(
        "Local of a headless Service",
        [service(**HEADLESS_SPEC, internalTrafficPolicy="Local"), eps()],
    ),
    Quiet("Local of Pods", [service(**LOCAL, selector=WEB)]),
    Quiet("Cluster", [service(internalTrafficPolicy="Cluster"), eps()]),
    Quiet("Local where it is an error", [service(externalTrafficPolicy="Local"), eps()]),
    Quiet(
        "hints of every ready endpoint",
        [
            service(trafficDistribution="PreferSameZone"),
            eps(endpoint(**ZONE), endpoint("192.0.2.11", conditions=DISABLED)),
        ],
    ),
    Quiet("an address twice, alike", [service(), eps(), eps(name="db-2")]),
    Quiet(
        "an address twice, at other ports",
        [
            service("db", TCP_80, port("b", 81)),
            eps(),
            eps(endpoint(conditions=DRAINING), ports=[port("b", 81)], name="db-2"),
        ],
    ),
    Quiet(
        "another Service's address",
        [service(), service("b"), eps(), eps(endpoint(conditions={}), of="b")],
        ("slice-ready-unset",),
    ),
    Quiet(
        "only Endpoints that are not copied",
        [service(), legacy(labels={SKIP_MIRROR: "true"})],
        (*OLD, "endpoints-unmirrored"),
    ),
    Quiet("no ports, headless", [service(**HEADLESS_SPEC), eps(ports=[], labels={HEADLESS: ""})]),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()
