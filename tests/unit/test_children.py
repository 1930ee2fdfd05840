"""The children of the components: their names, options and annotations."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pulumi
import pytest

from components import ExternalNameService, ExternalService, SelectorService, ValidationError
from components._registry import COMPONENTS, ENDPOINT_SLICE, ENDPOINTS
from components.testing import render
from tests.unit.factories import EXTERNAL as GOOD
from tests.unit.outputs import later

WEB: dict[str, Any] = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
BOTH: dict[str, Any] = {"endpoint_api": "Both"}


class Team(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("acme:index:Team", name)


def child_names(recorder: Any) -> list[str]:
    return [name for kind, name in recorder.names() if kind.startswith("kubernetes:")]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        pytest.param({}, ["default/orders", "default/orders-ipv4"], id="no namespace"),
        pytest.param({"namespace": "a"}, ["a/orders", "a/orders-ipv4"], id="a namespace"),
        pytest.param(
            {"logical_name": "west", "namespace": "a"},
            ["west/a/orders", "west/a/orders-ipv4"],
            id="a logical name",
        ),
        pytest.param(
            {"endpoint_api": "Endpoints"}, ["default/orders", "default/orders"], id="Endpoints"
        ),
    ],
)
def test_names_of_children_are_those_of_their_objects(
    recorder: Any, change: Any, names: list[str]
) -> None:
    recorder(lambda: ExternalService("any", {**GOOD, "service_name": "orders", **change}))
    assert child_names(recorder) == names


def test_a_tilde_stands_in_for_a_namespace_that_is_an_output(recorder: Any) -> None:
    recorder(lambda: ExternalService("db", {**GOOD, "namespace": later("shop")}))
    assert child_names(recorder) == ["~/db", "~/db-ipv4"]


def former_names(recorder: Any) -> dict[str, list[str]]:
    """What else the children are called, as children of a component of this type."""
    own = "::k8s-endpoints:index:ExternalService$"
    return {
        request.name: [
            alias.spec.name or alias.urn.rpartition("::")[2]
            for alias in request.aliases
            if alias.spec.name or own in alias.urn
        ]
        for request in recorder.requests
        if request.type.startswith("kubernetes:")
    }


NAMESPACES: dict[str, tuple[Callable[[], dict[str, Any]], dict[str, list[str]]]] = {
    "none": (dict, {"default/db": ["~/db"], "default/db-ipv4": ["~/db-ipv4"]}),
    "a plain one": (
        lambda: {"namespace": "shop"},
        {"shop/db": ["~/db"], "shop/db-ipv4": ["~/db-ipv4"]},
    ),
    "an Output": (
        lambda: {"namespace": later("shop")},
        {"~/db": ["shop/db"], "~/db-ipv4": ["shop/db-ipv4"]},
    ),
    "a logical name": (
        lambda: {"namespace": "shop", "logical_name": "west"},
        {"west/shop/db": ["west/~/db"], "west/shop/db-ipv4": ["west/~/db-ipv4"]},
    ),
}


@pytest.mark.parametrize(("args", "expected"), NAMESPACES.values(), ids=NAMESPACES)
def test_a_namespace_may_become_an_output_or_plain(
    recorder: Any, args: Callable[[], Any], expected: Any
) -> None:
    recorder(lambda: ExternalService("db", {**GOOD, **args()}))
    assert former_names(recorder) == expected


def test_a_logical_name_separates_services_in_two_late_namespaces(recorder: Any) -> None:
    def program() -> None:
        for team in ("a", "b"):
            args: Any = {**GOOD, "service_name": "db", "namespace": later(team)}
            args["logical_name"] = team
            ExternalService(f"{team}-db", args)

    recorder(program)
    names = child_names(recorder)
    assert len(set(names)) == len(names) == 4


def token(kind: str) -> str:
    return f"k8s-endpoints:index:{kind}"


ROOT = "urn:pulumi:stack::project::"
SERVICE = "kubernetes:core/v1:Service"
SLICED = tuple(one.name for one in COMPONENTS if ENDPOINT_SLICE in one.children)
WITH_ENDPOINTS = tuple(one.name for one in COMPONENTS if ENDPOINTS in one.children)
ALL = tuple(one.name for one in COMPONENTS if SERVICE in one.children)


def roots(kinds: tuple[str, ...], own: str, child: str) -> list[str]:
    return [f"{ROOT}{token(kind)}${child}" for kind in kinds if kind != own]


def moves(kinds: tuple[str, ...], own: str, child: str) -> list[str]:
    return [
        *roots(kinds, own, child),
        f"{ROOT}{token(own)}${child}",
        *(f"{ROOT}acme:index:Team${token(kind)}${child}" for kind in kinds if kind != own),
    ]


BUILD: dict[str, Callable[[pulumi.ResourceOptions | None], object]] = {
    "ExternalService": lambda opts: ExternalService("any", {**GOOD, "service_name": "a"}, opts),
    "SelectorService": lambda opts: SelectorService("any", {**WEB, "service_name": "a"}, opts),
    "ExternalNameService": lambda opts: ExternalNameService(
        "any", {"external_name": "api.example.com", "service_name": "a"}, opts
    ),
}


def moved(recorder: Any) -> dict[str, list[str]]:
    """The places of the children in components of other types or places, by type and name."""
    return {
        f"{request.type}::{request.name}": [
            alias.urn for alias in request.aliases if alias.urn and "::~/" not in alias.urn
        ]
        for request in recorder.requests
        if request.type.startswith("kubernetes:")
    }


@pytest.mark.parametrize("own", BUILD)
def test_a_service_carries_aliases_of_every_other_component(recorder: Any, own: str) -> None:
    recorder(lambda: BUILD[own](None))
    child = f"{SERVICE}::default/a"
    assert moved(recorder)[child] == roots(ALL, own, child)


@pytest.mark.parametrize("own", BUILD)
def test_a_service_in_a_component_carries_aliases_of_the_root_too(recorder: Any, own: str) -> None:
    recorder(lambda: BUILD[own](pulumi.ResourceOptions(parent=Team("orders"))))
    child = f"{SERVICE}::default/a"
    assert moved(recorder)[child] == moves(ALL, own, child)


@pytest.mark.parametrize("nested", [False, True])
def test_slices_and_endpoints_move_between_components_that_have_slices(
    recorder: Any, nested: bool
) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(parent=Team("orders")) if nested else None
        ExternalService("a", {**GOOD, "endpoint_api": "Both"}, opts)

    recorder(program)
    for kinds, child in (
        (SLICED, "kubernetes:discovery.k8s.io/v1:EndpointSlice::default/a-ipv4"),
        (WITH_ENDPOINTS, "kubernetes:core/v1:Endpoints::default/a"),
    ):
        expected = (moves if nested else roots)(kinds, "ExternalService", child)
        assert moved(recorder)[child] == expected


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_a_component_and_its_namespace_may_change_at_once(
    recorder: Any, nested: bool, late: bool
) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(parent=Team("orders")) if nested else None
        given = {"namespace": later("shop") if late else "shop"}
        ExternalService("a", {**GOOD, **given}, opts)  # type: ignore[typeddict-item]

    recorder(program)
    (request,) = [request for request in recorder.requests if request.type == SERVICE]
    here, formerly = ("~/a", "shop/a") if late else ("shop/a", "~/a")
    own = f"{token('ExternalService')}${SERVICE}"
    found = [
        alias.urn or f"{ROOT}acme:index:Team${own}::{alias.spec.name}" for alias in request.aliases
    ]
    places = [f"{ROOT}{token(kind)}${SERVICE}" for kind in ALL]
    if nested:
        places += [f"{ROOT}acme:index:Team${token(kind)}${SERVICE}" for kind in ALL]
    own_place = f"{ROOT}{'acme:index:Team$' if nested else ''}{own}"
    sliced = [place for place in places if any(f"{token(kind)}$" in place for kind in SLICED)]
    everywhere = {f"{place}::{here}" for place in places}
    everywhere |= {f"{place}::{formerly}" for place in sliced}
    assert len(found) == len(set(found))
    assert set(found) == everywhere - {f"{own_place}::{here}"}


MANAGER = 'metadata.annotations["pulumi.com/patchFieldManager"]'


def test_the_address_and_the_manager_of_a_live_object_stay(recorder: Any) -> None:
    recorder(lambda: ExternalService("db", {**GOOD, "endpoint_api": "Both"}))
    assert {request.type: list(request.ignoreChanges) for request in recorder.requests} == {
        "k8s-endpoints:index:ExternalService": [],
        "kubernetes:core/v1:Service": ["spec.clusterIP", MANAGER],
        "kubernetes:discovery.k8s.io/v1:EndpointSlice": [MANAGER],
        "kubernetes:core/v1:Endpoints": [MANAGER],
    }


def test_there_are_no_hooks_under_mocks(recorder: Any) -> None:
    recorder(lambda: ExternalService("db", GOOD))
    assert [request.hooks.ListFields() for request in recorder.requests] == [[], [], []]


def test_endpoints_come_after_the_service_and_its_slices(recorder: Any) -> None:
    recorder(lambda: ExternalService("db", {**GOOD, "endpoint_api": "Both"}))
    component = f"{ROOT}{token('ExternalService')}"
    by_type = {request.type: request for request in recorder.requests}
    assert set(by_type["kubernetes:core/v1:Endpoints"].dependencies) == {
        f"{component}$kubernetes:core/v1:Service::default/db",
        f"{component}$kubernetes:discovery.k8s.io/v1:EndpointSlice::default/db-ipv4",
    }
    (slice_,) = [request for request in recorder.requests if request.name == "default/db-ipv4"]
    assert list(slice_.dependencies) == [f"{component}$kubernetes:core/v1:Service::default/db"]


def test_annotations_that_steer_pulumi_are_on_every_child(recorder: Any) -> None:
    given = {"pulumi.com/patchForce": "true", "note": "a"}
    made = recorder(lambda: ExternalService("db", {**GOOD, "annotations": given, **BOTH}))
    steering = {
        "pulumi.com/deletionPropagationPolicy": "background",
        "pulumi.com/patchFieldManager": "k8s-endpoints/project/stack",
        "pulumi.com/patchForce": "true",
    }
    assert {part["kind"]: part["metadata"]["annotations"] for part in made} == {
        "Service": {
            **steering,
            "pulumi.com/skipAwait": "true",
            "k8s-endpoints.pulumi/endpoint-api": "Both",
            "note": "a",
        },
        "EndpointSlice": steering,
        "Endpoints": steering,
    }


@pytest.mark.parametrize(
    ("mode", "annotation"),
    [("Slices", None), ("Endpoints", "Endpoints"), ("Both", "Both")],
)
def test_the_service_records_which_objects_hold_the_backends(
    recorder: Any, mode: str, annotation: str | None
) -> None:
    made = recorder(lambda: ExternalService("db", {**GOOD, "endpoint_api": mode}))
    annotations = made[0]["metadata"]["annotations"]
    assert annotations.get("k8s-endpoints.pulumi/endpoint-api") == annotation
    kinds = {"Slices": ["EndpointSlice"], "Endpoints": ["Endpoints"]}
    expected = kinds.get(mode, ["EndpointSlice", "Endpoints"])
    assert [part["kind"] for part in made] == ["Service", *expected]


@pytest.mark.parametrize(
    "key", ["pulumi.com/patchFieldManager", "k8s-endpoints.pulumi/endpoint-api"]
)
@pytest.mark.parametrize("own", [ExternalService, SelectorService])
def test_reserved_annotations_are_refused(recorder: Any, own: Any, key: str) -> None:
    args = GOOD if own is ExternalService else WEB
    with pytest.raises(ValidationError) as caught:
        recorder(lambda: own("db", {**args, "annotations": {key: "x"}}))
    assert [str(finding) for finding in caught.value.findings] == [
        f"annotations[{key}]: Forbidden: the component sets this annotation itself"
    ]


@pytest.mark.parametrize("over", [0, 1])
def test_the_field_manager_is_hashed_where_it_is_over_128_characters(
    monkeypatch: pytest.MonkeyPatch, over: int
) -> None:
    stack = "s" * (128 - len("k8s-endpoints/project/") + over)
    name = f"k8s-endpoints/project/{stack}"
    set_mocks = pulumi.runtime.set_mocks
    monkeypatch.setattr(
        pulumi.runtime, "set_mocks", lambda mocks, **rest: set_mocks(mocks, stack=stack, **rest)
    )
    if over:
        name = f"k8s-endpoints/{sha256(name.encode()).hexdigest()}"
    managers = {
        found["metadata"]["annotations"]["pulumi.com/patchFieldManager"]
        for found in render(lambda: (ExternalService("db", GOOD), SelectorService("web", WEB)))
    }
    assert managers == {name}
