"""Values that the cluster gives: known after an update, and at preview for a live Service."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi.runtime import settings

from components import ExternalService, ExternalServiceSet, SelectorService
from components._runtime import given as _given
from components._runtime import hooks as _hooks
from components.testing import KubernetesMocks, render
from tests.unit.outputs import later

HTTP = {"name": "http", "port": 80}
BOTH = [HTTP, {"name": "https", "port": 443}]
LIVE = {"resourceVersion": "7"}
OUTPUTS = ("cluster_ip", "load_balancer", "node_ports")

pytestmark = pytest.mark.usefixtures("both_types")

Answer = Callable[..., None]


def external(**args: Any) -> Any:
    return ExternalService("db", {"addresses": ["192.0.2.1"], "ports": [HTTP], **args})  # type: ignore[typeddict-item]


def selector(**args: Any) -> Any:
    return SelectorService("db", {"selector": {"app": "web"}, "ports": [HTTP], **args})  # type: ignore[typeddict-item]


def one_of_set(**args: Any) -> Any:
    entry: Any = {"addresses": ["192.0.2.1"], "ports": [HTTP], **args}
    return ExternalServiceSet("all", {"services": {"db": entry}}).services["db"]


KINDS = pytest.mark.parametrize("build", [external, selector, one_of_set])


def outputs(
    build: Callable[..., Any],
    *,
    preview: bool = False,
    status: dict[str, Any] | None = None,
    **args: Any,
) -> dict[str, Any]:
    """Return the outputs that are known."""
    seen: dict[str, Any] = {}

    def program() -> None:
        made = build(**args)
        for name in OUTPUTS:
            getattr(made, name).apply(lambda value, name=name: seen.update({name: value}))

    with pytest.MonkeyPatch.context() as patched:
        if status is not None:
            observed = KubernetesMocks._observed

            def answered(mocks: KubernetesMocks, manifest: dict[str, Any]) -> dict[str, Any]:
                return {**observed(mocks, manifest), "status": status}

            patched.setattr(KubernetesMocks, "_observed", answered)
        render(program, preview=preview)
    return seen


def ports(**numbers: int) -> list[dict[str, Any]]:
    """Return the ports of a live Service."""
    return [{"name": name, "port": 1, "nodePort": number} for name, number in numbers.items()]


@KINDS
def test_after_an_update_everything_is_known(build: Any) -> None:
    assert outputs(build) == {"cluster_ip": "10.96.0.1", "load_balancer": [], "node_ports": {}}
    found = outputs(build, type="NodePort", ports=BOTH)
    assert found["load_balancer"] == []
    assert list(found["node_ports"]) == ["http", "https"]
    assert len({*found["node_ports"].values(), 0}) == 3
    found = outputs(build, type="LoadBalancer")
    assert found["load_balancer"] == ["203.0.113.1"]
    assert list(found["node_ports"]) == ["http"]


@KINDS
def test_at_the_preview_of_a_create_nothing_is_invented(build: Any) -> None:
    plain = {"load_balancer": [], "node_ports": {}}
    assert outputs(build, preview=True) == plain
    assert outputs(build, preview=True, type="NodePort", ports=BOTH) == {"load_balancer": []}
    assert outputs(build, preview=True, type="LoadBalancer") == {}


@KINDS
def test_at_the_preview_of_a_create_what_is_asked_for_is_known(build: Any) -> None:
    given = [{**HTTP, "node_port": 30080}]
    known = {"cluster_ip": "10.96.0.50", "load_balancer": [], "node_ports": {"http": 30080}}
    asked = {"type": "NodePort", "cluster_ip": "10.96.0.50", "ports": given}
    assert outputs(build, preview=True, **asked) == known

    def late() -> Any:
        arriving = [{**HTTP, "node_port": later(30080)}]
        return build(type="NodePort", cluster_ip=later("10.96.0.50"), ports=arriving)

    assert outputs(late, preview=True) == known
    assert outputs(build, preview=True, headless=True)["cluster_ip"] == "None"


@KINDS
def test_a_port_without_a_number_hides_those_that_have_one(build: Any) -> None:
    given = [{**HTTP, "node_port": 30080}, {"name": "https", "port": 443}]
    assert "node_ports" not in outputs(build, preview=True, type="NodePort", ports=given)


@KINDS
@pytest.mark.parametrize("asks", [False, True])
def test_a_load_balancer_without_node_ports_has_those_that_are_asked_for(
    build: Any, asks: bool
) -> None:
    given = [{**HTTP, "node_port": 30080}] if asks else [HTTP]
    args = {"type": "LoadBalancer", "allocate_load_balancer_node_ports": False, "ports": given}
    for preview in (False, True):
        found = outputs(build, preview=preview, **args)
        assert found["node_ports"] == ({"http": 30080} if asks else {})


@KINDS
def test_at_preview_a_live_service_keeps_its_values(build: Any, answer: Answer) -> None:
    answer(LIVE, clusterIP="10.96.3.4", ports=ports(http=31000))
    status = {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}, {"ip": "203.0.113.9"}]}}
    assert outputs(build, preview=True, status=status, type="LoadBalancer") == {
        "cluster_ip": "10.96.3.4",
        "load_balancer": ["lb.example.com", "203.0.113.9"],
        "node_ports": {"http": 31000},
    }


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let this run update the Service, which had other outputs before."""

    def had(**spec: Any) -> None:
        monkeypatch.setattr(_given, "outputs_before", lambda _urn: {"spec": spec})

    return had


@KINDS
def test_at_the_preview_of_an_update_what_is_new_is_unknown(
    build: Any, answer: Answer, before: Callable[..., None]
) -> None:
    before(clusterIP="10.96.3.4", ports=ports(http=31000))
    answer(LIVE, clusterIP="10.96.3.4", ports=ports(http=31000, https=31001))
    found = outputs(build, preview=True, type="NodePort", ports=BOTH)
    assert found == {"cluster_ip": "10.96.3.4", "load_balancer": []}

    before()  # as an alias has neither
    assert outputs(build, preview=True, type="NodePort") == {"load_balancer": []}


@KINDS
def test_at_the_preview_of_an_update_what_stays_is_known(
    build: Any, answer: Answer, before: Callable[..., None]
) -> None:
    before(clusterIP="10.96.3.4", ports=ports(http=31000, https=31001, gone=31002))
    answer(LIVE, clusterIP="10.96.3.4", ports=ports(http=30080, https=31001))
    given = [{**HTTP, "node_port": 30080}, {"name": "https", "port": 443}]
    found = outputs(build, preview=True, type="NodePort", ports=given)
    assert found["cluster_ip"] == "10.96.3.4"
    assert found["node_ports"] == {"http": 30080, "https": 31001}


@KINDS
def test_after_an_update_former_values_do_not_count(
    build: Any, before: Callable[..., None]
) -> None:
    before()
    assert outputs(build, type="NodePort").keys() == set(OUTPUTS)


NOT_YET: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no load balancer": {"loadBalancer": None},
    "no ingress": {"loadBalancer": {}},
    "an empty ingress": {"loadBalancer": {"ingress": []}},
}


@KINDS
@pytest.mark.parametrize("status", NOT_YET.values(), ids=NOT_YET)
def test_a_load_balancer_without_an_address_is_empty_after_an_update_and_unknown_before(
    build: Any, status: dict[str, Any]
) -> None:
    assert outputs(build, type="LoadBalancer", status=status)["load_balancer"] == []
    found = outputs(build, type="LoadBalancer", status=status, preview=True)
    assert "load_balancer" not in found


def test_a_former_load_balancer_has_no_address() -> None:
    status = {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}
    assert outputs(external, type="NodePort", status=status)["load_balancer"] == []


def test_the_hook_of_a_service_records_its_former_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Engine:
        def SupportsFeature(self, _request: object) -> SimpleNamespace:  # noqa: N802 - protocol
            return SimpleNamespace(hasSupport=False)

        def RegisterResource(self, _request: object) -> None:  # noqa: N802 - protocol
            """Registers a resource."""

    engine = Engine()
    hooks: dict[str, Callable[[Any], None]] = {}

    def hook(name: str, callback: Callable[[Any], None], _opts: Any = None) -> object:
        hooks[name] = callback
        return object()

    monkeypatch.setattr(pulumi, "ResourceHook", hook)
    monkeypatch.setattr(settings, "get_monitor", lambda: engine)
    assert _hooks.outputs_before("a") is None
    component: Any = object()
    _hooks.of_service("a", component)
    old = {"spec": {"clusterIP": "10.96.3.4"}}
    args = pulumi.ResourceHookArgs("a", "shop/db", "shop/db", "", {}, {}, {}, old)
    hooks["k8s-endpoints:service"](args)
    assert _hooks.outputs_before("a") == old
    assert _hooks.outputs_before("b") is None
    monkeypatch.setattr(settings, "get_monitor", lambda: None)
    assert _hooks.outputs_before("a") is None


def test_children_are_typed_attributes() -> None:
    seen: list[Any] = []

    def program() -> None:
        both = external(endpoint_api="Both")
        alone = ExternalService("other", {"addresses": ["192.0.2.1"], "ports": [HTTP]})  # type: ignore[list-item]
        web = SelectorService("web", {"selector": {"app": "web"}, "ports": [HTTP]})  # type: ignore[list-item]
        seen.extend([alone.legacy_endpoints, len(alone.slices), len(both.slices)])
        for child in (both.service, web.service, both.slices[0], both.legacy_endpoints):
            child.metadata.name.apply(seen.append)

    render(program)
    assert seen[:3] == [None, 1, 1]
    assert sorted(seen[3:]) == ["db", "db", "db-ipv4", "web"]
    for component, names in (
        (ExternalService, ["service", "slices", "legacy_endpoints"]),
        (SelectorService, ["service"]),
        (ExternalServiceSet, ["services"]),
    ):
        for name in names:
            assert getattr(component, name).__doc__
