"""Hazards of EndpointSlices and of legacy Endpoints, alone and beside their Service."""

from typing import Any

import pytest

from tests.unit.validation.hazard_tables import (
    HEADLESS,
    MANAGED_BY,
    SERVICE_NAME,
    SKIP_MIRROR,
    SLICE_80,
    Hit,
    Quiet,
    endpoint,
    eps,
    ids,
    legacy,
    named,
    service,
)

LABEL = f"metadata.labels[{SERVICE_NAME}]"
SKIP = {SKIP_MIRROR: "true"}
SKIP_LABEL = f"metadata.labels[{SKIP_MIRROR}]"
OWNED = [{"apiVersion": "v1", "kind": "Service", "name": "db", "uid": "1", "controller": True}]
WEB = {"app": "web"}
OLD = ("endpoints-deprecated",)
MANY = [f"198.51.{number // 250}.{number % 250 + 1}" for number in range(1001)]


def several(*addresses: str) -> dict[str, Any]:
    return {**endpoint(), "addresses": list(addresses)}


def owned(made: dict[str, Any]) -> dict[str, Any]:
    """Make a slice one that a controller wrote."""
    made["metadata"]["ownerReferences"] = OWNED
    made["metadata"]["labels"][MANAGED_BY] = "endpointslice-controller.k8s.io"
    return made


def annotated(made: dict[str, Any], key: str) -> dict[str, Any]:
    made["metadata"]["annotations"] = {key: "x"}
    return made


HITS = [
    Hit("slice-without-service-name", 0, LABEL, "by this label", [eps(of=None)]),
    Hit("slice-without-service-name", 1, LABEL, "by this label", [service(), eps(of="")]),
    Hit(
        "slice-service-missing",
        1,
        LABEL,
        "there is no Service of that name",
        [service(selector=WEB), eps(of="dbs")],
    ),
    Hit(
        "slice-service-missing",
        1,
        LABEL,
        'is in namespace "shop", not in "data"',
        [service(namespace="shop"), eps(namespace="data")],
    ),
    Hit(
        "slice-managed-by",
        0,
        f"metadata.labels[{MANAGED_BY}]",
        "as its own",
        [eps(labels={MANAGED_BY: "endpointslicemirroring-controller.k8s.io"})],
    ),
    Hit(
        "slice-over-selector",
        1,
        LABEL,
        "has a selector",
        [service(selector=WEB), eps(labels={MANAGED_BY: "me"})],
    ),
    Hit(
        "slice-of-external-name",
        1,
        LABEL,
        "no traffic goes to these endpoints",
        [service(type="ExternalName", externalName="db.example.com"), eps()],
    ),
    Hit(
        "slice-of-names", 0, "addressType", "ignores", [eps(endpoint("db.example"), family="FQDN")]
    ),
    Hit("slice-subsets-field", 0, "subsets", "dropped", [eps(subsets=[])]),
    Hit("slice-without-ports", 1, "ports", "without ports", [service(), eps(ports=[])]),
    Hit(
        "slice-port-null",
        0,
        "ports[1].port",
        "without a number",
        [eps(ports=[SLICE_80, {"name": "b", "protocol": "TCP"}])],
    ),
    Hit(
        "slice-port-null",
        1,
        "ports[0].port",
        "without a number",
        [service(), eps(ports=[{**SLICE_80, "port": None}])],
    ),
    Hit(
        "slice-many-addresses",
        0,
        "endpoints[1].addresses",
        "1 of 2 endpoints has several",
        [eps(endpoint(), several("192.0.2.11", "192.0.2.12"))],
    ),
    Hit(
        "slice-many-addresses",
        0,
        "endpoints[0].addresses",
        "the endpoint has several",
        [eps(several("192.0.2.11", "192.0.2.12"))],
    ),
    Hit(
        "headless-label",
        1,
        f"metadata.labels[{HEADLESS}]",
        "is not headless",
        [service(), eps(labels={HEADLESS: ""})],
    ),
    Hit(
        "headless-label",
        1,
        f"metadata.labels[{HEADLESS}]",
        "copied into slices",
        [service(), legacy(labels={HEADLESS: ""})],
        OLD,
    ),
    Hit(
        "multicast",
        0,
        "endpoints[1].addresses[0]",
        "multicast",
        [eps(endpoint(), endpoint("239.1.1.1"))],
    ),
    Hit(
        "multicast",
        0,
        "endpoints[0].addresses[0]",
        "multicast",
        [eps(endpoint("ff0e::1"), family="IPv6")],
    ),
    Hit(
        "multicast",
        1,
        "subsets[0].addresses[0].ip",
        "multicast",
        [service(), legacy("224.0.1.1")],
        OLD,
    ),
    Hit(
        "cluster-ip-endpoint",
        1,
        "endpoints[0].addresses[0]",
        'of Service "web"',
        [
            service("web", clusterIP="10.96.0.9", namespace="other", selector=WEB),
            eps(endpoint("10.96.0.9")),
        ],
    ),
    Hit(
        "cluster-ip-endpoint",
        1,
        "subsets[0].addresses[0].ip",
        "10.96.0.9",
        [service(clusterIP="10.96.0.9", clusterIPs=["10.96.0.9"]), legacy("10.96.0.9")],
        OLD,
    ),
    Hit("endpoints-deprecated", 1, "kind", "since Kubernetes 1.33", [service(), legacy()]),
    Hit(
        "endpoints-misplaced-field",
        0,
        "endpoints",
        "dropped",
        [legacy(endpoints=[]), service()],
        OLD,
    ),
    Hit(
        "endpoints-misplaced-field",
        0,
        "ports",
        "dropped",
        [legacy(ports=[SLICE_80]), service()],
        OLD,
    ),
    Hit(
        "endpoints-name",
        1,
        "metadata.name",
        'is in namespace "shop", not in "data"',
        [service(namespace="shop"), legacy(namespace="data")],
        OLD,
    ),
    Hit(
        "endpoints-over-selector",
        1,
        "subsets",
        "replaces these addresses",
        [service(selector=WEB), legacy()],
        OLD,
    ),
    Hit(
        "endpoints-of-external-name",
        1,
        "metadata.name",
        "ExternalName",
        [service(type="ExternalName", externalName="db.example.com"), legacy()],
        OLD,
    ),
    Hit(
        "endpoints-duplicated",
        2,
        SKIP_LABEL,
        "copied into slices beside",
        [service(), eps(), legacy()],
        OLD,
    ),
    Hit(
        "endpoints-unmirrored",
        1,
        SKIP_LABEL,
        "no hand-made slices",
        [service(), legacy(labels=SKIP)],
        OLD,
    ),
    Hit(
        "endpoints-disagree",
        2,
        "subsets",
        "1 addresses are in none",
        [service(), eps(), legacy("192.0.2.10", "192.0.2.11", labels=SKIP)],
        OLD,
    ),
    Hit(
        "skip-mirror-value",
        1,
        SKIP_LABEL,
        '"True"',
        [service(), legacy(labels={SKIP_MIRROR: "True"})],
        OLD,
    ),
    Hit("mirror-truncates", 1, "subsets[0].addresses", "1000", [service(), legacy(*MANY)], OLD),
]

QUIET = [
    Quiet("a slice of a Service", [service(), eps()]),
    Quiet("a file of slices alone", [eps(), eps(of="other", name="other-1")]),
    Quiet(
        "slices, and Services of other namespaces",
        [service("web", namespace="a", selector=WEB), eps()],
    ),
    Quiet("an absent namespace is default", [service(namespace="default"), eps()]),
    Quiet("an empty namespace is absent", [service(namespace=""), eps()]),
    Quiet("a Service that is there twice", [service(), service(selector=WEB), eps(ports=[])]),
    Quiet("a label of the wrong type, which is an error", [eps(labels={SERVICE_NAME: 1})]),  # type: ignore[dict-item]
    Quiet("a manager of one's own", [eps(labels={MANAGED_BY: "me"})]),
    Quiet("a slice that a controller wrote", [service(selector=WEB), owned(eps(ports=[]))]),
    Quiet(
        "this library's slices over a selector, as while migrating",
        [service(selector=WEB), eps(labels={MANAGED_BY: "k8s-endpoints.pulumi"})],
    ),
    Quiet(
        "a slice without ports of a headless Service", [service(clusterIP="None"), eps(ports=[])]
    ),
    Quiet("a slice without ports of an unknown Service", [eps(ports=[])]),
    Quiet(
        "a port of no number in a headless slice",
        [eps(ports=[{"name": "a"}], labels={HEADLESS: ""})],
    ),
    Quiet("a port of number 0, which is an error", [eps(ports=[{**SLICE_80, "port": 0}])]),
    Quiet("a port of the wrong type, which is an error", [eps(ports=[{**SLICE_80, "port": "80"}])]),
    Quiet(
        "several addresses of a headless Service",
        [service(clusterIP="None"), eps(several("192.0.2.1", "192.0.2.2"))],
    ),
    Quiet(
        "a headless label on a headless Service's slices",
        [service(clusterIP="None"), eps(labels={HEADLESS: ""})],
    ),
    Quiet("a headless label of an unknown Service", [eps(labels={HEADLESS: ""})]),
    Quiet(
        "link-local multicast, which is an error",
        [eps(endpoint("224.0.0.5")), eps(endpoint("ff02::1"))],
    ),
    Quiet(
        "addresses near multicast",
        [eps(endpoint("223.1.1.1"), endpoint("240.0.0.1"), endpoint("fe00::1"))],
    ),
    Quiet("another cluster IP", [service(clusterIP="10.96.0.9"), eps(endpoint("10.96.0.8"))]),
    Quiet("Endpoints of a Service", [service(), legacy()], OLD),
    Quiet("both, and not copied", [service(), eps(), legacy(labels=SKIP)], OLD),
    Quiet(
        "both, and not copied, one not ready",
        [
            service(),
            eps(endpoint(), endpoint("192.0.2.11", conditions={"ready": False})),
            legacy("192.0.2.10", not_ready=("192.0.2.11",), labels=SKIP),
        ],
        OLD,
    ),
    Quiet("copied on purpose", [service(), legacy(labels={SKIP_MIRROR: "false"})], OLD),
    Quiet("exactly 1000 addresses", [service(), legacy(*MANY[:1000])], OLD),
    Quiet("a lock", [service(), annotated(legacy(), "control-plane.alpha.kubernetes.io/leader")]),
    Quiet(
        "Endpoints that the controller wrote",
        [
            service(selector=WEB),
            annotated(legacy(), "endpoints.kubernetes.io/last-change-trigger-time"),
        ],
    ),
    Quiet(
        "Endpoints that the controller wrote, from 1.33 on",
        [
            service(selector=WEB),
            legacy(labels={"endpoints.kubernetes.io/managed-by": "endpoint-controller"}),
        ],
    ),
    Quiet("a Service without a name, which is an error", [named("Service", "v1", "", None), eps()]),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()
