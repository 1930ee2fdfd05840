"""Setups whose path is broken in one place, and their twins in which just that is mended.

One table for files and for a real control plane. `live` and `files` name the hazard of the first
break; `files` is UNKNOWN where only a cluster shows it, and `live` is NOT_LIVE where the control
plane of the tests cannot hold it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]

UNKNOWN = "cannot tell"
SOUND = "sound"
NOT_LIVE = "not live"

READY = {"ready": True, "serving": True, "terminating": False}
DRAINING = {"ready": False, "serving": True, "terminating": True}
DOWN = {"ready": False, "serving": False, "terminating": False}
PG = {"name": "pg", "port": 5432, "protocol": "TCP"}
WEB = {"name": "web", "port": 80, "protocol": "TCP"}
DNS_RULE = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}


@dataclass(frozen=True)
class Setup:
    """A path that is broken, and the same mended."""

    name: str
    broken: Sequence[Manifest]
    mended: Sequence[Manifest]
    live: str
    files: str = ""
    """Defaults to what it is on a cluster."""
    service: str = "db"
    client: str = ""
    mended_files: str = SOUND

    @property
    def from_files(self) -> str:
        return self.files or self.live


def service(*ports: Manifest, name: str = "db", **spec: Any) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": list(ports or (PG,)), **spec},
    }


def alias(external_name: str, name: str = "db") -> Manifest:
    spec = {"type": "ExternalName", "externalName": external_name}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def endpoint_slice(
    *ports: Manifest,
    name: str = "db-1",
    label: str | None = "db",
    addresses: Sequence[str] = ("192.0.2.10", "192.0.2.11"),
    conditions: Manifest | None = None,
    family: str = "IPv4",
    labels: Manifest | None = None,
    **fields: Any,
) -> Manifest:
    given = {} if label is None else {"kubernetes.io/service-name": label}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "labels": {**given, **(labels or {})}},
        "addressType": family,
        "endpoints": [{"addresses": [one], "conditions": conditions or READY} for one in addresses],
        "ports": list(ports or (PG,)),
        **fields,
    }


def endpoints(
    *ports: Manifest,
    name: str = "db",
    addresses: Sequence[str] = ("192.0.2.10",),
    field: str = "addresses",
    labels: Manifest | None = None,
    subsets: str = "subsets",
) -> Manifest:
    subset = {field: [{"ip": one} for one in addresses], "ports": list(ports or (PG,))}
    metadata = {"name": name, **({"labels": labels} if labels else {})}
    return {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata, subsets: [subset]}


def pod(
    name: str = "web",
    labels: Manifest | None = None,
    ports: Sequence[Manifest] = ({"name": "http", "containerPort": 8080},),
    status: Manifest | None = None,
    **spec: Any,
) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels or {"app": "web"}},
        "spec": {"containers": [{"name": "main", "image": "web", "ports": list(ports)}], **spec},
        **({"status": status} if status else {}),
    }


def waiting(reason: str) -> Manifest:
    state = {"waiting": {"reason": reason}}
    return _status("Pending", state)


def _status(phase: str, state: Manifest) -> Manifest:
    container = {
        "name": "main",
        "image": "web",
        "imageID": "",
        "ready": False,
        "restartCount": 3,
        "state": state,
    }
    return {
        "phase": phase,
        "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}],
        "containerStatuses": [container],
    }


RUNNING_NOT_READY = _status("Running", {"running": {}})
ENDED = {
    "phase": "Failed",
    "conditions": [{"type": "Ready", "status": "False", "reason": "PodFailed"}],
}


def selecting(selector: Manifest | None = None, *ports: Manifest, **spec: Any) -> Manifest:
    given = ports or ({**WEB, "targetPort": 8080},)
    return service(*given, name="web", selector=selector or {"app": "web"}, **spec)


def ingress(port: Manifest, name: str = "db", **spec: Any) -> Manifest:
    backend = {"service": {"name": name, "port": port}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rules = [{"host": "db.example", "http": {"paths": [path]}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "outside"},
        "spec": {"rules": rules, **spec},
    }


def ingress_class(name: str) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": name},
        "spec": {"controller": "example.com/controller"},
    }


def http_route(port: int, to: str = "db") -> Manifest:
    rules = [{"backendRefs": [{"name": to, "port": port}]}]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "outside"},
        "spec": {"hostnames": ["db.example"], "rules": rules},
    }


def egress(*rules: Manifest, name: str = "clients", dns: bool = True) -> Manifest:
    given = [*rules, *([DNS_RULE] if dns else [])]
    spec = {"podSelector": {"matchLabels": {"role": "client"}}, "policyTypes": ["Egress"]}
    return _policy(name, {**spec, "egress": given})


def into_pods(*rules: Manifest) -> Manifest:
    spec = {"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"]}
    return _policy("servers", {**spec, "ingress": list(rules)})


def _policy(name: str, spec: Manifest) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": spec,
    }


def block(cidr: str, port: int | str = 5432, *, excepts: Sequence[str] = ()) -> Manifest:
    given = {"cidr": cidr, **({"except": list(excepts)} if excepts else {})}
    return {"to": [{"ipBlock": given}], "ports": [{"port": port, "protocol": "TCP"}]}


def to_pods(labels: Manifest, port: int = 8080) -> Manifest:
    peer = {"podSelector": {"matchLabels": labels}}
    return {"to": [peer], "ports": [{"port": port, "protocol": "TCP"}]}


def from_pods(labels: Manifest, port: int = 8080) -> Manifest:
    peer = {"podSelector": {"matchLabels": labels}}
    return {"from": [peer], "ports": [{"port": port, "protocol": "TCP"}]}


CLIENT = "role=client"
METRICS = {"name": "metrics", "port": 9187, "protocol": "TCP"}
LONG = "a-name-of-16-char"
SKIP_MIRROR = {"endpointslice.kubernetes.io/skip-mirror": "true"}
MANY = [f"198.18.{number // 250}.{1 + number % 250}" for number in range(1001)]

SETUPS = [
    Setup(
        "port-name",
        [service(), endpoint_slice({**PG, "name": "postgres"})],
        [service(), endpoint_slice()],
        "service-port-unserved",
    ),
    Setup(
        "second-port",
        [service(PG, METRICS), endpoint_slice()],
        [service(PG, METRICS), endpoint_slice(PG, METRICS)],
        "service-port-unserved",
    ),
    Setup(
        "slice-unnamed",
        [service(), endpoint_slice({"port": 5432})],
        [service({"port": 5432}), endpoint_slice({"port": 5432})],
        "port-unnamed",
    ),
    Setup(
        "service-unnamed",
        [service({"port": 5432}), endpoint_slice()],
        [service(), endpoint_slice()],
        "port-unnamed",
    ),
    Setup(
        "protocol",
        [service({**PG, "protocol": "UDP"}), endpoint_slice()],
        [service({**PG, "protocol": "UDP"}), endpoint_slice({**PG, "protocol": "UDP"})],
        "port-protocol",
    ),
    Setup(
        "without-ports",
        [service(), {**endpoint_slice(), "ports": []}],
        [service(), endpoint_slice()],
        "slice-without-ports",
    ),
    Setup(
        "port-null",
        [service(), endpoint_slice({"name": "pg", "protocol": "TCP"})],
        [service(), endpoint_slice()],
        "slice-port-null",
    ),
    Setup(
        "no-slice",
        [service()],
        [service(), endpoint_slice()],
        "service-without-endpoints",
        UNKNOWN,
    ),
    Setup(
        "empty-slice",
        [service(), endpoint_slice(addresses=())],
        [service(), endpoint_slice()],
        "service-without-endpoints",
    ),
    Setup(
        "unlabelled-slice",
        [service(), endpoint_slice(label=None)],
        [service(), endpoint_slice()],
        "slice-without-service-name",
    ),
    Setup(
        "mislabelled-slice",
        [service(), endpoint_slice(label="dbs")],
        [service(), endpoint_slice()],
        "slice-service-missing",
    ),
    Setup(
        "label-of-another-service",
        [service(), service(name="cache"), endpoint_slice(label="cache")],
        [service(), service(name="cache"), endpoint_slice()],
        "slice-of-another-service",
    ),
    Setup(
        "none-ready",
        [service(), endpoint_slice(conditions=DOWN)],
        [service(), endpoint_slice()],
        "none-ready",
    ),
    Setup(
        "all-draining",
        [service(), endpoint_slice(conditions=DRAINING)],
        [
            service(),
            endpoint_slice(conditions=DRAINING),
            endpoint_slice(name="db-2", addresses=["192.0.2.12"]),
        ],
        "all-draining",
    ),
    Setup(
        "names",
        [service(), endpoint_slice(family="FQDN", addresses=["db.example.com"])],
        [service(), endpoint_slice()],
        "slice-of-names",
    ),
    Setup(
        "headless-label",
        [service(), endpoint_slice(labels={"service.kubernetes.io/headless": ""})],
        [service(), endpoint_slice()],
        "headless-label",
    ),
    Setup(
        "multicast",
        [service(), endpoint_slice(addresses=["239.1.2.3"])],
        [service(), endpoint_slice()],
        "multicast",
    ),
    Setup(
        "cluster-ip",
        [
            service(),
            service(name="inner", clusterIP="10.96.200.1"),
            endpoint_slice(addresses=["10.96.200.1"]),
            endpoint_slice(name="inner-1", label="inner"),
        ],
        [
            service(),
            service(name="inner", clusterIP="10.96.200.2"),
            endpoint_slice(),
            endpoint_slice(name="inner-1", label="inner"),
        ],
        "cluster-ip-endpoint",
    ),
    Setup(
        "family",
        [
            service(ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack"),
            endpoint_slice(family="IPv6", addresses=["2001:db8::10"]),
        ],
        [
            service(ipFamilies=["IPv6"], ipFamilyPolicy="SingleStack"),
            endpoint_slice(family="IPv6", addresses=["2001:db8::10"]),
        ],
        "family-unserved",
    ),
    Setup(
        "family-without-endpoints",
        [service(ipFamilyPolicy="RequireDualStack"), endpoint_slice()],
        [
            service(ipFamilyPolicy="RequireDualStack"),
            endpoint_slice(),
            endpoint_slice(name="db-6", family="IPv6", addresses=["2001:db8::10"]),
        ],
        "family-without-endpoints",
    ),
    Setup(
        "internal-local",
        [service(internalTrafficPolicy="Local"), endpoint_slice()],
        [service(), endpoint_slice()],
        "local-without-node",
    ),
    Setup(
        "external-local",
        [service(type="NodePort", externalTrafficPolicy="Local"), endpoint_slice()],
        [service(type="NodePort"), endpoint_slice()],
        "local-without-node",
    ),
    Setup(
        "endpoints-in-service",
        [service(endpoints=[{"ip": "192.0.2.10"}])],
        [service(), endpoint_slice()],
        "service-without-endpoints",
        "service-endpoints-field",
    ),
    Setup(
        "external-ips",
        [
            service(externalIPs=["192.0.2.10"]),
            service(name="other"),
            endpoint_slice(name="other-1", label="other"),
        ],
        [service(), endpoint_slice()],
        "external-ips-as-backends",
    ),
    Setup(
        "subsets-in-slice",
        [service(), endpoint_slice(addresses=(), subsets=[{"addresses": [{"ip": "192.0.2.1"}]}])],
        [service(), endpoint_slice()],
        "service-without-endpoints",
        "slice-subsets-field",
    ),
    Setup(
        "endpoints-name",
        [service(), endpoints(name="db-endpoints")],
        [service(), endpoints()],
        "endpoints-without-service",
    ),
    Setup(
        "skip-mirror",
        [service(), endpoints(labels=SKIP_MIRROR)],
        [service(), endpoints()],
        "endpoints-unmirrored",
    ),
    Setup(
        "endpoints-field",
        [service(), endpoints(subsets="endpoints")],
        [service(), endpoints()],
        "service-without-endpoints",
        "endpoints-misplaced-field",
    ),
    Setup(
        "endpoints-port-name",
        [service(), endpoints({**PG, "name": "postgres"})],
        [service(), endpoints()],
        "service-port-unserved",
    ),
    Setup(
        "endpoints-not-ready",
        [service(), endpoints(field="notReadyAddresses")],
        [service(), endpoints()],
        "none-ready",
    ),
    Setup(
        "truncated",
        [service(), endpoints(addresses=MANY)],
        [service(), endpoints(addresses=MANY[:1000])],
        "mirror-truncates",
    ),
    Setup(
        "alias-address",
        [alias("192.0.2.10")],
        [alias("db.example.com")],
        "external-name-address",
    ),
    Setup(
        "alias-single-label",
        [alias("database")],
        [alias("database.example.com")],
        "external-name-single-label",
    ),
    Setup(
        "alias-localhost",
        [alias("localhost")],
        [alias("db.example.com")],
        "external-name-localhost",
    ),
    Setup(
        "alias-partial",
        [alias("db.elsewhere.svc")],
        [alias("db.elsewhere.svc.cluster.local")],
        "external-name-partial",
    ),
    Setup(
        "alias-self",
        [alias("db.NAMESPACE.svc.cluster.local")],
        [alias("db.example.com")],
        "external-name-self",
    ),
    Setup(
        "alias-ring",
        [
            alias("other.NAMESPACE.svc.cluster.local"),
            alias("db.NAMESPACE.svc.cluster.local", "other"),
        ],
        [alias("other.NAMESPACE.svc.cluster.local"), alias("db.example.com", "other")],
        "external-name-ring",
    ),
    Setup(
        "alias-missing",
        [alias("gone.NAMESPACE.svc.cluster.local")],
        [
            alias("gone.NAMESPACE.svc.cluster.local"),
            service(name="gone"),
            endpoint_slice(name="gone-1", label="gone"),
        ],
        "external-name-missing",
    ),
    Setup(
        "selector",
        [selecting(), pod(labels={"app": "webs", "tier": "front"})],
        [selecting(), pod(labels={"app": "web", "tier": "front"})],
        "selector-selects-nothing",
        service="web",
        mended_files=UNKNOWN,
    ),
    Setup(
        "no-pods",
        [selecting()],
        [selecting(), pod()],
        "selector-selects-nothing",
        UNKNOWN,
        service="web",
        mended_files=UNKNOWN,
    ),
    Setup(
        "unschedulable",
        [selecting(), pod(nodeSelector={"disk": "none-such"})],
        [selecting(), pod()],
        "pods-not-ready",
        UNKNOWN,
        service="web",
        mended_files=UNKNOWN,
    ),
    *(
        Setup(
            name,
            [selecting(), pod(status=status, nodeName="unmanaged")],
            [selecting(), pod()],
            "pods-not-ready",
            UNKNOWN,
            service="web",
            mended_files=UNKNOWN,
        )
        for name, status in (
            ("crash-loop", waiting("CrashLoopBackOff")),
            ("image", waiting("ImagePullBackOff")),
            ("readiness", RUNNING_NOT_READY),
            ("ended", ENDED),
        )
    ),
    Setup(
        "target-port-name",
        [selecting(None, {**WEB, "targetPort": "htpp"}), pod()],
        [selecting(None, {**WEB, "targetPort": "http"}), pod()],
        "target-port-unknown",
        service="web",
        mended_files=UNKNOWN,
    ),
    Setup(
        "headless-remap",
        [service({**PG, "targetPort": 6432}, clusterIP="None"), endpoint_slice()],
        [service(clusterIP="None"), endpoint_slice()],
        "headless-remap",
    ),
    Setup(
        "headless-none-ready",
        [service(clusterIP="None"), endpoint_slice(conditions=DOWN)],
        [service(clusterIP="None"), endpoint_slice()],
        "none-ready",
    ),
    Setup(
        "ingress-number",
        [service(), endpoint_slice(), ingress({"number": 5433})],
        [service(), endpoint_slice(), ingress({"number": 5432})],
        "ingress-port-missing",
    ),
    Setup(
        "ingress-name",
        [service(), endpoint_slice(), ingress({"name": "postgres"})],
        [service(), endpoint_slice(), ingress({"name": "pg"})],
        "ingress-port-missing",
    ),
    Setup(
        "ingress-service",
        [
            service(name="orders-db"),
            endpoint_slice(name="orders-db-1", label="orders-db"),
            ingress({"number": 5432}, "order-db"),
        ],
        [
            service(name="orders-db"),
            endpoint_slice(name="orders-db-1", label="orders-db"),
            ingress({"number": 5432}, "orders-db"),
        ],
        "ingress-service-missing",
        service="orders-db",
    ),
    Setup(
        "ingress-class",
        [service(), endpoint_slice(), ingress({"number": 5432}, ingressClassName="gone")],
        [
            service(),
            endpoint_slice(),
            ingress({"number": 5432}, ingressClassName="there"),
            ingress_class("there"),
        ],
        "ingress-class-unknown",
        SOUND,
    ),
    Setup(
        "route-port",
        [service(), endpoint_slice(), http_route(80)],
        [service(), endpoint_slice(), http_route(5432)],
        NOT_LIVE,
        "route-port-missing",
    ),
    Setup(
        "route-service",
        [
            service(name="orders-db"),
            endpoint_slice(name="orders-db-1", label="orders-db"),
            http_route(5432, "order-db"),
        ],
        [
            service(name="orders-db"),
            endpoint_slice(name="orders-db-1", label="orders-db"),
            http_route(5432, "orders-db"),
        ],
        NOT_LIVE,
        "route-service-missing",
        service="orders-db",
    ),
    Setup(
        "missing-service",
        [service(name="database"), endpoint_slice(name="database-1", label="database")],
        [service(), endpoint_slice()],
        "service-missing",
        UNKNOWN,
    ),
    Setup(
        "policy-cidr",
        [service(), endpoint_slice(), egress(block("198.51.100.0/24"))],
        [service(), endpoint_slice(), egress(block("192.0.2.0/24"))],
        "policy-backends-uncovered",
        client=CLIENT,
    ),
    Setup(
        "policy-some",
        [service(), endpoint_slice(), egress(block("192.0.2.10/32"))],
        [service(), endpoint_slice(), egress(block("192.0.2.10/31"))],
        "policy-backends-uncovered",
        client=CLIENT,
    ),
    Setup(
        "policy-except",
        [service(), endpoint_slice(), egress(block("192.0.2.0/24", excepts=["192.0.2.8/29"]))],
        [service(), endpoint_slice(), egress(block("192.0.2.0/24", excepts=["192.0.2.0/29"]))],
        "policy-backends-uncovered",
        client=CLIENT,
    ),
    Setup(
        "policy-port",
        [service(), endpoint_slice({**PG, "port": 6432}), egress(block("192.0.2.0/24"))],
        [service(), endpoint_slice({**PG, "port": 6432}), egress(block("192.0.2.0/24", 6432))],
        "policy-backend-port",
        client=CLIENT,
    ),
    Setup(
        "policy-named-port",
        [service(), endpoint_slice(), egress(block("192.0.2.0/24", "pg"))],
        [service(), endpoint_slice(), egress(block("192.0.2.0/24"))],
        "policy-backend-port",
        client=CLIENT,
    ),
    Setup(
        "policy-cluster-ip",
        [service(clusterIP="10.96.200.3"), endpoint_slice(), egress(block("10.96.200.3/32"))],
        [service(clusterIP="10.96.200.4"), endpoint_slice(), egress(block("192.0.2.0/24"))],
        "policy-cluster-ip",
        client=CLIENT,
    ),
    Setup(
        "policy-dns",
        [service(), endpoint_slice(), egress(block("192.0.2.0/24"), dns=False)],
        [service(), endpoint_slice(), egress(block("192.0.2.0/24"))],
        "policy-without-dns",
        client=CLIENT,
    ),
    Setup(
        "policy-dns-alone",
        [service(), endpoint_slice(), egress()],
        [service(), endpoint_slice(), egress(), egress(block("192.0.2.0/24"), name="db")],
        "policy-backends-uncovered",
        client=CLIENT,
    ),
    Setup(
        "policy-into-pods",
        [selecting(), pod(), into_pods(from_pods({"role": "other"}))],
        [selecting(), pod(), into_pods(from_pods({"role": "client"}))],
        "policy-denies-client",
        service="web",
        client=CLIENT,
        mended_files=UNKNOWN,
    ),
    Setup(
        "policy-to-pods",
        [selecting(), pod(), egress(to_pods({"app": "other"}))],
        [selecting(), pod(), egress(to_pods({"app": "web"}))],
        "policy-denies-client",
        service="web",
        client=CLIENT,
        mended_files=UNKNOWN,
    ),
]


def in_namespace(manifests: Sequence[Manifest], namespace: str) -> list[Manifest]:
    """Put a setup into a namespace."""
    return [_placed(manifest, namespace) for manifest in manifests]


def _placed(value: Any, namespace: str) -> Any:
    if isinstance(value, str):
        return value.replace("NAMESPACE", namespace)
    if isinstance(value, list):
        return [_placed(one, namespace) for one in value]
    if not isinstance(value, dict):
        return value
    placed = {key: _placed(one, namespace) for key, one in value.items()}
    if "kind" in value and "metadata" in value and value["kind"] != "IngressClass":
        placed["metadata"] = {**placed["metadata"], "namespace": namespace}
    return placed
