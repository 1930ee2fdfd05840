"""`DeployedService` under mocks: its objects, its outputs, and what others do with it."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import DeployedService, EgressPolicy, SelectorService, ValidationError
from components.core.arguments import typed
from components.core.deployed_service import plan_deployed_service
from components.core.failures import explain
from components.core.ownership import refused_owners
from components.core.pod_arguments import DeployedServiceArgs
from components.testing import render
from tests.unit.outputs import later

PORTS: list[Any] = [{"name": "http", "port": 80, "target_port": 8080}]
APP: dict[str, Any] = {"image": "registry.example/my-app:1", "ports": PORTS}
ALL: dict[str, Any] = {
    **APP,
    "min_available": 2,
    "autoscaling": {"max_replicas": 6},
    "resources": {"requests": {"cpu": "100m"}},
}
BOTH = pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
MANAGER = {"pulumi.com/patchFieldManager": "k8s-endpoints/project/stack"}
BACKGROUND = {**MANAGER, "pulumi.com/deletionPropagationPolicy": "background"}


def app(**args: Any) -> DeployedService:
    given: Any = {**APP, **args}
    return DeployedService("my-app", given)


def planned(**args: Any) -> list[Any]:
    given = typed(DeployedServiceArgs, {**APP, **args})
    return [*plan_deployed_service(given, "my-app", []).objects]


@BOTH
def test_the_objects_are_the_planned_ones(preview: bool) -> None:
    found = {one["kind"]: one for one in render(lambda: app(**ALL), preview=preview)}
    plans = {plan["kind"]: plan for plan in planned(**ALL)}
    assert found.keys() == plans.keys()
    assert found.keys() == {
        "Service",
        "Deployment",
        "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
    }
    for kind, one in found.items():
        assert one["spec"] == plans[kind]["spec"]
        is_deployment = one["kind"] == "Deployment"
        assert one["metadata"] == {
            "name": "my-app",
            "namespace": "default",
            "annotations": MANAGER if is_deployment else BACKGROUND,
        }


def kind(manifest: dict[str, Any]) -> str:
    return str(manifest["kind"])


LATE: dict[str, Callable[[], dict[str, Any]]] = {
    "the image": lambda: {"image": later(APP["image"])},
    "a port": lambda: {"ports": [{"name": "http", "port": 80, "target_port": later(8080)}]},
    "the namespace": lambda: {"namespace": later("default")},
}


@BOTH
@pytest.mark.parametrize("args", LATE.values(), ids=LATE)
def test_outputs_give_the_same_objects(args: Callable[[], dict[str, Any]], preview: bool) -> None:
    plain = render(lambda: app(**ALL), preview=preview)
    given = render(lambda: app(**{**ALL, **args()}), preview=preview)
    assert sorted(given, key=kind) == sorted(plain, key=kind)


@BOTH
def test_environment_variables_accept_outputs(preview: bool) -> None:
    def build() -> None:
        app(env={"A": "a", "B": pulumi.Output.secret("b")})

    found = {one["kind"]: one for one in render(build, preview=preview)}
    (container,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "A", "value": "a"}, {"name": "B", "value": "b"}]


def test_a_preview_that_does_not_know_the_image(recorder: Any, unknown: Callable[[], Any]) -> None:
    recorder(lambda: app(image=unknown()), preview=True)
    assert [name for _, name in recorder.names()] == ["my-app", "default/my-app", "default/my-app"]


def test_what_arrives_is_checked_and_a_secret_is_not_shown() -> None:
    def build() -> None:
        number: Any = pulumi.Output.secret(70123)
        app(ports=[{"name": "http", "port": number}])

    with pytest.raises(ValidationError) as caught:
        render(build)
    assert "70123" not in str(caught.value)
    assert {finding.path for finding in caught.value.findings} == {"ports[0].port"}


@BOTH
def test_outputs(preview: bool) -> None:
    found: list[Any] = []

    def build() -> None:
        made = app(**{**ALL, "namespace": later("shop")})
        assert made.disruption_budget is not None
        assert made.autoscaler is not None
        every = [made.host, made.service_name, made.deployment.metadata, made.hazards]
        pulumi.Output.all(*every).apply(found.extend)

    render(build, preview=preview)
    host, name, metadata, hazards = found
    assert (host, name, metadata["name"], hazards) == ("my-app.shop.svc", "my-app", "my-app", [])


def test_without_the_arguments_there_is_no_budget_and_no_autoscaler() -> None:
    def build() -> None:
        made = app()
        assert made.disruption_budget is None
        assert made.autoscaler is None

    assert [one["kind"] for one in render(build)] == ["Deployment", "Service"]


@pytest.mark.parametrize(
    ("args", "ignored"),
    [
        ({}, True),
        ({"replicas": 3}, False),
        ({"autoscaling": {"max_replicas": 6}, "resources": {"requests": {"cpu": "1"}}}, True),
    ],
)
def test_the_live_number_is_kept_unless_the_program_gives_one(
    recorder: Any, args: dict[str, Any], ignored: bool
) -> None:
    recorder(lambda: app(**args))
    (request,) = [one for one in recorder.requests if one.type.endswith("Deployment")]
    assert ("spec.replicas" in request.ignoreChanges) is ignored
    (service,) = [one for one in recorder.requests if one.type.endswith(":Service")]
    assert "spec.replicas" not in service.ignoreChanges


@pytest.mark.parametrize("awaited", [True, False])
def test_nothing_is_awaited_where_the_program_says_so(awaited: bool) -> None:
    found = render(lambda: app(await_ready=awaited))
    waits = ["pulumi.com/skipAwait" not in one["metadata"]["annotations"] for one in found]
    assert waits == [awaited, awaited]


def test_hazards_are_warnings(recorder: Any) -> None:
    recorder(lambda: app(min_available=3))
    assert [text.partition(":")[0] for _, text in recorder.warnings] == ["budget-blocks"]


@BOTH
def test_policies_select_its_pods_and_allow_it(preview: bool) -> None:
    def build() -> None:
        made = app(namespace="shop")
        EgressPolicy("web", {"pod_selector": made.pod_selector, "to": [made.destination]})

    found = {one["kind"]: one for one in render(build, preview=preview)}
    policy = found["NetworkPolicy"]["spec"]
    labels = {"k8s-endpoints.pulumi/service": "my-app"}
    assert policy["podSelector"] == {"matchLabels": labels}
    (peer,) = policy["egress"][1]["to"]
    assert peer["podSelector"] == {"matchLabels": labels}
    assert policy["egress"][1]["ports"] == [{"protocol": "TCP", "port": 8080}]


def test_the_service_moves_to_and_from_a_selector_service(recorder: Any) -> None:
    recorder(app)
    (service,) = [one for one in recorder.requests if one.type.endswith(":Service")]
    aliases = [alias.urn for alias in service.aliases]
    assert any("k8s-endpoints:index:SelectorService$" in urn for urn in aliases)


@pytest.mark.parametrize(("headless", "waits"), [(False, True), (True, False)])
def test_the_service_waits_for_the_pods_unless_it_is_headless(
    recorder: Any, headless: bool, waits: bool
) -> None:
    """Pods of a headless Service may find each other by its name before they are ready."""
    recorder(lambda: app(headless=headless))
    found = {one.type.rpartition(":")[2]: list(one.dependencies) for one in recorder.requests}
    assert any(urn.endswith(":Deployment::default/my-app") for urn in found["Service"]) == waits
    assert found["Deployment"] == []


def test_two_components_may_not_declare_one_service() -> None:
    def build() -> None:
        app()
        SelectorService("b", {"service_name": "my-app", "selector": {"a": "b"}, "ports": PORTS})

    with pytest.raises(ValidationError, match="declares this Service in the same namespace"):
        render(build)


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
        made = app(**{**ALL, "namespace": later("shop")})
        return pulumi.Output.all(made.host, made.service_name).apply(seen.extend)

    program()
    assert seen == ["my-app.shop.svc", "my-app"]


DEPLOYMENT = {"kind": "Deployment", "metadata": {"name": "my-app", "namespace": "shop"}}
CONFLICT = 'Apply failed with 1 conflict: conflict with "{}"{} using apps/v1: {}'


def test_a_conflict_over_replicas_is_explained() -> None:
    error = CONFLICT.format("kubectl", ' with subresource "scale"', ".spec.replicas")
    assert explain(DEPLOYMENT, "update", [error]) == (
        "The field manager kubectl has set the number of Pods of Deployment shop/my-app; nothing"
        " has been changed. Leave `replicas` out to keep the live number, or first run"
        " `kubectl scale deployment my-app -n shop --replicas=<replicas>`."
    )


def test_a_conflict_over_another_field_is_explained_by_its_owners() -> None:
    error = CONFLICT.format("kubectl", "", ".spec.template")
    said = [
        explain(DEPLOYMENT, "update", [error]),
        explain(DEPLOYMENT, "create", ['deployments.apps "my-app" already exists']),
        *(str(one) for one in refused_owners(["k8s-endpoints/a/b"], "Deployment", "my-app", "u")),
    ]
    assert len(said) == 3
    for text in said:
        assert "choose another `service_name`" in text
        assert "`adopt`" not in text
