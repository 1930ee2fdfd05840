"""The components under mocks: exact objects, outputs, and Outputs as inputs."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalNameService, ExternalService, SelectorService, ValidationError
from components.testing import render
from tests.unit.outputs import later

ANNOTATIONS = {
    "pulumi.com/deletionPropagationPolicy": "background",
    "pulumi.com/patchFieldManager": "k8s-endpoints/project/stack",
}
SKIP_AWAIT = {"pulumi.com/skipAwait": "true", **ANNOTATIONS}
LABELS = {
    "kubernetes.io/service-name": "db",
    "endpointslice.kubernetes.io/managed-by": "k8s-endpoints.pulumi",
}
ACTIVE = {"ready": True, "serving": True, "terminating": False}
PORTS: list[Any] = [{"name": "pg", "port": 5432}]
GOOD: dict[str, Any] = {"addresses": ["192.0.2.10"], "ports": PORTS}
WEB: dict[str, Any] = {"selector": {"app": "web"}, "ports": [{"port": 80}]}


def service(name: str, namespace: str = "default", awaited: bool = False, **spec: Any) -> Any:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "annotations": ANNOTATIONS if awaited else SKIP_AWAIT,
        },
        "spec": {"type": "ClusterIP", **spec},
    }


def endpoint_slice(name: str, *addresses: str, namespace: str = "default", port: int = 5432) -> Any:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "annotations": ANNOTATIONS,
            "labels": LABELS,
        },
        "addressType": "IPv6" if "ipv6" in name else "IPv4",
        "endpoints": [{"addresses": [text], "conditions": ACTIVE} for text in addresses],
        "ports": [{"name": "pg", "port": port, "protocol": "TCP"}],
    }


def port(name: str, number: int) -> Any:
    return {"name": name, "port": number, "protocol": "TCP", "targetPort": number}


SERVICE = service("db", ports=[port("pg", 5432)])


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("build", "manifests"),
    [
        pytest.param(
            lambda: SelectorService("web", WEB),
            [service("web", awaited=True, ports=[port("tcp-80", 80)], selector={"app": "web"})],
            id="SelectorService",
        ),
        pytest.param(
            lambda: ExternalNameService("api", {"external_name": "api.example.com"}),
            [service("api", type="ExternalName", externalName="api.example.com")],
            id="ExternalNameService",
        ),
        pytest.param(
            lambda: ExternalService(
                "any", {**GOOD, "addresses": ["192.0.2.11", "192.0.2.10"], "service_name": "db"}
            ),
            [SERVICE, endpoint_slice("db-ipv4", "192.0.2.10", "192.0.2.11")],
            id="ExternalService",
        ),
        pytest.param(
            lambda: ExternalService("db", {**GOOD, "addresses": ["2001:DB8::1", "192.0.2.1"]}),
            [
                service("db", ports=[port("pg", 5432)], ipFamilyPolicy="PreferDualStack"),
                endpoint_slice("db-ipv4", "192.0.2.1"),
                endpoint_slice("db-ipv6", "2001:db8::1"),
            ],
            id="ExternalService of both families",
        ),
        pytest.param(
            lambda: ExternalService("db", {**GOOD, "addresses": [later("192.0.2.10")]}),
            [SERVICE, endpoint_slice("db-ipv4", "192.0.2.10")],
            id="an Output among the addresses",
        ),
        pytest.param(
            lambda: ExternalService(
                "db",
                {**GOOD, "addresses": later(["192.0.2.10", "192.0.2.11"]), "slice_count": 2},
            ),
            [
                SERVICE,
                endpoint_slice("db-ipv4-0", "192.0.2.10"),
                endpoint_slice("db-ipv4-1", "192.0.2.11"),
            ],
            id="an Output for all addresses",
        ),
        pytest.param(
            lambda: ExternalService("db", {**GOOD, "namespace": later("shop")}),
            [
                service("db", "shop", ports=[port("pg", 5432)]),
                endpoint_slice("db-ipv4", "192.0.2.10", namespace="shop"),
            ],
            id="an Output for the namespace",
        ),
        pytest.param(
            lambda: ExternalService("db", {**GOOD, "ports": [{"name": "pg", "port": later(6432)}]}),
            [
                service("db", ports=[port("pg", 6432)]),
                endpoint_slice("db-ipv4", "192.0.2.10", port=6432),
            ],
            id="an Output for a port",
        ),
        pytest.param(
            lambda: ExternalNameService("api", {"external_name": later("api.example.com")}),
            [service("api", type="ExternalName", externalName="api.example.com")],
            id="an Output for the external name",
        ),
        pytest.param(
            lambda: SelectorService("web", {**WEB, "selector": {"app": later("web")}}),
            [service("web", awaited=True, ports=[port("tcp-80", 80)], selector={"app": "web"})],
            id="an Output in the selector",
        ),
    ],
)
def test_components_declare_their_objects(
    build: Callable[[], object], manifests: list[Any], preview: bool
) -> None:
    assert render(build, preview=preview) == manifests


@pytest.mark.parametrize("preview", [False, True])
def test_outputs_resolve(preview: bool) -> None:
    seen: dict[str, Any] = {}

    def program() -> None:
        db = ExternalService("db", {**GOOD, "addresses": ["192.0.2.2", later("192.0.2.1")]})
        web = SelectorService("web", {**WEB, "namespace": later("shop")})
        headless = SelectorService("all", {**WEB, "headless": True})
        api = ExternalNameService("api", {"external_name": "api.example.com", "namespace": "shop"})
        for name in ("service_name", "namespace", "host", "cluster_ip", "endpoints"):
            getattr(db, name).apply(lambda value, name=name: seen.update({f"db {name}": value}))
        for label, output in (
            ("web host", web.host),
            ("headless cluster_ip", headless.cluster_ip),
            ("api host", api.host),
            ("api service_name", api.service_name),
        ):
            output.apply(lambda value, label=label: seen.update({label: value}))

    render(program, preview=preview)
    assert seen == {
        "db service_name": "db",
        "db namespace": "default",
        "db host": "db.default.svc",
        **({} if preview else {"db cluster_ip": "10.96.0.1"}),
        "db endpoints": ["192.0.2.1", "192.0.2.2"],
        "web host": "web.shop.svc",
        "headless cluster_ip": "None",
        "api host": "api.shop.svc",
        "api service_name": "api",
    }


class Minimal(pulumi.runtime.Mocks):
    """What Pulumi's own guide to unit tests tells users to write."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        return f"{args.name}_id", args.inputs

    def call(self, _: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        return {}, None


@pytest.mark.usefixtures("sdk_loop")
@pytest.mark.parametrize("preview", [False, True])
def test_components_work_under_mocks_of_the_users_own(preview: bool) -> None:
    pulumi.runtime.set_mocks(Minimal(), preview=preview)
    seen: list[Any] = []

    @pulumi.runtime.test
    def program() -> pulumi.Output[None]:
        db = ExternalService("db", {**GOOD, "addresses": [later("192.0.2.10")]})
        web = SelectorService("web", {**WEB, "namespace": "shop"})
        api = ExternalNameService("api", {"external_name": "api.example.com"})
        return pulumi.Output.all(db.host, db.endpoints, web.host, api.host).apply(seen.extend)

    program()
    assert seen == ["db.default.svc", ["192.0.2.10"], "web.shop.svc", "api.default.svc"]


def test_a_foreign_selector_that_the_cluster_returns_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def adopt(spec: dict[str, Any], _: int) -> dict[str, Any]:
        return {**spec, "selector": {"app": "another-teams"}}

    monkeypatch.setattr("components.testing.mocks._defaulted_service_spec", adopt)
    with pytest.raises(ValidationError, match='with the selector "app=another-teams"') as caught:
        render(lambda: ExternalService("db", GOOD), preview=True)
    assert caught.value.findings[0].path == "service_name"
