"""`EgressPolicy` under mocks: its object, its outputs, and the destinations of components."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import (
    EgressPolicy,
    ExternalNameService,
    ExternalService,
    ExternalServiceSet,
    SelectorService,
    ValidationError,
    provider,
)
from components.core.arguments import EgressPolicyArgs, typed
from components.core.egress_policy import plan_egress_policy
from components.core.failures import explain
from components.core.findings import Finding
from components.core.ownership import refused_owners
from components.testing import render
from components.validation.hazards.declared import EGRESS_IN_PLACE
from tests.unit.outputs import later

WEB: dict[str, Any] = {"pod_selector": {"app": "web"}}
DB: dict[str, Any] = {"addresses": ["192.0.2.1", "192.0.2.0"], "preset": "postgres"}
BOTH = pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])


def policies(build: Callable[[], object], *, preview: bool = False) -> list[Any]:
    rendered = render(build, preview=preview)
    return [one for one in rendered if one["kind"] == "NetworkPolicy"]


def plain(**args: Any) -> Any:
    findings: list[Finding] = []
    made = plan_egress_policy(typed(EgressPolicyArgs, {**WEB, **args}), "web", findings)
    assert findings == []
    return made.policy


@BOTH
def test_the_policy_is_the_planned_one(preview: bool) -> None:
    (made,) = policies(lambda: EgressPolicy("web", {**WEB, **DB}), preview=preview)
    planned = plain(**DB)
    metadata = {
        **planned["metadata"],
        "namespace": "default",
        "annotations": {
            "pulumi.com/deletionPropagationPolicy": "background",
            "pulumi.com/patchFieldManager": "k8s-endpoints/project/stack",
        },
    }
    assert made == {**planned, "metadata": metadata}


@BOTH
def test_its_pulumi_name_ends_in_the_hash_of_the_rules(recorder: Any, preview: bool) -> None:
    args: Any = {**WEB, **DB, "namespace": "shop"}
    recorder(lambda: EgressPolicy("web", args), preview=preview)
    name = plain(**DB)["metadata"]["name"]
    kind = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
    assert recorder.names() == [
        ("k8s-endpoints:index:EgressPolicy", "web"),
        (kind, f"shop/{name}"),
    ]


@BOTH
def test_outputs(preview: bool) -> None:
    found: list[Any] = []

    def build() -> None:
        made = EgressPolicy("web", {**WEB, **DB, "namespace": later("shop")})
        policy: Any = made.policy
        every = [made.policy_name, made.namespace, policy.metadata, made.hazards]
        pulumi.Output.all(*every).apply(found.extend)

    render(build, preview=preview)
    name, namespace, metadata, hazards = found
    assert [name, namespace] == [plain(**DB)["metadata"]["name"], "shop"]
    assert metadata["name"] == name
    codes = [hazard.partition(":")[0] for hazard in hazards]
    assert codes == ["egress-isolated", "egress-unenforced", "egress-in-cluster-address"]


LATE: dict[str, Callable[[], dict[str, Any]]] = {
    "an address": lambda: {**DB, "addresses": ["192.0.2.1", later("192.0.2.0")]},
    "the list": lambda: {**DB, "addresses": later(["192.0.2.1", "192.0.2.0"])},
    "a backend": lambda: {
        "preset": "postgres",
        "backends": [{"address": "192.0.2.0"}, {"address": later("192.0.2.1")}],
    },
    "a port": lambda: {
        "addresses": DB["addresses"],
        "ports": [{"name": "pg", "port": 80, "target_port": later(5432)}],
    },
}


@BOTH
@pytest.mark.parametrize("args", LATE.values(), ids=LATE)
def test_outputs_in_the_rules_give_the_same_rules_under_a_fixed_name(
    args: Callable[[], dict[str, Any]], preview: bool
) -> None:
    def build() -> None:
        given: Any = {**WEB, **args()}
        EgressPolicy("web", given)

    (made,) = policies(build, preview=preview)
    assert made["metadata"]["name"] == "web"
    assert made["spec"] == plain(**DB)["spec"]


def test_a_preview_that_does_not_know_the_addresses_knows_the_name(
    recorder: Any, unknown: Callable[[], Any]
) -> None:
    args: Any = {**WEB, "preset": "postgres"}
    recorder(lambda: EgressPolicy("web", {**args, "addresses": unknown()}), preview=True)
    assert recorder.names()[1][1] == "default/web"


def test_late_values_are_checked_and_secrets_are_not_shown() -> None:
    def build() -> None:
        secret = pulumi.Output.secret("10.0.0.300")
        EgressPolicy("web", {**WEB, "preset": "http", "addresses": [secret]})

    with pytest.raises(ValidationError) as caught:
        render(build)
    (finding,) = caught.value.findings
    assert finding.path == "addresses[0]"
    assert "10.0.0.300" not in str(caught.value)


@pytest.mark.parametrize(
    ("extra", "warned"), [({}, []), ({"policy_name": "web"}, [str(EGRESS_IN_PLACE)])]
)
def test_hazards_are_warnings_and_notes_are_not(recorder: Any, extra: Any, warned: Any) -> None:
    args: Any = {**WEB, **DB, **extra}
    recorder(lambda: EgressPolicy("web", args))
    assert [text for _, text in recorder.warnings] == warned


@BOTH
def test_components_say_where_they_send_connections(preview: bool) -> None:
    backends: Any = [{"address": "192.0.2.0", "zone": "a"}, {"address": "192.0.2.1"}]

    def build() -> None:
        db = ExternalService("db", {"backends": backends, "preset": "postgres", "type": "NodePort"})
        api = SelectorService(
            "api", {"selector": {"app": "api"}, "namespace": "apis", "ports": [{"port": 80}]}
        )
        more = ExternalServiceSet("more", {"services": {"mail": {**DB, "preset": "smtp"}}})
        to = [db.destination, api.destination, more.destinations["mail"]]
        EgressPolicy("web", {**WEB, "to": to})

    (made,) = policies(build, preview=preview)
    pods = {"pod_selector": {"app": "api"}, "namespace": "apis", "ports": [{"port": 80}]}
    assert made["spec"] == plain(to=[DB, pods, {**DB, "preset": "smtp"}])["spec"]


def test_an_alias_as_destination_is_an_error() -> None:
    def build() -> None:
        alias = ExternalNameService("api", {"external_name": "api.example.com"})
        EgressPolicy("web", {**WEB, "to": [alias.destination]})

    with pytest.raises(ValidationError) as caught:
        render(build)
    assert [finding.path for finding in caught.value.findings] == ["to[0].external_name"]


@BOTH
def test_cilium_allows_the_name_of_an_alias(preview: bool) -> None:
    seen: list[Any] = []

    def build() -> None:
        args: Any = {"external_name": "api.example.com", "ports": [{"port": 443}]}
        alias = ExternalNameService("api", args)
        given: Any = {**WEB, "api": "CiliumNetworkPolicy", "namespace": later("shop")}
        made = EgressPolicy("web", {**given, "to": [alias.destination]})
        pulumi.Output.all(made.policy_name, made.namespace).apply(seen.extend)

    rendered = render(build, preview=preview)
    (made,) = [one for one in rendered if one["kind"] == "CiliumNetworkPolicy"]
    assert made["spec"]["egress"][-1]["toFQDNs"] == [{"matchName": "api.example.com"}]
    assert "pulumi.com/patchFieldManager" in made["metadata"]["annotations"]
    assert seen == [made["metadata"]["name"], "shop"]


@pytest.mark.parametrize(
    ("settings", "namespace"), [({"namespace": "apis"}, "apis"), ({}, None)], ids=["stated", "not"]
)
def test_a_namespace_that_the_provider_gives_is_stated_or_left_out(
    settings: dict[str, str], namespace: str | None
) -> None:
    found: list[Any] = []

    def build() -> None:
        opts = pulumi.ResourceOptions(provider=provider("cluster", **settings))
        web: Any = {"selector": {"app": "api"}, "ports": [{"port": 80}]}
        found.append(SelectorService("api", web, opts).destination.get("namespace"))

    render(build)
    assert found == [namespace]


def test_two_components_may_not_declare_one_policy() -> None:
    def build() -> None:
        EgressPolicy("a", {**WEB, **DB, "policy_name": "web"})
        EgressPolicy("b", {**WEB, **DB, "policy_name": "web"})

    with pytest.raises(ValidationError) as caught:
        render(build)
    assert str(caught.value) == (
        'EgressPolicy "b": policy_name: Duplicate value: "web": EgressPolicy "a" already declares'
        " this NetworkPolicy in the same namespace (choose another `policy_name`, or declare it"
        " in one place)"
    )


def test_two_components_of_the_same_rules_are_two_policies() -> None:
    def build() -> None:
        EgressPolicy("a", {**WEB, **DB})
        EgressPolicy("b", {**WEB, **DB})

    assert len(policies(build)) == 2


def test_services_may_depend_on_it(recorder: Any) -> None:
    def build() -> None:
        allowed = EgressPolicy("web", {**WEB, **DB})
        ExternalService("db", {**DB}, pulumi.ResourceOptions(depends_on=[allowed]))

    recorder(build)
    kinds = {request.type.rpartition(":")[2]: request for request in recorder.requests}
    (awaited,) = kinds["ExternalService"].dependencies
    assert awaited.endswith(f"NetworkPolicy::default/{plain(**DB)['metadata']['name']}")


class Minimal(pulumi.runtime.Mocks):
    """Answers with what it was given."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        return f"{args.name}_id", args.inputs

    def call(self, _: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        return {}, None


@pytest.mark.usefixtures("sdk_loop")
@BOTH
def test_it_works_under_mocks_of_the_users_own(preview: bool) -> None:
    pulumi.runtime.set_mocks(Minimal(), preview=preview)
    seen: list[Any] = []

    @pulumi.runtime.test
    def program() -> pulumi.Output[None]:
        made = EgressPolicy("web", {**WEB, **DB, "namespace": later("shop")})
        return pulumi.Output.all(made.policy_name, made.namespace).apply(seen.extend)

    program()
    assert seen == [plain(**DB)["metadata"]["name"], "shop"]


NO_KIND = 'no matches for kind "CiliumNetworkPolicy" in version "cilium.io/v2"'


@pytest.mark.parametrize(
    ("kind", "error", "is_explained"),
    [
        ("CiliumNetworkPolicy", NO_KIND, True),
        ("CiliumNetworkPolicy", "the server is currently unable to handle the request", False),
        ("NetworkPolicy", NO_KIND, False),
    ],
)
def test_a_cluster_without_cilium_is_explained(kind: str, error: str, is_explained: bool) -> None:
    text = explain({"kind": kind, "metadata": {"name": "web"}}, "create", [error])
    assert ("install Cilium" in text) == is_explained
    assert bool(text) == is_explained


POLICY: dict[str, Any] = {"kind": "NetworkPolicy", "metadata": {"name": "web", "namespace": "shop"}}


@pytest.mark.parametrize("manager", ["kubectl", "k8s-endpoints/other/prod", "pulumi-kubernetes-1"])
def test_remedies_name_arguments_of_the_policy(manager: str) -> None:
    said = [
        explain(POLICY, "create", [f'Apply failed with 1 conflict: conflict with "{manager}"']),
        explain(POLICY, "create", ['networkpolicies.networking.k8s.io "web" already exists']),
        *(str(one) for one in refused_owners([manager], "NetworkPolicy", "web", "urn:a")),
    ]
    assert len(said) == 2 + (manager != "kubectl")
    for text in said:
        assert "choose another `policy_name`" in text
        assert "service_name" not in text
        assert "`adopt`" not in text
