"""Hazards of Ingresses: backends that the Services of the set do not have."""

from typing import Any

import pytest

from components.validation.hazards import hazards
from tests.unit.validation.hazard_tables import Hit, Quiet, ids, ingress, service

WEB = {"app": "web"}
HTTP = {"name": "http", "port": 80, "targetPort": 8080}
BACKEND = "spec.rules[0].http.paths[0].backend.service"
LONG = "a-very-long-name"


def web(*ports: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return service("web", *(ports or (HTTP,)), selector=WEB, **fields)


def to_action(name: str) -> dict[str, Any]:
    made = ingress({"name": "use-annotation"})
    made["metadata"]["annotations"] = {f"alb.ingress.kubernetes.io/actions.{name}": "{}"}
    return made


HITS = [
    Hit(
        "ingress-service-missing",
        1,
        f"{BACKEND}.name",
        "there is no Service",
        [service("web-a", selector=WEB), ingress({"number": 80}, to="web-b")],
    ),
    Hit(
        "ingress-service-missing",
        1,
        f"{BACKEND}.name",
        'in namespace "shop"',
        [web(namespace="shop"), ingress({"number": 80}, namespace="ingress")],
    ),
    Hit(
        "ingress-port-missing",
        1,
        f"{BACKEND}.port.number",
        "no port 8080 (it has 80)",
        [web(), ingress({"number": 8080})],
    ),
    Hit(
        "ingress-port-missing",
        1,
        f"{BACKEND}.port.name",
        'no port "https" (it has "http")',
        [web(), ingress({"name": "https"})],
    ),
    Hit(
        "ingress-port-missing",
        1,
        "spec.defaultBackend.service.port.number",
        "no port 81",
        [web(), ingress({"number": 81}, default=True)],
    ),
    Hit(
        "ingress-port-missing",
        1,
        f"{BACKEND}.port.name",
        'no port "use-annotation"',
        [web(), to_action("other")],
    ),
    Hit(
        "ingress-external-name",
        1,
        f"{BACKEND}.name",
        "has no endpoints",
        [
            service("web", type="ExternalName", externalName="a.example"),
            ingress({"number": 80}),
        ],
    ),
    Hit(
        "ingress-port-too-long",
        0,
        "spec.ports[0].name",
        "more than 15 characters",
        [web({"name": LONG, "port": 80}), ingress({"name": LONG})],
    ),
]

REMEDIES = [
    (
        [service("web", selector=WEB, ports=[]), ingress({"number": 443})],
        "add the port to the Service",
    ),
    (
        [service("web", selector=WEB, ports=[]), ingress({"name": "a"})],
        "add the port to the Service",
    ),
    ([web(), ingress({"number": 81})], "write one of those"),
    ([web(), ingress({"number": 8080})], "write the Service's port, not its targetPort"),
    ([web(), ingress({"name": "a"})], "write the port's name or number"),
    ([web({"port": 80}), ingress({"name": "a"})], "write the port's number"),
]

QUIET = [
    Quiet("an Ingress alone", [ingress({"number": 80})]),
    Quiet("a Service's port by number", [web(), ingress({"number": 80})]),
    Quiet("a Service's port by name", [web(), ingress({"name": "http"})]),
    Quiet(
        "a name of 15 characters",
        [web({"name": LONG[:14], "port": 80}), ingress({"name": LONG[:14]})],
    ),
    Quiet(
        "a long name, and the port by number",
        [web({"name": LONG, "port": 80}), ingress({"number": 80})],
    ),
    Quiet(
        "Services of other namespaces",
        [service("api", selector=WEB, namespace="a"), ingress({"number": 80})],
    ),
    Quiet("both name and number, which is an error", [web(), ingress({"number": 8, "name": "x"})]),
    Quiet("an action of AWS's controller", [web(), to_action("web")]),
    Quiet("a Service that is there twice", [web(), web(), ingress({"number": 8080})]),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()


@pytest.mark.parametrize(("manifests", "remedy"), REMEDIES)
def test_the_remedy_of_a_missing_port_can_be_followed(manifests: list[Any], remedy: str) -> None:
    ((_, finding),) = hazards(manifests)
    assert finding.remedy == remedy
