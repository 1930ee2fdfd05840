"""Hazards of arguments: when each appears and when not."""

import re
from typing import Any

import pytest

from components.core.arguments import ExternalServiceArgs, SelectorServiceArgs
from components.core.hazards import external_service_hazards, selector_service_hazards
from components.core.unknown import Unknown
from components.validation.hazards import CATALOGUE, HAZARDS, Hazard, declared
from tests.unit import plans

CODES = {
    "no-api-proxy",
    "load-balancer-ignores",
    "load-balancer-pending",
    "load-balancer-awaited",
    "node-snat",
    "load-balancer-ip",
    "external-ips",
    "external-ips-headless",
    "external-ip-is-backend",
    "external-ip-unserved",
    "publish-not-ready",
    "all-draining",
    "none-ready",
    "id-given",
    "affinity-dead-backend",
    "affinity-headless",
    "distribution-without-hints",
    "endpoints-deprecated",
    "mirror-truncates",
    "endpoints-lose-zones",
    "port-renamed",
    "selector-removed",
    "migration-drained",
    "external-dns-pods-only",
    "multicast",
    "family-unserved",
    "co-owned",
    "external-name-tls",
    "external-name-host",
    "external-name-address",
    "external-name-single-label",
    "ingress-nginx-retired",
    "backend-tls-unverified",
    "budget-blocks",
    "autoscaling-blind",
    "egress-isolated",
    "egress-unenforced",
    "egress-in-cluster-address",
    "egress-in-place",
    "egress-resolved",
    "egress-shared-address",
    "egress-accepts-only",
    "egress-overrules",
    "egress-experimental",
}


ALL = [CATALOGUE[code] for code in sorted(CODES)]


def test_the_codes_of_hazards_are_these() -> None:
    assert declared.HAZARDS.keys() == CODES - HAZARDS.keys()
    assert {hazard.code for hazard in ALL} == CODES


@pytest.mark.parametrize("hazard", ALL, ids=lambda hazard: hazard.code)
def test_a_hazard_is_one_line_of_code_text_and_remedy(hazard: Hazard) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", hazard.code)
    assert hazard.text
    assert hazard.remedy
    assert "  " not in str(hazard), "parts of the text are joined by one space"
    assert str(hazard).isprintable()
    advice = hazard.in_arguments or hazard.remedy
    assert str(hazard) == f"{hazard.code}: {hazard.text} ({advice})"


def test_only_what_holds_for_all_of_a_kind_is_a_note() -> None:
    assert {hazard.code for hazard in ALL if hazard.severity == "note"} == {
        "no-api-proxy",
        "egress-isolated",
        "egress-unenforced",
        "egress-in-cluster-address",
        "egress-accepts-only",
        "egress-overrules",
        "egress-experimental",
    }


PORT = {"name": "http", "port": 80}
UDP = {"ports": [{**PORT, "protocol": "UDP"}]}
NOTE = ["no-api-proxy"]
LOAD_BALANCED = ["load-balancer-ignores", "load-balancer-pending", "node-snat"]


def external(*backends: dict[str, Any], **args: Any) -> list[str]:
    given = {"backends": list(backends) or [{"address": "192.0.2.1"}], "ports": [PORT], **args}
    made, findings = plans.external(given)
    assert findings == []
    return [hazard.code for hazard in made.hazards]


def states(*names: str) -> list[dict[str, Any]]:
    return [
        {"address": f"192.0.2.{number}", "state": state} for number, state in enumerate(names, 1)
    ]


OF_ARGUMENTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a ClusterIP": ({}, NOTE),
    "UDP alone": (UDP, []),
    "SCTP alone": ({"ports": [{**PORT, "protocol": "SCTP"}]}, []),
    "UDP and TCP": ({"ports": [*UDP["ports"], {"name": "tcp", "port": 80}]}, NOTE),
    "headless": ({"headless": True}, NOTE),
    "a node port": ({"type": "NodePort"}, ["node-snat", *NOTE]),
    "a load balancer": ({"type": "LoadBalancer"}, [*LOAD_BALANCED, *NOTE]),
    "a load balancer, not awaited": (
        {"type": "LoadBalancer", "await_ready": False},
        [*LOAD_BALANCED, *NOTE],
    ),
    "a load balancer, awaited": (
        {"type": "LoadBalancer", "await_ready": True},
        ["load-balancer-ignores", "load-balancer-awaited", "node-snat", *NOTE],
    ),
    "a ClusterIP, awaited": ({"await_ready": True}, NOTE),
    "an address asked of the controller": (
        {"type": "LoadBalancer", "load_balancer_ip": "203.0.113.7"},
        [*LOAD_BALANCED, "load-balancer-ip", *NOTE],
    ),
    "an external IP": ({"external_ips": ["203.0.113.7"]}, ["external-ips", *NOTE]),
    "no external IP": ({"external_ips": []}, NOTE),
    "an external IP of a headless Service": (
        {"external_ips": ["203.0.113.7"], "headless": True},
        ["external-ips", "external-ips-headless", *NOTE],
    ),
    "an external IP that is a backend": (
        {"external_ips": ["203.0.113.7", "192.0.2.1"]},
        ["external-ips", "external-ip-is-backend", *NOTE],
    ),
    "an external IP that is not known yet": (
        {"external_ips": [Unknown("external_ips[0]")]},
        ["external-ips", *NOTE],
    ),
    "slices": ({"endpoint_api": "Slices"}, NOTE),
    "Endpoints": ({"endpoint_api": "Endpoints"}, ["endpoints-deprecated", *NOTE]),
    "both": ({"endpoint_api": "Both"}, ["endpoints-deprecated", *NOTE]),
    "affinity of one backend": ({"session_affinity": "ClientIP"}, NOTE),
    "a distribution, without hints": (
        {"traffic_distribution": "PreferClose"},
        ["distribution-without-hints", *NOTE],
    ),
}


@pytest.mark.parametrize(("args", "codes"), OF_ARGUMENTS.values(), ids=OF_ARGUMENTS)
def test_an_external_service_has_hazards_of_its_arguments(args: Any, codes: list[str]) -> None:
    assert external(**args) == codes


OLD, NEW = "external-dns.alpha.kubernetes.io", "external-dns.kubernetes.io"
HOST = "db.example.com"
EXTERNAL_DNS: dict[str, tuple[dict[str, Any], bool]] = {
    "a host name": ({f"{OLD}/hostname": HOST}, True),
    "a host name, from 0.22 on": ({f"{NEW}/hostname": HOST}, True),
    "both": ({f"{OLD}/hostname": HOST, f"{NEW}/hostname": HOST}, True),
    "an internal host name": ({f"{OLD}/internal-hostname": HOST}, True),
    "its own controller": (
        {f"{OLD}/hostname": HOST, f"{OLD}/controller": "dns-controller"},
        True,
    ),
    "a target of the other version": ({f"{OLD}/hostname": HOST, f"{NEW}/target": "x"}, True),
    "a target": ({f"{OLD}/hostname": HOST, f"{OLD}/target": "192.0.2.1"}, False),
    "a target that is not known yet": (
        {f"{OLD}/hostname": HOST, f"{OLD}/target": Unknown("x")},
        False,
    ),
    "a host name that is not known yet": ({f"{OLD}/hostname": Unknown("x")}, False),
    "no host name": ({f"{OLD}/hostname": ""}, False),
    "another controller": ({f"{OLD}/hostname": HOST, f"{OLD}/controller": "none"}, False),
    "another annotation of it": ({f"{OLD}/ttl": "60"}, False),
    "another annotation": ({"prometheus.io/scrape": "true"}, False),
}


@pytest.mark.parametrize(("annotations", "is_found"), EXTERNAL_DNS.values(), ids=EXTERNAL_DNS)
@pytest.mark.parametrize("mode", ["Slices", "Endpoints", "Both"])
def test_external_dns_publishes_no_backends_of_a_headless_service(
    annotations: Any, is_found: bool, mode: str
) -> None:
    args = {"annotations": annotations, "endpoint_api": mode}
    code = "external-dns-pods-only"
    assert external(**args, headless=True).count(code) == is_found
    assert code not in external(**args)


CLOSE = {"traffic_distribution": "PreferClose"}
STICKY = {"session_affinity": "ClientIP"}

OF_BACKENDS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], list[str]]] = {
    "all active": (states("Active", "Active"), {}, []),
    "one of all": (states("Active", "Draining", "Disabled"), {}, []),
    "all draining": (states("Draining", "Draining"), {}, ["all-draining"]),
    "draining or disabled": (states("Disabled", "Draining"), {}, ["all-draining"]),
    "all disabled": (states("Disabled", "Disabled"), {}, ["none-ready"]),
    "affinity of two": (states("Active", "Active"), STICKY, ["affinity-dead-backend"]),
    "no affinity of two": (states("Active", "Active"), {"session_affinity": "None"}, []),
    "hints for all": ([{"address": "192.0.2.1", "for_zones": ["a"]}], CLOSE, []),
    "hints for some": (
        [{"address": "192.0.2.1", "for_zones": ["a"]}, {"address": "192.0.2.2"}],
        CLOSE,
        ["distribution-without-hints"],
    ),
    "a zone is not a hint": (
        [{"address": "192.0.2.1", "zone": "a"}],
        CLOSE,
        ["distribution-without-hints"],
    ),
    "hints for all that are active": (
        [
            {"address": "192.0.2.1", "for_zones": ["a"]},
            {"address": "192.0.2.2", "state": "Draining"},
            {"address": "192.0.2.3", "state": "Disabled"},
        ],
        CLOSE,
        [],
    ),
    "no hints without a distribution": (states("Active"), {}, []),
    "several at once": (
        [{"address": "239.1.1.1", "state": "Draining"}, {"address": "192.0.2.2"}],
        {**CLOSE, **STICKY},
        ["affinity-dead-backend", "distribution-without-hints", "multicast"],
    ),
}


@pytest.mark.parametrize(("backends", "args", "codes"), OF_BACKENDS.values(), ids=OF_BACKENDS)
def test_an_external_service_has_hazards_of_its_backends(
    backends: Any, args: Any, codes: list[str]
) -> None:
    assert external(*backends, **UDP, **args) == codes


def many(count: int) -> list[dict[str, Any]]:
    return [{"address": f"10.0.{number >> 8}.{number & 255}"} for number in range(1, count + 1)]


ZONED = {"address": "192.0.2.1", "zone": "a"}
HINTED = {"address": "192.0.2.1", "for_zones": ["a"]}
OF_ENDPOINTS: dict[str, tuple[list[dict[str, Any]], str, list[str]]] = {
    "1000, mirrored": (many(1000), "Endpoints", []),
    "1001, mirrored": (many(1001), "Endpoints", ["mirror-truncates"]),
    "1001 in both": (many(1001), "Both", []),
    "a zone": ([ZONED], "Endpoints", ["endpoints-lose-zones"]),
    "hints": ([HINTED], "Endpoints", ["endpoints-lose-zones"]),
    "a zone and hints in both": ([{**ZONED, **HINTED}], "Both", []),
    "draining": (states("Draining"), "Endpoints", ["none-ready"]),
    "draining in both": (states("Draining"), "Both", ["all-draining"]),
    "disabled": (states("Disabled"), "Endpoints", ["none-ready"]),
}


@pytest.mark.parametrize(("backends", "mode", "codes"), OF_ENDPOINTS.values(), ids=OF_ENDPOINTS)
def test_legacy_endpoints_have_hazards_of_what_they_cannot_hold(
    backends: Any, mode: str, codes: list[str]
) -> None:
    found = external(*backends, **UDP, endpoint_api=mode)
    assert sorted(found) == sorted([*codes, "endpoints-deprecated"])


@pytest.mark.parametrize("mode", [None, "Slices"])
def test_slices_hold_all_of_it(mode: str | None) -> None:
    backends = [*many(1001), ZONED]
    assert external(*backends, **UDP, endpoint_api=mode) == []


@pytest.mark.parametrize(
    ("address", "is_multicast"),
    [
        ("223.255.255.255", False),
        ("224.0.1.1", True),
        ("239.1.1.1", True),
        ("239.255.255.255", True),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("ff05::1", True),
        ("ff0e::1", True),
        ("FF05::1", True),
        ("fe00::1", False),
        ("fd00::ff", False),
        pytest.param("ff::1", False),
    ],
)
def test_multicast_addresses_are_reported(address: str, is_multicast: bool) -> None:
    assert external({"address": address}, **UDP) == ["multicast"] * is_multicast


def test_an_address_that_is_not_known_yet_has_no_hazard() -> None:
    assert external({"address": Unknown("backends[0].address")}, **UDP) == []
    late = {"addresses": Unknown("addresses"), "slice_count": 1, "backends": []}
    assert external(**late, **UDP, **CLOSE, **STICKY) == []


@pytest.mark.parametrize(
    ("publish", "codes"), [(None, []), (False, []), (True, ["publish-not-ready"])]
)
def test_a_selector_service_has_a_hazard_where_it_publishes_pods_that_are_not_ready(
    publish: bool | None, codes: list[str]
) -> None:
    args = {
        "selector": {"app": "web"},
        "ports": [PORT],
        "publish_not_ready_addresses": publish,
        "type": "LoadBalancer",
    }
    made, findings = plans.selector(args)
    assert findings == []
    assert [hazard.code for hazard in made.hazards] == codes


TLS_AND_HOST = ["external-name-tls", "external-name-host"]

ALIASES: dict[str, tuple[object, list[dict[str, Any]], list[str]]] = {
    "no ports": ("api.example.com", [], []),
    "another port": ("db.example.com", [{"port": 5432}], []),
    "80": ("api.example.com", [{"port": 80}], ["external-name-host"]),
    "443": ("api.example.com", [{"port": 443}], TLS_AND_HOST),
    "80 and 443": ("api.example.com", [{"port": 80}, {"port": 443}], TLS_AND_HOST),
    "8443": ("api.example.com", [{"port": 8443}], []),
    "https elsewhere": (
        "api.example.com",
        [{"port": 8443, "app_protocol": "https"}],
        TLS_AND_HOST,
    ),
    "http elsewhere": (
        "api.example.com",
        [{"port": 8080, "app_protocol": "http"}],
        ["external-name-host"],
    ),
    "a port that is not known yet": (
        "api.example.com",
        [{"name": "a", "port": Unknown("ports[0].port")}],
        [],
    ),
    "an IPv4 address": ("10.0.0.1", [], ["external-name-address"]),
    "an IPv4 address and a dot": ("10.0.0.1.", [], ["external-name-address"]),
    "almost an address": ("10.0.0.1.example.com", [], []),
    "four numbers that are not an address": ("10.0.0.256", [], []),
    "a single label": ("db", [], ["external-name-single-label"]),
    "a single label of digits": ("10", [], ["external-name-single-label"]),
    "the client itself": ("localhost", [], ["external-name-localhost"]),
    "a partial name of the cluster": ("db.shop.svc", [], ["external-name-partial"]),
    "two labels": ("db.example", [], []),
    "a fully qualified name": ("db.example.com.", [], []),
    "a name that is not known yet": (Unknown("external_name"), [{"port": 80}], TLS_AND_HOST[1:]),
    "all at once": ("10.0.0.1", [{"port": 443}], ["external-name-address", *TLS_AND_HOST]),
}


@pytest.mark.parametrize(("name", "ports", "codes"), ALIASES.values(), ids=ALIASES)
def test_an_external_name_service_has_hazards(name: object, ports: Any, codes: list[str]) -> None:
    made, findings = plans.alias({"external_name": name, "ports": ports})
    assert findings == []
    assert [hazard.code for hazard in made.hazards] == codes


@pytest.mark.parametrize(
    ("target", "codes"),
    [("db.shop.svc.cluster.local", ["external-name-self"]), ("db.other.svc.cluster.local", [])],
)
def test_an_alias_of_itself_is_a_hazard_where_its_namespace_is_known(
    target: str, codes: list[str]
) -> None:
    given = {"external_name": target, "service_name": "db", "ports": []}
    made, findings = plans.alias({**given, "namespace": "shop"})
    assert findings == []
    assert [hazard.code for hazard in made.hazards] == codes
    elsewhere, _ = plans.alias(given)
    assert [hazard.code for hazard in elsewhere.hazards] == []


@pytest.mark.parametrize(
    ("annotations", "is_told"),
    [
        ({"service.beta.kubernetes.io/aws-load-balancer-type": "external"}, True),
        ({"metallb.io/address-pool": "a"}, False),
    ],
)
def test_two_protocols_of_a_cloud_load_balancer_are_a_hazard(
    annotations: dict[str, str], is_told: bool
) -> None:
    ports = [{"name": "tcp", "port": 5060}, {"name": "udp", "port": 5060, "protocol": "UDP"}]
    made, findings = plans.external(
        {"addresses": ["192.0.2.1"], "type": "LoadBalancer", "annotations": annotations}
        | {"ports": ports}
    )
    assert findings == []
    told = [str(hazard) for hazard in made.hazards if hazard.code == "load-balancer-protocols"]
    assert [
        one.startswith("load-balancer-protocols: a load balancer for TCP and UDP") for one in told
    ] == [True] * is_told


def test_affinity_has_no_effect_where_there_is_no_address_of_the_service() -> None:
    args: Any = {"session_affinity": "ClientIP", "headless": True}
    selector = SelectorServiceArgs(selector={}, **args)
    assert "affinity-headless" in [hazard.code for hazard in selector_service_hazards(selector)]
    found = external_service_hazards(ExternalServiceArgs(**args), [], [])
    assert "affinity-headless" in [hazard.code for hazard in found]
    sticky = SelectorServiceArgs(selector={}, session_affinity="ClientIP")
    assert selector_service_hazards(sticky) == []
