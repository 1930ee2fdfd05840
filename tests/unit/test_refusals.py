"""What the arguments do not tell, and the API server would refuse of the objects made of them."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalNameService, ExternalService, SelectorService, ValidationError
from components.core.refusals import refusals
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
            "Service[db].metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value:"
            ' "Auto": must match annotations[service.kubernetes.io/topology-aware-hints] when'
            " both are specified"
        )
    ]


@pytest.mark.parametrize("kind", BUILD)
def test_an_annotation_that_is_for_load_balancers_is_refused(kind: str) -> None:
    assert refused(kind, annotations={RANGES: "192.0.2.0/24"}) == [
        (
            f"Service[db].metadata.annotations[{RANGES}]: Forbidden: may only be used when `type`"
            " is 'LoadBalancer'"
        )
    ]


@pytest.mark.parametrize("kind", BUILD)
def test_what_is_an_output_is_judged_when_it_arrives(kind: str) -> None:
    def late() -> dict[str, Any]:
        return {key: pulumi.Output.from_input(value) for key, value in TOPOLOGY.items()}

    with pytest.raises(ValidationError, match="must match annotations"):
        render(lambda: BUILD[kind](annotations=late()))


def test_arguments_are_judged_before_the_objects_made_of_them() -> None:
    (finding,) = refused("ExternalService", annotations=TOPOLOGY, type="ClusterIP", slice_count=3)
    assert finding.startswith("slice_count:")


def test_the_version_decides() -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "9db"},
        "spec": {"ports": [{"port": 1}]},
    }
    assert [one.path for one in refusals([service], {})] == ["Service[9db].metadata.name"]
    assert list(refusals([service], {"kubernetes_version": "1.36"})) == []
