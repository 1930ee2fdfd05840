"""Labels and annotations of the components' objects, those for Pulumi among them."""

from typing import Any

import pulumi
import pytest

from components import ExternalNameService, ExternalService, SelectorService, ValidationError
from components.testing import render

COMMON: dict[str, Any] = {"service_name": "web"}
OURS = {
    "pulumi.com/deletionPropagationPolicy": "background",
    "pulumi.com/patchFieldManager": "k8s-endpoints/project/stack",
}
SKIP = {"pulumi.com/skipAwait": "true"}
SLICE_LABELS = {
    "kubernetes.io/service-name": "web",
    "endpointslice.kubernetes.io/managed-by": "k8s-endpoints.pulumi",
}
PORTS = {"ports": [{"port": 80}]}
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "ExternalService": (ExternalService, {**COMMON, **PORTS, "addresses": ["192.0.2.1"]}),
    "SelectorService": (SelectorService, {**COMMON, **PORTS, "selector": {"app": "web"}}),
    "ExternalNameService": (ExternalNameService, {**COMMON, "external_name": "api.example.com"}),
}


def objects(kind: str, *, preview: bool = False, **args: Any) -> list[dict[str, Any]]:
    component, given = KINDS[kind]
    return render(lambda: component("any", {**given, **args}), preview=preview)


def late(value: Any) -> pulumi.Output[Any]:
    return pulumi.Output.from_input("").apply(lambda _: value)


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_objects_have_the_given_labels_and_our_own(kind: str, preview: bool) -> None:
    made = objects(kind, preview=preview, labels={"team": "a"}, annotations={"note": "b"})
    skip = {} if kind == "SelectorService" else SKIP
    assert made[0]["metadata"] == {
        "name": "web",
        "namespace": "default",
        "labels": {"team": "a"},
        "annotations": {**OURS, **skip, "note": "b"},
    }
    for slice_ in made[1:]:
        assert slice_["metadata"] == {
            "name": "web-ipv4",
            "namespace": "default",
            "labels": {"team": "a", **SLICE_LABELS},
            "annotations": OURS,
        }


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_values_of_labels_and_annotations_may_be_outputs(kind: str, preview: bool) -> None:
    component, given = KINDS[kind]

    def program() -> None:
        late_values = {"labels": {"team": late("a")}, "annotations": {"note": late("b")}}
        component("any", {**given, **late_values, "namespace": late("shop")})

    service, *slices = render(program, preview=preview)
    assert service["metadata"]["labels"] == {"team": "a"}
    assert service["metadata"]["annotations"]["note"] == "b"
    assert [made["metadata"]["namespace"] for made in (service, *slices)] == ["shop"] * (
        1 + len(slices)
    )
    assert [made["metadata"]["labels"] for made in slices] == [
        {"team": "a", **SLICE_LABELS} for _ in slices
    ]


AWAITED: dict[str, tuple[str, dict[str, Any], bool]] = {
    "external": ("ExternalService", {}, False),
    "external, awaited": ("ExternalService", {"await_ready": True}, True),
    "external, not awaited": ("ExternalService", {"await_ready": False}, False),
    "a load balancer": ("ExternalService", {"type": "LoadBalancer"}, False),
    "a load balancer, awaited": (
        "ExternalService",
        {"type": "LoadBalancer", "await_ready": True},
        True,
    ),
    "Pods": ("SelectorService", {}, True),
    "Pods, awaited": ("SelectorService", {"await_ready": True}, True),
    "Pods, not awaited": ("SelectorService", {"await_ready": False}, False),
    "an alias": ("ExternalNameService", {}, False),
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("kind", "args", "awaited"), AWAITED.values(), ids=AWAITED)
def test_objects_that_are_not_awaited_are_annotated(
    kind: str, args: Any, awaited: bool, preview: bool
) -> None:
    service, *slices = objects(kind, preview=preview, **args)
    assert service["metadata"]["annotations"] == {**OURS, **({} if awaited else SKIP)}
    assert [made["metadata"]["annotations"] for made in slices] == [OURS] * len(slices)


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        pytest.param(kind, {"await_ready": None}, id=kind)
        for kind in ("ExternalService", "SelectorService")
    ],
)
def test_none_is_the_default_of_await_ready(kind: str, args: Any) -> None:
    assert objects(kind, **args)[0] == objects(kind)[0]


RESERVED_LABELS = [
    "endpointslice.kubernetes.io/managed-by",
    "endpointslice.kubernetes.io/skip-mirror",
    "kubernetes.io/service-name",
    "service.kubernetes.io/headless",
]
RESERVED_ANNOTATIONS = ["k8s-endpoints.pulumi/endpoint-api", "pulumi.com/patchFieldManager"]


def findings(kind: str, **args: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        objects(kind, **args)
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.parametrize("kind", KINDS)
def test_reserved_labels_are_refused(kind: str) -> None:
    given = dict.fromkeys(["team", *reversed(RESERVED_LABELS)], "x")
    assert findings(kind, labels=given) == [
        f"labels[{key}]: Forbidden: the component sets this label itself" for key in RESERVED_LABELS
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_reserved_annotations_are_refused(kind: str) -> None:
    given = dict.fromkeys([*RESERVED_ANNOTATIONS, "note"], "x")
    assert findings(kind, annotations=given) == [
        f"annotations[{key}]: Forbidden: the component sets this annotation itself"
        for key in RESERVED_ANNOTATIONS
    ]


@pytest.mark.parametrize("value", ["x", None])
def test_a_reserved_label_is_refused_whatever_its_value(value: str | None) -> None:
    def program() -> None:
        labels: Any = {RESERVED_LABELS[0]: late("x") if value is None else value}
        component, given = KINDS["ExternalService"]
        component("any", {**given, "labels": labels})

    with pytest.raises(ValidationError, match="the component sets this label itself"):
        render(program)


STEERING: dict[str, tuple[str, str]] = {
    "a longer wait": ("pulumi.com/timeoutSeconds", "60"),
    "a forced patch": ("pulumi.com/patchForce", "true"),
    "another deletion": ("pulumi.com/deletionPropagationPolicy", "foreground"),
}


@pytest.mark.parametrize(("key", "value"), STEERING.values(), ids=STEERING)
def test_annotations_that_steer_pulumi_are_on_all_objects(key: str, value: str) -> None:
    made = objects("ExternalService", annotations={key: value, "note": "b"}, endpoint_api="Both")
    assert [part["metadata"]["annotations"].get(key) for part in made] == [value] * 3
    assert [part["metadata"]["annotations"].get("note") for part in made] == ["b", None, None]


def test_a_user_may_turn_awaiting_on_by_annotation() -> None:
    made = objects("ExternalService", annotations={"pulumi.com/skipAwait": "false"})
    assert [part["metadata"]["annotations"]["pulumi.com/skipAwait"] for part in made] == [
        "false",
        "false",
    ]


def test_the_headless_label_is_on_slices_exactly_when_headless() -> None:
    for headless in (True, False):
        service, slice_ = objects("ExternalService", headless=headless)
        label = {"service.kubernetes.io/headless": ""} if headless else {}
        assert slice_["metadata"]["labels"] == {**SLICE_LABELS, **label}
        assert "labels" not in service["metadata"]


def test_labels_of_the_arguments_are_not_changed() -> None:
    labels, annotations = {"team": "a"}, {"note": "b"}
    objects("ExternalService", labels=labels, annotations=annotations, endpoint_api="Both")
    assert (labels, annotations) == ({"team": "a"}, {"note": "b"})
