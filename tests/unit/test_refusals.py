"""Errors that no argument shows alone: the API server would refuse the rendered objects."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalNameService, ExternalService, SelectorService, ValidationError
from components.testing import render

PORTS: list[Any] = [{"name": "pg", "port": 5432}]
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
TOPOLOGY = {
    "service.kubernetes.io/topology-mode": "Auto",
    "service.kubernetes.io/topology-aware-hints": "Disabled",
}

BUILD: dict[str, Callable[..., object]] = {
    "ExternalService": lambda **args: ExternalService(
        "db", {"addresses": ["192.0.2.1"], "ports": PORTS, **args}
    ),
    "SelectorService": lambda **args: SelectorService(
        "db", {"selector": {"app": "db"}, "ports": PORTS, **args}
    ),
    "ExternalNameService": lambda **args: ExternalNameService(
        "db", {"external_name": "db.example.com", **args}
    ),
}


def refused(kind: str, **args: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        render(lambda: BUILD[kind](**args))
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.parametrize("kind", BUILD)
def test_annotations_that_contradict_each_other_are_refused(kind: str) -> None:
    assert refused(kind, annotations=TOPOLOGY) == [
        (
            "annotations[service.kubernetes.io/topology-mode]: Invalid value:"
            ' "Auto": must match annotations[service.kubernetes.io/topology-aware-hints] when'
            " both are specified"
        )
    ]


@pytest.mark.parametrize("kind", BUILD)
def test_an_annotation_that_is_for_load_balancers_is_refused(kind: str) -> None:
    assert refused(kind, annotations={RANGES: "192.0.2.0/24"}) == [
        (f"annotations[{RANGES}]: Forbidden: may only be used when `type` is 'LoadBalancer'")
    ]


@pytest.mark.parametrize("kind", BUILD)
def test_a_late_annotation_is_checked_when_it_arrives(kind: str) -> None:
    def late() -> dict[str, Any]:
        return {key: pulumi.Output.from_input(value) for key, value in TOPOLOGY.items()}

    with pytest.raises(ValidationError, match="must match annotations"):
        render(lambda: BUILD[kind](annotations=late()))


def test_a_wrong_argument_and_contradictory_annotations_are_one_message() -> None:
    wrong = {"slice_count": 3, "ports": [{"name": "pg", "port": 70000}]}
    found = refused("ExternalService", annotations=TOPOLOGY, **wrong)
    assert [one.partition(":")[0] for one in found] == [
        "slice_count",
        "annotations[service.kubernetes.io/topology-mode]",
        "ports[0].port",
    ]


def test_an_error_of_all_objects_is_reported_once() -> None:
    wrong = {"labels": {"a": "-"}, "ports": [{"name": "pg", "port": 70000}]}
    found = refused("ExternalService", endpoint_api="Both", **wrong)
    assert [one.partition(":")[0] for one in found] == ["labels[a]", "ports[0].port"]


def test_an_error_of_many_backends_is_reported_for_each() -> None:
    backends = [{"address": f"192.0.2.{at}", "ports": {"pg": 0}} for at in (1, 2)]
    found = refused("ExternalService", addresses=[], backends=backends)
    assert [one.partition(":")[0] for one in found] == [
        "backends[0].ports[pg]",
        "backends[1].ports[pg]",
    ]


def test_a_stand_in_for_a_wrong_argument_causes_no_errors() -> None:
    (found,) = refused("ExternalService", ports=[{"name": "pg", "port": "x"}])
    assert found.startswith("ports[0].port: Invalid value")


def test_rules_follow_the_kubernetes_version() -> None:
    assert len(refused("ExternalService", service_name="9db")) == 1
    args = {"service_name": "9db", "kubernetes_version": "1.36"}
    assert render(lambda: BUILD["ExternalService"](**args))
