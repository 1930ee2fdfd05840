"""`EgressPolicy` as a ClusterNetworkPolicy: its rules, its place among others, and its refusals."""

import re
from typing import Any

import pulumi
import pytest

from components import EgressPolicy, ExternalService, ValidationError
from components.core.arguments import EgressPolicyArgs, typed
from components.core.egress_policy import EgressPolicyPlan, plan_egress_policy
from components.core.failures import explain
from components.core.findings import Finding
from components.core.unknown import Unknown
from components.testing import render
from tests.unit.outputs import later

CLUSTER = "ClusterNetworkPolicy"
WEB: dict[str, Any] = {
    "api": CLUSTER,
    "namespace": "shop",
    "pod_selector": {"app": "web"},
    "precedence": {"priority": 100, "deny_others": False},
}
DENYING: dict[str, Any] = {**WEB, "precedence": {"priority": 100, "deny_others": True}}
ONE: dict[str, Any] = {"addresses": ["192.0.2.1"], "ports": [{"port": 5432}]}
NAME: dict[str, Any] = {"external_name": "api.payments.example.", "preset": "https"}
NO_DNS: dict[str, Any] = {"dns": {"enabled": False}}


def plan(findings: list[Finding], late: frozenset[str] = frozenset(), **args: Any) -> Any:
    return plan_egress_policy(typed(EgressPolicyArgs, {**WEB, **args}), "web", findings, late)


def planned(*, late: frozenset[str] = frozenset(), **args: Any) -> EgressPolicyPlan:
    findings: list[Finding] = []
    made: EgressPolicyPlan = plan(findings, late, **args)
    assert findings == []
    return made


def egress(**args: Any) -> Any:
    return planned(**{**NO_DNS, **args}).policy["spec"]["egress"]


def refused(**args: Any) -> list[str]:
    findings: list[Finding] = []
    plan(findings, **args)
    return [str(finding) for finding in findings]


def tcp(number: int) -> dict[str, Any]:
    return {"tcp": {"destinationPort": {"number": number}}}


def pods(namespace: str, **labels: str) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": labels} if labels else {},
    }


def accept(name: str, *peers: Any, ports: list[Any]) -> dict[str, Any]:
    return {"action": "Accept", "name": name, "to": list(peers), "protocols": ports}


def test_a_cluster_policy_has_no_namespace_and_selects_the_pods_of_one() -> None:
    policy = planned(**ONE, labels={"team": "a"}).policy
    assert re.fullmatch(r"web-[0-9a-f]{10}", policy["metadata"]["name"])
    assert policy == {
        "apiVersion": "policy.networking.k8s.io/v1alpha2",
        "kind": CLUSTER,
        "metadata": {"name": policy["metadata"]["name"], "labels": {"team": "a"}},
        "spec": {
            "tier": "Admin",
            "priority": 100,
            "subject": {"pods": pods("shop", app="web")},
            "egress": [
                accept(
                    "DNS",
                    {"pods": pods("kube-system", **{"k8s-app": "kube-dns"})},
                    {"networks": ["169.254.20.10/32"]},
                    ports=[tcp(53), {"udp": {"destinationPort": {"number": 53}}}],
                ),
                accept("addresses", {"networks": ["192.0.2.1/32"]}, ports=[tcp(5432)]),
            ],
        },
    }


def test_names_and_pods_are_accepted() -> None:
    named = {"pod_selector": {"app": "api"}, "ports": [{"port": 80, "target_port_name": "http"}]}
    other = {"pod_selector": {}, "namespace": "apis", "ports": [{"port": 53, "protocol": "UDP"}]}
    to = [{**NAME, "external_name": "b.example"}, NAME, named, other]
    assert planned(to=to).policy["spec"]["egress"][1:] == [
        accept("Pods", {"pods": pods("shop", app="api")}, ports=[{"destinationNamedPort": "http"}]),
        accept(
            "Pods", {"pods": pods("apis")}, ports=[{"udp": {"destinationPort": {"number": 53}}}]
        ),
        accept("names", {"domainNames": ["api.payments.example", "b.example"]}, ports=[tcp(443)]),
    ]


def test_lists_are_split_at_the_limit_of_the_custom_resource() -> None:
    addresses = [f"192.0.2.{2 * number}" for number in range(1, 31)]
    names = [{**NAME, "external_name": f"n{number:02}.example"} for number in range(30)]
    blocks, *named = egress(addresses=addresses, ports=[{"port": 80}], to=names, dns=None)[1:]
    assert [len(peer["networks"]) for peer in blocks["to"]] == [25, 5]
    sizes = [len(peer["domainNames"]) for rule in named for peer in rule["to"]]
    assert sizes == [25, 5]
    assert len(named) == 2

    ports = [{"port": number} for number in range(1, 31)]
    split = egress(addresses=["192.0.2.1"], ports=ports)
    assert [len(rule["protocols"]) for rule in split] == [25, 5]


@pytest.mark.parametrize(("count", "is_taken"), [(25, True), (26, False)])
def test_too_many_rules_are_an_error(count: int, is_taken: bool) -> None:
    backends = [{"address": f"192.0.2.{n}", "ports": {"p": n}} for n in range(1, count + 1)]
    errors = refused(backends=backends, ports=[{"name": "p", "port": 80}], **NO_DNS)
    said = (
        "to: Too many: 26: must have at most 25 items (let several components with the same"
        " `pod_selector` have some of them each)"
    )
    assert errors == ([] if is_taken else [said])


def test_a_second_policy_denies_all_others_later_and_names_no_domain() -> None:
    accepts, denies = planned(**ONE, **{**DENYING, "to": [NAME]}).objects
    assert accepts["spec"]["egress"][-1]["to"] == [{"domainNames": ["api.payments.example"]}]
    assert re.fullmatch(r"web-deny-[0-9a-f]{10}", denies["metadata"]["name"])
    assert denies["spec"] == {
        "tier": "Admin",
        "priority": 1000,
        "subject": accepts["spec"]["subject"],
        "egress": [
            {"action": "Deny", "name": "all others", "to": [{"networks": ["0.0.0.0/0", "::/0"]}]}
        ],
    }


def test_tier_and_priorities_can_be_set() -> None:
    given = {"tier": "Baseline", "priority": 7, "deny_others": True, "deny_priority": 8}
    accepts, denies = planned(**ONE, precedence=given, policy_name="web").objects
    assert [one["spec"]["tier"] for one in (accepts, denies)] == ["Baseline"] * 2
    assert [one["spec"]["priority"] for one in (accepts, denies)] == [7, 8]
    assert [one["metadata"]["name"] for one in (accepts, denies)] == ["web", "web-deny"]


def names_of(**args: Any) -> list[str]:
    return [one["metadata"]["name"] for one in planned(**{**DENYING, **args}).objects]


def test_changed_rules_make_a_new_policy_and_keep_the_denying_one() -> None:
    accepts, denies = names_of(**ONE)
    other, same = names_of(**{**ONE, "addresses": ["192.0.2.2"]})
    assert other != accepts
    assert same == denies
    elsewhere = names_of(**ONE, namespace="other")
    assert not {accepts, denies} & set(elsewhere)


def test_a_namespace_that_is_not_known_yet_leaves_a_fixed_name() -> None:
    made = planned(**ONE, namespace=Unknown("namespace"))
    assert made.policy["metadata"]["name"] == "web"
    assert made.policy["spec"]["egress"] != []
    assert planned(**ONE, late=frozenset({"namespace"})).policy["metadata"]["name"] == "web"


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        (ONE, ["egress-accepts-only"]),
        ({**ONE, **DENYING}, ["egress-overrules"]),
        (
            {**ONE, "precedence": {"priority": 1, "deny_others": True, "tier": "Baseline"}},
            ["egress-isolated"],
        ),
        (
            {"to": [NAME]},
            ["egress-shared-address", "egress-accepts-only", "egress-experimental"],
        ),
    ],
    ids=["accepts", "denies", "denies in Baseline", "a name"],
)
def test_hazards(args: Any, codes: list[str]) -> None:
    found = [hazard.code for hazard in planned(**args).hazards]
    assert found == [*codes, "egress-unenforced", "egress-in-cluster-address"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no precedence": (
        {"precedence": None},
        'precedence: Required value (such as {"priority": 100, "deny_others": True})',
    ),
    "no namespace": (
        {"namespace": None},
        "namespace: Required value: a ClusterNetworkPolicy is in no namespace",
    ),
    "a precedence of another kind": (
        {"api": "NetworkPolicy"},
        "precedence: Forbidden: only a ClusterNetworkPolicy has a priority",
    ),
    "a priority": (
        {"precedence": {"priority": 1001, "deny_others": False}},
        "precedence.priority: Invalid value: 1001: must be between 0 and 1000, inclusive",
    ),
    "a last priority": (
        {"precedence": {"priority": 1, "deny_others": True, "deny_priority": 1001}},
        "precedence.deny_priority: Invalid value: 1001: must be between 0 and 1000, inclusive",
    ),
    "a deny that comes first": (
        {"precedence": {"priority": 5, "deny_others": True, "deny_priority": 5}},
        "precedence.deny_priority: Invalid value: 5: must be greater than `priority`",
    ),
    "no room for a deny": (
        {"precedence": {"priority": 1000, "deny_others": True}},
        "precedence.priority: Invalid value: 1000: must be less than 1000",
    ),
    "the priority of no deny": (
        {"precedence": {"priority": 5, "deny_others": False, "deny_priority": 6}},
        "precedence.deny_priority: Forbidden: may be given with `deny_others` alone",
    ),
    "a name without a dot": (
        {"to": [{**NAME, "external_name": "database"}]},
        'to[0].external_name: Invalid value: "database": a ClusterNetworkPolicy takes no name',
    ),
    "a label": ({"pod_selector": {"app": "a b"}}, 'pod_selector[app]: Invalid value: "a b"'),
    "a namespace": ({"namespace": "A"}, 'namespace: Invalid value: "A"'),
    "a policy's name": ({"policy_name": "A"}, 'policy_name: Invalid value: "A"'),
}


@pytest.mark.parametrize(("args", "start"), REFUSED.values(), ids=REFUSED)
def test_invalid_arguments_are_errors(args: Any, start: str) -> None:
    (error,) = refused(**ONE, **args)
    assert error.startswith(start)


BOTH = pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])


@BOTH
def test_the_component_registers_both_in_order(recorder: Any, preview: bool) -> None:
    def build() -> None:
        allowed = EgressPolicy("web", {**DENYING, **ONE})
        ExternalService("db", {**ONE}, pulumi.ResourceOptions(depends_on=[allowed]))

    recorder(build, preview=preview)
    kind = f"kubernetes:policy.networking.k8s.io/v1alpha2:{CLUSTER}"
    accepts, denies = names_of(**ONE)
    assert recorder.names()[1:3] == [(kind, accepts), (kind, denies)]
    requests = {one.name: one for one in recorder.requests}
    assert [one.rpartition("::")[2] for one in requests[denies].dependencies] == [accepts]
    awaited = {one.rpartition("::")[2] for one in requests["db"].dependencies}
    assert awaited == {accepts, denies}


@BOTH
def test_outputs(preview: bool) -> None:
    found: list[Any] = []

    def build() -> None:
        made = EgressPolicy("web", {**DENYING, **ONE, "namespace": later("shop")})
        assert made.deny_policy is not None
        pulumi.Output.all(made.policy_name, made.namespace).apply(found.extend)

    rendered = [one for one in render(build, preview=preview) if one["kind"] == CLUSTER]
    assert [one["metadata"]["name"] for one in rendered] == ["web", "web-deny"]
    assert not any("namespace" in one["metadata"] for one in rendered)
    assert found == ["web", "shop"]


def test_a_name_is_one_object_whatever_the_namespace_of_the_pods() -> None:
    def build() -> None:
        EgressPolicy("a", {**WEB, **ONE, "policy_name": "web"})
        EgressPolicy("b", {**WEB, **ONE, "policy_name": "web", "namespace": "other"})

    with pytest.raises(ValidationError) as caught:
        render(build)
    assert str(caught.value) == (
        'EgressPolicy "b": policy_name: Duplicate value: "web": EgressPolicy "a" already declares'
        " the ClusterNetworkPolicy web (choose another `policy_name`, or declare it in one"
        " place)"
    )


def test_remedies_name_no_namespace() -> None:
    manifest = {"kind": CLUSTER, "metadata": {"name": "web"}}
    exists = explain(manifest, "create", ['clusternetworkpolicies "web" already exists'])
    assert exists.startswith("ClusterNetworkPolicy web already exists")
    assert "`kubectl get clusternetworkpolicy web -o jsonpath" in exists
    missing = explain(manifest, "create", [f'no matches for kind "{CLUSTER}" in version "v1"'])
    assert missing.startswith(f"The cluster does not serve {CLUSTER}: install its Custom")
    assert explain(manifest, "create", ["the server is currently unable"]) == ""
