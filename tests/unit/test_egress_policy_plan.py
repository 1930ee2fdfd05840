"""What an `EgressPolicy` declares, and what it refuses."""

import re
from typing import Any

import pytest

from components.core.arguments import EgressPolicyArgs, typed
from components.core.egress_policy import EgressPolicyPlan, plan_egress_policy
from components.core.findings import Finding
from components.core.found import FoundBackend
from components.core.unknown import Unknown
from components.validation.hazards import hazards
from tests.unit.plans import external

DNS: dict[str, Any] = {
    "to": [
        {
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        },
        {"ipBlock": {"cidr": "169.254.20.10/32"}},
    ],
    "ports": [{"protocol": "TCP", "port": 53}, {"protocol": "UDP", "port": 53}],
}
WEB = {"pod_selector": {"app": "web"}}
ONE: dict[str, Any] = {"addresses": ["192.0.2.1"], "ports": [{"port": 5432}]}


def planned(*, late: frozenset[str] = frozenset(), **args: Any) -> EgressPolicyPlan:
    findings: list[Finding] = []
    made = plan_egress_policy(typed(EgressPolicyArgs, {**WEB, **args}), "web", findings, late)
    assert findings == []
    return made


def egress(**args: Any) -> Any:
    return planned(**{"dns": {"enabled": False}, **args}).policy["spec"]["egress"]


def refused(**args: Any) -> list[str]:
    findings: list[Finding] = []
    plan_egress_policy(typed(EgressPolicyArgs, {**WEB, **args}), "web", findings)
    return [str(finding) for finding in findings]


def blocks(*cidrs: str, ports: list[Any]) -> dict[str, Any]:
    return {"to": [{"ipBlock": {"cidr": one}} for one in cidrs], "ports": ports}


def tcp(port: int | str) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port}


def test_a_policy_isolates_the_egress_of_its_pods() -> None:
    policy = planned(**ONE, namespace="shop", labels={"team": "a"}).policy
    name = policy["metadata"]["name"]
    assert re.fullmatch(r"web-[0-9a-f]{10}", name)
    assert policy == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop", "labels": {"team": "a"}},
        "spec": {
            "podSelector": {"matchLabels": {"app": "web"}},
            "policyTypes": ["Egress"],
            "egress": [DNS, blocks("192.0.2.1/32", ports=[tcp(5432)])],
        },
    }


def test_an_empty_selector_selects_all_pods() -> None:
    assert planned(**ONE, pod_selector={}).policy["spec"]["podSelector"] == {}


def test_ports_are_those_of_the_backends() -> None:
    ports = [{"name": "pg", "port": 80, "target_port": 5432}, {"port": 53, "protocol": "UDP"}]
    backends = [
        {"address": "192.0.2.0"},
        {"address": "192.0.2.1", "ports": {"pg": 6432}},
        {"address": "192.0.2.2", "state": "Draining"},
        {"address": "192.0.2.3", "state": "Disabled"},
    ]
    udp = {"protocol": "UDP", "port": 53}
    assert egress(backends=backends, ports=ports) == [
        blocks("192.0.2.0/32", "192.0.2.2/31", ports=[tcp(5432), udp]),
        blocks("192.0.2.1/32", ports=[tcp(6432), udp]),
    ]


def test_presets_and_both_families() -> None:
    found = egress(addresses=["2001:DB8::1", "192.0.2.1"], preset="postgres")
    assert found == [blocks("192.0.2.1/32", "2001:db8::1/128", ports=[tcp(5432)])]


def test_destinations_add_up() -> None:
    to = [
        {"addresses": ["192.0.2.2"], "ports": [{"port": 80, "node_port": 30080}]},
        {"addresses": ["192.0.2.1"], "ports": [{"port": 5432}]},
    ]
    assert egress(**ONE, to=to) == [
        blocks("192.0.2.2/32", ports=[tcp(80)]),
        blocks("192.0.2.1/32", ports=[tcp(5432)]),
    ]


def test_pods_are_reached_at_their_own_ports() -> None:
    pods = {"pod_selector": {"app": "api"}, "ports": [{"port": 80, "target_port_name": "http"}]}
    to = [pods, {**pods, "namespace": "other", "ports": [{"port": 80, "target_port": 8080}]}]
    selector = {"matchLabels": {"app": "api"}}
    other = {"matchLabels": {"kubernetes.io/metadata.name": "other"}}
    assert egress(to=to) == [
        {"to": [{"podSelector": selector}], "ports": [tcp("http")]},
        {"to": [{"podSelector": selector, "namespaceSelector": other}], "ports": [tcp(8080)]},
    ]


def test_blocks_of_addresses_are_allowed_as_they_are() -> None:
    https = {"cidrs": ["0.0.0.0/0", "::/0", "192.0.2.0/24"], "preset": "https"}
    assert egress(**ONE, to=[https]) == [
        blocks("192.0.2.1/32", ports=[tcp(5432)]),
        blocks("0.0.0.0/0", "::/0", ports=[tcp(443)]),
    ]


def test_dns_is_allowed_where_the_arguments_say() -> None:
    given = {
        "namespace": "openshift-dns",
        "pod_selector": {"dns.operator.openshift.io/daemonset-dns": "default"},
        "addresses": ["fd00::10", "10.96.0.10"],
        "ports": [5353],
    }
    (rule,) = planned(to=[{"pod_selector": {}, "ports": [{"port": 1}]}], dns=given).policy["spec"][
        "egress"
    ][:1]
    named = {"kubernetes.io/metadata.name": "openshift-dns"}
    assert rule == {
        "to": [
            {
                "podSelector": {"matchLabels": given["pod_selector"]},
                "namespaceSelector": {"matchLabels": named},
            },
            {"ipBlock": {"cidr": "10.96.0.10/32"}},
            {"ipBlock": {"cidr": "fd00::10/128"}},
        ],
        "ports": [tcp(5353), {"protocol": "UDP", "port": 5353}],
    }


def test_dns_without_a_node_cache_allows_no_block() -> None:
    rules = planned(**ONE, dns={"addresses": []}).policy["spec"]["egress"]
    assert rules[0]["to"] == DNS["to"][:1]


def test_without_dns_and_backends_nothing_is_allowed() -> None:
    assert egress(addresses=[], ports=[{"port": 80}], allow_empty=True) == []


CILIUM = "CiliumNetworkPolicy"
NAME = {"external_name": "api.payments.example.", "preset": "https"}


def test_cilium_policies_hold_names_and_ports_as_strings() -> None:
    pods = {
        "pod_selector": {"app": "api"},
        "namespace": "apis",
        "ports": [{"port": 80, "target_port_name": "http"}],
    }
    own = {"pod_selector": {}, "ports": [{"port": 53, "protocol": "UDP"}]}
    policy = planned(**ONE, api=CILIUM, namespace="shop", to=[NAME, pods, own]).policy
    assert policy["apiVersion"] == "cilium.io/v2"
    assert policy["kind"] == CILIUM
    assert re.fullmatch(r"web-[0-9a-f]{10}", policy["metadata"]["name"])
    assert policy["spec"].keys() == {"endpointSelector", "egress"}
    assert policy["spec"]["endpointSelector"] == {"matchLabels": {"app": "web"}}

    def ports(number: str, protocol: str = "TCP") -> list[Any]:
        return [{"ports": [{"port": number, "protocol": protocol}]}]

    asked = [{"port": "53", "protocol": "TCP"}, {"port": "53", "protocol": "UDP"}]
    dns = [{"ports": asked, "rules": {"dns": [{"matchPattern": "*"}]}}]
    servers = {"k8s:k8s-app": "kube-dns", "k8s:io.kubernetes.pod.namespace": "kube-system"}
    api = {"k8s:app": "api", "k8s:io.kubernetes.pod.namespace": "apis"}
    assert policy["spec"]["egress"] == [
        {"toEndpoints": [{"matchLabels": servers}], "toPorts": dns},
        {"toCIDR": ["169.254.20.10/32"], "toPorts": dns},
        {"toCIDR": ["192.0.2.1/32"], "toPorts": ports("5432")},
        {"toEndpoints": [{"matchLabels": api}], "toPorts": ports("http")},
        {"toEndpoints": [{}], "toPorts": ports("53", "UDP")},
        {"toFQDNs": [{"matchName": "api.payments.example"}], "toPorts": ports("443")},
    ]


def test_cilium_isolates_pods_if_nothing_is_allowed() -> None:
    nothing = {"addresses": [], "ports": [{"port": 80}], "allow_empty": True}
    assert egress(**nothing, api=CILIUM) == [{}]


def test_a_name_that_is_not_known_yet_leaves_the_rules_open() -> None:
    late = {"external_name": Unknown("to[0].external_name"), "preset": "https"}
    made = planned(api=CILIUM, to=[late])
    assert made.policy["metadata"]["name"] == "web"
    assert isinstance(made.policy["spec"]["egress"], Unknown)


@pytest.mark.parametrize(("to", "codes"), [([NAME], ["egress-shared-address"]), ([], [])])
def test_names_have_a_hazard_of_their_own(to: list[Any], codes: list[str]) -> None:
    every = planned(**ONE, api=CILIUM, to=to).hazards
    assert [hazard.code for hazard in every if hazard.severity == "warning"] == codes
    notes = [hazard.code for hazard in every if hazard.severity == "note"]
    assert notes == ["egress-isolated", "egress-in-cluster-address"]


def name_of(**args: Any) -> str:
    return str(planned(**args).policy["metadata"]["name"])


def test_the_name_follows_the_rules_and_not_the_metadata() -> None:
    first = name_of(**ONE)
    assert first == "web-f50cc0dea7"
    assert name_of(**ONE, labels={"a": "b"}, annotations={"a": "b"}, namespace="shop") == first
    assert name_of(addresses=["192.0.2.1"] * 2, ports=ONE["ports"]) == first
    others = [
        name_of(addresses=["192.0.2.2"], ports=ONE["ports"]),
        name_of(addresses=["192.0.2.1"], ports=[{"port": 5433}]),
        name_of(**ONE, dns={"enabled": False}),
        name_of(**ONE, pod_selector={"app": "api"}),
    ]
    assert len({first, *others}) == len(others) + 1


def test_a_given_name_is_kept() -> None:
    made = planned(**ONE, policy_name="web.egress")
    assert made.policy["metadata"]["name"] == "web.egress"
    assert not made.is_renamed
    assert "egress-in-place" in [hazard.code for hazard in made.hazards]


LATE: dict[str, tuple[dict[str, Any], str]] = {
    "an address": ({**ONE, "addresses": [Unknown("addresses[0]")]}, "egress"),
    "a list": ({**ONE, "addresses": Unknown("addresses")}, "egress"),
    "a backend": ({"backends": [{"address": Unknown("x.address")}], "preset": "http"}, "egress"),
    "a port": ({**ONE, "ports": [{"name": "a", "port": Unknown("ports[0].port")}]}, "egress"),
    "a Pod's label": (
        {"to": [{"pod_selector": {"a": Unknown("to[0].x")}, "preset": "http"}]},
        "egress",
    ),
    "a namespace of Pods": (
        {"to": [{"pod_selector": {}, "namespace": Unknown("to[0].namespace"), "preset": "http"}]},
        "egress",
    ),
    "a block": (
        {"to": [{"cidrs": ["::/0", Unknown("to[0].cidrs[1]")], "preset": "http"}]},
        "egress",
    ),
    "a label": ({**ONE, "pod_selector": {"app": Unknown("pod_selector[app]")}}, "podSelector"),
}


@pytest.mark.parametrize(("args", "field"), LATE.values(), ids=LATE)
def test_rules_that_are_not_known_yet_have_a_fixed_name(args: Any, field: str) -> None:
    made = planned(**args)
    assert made.policy["metadata"]["name"] == "web"
    assert "egress-in-place" in [hazard.code for hazard in made.hazards]
    spec = made.policy["spec"]
    assert [key for key, value in spec.items() if "Unknown" in str(value)] == [field]


def test_the_name_is_fixed_when_the_rules_have_arrived_too() -> None:
    made = planned(**ONE, late=frozenset({"addresses[0]"}))
    assert made.policy["metadata"]["name"] == "web"
    assert made.policy["spec"]["egress"] == [DNS, blocks("192.0.2.1/32", ports=[tcp(5432)])]


@pytest.mark.parametrize(
    "path",
    ["namespace", "labels[a]", "annotations[a.zone]", "backends[0].zone", "ports[0].app_protocol"],
)
def test_an_output_that_is_in_no_rule_leaves_the_hash_in_the_name(path: str) -> None:
    assert name_of(**ONE, late=frozenset({path})) == name_of(**ONE)


def found(query: str) -> Any:
    return [FoundBackend({"address": "192.0.2.1"}, query)]


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        pytest.param(ONE, [], id="plain"),
        pytest.param(
            {"backends": found("dns.addresses(db.example.com)"), "preset": "postgres"},
            ["egress-resolved"],
            id="addresses of a name",
        ),
        pytest.param(
            {"backends": found("aws.instances"), "preset": "postgres"}, [], id="of machines"
        ),
    ],
)
def test_hazards_are_reported_beside_the_notes(args: Any, codes: list[str]) -> None:
    every = planned(**args).hazards
    assert [hazard.code for hazard in every if hazard.severity == "warning"] == codes
    notes = [hazard.code for hazard in every if hazard.severity == "note"]
    assert notes == ["egress-isolated", "egress-unenforced", "egress-in-cluster-address"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "to: Required value: a policy without a destination denies all but DNS"),
    "an empty list": ({"to": []}, "to: Required value: a policy without a destination"),
    "no ports": ({"addresses": ["192.0.2.1"]}, "ports: Required value (give at least one port"),
    "no address": ({"preset": "http"}, "addresses: Required value: a destination without backends"),
    "an empty destination": (
        {"to": [{"addresses": [], "preset": "http"}]},
        "to[0].addresses: Required value: a destination without backends allows nothing",
    ),
    "a name": (
        {"to": [{"external_name": "db.example.com", "preset": "http"}]},
        "to[0].external_name: Forbidden: a NetworkPolicy knows addresses and Pods, and no DNS",
    ),
    "an address for a name": (
        {"api": CILIUM, "to": [{"external_name": "Api_example", "preset": "http"}]},
        'to[0].external_name: Invalid value: "Api_example": a lowercase RFC 1123 subdomain',
    ),
    "names without DNS": (
        {"api": CILIUM, "to": [NAME], "dns": {"enabled": False}},
        "dns.enabled: Forbidden: the addresses of names are learnt from the answers of DNS",
    ),
    "a name for an address": (
        {"addresses": ["db.example.com"], "preset": "http"},
        'addresses[0]: Invalid value: "db.example.com": must be a valid IP address',
    ),
    "two kinds": (
        {"to": [{"addresses": ["192.0.2.1"], "pod_selector": {}, "preset": "http"}]},
        "to[0].pod_selector: Forbidden: may not be given with `addresses`",
    ),
    "a namespace of backends": (
        {"to": [{"addresses": ["192.0.2.1"], "namespace": "a", "preset": "http"}]},
        "to[0].namespace: Forbidden: may be given with `pod_selector` alone",
    ),
    "a block with host bits": (
        {"to": [{"cidrs": ["192.0.2.1/24"], "preset": "http"}]},
        'to[0].cidrs[0]: Invalid value: "192.0.2.1/24": must not have bits set beyond the prefix',
    ),
    "no block": ({"to": [{"cidrs": [], "preset": "http"}]}, "to[0].cidrs: Required value"),
    "a named port of backends": (
        {"addresses": ["192.0.2.1"], "ports": [{"port": 80, "target_port_name": "http"}]},
        "ports[0].target_port_name: Forbidden: only Pods have named ports",
    ),
    "a label": (
        {**ONE, "pod_selector": {"app": "a b"}},
        'pod_selector[app]: Invalid value: "a b"',
    ),
    "a label of Pods": (
        {"to": [{"pod_selector": {"a b": "c"}, "preset": "http"}]},
        'to[0].pod_selector: Invalid value: "a b"',
    ),
    "a namespace of Pods": (
        {"to": [{"pod_selector": {}, "namespace": "A", "preset": "http"}]},
        'to[0].namespace: Invalid value: "A"',
    ),
    "an empty namespace of Pods": (
        {"to": [{"pod_selector": {}, "namespace": "", "preset": "http"}]},
        'to[0].namespace: Invalid value: ""',
    ),
    "a label of Pods beside an unknown one": (
        {"to": [{"pod_selector": {"a": "b c", "d": Unknown("to[0].x")}, "preset": "http"}]},
        'to[0].pod_selector[a]: Invalid value: "b c"',
    ),
    "a name of the policy": (
        {**ONE, "policy_name": "Web"},
        'policy_name: Invalid value: "Web": a lowercase RFC 1123 subdomain',
    ),
    "a DNS port": ({**ONE, "dns": {"ports": [0]}}, "dns.ports[0]: Invalid value: 0"),
    "no DNS port": ({**ONE, "dns": {"ports": []}}, "dns.ports: Required value"),
    "a DNS address": (
        {**ONE, "dns": {"addresses": ["10.96.0.10/32"]}},
        'dns.addresses[0]: Invalid value: "10.96.0.10/32"',
    ),
    "a DNS namespace": ({**ONE, "dns": {"namespace": "A"}}, 'dns.namespace: Invalid value: "A"'),
    "an empty DNS namespace": (
        {**ONE, "dns": {"namespace": ""}},
        'dns.namespace: Invalid value: ""',
    ),
    "a DNS label": (
        {**ONE, "dns": {"pod_selector": {"a": "-"}}},
        'dns.pod_selector[a]: Invalid value: "-"',
    ),
    "where DNS is, and no DNS": (
        {**ONE, "dns": {"enabled": False, "ports": [5353]}},
        "dns.ports: Forbidden: says where DNS is, which the policy does not allow",
    ),
    "a version": ({**ONE, "kubernetes_version": "1.2"}, 'kubernetes_version: Invalid value: "1.2"'),
}


@pytest.mark.parametrize(("args", "start"), REFUSED.values(), ids=REFUSED)
def test_invalid_arguments_are_errors(args: Any, start: str) -> None:
    (error,) = refused(**args)
    assert error.startswith(start)


def test_a_component_name_that_cannot_be_used_asks_for_a_policy_name() -> None:
    findings: list[Finding] = []
    plan_egress_policy(typed(EgressPolicyArgs, {**WEB, **ONE}), "Web", findings)
    (error,) = findings
    assert error.path == "policy_name"
    assert error.remedy == "the component's name is the default of `policy_name`; set that"


def test_all_errors_come_at_once() -> None:
    to = [{"addresses": ["a"], "preset": "http"}, {"preset": "http"}]
    assert len(refused(to=to, pod_selector={"a": "b c"}, dns={"ports": [0]})) == 4


BACKENDS: dict[str, Any] = {
    "backends": [
        *({"address": f"192.0.2.{n}"} for n in range(1, 7)),
        {"address": "2001:db8::1", "ports": {"pg": 6432}},
    ],
    "ports": [{"name": "pg", "port": 80, "target_port": 5432}],
}


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        pytest.param(BACKENDS, set[str](), id="the backends of the Service"),
        pytest.param(
            {**BACKENDS, "backends": BACKENDS["backends"][1:]},
            {"policy-backends-uncovered"},
            id="one less",
        ),
    ],
)
def test_the_validator_finds_nothing_beside_the_service(args: Any, codes: set[str]) -> None:
    service, findings = external(BACKENDS)
    policy = planned(**args).policy
    found = hazards([service.service, *service.slices, policy])
    assert findings == []
    assert {finding.code for _, finding in found} == codes
