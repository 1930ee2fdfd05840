"""`ExternalServiceSet`: the objects, names, hazards and outputs of `ExternalService`, for many."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from google.protobuf.json_format import MessageToDict

from components import ExternalService, ExternalServiceSet
from components.sources import inventory
from components.testing import render
from components.validation.hazards import CATALOGUE
from tests.unit.outputs import later
from tests.unit.service_sets import GOOD, KIND, PORTS, Args, databases

URN = f"urn:pulumi:stack::project::pulumi:pulumi:Stack${KIND}::databases"
BOTH = ["192.0.2.10", "192.0.2.11", "2001:db8::10"]
MANY = [f"192.0.2.{number}" for number in range(1, 9)]

Unknown = Callable[[], pulumi.Output[Any]]


def backend(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"db-{number}", "address": f"192.0.2.{number}", **more}


VARIED: dict[str, Args] = {
    "addresses": lambda: GOOD,
    "both families": lambda: {**GOOD, "addresses": BOTH},
    "a preset": lambda: {"addresses": BOTH, "preset": "postgres"},
    "a name, a namespace and a logical name": lambda: {
        **GOOD,
        "service_name": "orders",
        "namespace": "shop",
        "logical_name": "west",
    },
    "backends of all kinds": lambda: {
        "ports": PORTS,
        "backends": [
            backend(1, zone="a", for_zones=["a"]),
            backend(2, state="Draining", hostname="second"),
            backend(3, node_name="node", ports={"pg": 6432}),
        ],
    },
    "headless": lambda: {**GOOD, "headless": True, "backends": [backend(1, hostname="first")]},
    "several slices": lambda: {**GOOD, "addresses": MANY, "max_endpoints_per_slice": 3},
    "pinned slices": lambda: {**GOOD, "addresses": MANY, "slice_count": 4},
    "Endpoints": lambda: {**GOOD, "endpoint_api": "Endpoints"},
    "both APIs": lambda: {**GOOD, "endpoint_api": "Both"},
    "a load balancer": lambda: {**GOOD, "type": "LoadBalancer", "await_ready": True},
    "labels and annotations": lambda: {
        **GOOD,
        "labels": {"team": "a"},
        "annotations": {"note": "b", "pulumi.com/patchForce": "true"},
    },
    "affinity": lambda: {
        **GOOD,
        "session_affinity": "ClientIP",
        "session_affinity_timeout": later(60),
    },
    "an address that is an Output": lambda: {**GOOD, "addresses": [later("192.0.2.1"), *BOTH]},
    "a list that is an Output": lambda: {**GOOD, "addresses": later(MANY), "slice_count": 2},
    "a namespace that is an Output": lambda: {**GOOD, "namespace": later("shop")},
    "a secret": lambda: {**GOOD, "addresses": [pulumi.Output.secret("192.0.2.1")]},
    "a multicast address": lambda: {**GOOD, "addresses": ["239.1.1.1"]},
}


def requested(recorder: Any) -> list[Any]:
    """Return what was asked of the engine for each child, but for where its component stands."""
    return [
        (
            request.type,
            request.name,
            MessageToDict(request.object),
            list(request.ignoreChanges),
            sorted(urn.rpartition("$")[2] for urn in request.dependencies),
        )
        for request in recorder.requests
        if request.type.startswith("kubernetes:")
    ]


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("args", VARIED.values(), ids=VARIED)
def test_a_service_of_a_set_is_what_an_external_service_is(
    recorder: Any, args: Args, preview: bool
) -> None:
    single = recorder(lambda: ExternalService("db", args()), preview=preview)  # type: ignore[arg-type]
    asked = requested(recorder)
    recorder.requests.clear()

    assert recorder(lambda: databases(db=args()), preview=preview) == single
    assert requested(recorder) == asked


def test_services_of_one_set_do_not_change_each_other() -> None:
    def singles() -> None:
        for number, args in enumerate(VARIED.values()):
            ExternalService(f"db-{number}", args())  # type: ignore[arg-type]

    def together() -> None:
        databases(**{f"db_{number}": args() for number, args in enumerate(VARIED.values())})

    def by_name(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(manifests, key=lambda made: (made["kind"], made["metadata"]["name"]))

    assert by_name(render(together)) == by_name(render(singles))


def test_each_form_has_aliases_of_the_other(recorder: Any) -> None:
    forms = {
        "ExternalServiceSet": lambda: databases(db=GOOD),
        "ExternalService": lambda: ExternalService("db", GOOD),  # type: ignore[arg-type]
    }
    for form, other in zip(forms, reversed(forms), strict=True):
        recorder.requests.clear()
        recorder(forms[form])
        for child in recorder.requests[1:]:
            place = f"k8s-endpoints:index:{other}${child.type}::{child.name}"
            assert f"urn:pulumi:stack::project::{place}" in [alias.urn for alias in child.aliases]


def shown(recorder: Any, build: Callable[[], Any]) -> tuple[list[str], list[str]]:
    """Return the output `hazards`, and the warnings."""
    outputs: list[list[str]] = []
    recorder(lambda: build().hazards.apply(outputs.append))
    warnings = [text for _, text in recorder.warnings]
    recorder.warnings.clear()
    return outputs[0], warnings


@pytest.mark.parametrize("args", VARIED.values(), ids=VARIED)
def test_hazards_are_the_same_and_warnings_name_the_service(recorder: Any, args: Args) -> None:
    single, warned = shown(recorder, lambda: ExternalService("db", args()))  # type: ignore[arg-type]

    hazards, warnings = shown(recorder, lambda: databases(db=args()).services["db"])

    assert hazards == single
    assert sorted(warnings) == sorted(f"services[db]: {text}" for text in warned)


def test_each_service_warns_for_itself_on_the_component(recorder: Any) -> None:
    recorder(lambda: databases(a={**GOOD, "type": "NodePort"}, b={**GOOD, "type": "NodePort"}))
    assert sorted(recorder.warnings) == [
        (URN, f"services[{key}]: {CATALOGUE['node-snat']}") for key in ("a", "b")
    ]


def observe(seen: dict[str, Any], label: str, output: pulumi.Output[Any]) -> None:
    output.apply(lambda value: seen.update({label: value}))


def test_outputs_are_those_of_each_service_and_mappings_of_all() -> None:
    seen: dict[str, Any] = {}

    def program() -> None:
        made = databases(
            orders_db={
                **GOOD,
                "service_name": "orders",
                "namespace": "shop",
                "type": "LoadBalancer",
                "ports": [{"name": "pg", "port": 5432, "node_port": 30432}],
            },
            carts={**GOOD, "addresses": BOTH, "ports": [{"port": 53, "protocol": "UDP"}]},
        )
        assert list(made.services) == ["orders-db", "carts"]
        for name in ("service_name", "namespace", "host", "cluster_ip", "endpoints"):
            observe(seen, name, getattr(made.services["orders-db"], name))
        for name in ("load_balancer", "node_ports"):
            observe(seen, name, getattr(made.services["orders-db"], name))
        for name in ("service_names", "hosts", "cluster_ips", "load_balancers", "node_ports"):
            observe(seen, f"all {name}", getattr(made, name))
        for name in ("endpoints", "hazards"):
            observe(seen, f"all {name}", getattr(made, name))

    render(program)
    assert seen == {
        "service_name": "orders",
        "namespace": "shop",
        "host": "orders.shop.svc",
        "cluster_ip": "10.96.0.1",
        "endpoints": ["192.0.2.10"],
        "load_balancer": ["203.0.113.1"],
        "node_ports": {"pg": 30432},
        "all load_balancers": {"orders-db": ["203.0.113.1"], "carts": []},
        "all node_ports": {"orders-db": {"pg": 30432}, "carts": {}},
        "all service_names": {"orders-db": "orders", "carts": "carts"},
        "all hosts": {"orders-db": "orders.shop.svc", "carts": "carts.default.svc"},
        "all cluster_ips": {"orders-db": "10.96.0.1", "carts": "10.96.0.2"},
        "all endpoints": {"orders-db": ["192.0.2.10"], "carts": BOTH},
        "all hazards": {
            "orders-db": [
                str(hazard)
                for hazard in (
                    CATALOGUE["load-balancer-ignores"],
                    CATALOGUE["load-balancer-pending"],
                    CATALOGUE["node-snat"],
                    CATALOGUE["no-api-proxy"],
                )
            ],
            "carts": [],
        },
    }


def test_the_objects_of_each_service_can_be_reached() -> None:
    seen: dict[str, Any] = {}

    def program() -> None:
        made = databases(a={**GOOD, "addresses": BOTH}, b={**GOOD, "endpoint_api": "Both"})
        assert [len(one.slices) for one in made.services.values()] == [2, 1]
        assert made.services["a"].legacy_endpoints is None
        observe(seen, "service", made.services["b"].service.metadata.name)
        observe(seen, "legacy", made.services["b"].legacy_endpoints.metadata.name)  # type: ignore[union-attr]

    render(program)
    assert seen == {"service": "b", "legacy": "b"}


@pytest.mark.parametrize("name", ["host", "anything"])
def test_what_a_set_does_not_have_is_an_attribute_error(name: str) -> None:
    def program() -> None:
        with pytest.raises(AttributeError, match=name):
            getattr(databases(db=GOOD), name)

    render(program)


def test_an_unknown_of_one_service_leaves_the_others_known(unknown: Unknown) -> None:
    seen: dict[str, Any] = {}

    def program() -> None:
        made = databases(open={**GOOD, "addresses": [unknown()]}, known=GOOD)
        for key, service in made.services.items():
            observe(seen, f"{key} endpoints", service.endpoints)
            observe(seen, f"{key} host", service.host)
        observe(seen, "all endpoints", made.endpoints)
        observe(seen, "all hosts", made.hosts)

    manifests = {one["metadata"]["name"]: one for one in render(program, preview=True)}
    assert seen == {
        "open host": "open.default.svc",
        "known host": "known.default.svc",
        "known endpoints": ["192.0.2.10"],
        "all hosts": {"open": "open.default.svc", "known": "known.default.svc"},
    }
    assert isinstance(manifests["open-ipv4"]["endpoints"], pulumi.output.Unknown)
    assert manifests["known-ipv4"]["endpoints"][0]["addresses"] == ["192.0.2.10"]


def test_a_secret_of_one_service_leaves_the_others_plain() -> None:
    seen: dict[str, bool] = {}

    async def program() -> None:
        made = databases(hidden={**GOOD, "addresses": [pulumi.Output.secret("192.0.2.1")]}, db=GOOD)
        for key, service in made.services.items():
            seen[key] = await service.endpoints.is_secret()
        seen["all"] = await made.endpoints.is_secret()

    render(program)
    assert seen == {"hidden": True, "db": False, "all": True}


@pytest.mark.usefixtures("sdk_loop")
@pytest.mark.parametrize("preview", [False, True])
def test_it_works_under_mocks_of_the_users_own(preview: bool) -> None:
    class Minimal(pulumi.runtime.Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
            return f"{args.name}_id", args.inputs

        def call(self, _: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
            return {}, None

    pulumi.runtime.set_mocks(Minimal(), preview=preview)
    seen: list[Any] = []

    @pulumi.runtime.test
    def program() -> pulumi.Output[None]:
        made = databases(a=GOOD, b={**GOOD, "addresses": [later("192.0.2.11")]})
        return pulumi.Output.all(made.hosts, made.services["b"].endpoints).apply(seen.extend)

    program()
    assert seen == [{"a": "a.default.svc", "b": "b.default.svc"}, ["192.0.2.11"]]


def test_services_of_an_inventory_are_passed_on(tmp_path: Path) -> None:
    file = tmp_path / "backends.yaml"
    file.write_text("""
        services:
          orders-db: {preset: postgres, addresses: [192.0.2.10, "2001:db8::10"]}
          carts: {namespace: shop, preset: redis, addresses: [198.51.100.20]}
    """)
    services = inventory.load(file).services
    made = render(lambda: ExternalServiceSet("databases", {"services": services}))
    assert {(one["metadata"]["namespace"], one["metadata"]["name"]) for one in made} == {
        ("default", "orders-db"),
        ("default", "orders-db-ipv4"),
        ("default", "orders-db-ipv6"),
        ("shop", "carts"),
        ("shop", "carts-ipv4"),
    }


def test_a_set_in_another_component_declares_the_same(recorder: Any) -> None:
    class Team(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("acme:index:Team", "orders")
            opts = pulumi.ResourceOptions(parent=self)
            ExternalServiceSet("databases", {"services": {"db": GOOD}}, opts)  # type: ignore[dict-item]

    assert recorder(Team) == render(lambda: databases(db=GOOD))
    kind = "kubernetes:discovery.k8s.io/v1:EndpointSlice"
    (slice_,) = [request for request in recorder.requests if request.type == kind]
    places = {alias.urn for alias in slice_.aliases}
    assert {
        f"urn:pulumi:stack::project::{place}${kind}::default/db-ipv4"
        for place in (
            KIND,
            "k8s-endpoints:index:ExternalService",
            "acme:index:Team$k8s-endpoints:index:ExternalService",
        )
    } <= places
