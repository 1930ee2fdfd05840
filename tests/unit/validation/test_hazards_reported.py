"""Hazards that users reported to other projects, each with twins that have none."""

from typing import Any

import pytest

from components.validation.hazards import hazards
from tests.unit.validation.hazard_tables import (
    DNS,
    Hit,
    Quiet,
    deployment,
    egress,
    endpoint,
    eps,
    ids,
    ingress,
    legacy,
    named,
    policy,
    service,
    to_blocks,
)

APP = {"app": "web"}
SHOP = "shop"
OLD = ("endpoints-deprecated",)
TWO = ({"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53})
HOSTNAME = {"external-dns.alpha.kubernetes.io/hostname": "a.example"}
TARGET = {"external-dns.alpha.kubernetes.io/target": "192.0.2.1"}
KUBE_SYSTEM = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
KUBE_DNS = {"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}


def alias(name: str, target: str, namespace: str | None = SHOP, **spec: Any) -> Any:
    made = service(name, namespace=namespace, type="ExternalName", externalName=target, **spec)
    made["spec"].pop("ports")
    return made


def annotated(annotations: dict[str, str], **fields: Any) -> Any:
    made = service(**fields)
    made["metadata"]["annotations"] = annotations
    return made


def mixed(annotations: dict[str, str], **spec: Any) -> Any:
    ports = (TWO[0], {"name": "b", "port": 80})
    made = service("a", *ports, type="LoadBalancer", selector=APP, **spec)
    made["metadata"]["annotations"] = annotations
    return made


def reads(*names: str, namespace: str | None = None, value: str = "a", **pod: Any) -> Any:
    made = deployment(APP, namespace=namespace)
    spec = made["spec"]["template"]["spec"]
    spec["containers"][0]["env"] = [{"name": name, "value": value} for name in names]
    spec.update(pod)
    return made


def custom(namespace: str | None = None) -> Any:
    return named("HelmRelease", "helm.toolkit.fluxcd.io/v2", "x", namespace)


def of_nginx(port: Any) -> Any:
    made = ingress(port)
    made["spec"]["ingressClassName"] = "nginx"
    return made


def to_pods(*peers: Any, namespace: str | None = None) -> Any:
    return policy(policyTypes=["Egress"], egress=[{"to": list(peers), **DNS}], namespace=namespace)


def from_pods(*peers: Any) -> Any:
    return policy(policyTypes=["Ingress"], ingress=[{"from": list(peers)}])


redis = service("redis", {"port": 6379}, selector={"app": "redis"})

HITS = [
    Hit("external-name-self", 0, "spec.externalName", "itself", [alias("a", "a.shop.svc.x.y")]),
    Hit(
        "external-name-missing",
        0,
        "spec.externalName",
        "there is no Service",
        [alias("a", "gone.shop.svc.cluster.local"), service("b", namespace=SHOP, selector=APP)],
    ),
    Hit("external-name-localhost", 0, "spec.externalName", "itself", [alias("a", "localhost")]),
    Hit("external-name-partial", 0, "spec.externalName", "b.x.svc", [alias("a", "b.x.svc")]),
    Hit(
        "target-port-name",
        0,
        "spec.ports[0].targetPort",
        "an ExternalName has no Pods",
        [service("a", {"port": 80, "targetPort": "b"}, type="ExternalName", externalName="a.b")],
    ),
    Hit(
        "ingress-port-missing",
        1,
        "spec.rules[0].http.paths[0].backend.service.port.number",
        "has no port 443 (it has none)",
        [alias("web", "a.example", None), ingress({"number": 443})],
        ("ingress-external-name",),
    ),
    Hit(
        "external-dns-pods-only",
        0,
        "metadata.annotations[external-dns.alpha.kubernetes.io/hostname]",
        "no record",
        [annotated(HOSTNAME, clusterIP="None")],
    ),
    Hit("endpoints-without-service", 0, "metadata.name", "deletes the object", [legacy()], OLD),
    Hit("port-of-two-protocols", 0, "spec.ports[1].port", "TCP and UDP", [service("a", *TWO)]),
    Hit(
        "load-balancer-protocols",
        0,
        "spec.ports",
        "TCP and UDP",
        [mixed({"service.beta.kubernetes.io/aws-load-balancer-type": "nlb"})],
    ),
    Hit(
        "load-balancer-protocols",
        0,
        "spec.ports",
        "TCP and UDP",
        [mixed({}, loadBalancerClass="service.k8s.aws/nlb")],
    ),
    Hit(
        "load-balancer-ip-ignored",
        0,
        "spec.loadBalancerIP",
        "type ClusterIP: a headless Service has",
        [service(loadBalancerIP="None")],
    ),
    Hit("service-links", 0, "metadata.name", "REDIS_PORT", [redis, reads("REDIS_HOST")]),
    Hit(
        "slice-ready-unset",
        0,
        "endpoints[1].conditions.ready",
        "1 of 2 endpoints has",
        [eps(endpoint(), endpoint("192.0.2.11", conditions={}))],
    ),
    Hit(
        "selector-selects-nothing",
        0,
        "spec.selector",
        'app: "web"',
        [service("app", selector={"app": "wbe"}), deployment(APP)],
    ),
    Hit(
        "target-port-unknown",
        0,
        "spec.ports[0].targetPort",
        '"http"',
        [
            service("a", {"port": 80, "targetPort": "http"}, selector=APP),
            deployment(APP, {"name": "web", "containerPort": 80}),
        ],
    ),
    Hit(
        "policy-or",
        0,
        "spec.egress[0].to[1].podSelector",
        'k8s-app: "kube-dns"',
        [to_pods(KUBE_SYSTEM, KUBE_DNS)],
    ),
    Hit(
        "policy-or",
        0,
        "spec.ingress[0].from[1].podSelector",
        'app: "x"',
        [
            from_pods(KUBE_SYSTEM, {"podSelector": {"matchLabels": {"app": "x"}}}),
            deployment({"app": "y"}),
        ],
    ),
    Hit(
        "policy-namespace-label",
        0,
        "spec.ingress[0].from[0].namespaceSelector.matchLabels[name]",
        "no label `name`",
        [from_pods({"namespaceSelector": {"matchLabels": {"name": "monitoring"}}})],
    ),
    Hit(
        "policy-without-dns",
        0,
        "spec.egress",
        "UDP port 53",
        [to_pods(KUBE_DNS, namespace=SHOP)],
    ),
]


def annotated_for_nginx(port: Any) -> Any:
    made = ingress(port)
    annotations = {"kubernetes.io/ingress.class": "nginx"}
    return {**made, "metadata": {**made["metadata"], "annotations": annotations}}


QUIET = [
    Quiet(
        "ingress-nginx is named by the annotation",
        [alias("web", "a.example", None), annotated_for_nginx({"number": 443})],
        ("ingress-class-deprecated",),
    ),
    Quiet("an alias of another name", [alias("a", "b.example"), alias("b", "b.shop.example")]),
    Quiet("an alias of the same name elsewhere", [alias("a", "a.other.svc.cluster.local")]),
    Quiet(
        "an alias of a Service that is there",
        [alias("a", "b.shop.svc.cluster.local"), service("b", namespace=SHOP, selector=APP)],
    ),
    Quiet(
        "a chart may make the Service",
        [
            alias("a", "gone.shop.svc.cluster.local"),
            service("b", namespace=SHOP, selector=APP),
            custom(SHOP),
        ],
    ),
    Quiet(
        "an alias whose remap an Ingress alone reads",
        [
            service(
                "web", {"port": 80, "targetPort": 443}, type="ExternalName", externalName="a.b"
            ),
            of_nginx({"number": 80}),
        ],
    ),
    Quiet(
        "ingress-nginx takes the port of the Ingress where the alias has none",
        [
            alias("web", "a.example", None),
            of_nginx({"number": 443}),
        ],
    ),
    Quiet("an annotated Service with a cluster IP", [annotated(HOSTNAME)]),
    Quiet(
        "an annotated headless Service with Pods",
        [
            annotated(HOSTNAME, clusterIP="None", selector=APP),
        ],
    ),
    Quiet("the addresses are given", [annotated({**HOSTNAME, **TARGET}, clusterIP="None")]),
    Quiet("Endpoints beside their Service", [service(), legacy()], OLD),
    Quiet(
        "the Service of the Endpoints names no namespace",
        [
            service(),
            legacy(namespace="a"),
            service("x", namespace="b", selector=APP),
        ],
        OLD,
    ),
    Quiet(
        "two numbers for two protocols",
        [
            service("a", {"name": "a", "port": 53, "protocol": "UDP"}, {"name": "b", "port": 54}),
        ],
    ),
    Quiet("a load balancer of no cloud", [mixed({"lbipam.cilium.io/ips": "192.0.2.1"})]),
    Quiet("of a class of one's own", [mixed({}, loadBalancerClass="io.cilium/bgp")]),
    Quiet(
        "two load balancers",
        [
            service("a", TWO[0], type="LoadBalancer", selector=APP),
            service("b", TWO[1], type="LoadBalancer", selector=APP),
        ],
    ),
    Quiet(
        "a load balancer's address",
        [
            service(loadBalancerIP="192.0.2.1", type="LoadBalancer", selector=APP),
        ],
    ),
    Quiet("nothing reads the variables of the Service", [redis, reads("CACHE_HOST")]),
    Quiet("a URL has the port", [redis, reads("REDIS_HOST", value="http://redis:6379")]),
    Quiet("the port is set", [redis, reads("REDIS_HOST", "REDIS_PORT")]),
    Quiet("the password of the server itself", [redis, reads("REDIS_PASSWORD")]),
    Quiet("service links are off", [redis, reads("REDIS_HOST", enableServiceLinks=False)]),
    Quiet(
        "Pods of another namespace",
        [redis, reads("REDIS_HOST", namespace="b"), service("x", namespace="c", selector=APP)],
    ),
    Quiet(
        "a headless Service has no variables",
        [
            service("redis", {"port": 6379}, selector={"app": "redis"}, clusterIP="None"),
            reads("REDIS_HOST"),
        ],
    ),
    Quiet(
        "a placeholder for the port's number",
        [
            service("a", {"port": 80, "targetPort": "${PORT:-80}"}, selector=APP),
            deployment(APP, {"name": "web", "containerPort": 80}),
        ],
    ),
    Quiet("no endpoint is ready, and each says so", [eps(endpoint(conditions={"ready": False}))]),
    Quiet(
        "the Pods of a chart",
        [
            service("app", selector={"app": "wbe"}),
            deployment(APP),
            custom("default"),
        ],
    ),
    Quiet(
        "a workload of another name",
        [
            service("db", selector={"app": "db"}),
            deployment(APP),
        ],
    ),
    Quiet(
        "Pods of a StatefulSet by their name",
        [
            service("app", selector={"statefulset.kubernetes.io/pod-name": "app-0"}),
            deployment(APP),
        ],
    ),
    Quiet(
        "a target port that some workload has",
        [
            service("a", {"port": 80, "targetPort": "http"}, selector=APP),
            deployment(APP),
            deployment(APP, {"name": "http", "containerPort": 80}),
        ],
    ),
    Quiet(
        "a workload without ports, as patches are",
        [service("a", {"port": 80, "targetPort": "http"}, selector=APP), deployment(APP)],
    ),
    Quiet("both selectors in one peer", [to_pods({**KUBE_SYSTEM, **KUBE_DNS})]),
    Quiet(
        "alternatives that are meant",
        [
            from_pods(KUBE_SYSTEM, {"podSelector": {"matchLabels": APP}}),
            deployment(APP),
        ],
    ),
    Quiet(
        "alternatives without anything to compare",
        [
            from_pods(KUBE_SYSTEM, {"podSelector": {"matchLabels": APP}}),
        ],
    ),
    Quiet(
        "the set has a Namespace with the label",
        [
            from_pods({"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}),
            named("Namespace", "v1", "monitoring", None, {"name": "monitoring"}),
        ],
    ),
    Quiet("a label that every namespace has", [from_pods(KUBE_SYSTEM)]),
    Quiet(
        "a label that OpenShift gives to its namespaces",
        [from_pods({"namespaceSelector": {"matchLabels": {"name": "openshift-monitoring"}}})],
    ),
    Quiet("the cluster's DNS reaches itself", [to_pods(KUBE_DNS, namespace="kube-system")]),
    Quiet(
        "NodeLocal DNSCache",
        [
            policy(
                policyTypes=["Egress"],
                egress=[
                    {**to_blocks("169.254.20.10/32"), **DNS},
                    to_blocks("192.0.2.31/32"),
                ],
            )
        ],
    ),
    Quiet("a policy that allows DNS", [egress(to_blocks("192.0.2.31/32"))]),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()


def test_each_alias_of_a_ring_names_the_others() -> None:
    ring = [alias("a", "b.shop.svc.x"), alias("b", "c.shop.svc.x."), alias("c", "a.shop.svc.x")]
    found = hazards(ring)
    assert [(index, finding.code) for index, finding in found] == [
        (index, "external-name-ring") for index in range(3)
    ]
    assert 'through "b", "c": none' in found[0][1].detail


def test_an_alias_that_leads_into_a_ring_is_not_part_of_it() -> None:
    ring = [alias("a", "b.shop.svc.x"), alias("b", "a.shop.svc.x"), alias("x", "a.shop.svc.x")]
    assert {index for index, _ in hazards(ring)} == {0, 1}
