"""Hazards that a Service's own manifest shows, and objects whose kind is a near miss."""

from typing import Any

import pytest

from tests.unit.validation.hazard_tables import (
    TCP_80,
    Hit,
    Quiet,
    endpoint,
    eps,
    ids,
    ingress,
    named,
    service,
)

WEB = {"app": "web"}


def alias(name: str, *ports: dict[str, Any]) -> dict[str, Any]:
    return service("saas", *ports, type="ExternalName", externalName=name)


REMAPPED = service(
    "web", {"name": "http", "port": 80, "targetPort": 8080}, clusterIP="None", selector=WEB
)


def route(to: str) -> dict[str, Any]:
    made = named("HTTPRoute", "gateway.networking.k8s.io/v1", "web", None)
    return {**made, "spec": {"rules": [{"backendRefs": [{"name": to, "port": 80}]}]}}


HITS = [
    Hit("headless-remap", 0, "spec.ports[0].targetPort", "not 8080", [REMAPPED, route("other")]),
    Hit(
        "service-endpoints-field",
        0,
        "spec.endpoints",
        "no such field",
        [service(endpoints=["192.0.2.10"])],
    ),
    Hit("service-endpoints-field", 0, "spec.addresses", "dropped", [service(addresses=[])]),
    Hit("service-endpoints-field", 0, "subsets", "dropped", [service(top={"subsets": []})]),
    Hit(
        "external-name-ignored",
        0,
        "spec.externalName",
        'type "ClusterIP"',
        [service(externalName="db.example.com")],
    ),
    Hit("external-name-address", 0, "spec.externalName", "not resolved", [alias("192.0.2.10")]),
    Hit("external-name-address", 0, "spec.externalName", "not resolved", [alias("010.0.0.1.")]),
    Hit("external-name-single-label", 0, "spec.externalName", "of one label", [alias("db.")]),
    Hit(
        "external-name-remap",
        0,
        "spec.ports[0].targetPort",
        "not 8443",
        [alias("api.example.com", {"name": "https", "port": 443, "targetPort": 8443})],
    ),
    Hit(
        "headless-remap",
        0,
        "spec.ports[1].targetPort",
        "clients that connect to 81",
        [
            service(
                "web",
                TCP_80,
                {"name": "b", "port": 81, "targetPort": 8081},
                clusterIP="None",
                selector=WEB,
            )
        ],
    ),
    Hit(
        "target-port-name",
        0,
        "spec.ports[0].targetPort",
        '"postgres"',
        [service("db", {"name": "http", "port": 80, "targetPort": "postgres"})],
    ),
    Hit(
        "affinity-headless",
        0,
        "spec.sessionAffinity",
        "no effect",
        [service(clusterIP="None", sessionAffinity="ClientIP")],
    ),
    Hit(
        "publish-not-ready-ignored",
        0,
        "spec.publishNotReadyAddresses",
        "conditions",
        [service(publishNotReadyAddresses=True)],
    ),
]

TAILNET = {"tailscale.com/tailnet-ip": "100.64.0.8"}
GLOBAL = {"annotations": {"service.cilium.io/global": "true"}}

QUIET = [
    Quiet(
        "the Pods of other clusters",
        [
            {**made, "metadata": {**made["metadata"], **GLOBAL}}
            for made in [service("far", {"name": "http", "port": 80, "targetPort": "web"})]
        ],
    ),
    Quiet(
        "the Pods of other clusters, beside what the set serves",
        [
            service(),
            eps(),
            {**named("Service", "v1", "far", None), "spec": {"ports": [{"port": 80}]}}
            | {"metadata": {"name": "far", **GLOBAL}},
        ],
    ),
    Quiet("the field of that name is null", [service(endpoints=None)]),
    Quiet("an Ingress dials the endpoints' ports", [REMAPPED, ingress({"number": 80})]),
    Quiet("a route dials the endpoints' ports", [REMAPPED, route("web")]),
    Quiet("endpoints are a field of slices", [service(), eps()]),
    Quiet("a type that there is not", [service(type="ExternalNmae", externalName="a.example")]),
    Quiet(
        "a name that Tailscale's operator replaces",
        [
            {**made, "metadata": {**made["metadata"], "annotations": TAILNET}}
            for made in [alias("unused")]
        ],
    ),
    Quiet("no label of DNS", [alias("target_address")]),
    Quiet(
        "no name of a port",
        [service("db", {"name": "http", "port": 80, "targetPort": "target_port"})],
    ),
    Quiet("externalName is empty", [service(externalName="")]),
    Quiet("a name with dots", [alias("db.example.com.")]),
    Quiet("a name that begins like an address", [alias("192.0.2.10.nip.io")]),
    Quiet("an alias with equal ports", [alias("a.example", {"port": 443, "targetPort": 443})]),
    Quiet("an alias without targetPort", [alias("a.example", {"port": 443})]),
    Quiet("a headless Service without targetPort", [service(clusterIP="None")]),
    Quiet(
        "a headless Service with a named targetPort of its Pods",
        [service("w", {"port": 80, "targetPort": "http"}, clusterIP="None", selector=WEB)],
    ),
    Quiet("a mapped port of a ClusterIP", [service("w", {"port": 80, "targetPort": 8080})]),
    Quiet(
        "a named targetPort of Pods",
        [service("w", {"port": 80, "targetPort": "http"}, selector=WEB)],
    ),
    Quiet(
        "affinity of a ClusterIP",
        [service(sessionAffinity="ClientIP"), eps(endpoint(), endpoint("192.0.2.11"))],
    ),
    Quiet("Pods not ready are published", [service(publishNotReadyAddresses=True, selector=WEB)]),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()
