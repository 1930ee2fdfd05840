"""Short forms of manifests, and the check of a row, for the tables of hazards."""

from typing import Any, NamedTuple

from components.core.findings import Finding
from components.validation.hazards import hazards

Manifest = dict[str, Any]

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
SKIP_MIRROR = "endpointslice.kubernetes.io/skip-mirror"
HEADLESS = "service.kubernetes.io/headless"

TCP_80 = {"name": "http", "port": 80}
SLICE_80 = {"name": "http", "protocol": "TCP", "port": 80}


class Hit(NamedTuple):
    """A set in which one object has a hazard: all codes of the set, once each, are given."""

    code: str
    position: int
    path: str
    says: str
    """A part of the detail."""
    manifests: list[Any]
    also: tuple[str, ...] = ()
    """Further codes of the set."""

    def check(self) -> None:
        found = hazards(self.manifests)
        assert codes(found) == {self.code, *self.also}, [str(finding) for _, finding in found]
        at = [(index, finding) for index, finding in found if finding.code == self.code]
        assert [(index, finding.path) for index, finding in at] == [(self.position, self.path)]
        assert self.says in at[0][1].detail


class Quiet(NamedTuple):
    """A set that comes near to a hazard, and has none but those given."""

    why: str
    manifests: list[Any]
    only: tuple[str, ...] = ()

    def check(self) -> None:
        found = hazards(self.manifests)
        assert codes(found) == set(self.only), [str(finding) for _, finding in found]


def codes(found: list[tuple[int, Finding]]) -> set[str]:
    return {finding.code for _, finding in found}


def ids(rows: list[Any]) -> list[str]:
    return [f"{number}-{row[0]}" for number, row in enumerate(rows)]


def named(
    kind: str, version: str, name: str, namespace: str | None, labels: dict[str, str] | None = None
) -> Manifest:
    metadata: Manifest = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def service(
    name: str = "db",
    *ports: Manifest,
    namespace: str | None = None,
    top: Manifest | None = None,
    labels: dict[str, str] | None = None,
    **spec: Any,
) -> Manifest:
    """Make a Service; without a selector unless one is given, with port 80 unless others are."""
    made = named("Service", "v1", name, namespace, labels)
    return {**made, "spec": {"ports": list(ports) or [TCP_80], **spec}, **(top or {})}


def endpoint(address: str = "192.0.2.10", **fields: Any) -> Manifest:
    return {"addresses": [address], "conditions": {"ready": True}, **fields}


def eps(
    *endpoints: Manifest,
    of: str | None = "db",
    ports: list[Any] | None = None,
    family: str = "IPv4",
    name: str = "db-1",
    namespace: str | None = None,
    labels: dict[str, str] | None = None,
    **top: Any,
) -> Manifest:
    """Make a slice of Service `of`, with one endpoint unless others are given."""
    tied = {} if of is None else {SERVICE_NAME: of}
    made = named(
        "EndpointSlice", "discovery.k8s.io/v1", name, namespace, {**tied, **(labels or {})}
    )
    return {
        **made,
        "addressType": family,
        "endpoints": list(endpoints) or [endpoint()],
        "ports": [SLICE_80] if ports is None else ports,
        **top,
    }


def legacy(
    *addresses: str,
    not_ready: tuple[str, ...] = (),
    name: str = "db",
    namespace: str | None = None,
    labels: dict[str, str] | None = None,
    **top: Any,
) -> Manifest:
    """Make an Endpoints object, with one address unless others are given."""
    subset: Manifest = {"ports": [SLICE_80]}
    if given := addresses or (() if not_ready else ("192.0.2.10",)):
        subset["addresses"] = [{"ip": ip} for ip in given]
    if not_ready:
        subset["notReadyAddresses"] = [{"ip": ip} for ip in not_ready]
    return {**named("Endpoints", "v1", name, namespace, labels), "subsets": [subset], **top}


def ingress(
    port: Manifest, *, to: str = "web", namespace: str | None = None, default: bool = False
) -> Manifest:
    backend = {"service": {"name": to, "port": port}}
    rule = {"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    spec = {"defaultBackend": backend} if default else {"rules": [rule]}
    return {**named("Ingress", "networking.k8s.io/v1", "web", namespace), "spec": spec}


DNS = {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}


def policy(
    labels: dict[str, str] | None = None,
    *,
    name: str = "web",
    namespace: str | None = None,
    **spec: Any,
) -> Manifest:
    """Make a NetworkPolicy for Pods with these labels."""
    selector = {"matchLabels": labels} if labels else {}
    made = named("NetworkPolicy", "networking.k8s.io/v1", name, namespace)
    return {**made, "spec": {"podSelector": selector, **spec}}


def to_blocks(*blocks: str, ports: list[Manifest] | None = None) -> Manifest:
    rule: Manifest = {"to": [{"ipBlock": {"cidr": block}} for block in blocks]}
    return rule if ports is None else {**rule, "ports": ports}


def egress(*rules: Manifest, labels: dict[str, str] | None = None, **fields: Any) -> Manifest:
    """Make a NetworkPolicy that allows DNS and what the rules allow."""
    return policy(labels, policyTypes=["Egress"], egress=[DNS, *rules], **fields)


def deployment(
    labels: dict[str, str], *ports: Manifest, namespace: str | None = None, name: str = "app"
) -> Manifest:
    containers = [{"name": "app", "ports": list(ports)}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    return {**named("Deployment", "apps/v1", name, namespace), "spec": {"template": template}}
