"""Pulumi mocks that answer as the Kubernetes provider and the API server do."""

from collections.abc import Iterator
from itertools import count
from typing import Any, cast

import pulumi

__all__ = ["KubernetesMocks"]

_CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "CSIDriver",
        "CSINode",
        "ClusterNetworkPolicy",
        "CustomResourceDefinition",
        "FlowSchema",
        "IPAddress",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "RuntimeClass",
        "ServiceCIDR",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
    }
)


class KubernetesMocks(pulumi.runtime.Mocks):
    """Mocks for `pulumi.runtime.set_mocks`.

    Kubernetes objects come back with a name, a namespace and the defaults of an API server on a
    dual-stack cluster: a Service has a cluster IP, node ports if its type has them, and as a load
    balancer an address from 203.0.113.0/24, which is unknown at preview. Anything else comes back
    as given. `manifests` collects the Kubernetes objects.

    Args:
        others: Mocks that answer for other custom resources, and for invokes.
            Defaults to none.

    Attributes:
        manifests: The declared objects in order of registration, with names and namespaces filled
            in.
    """

    manifests: list[dict[str, Any]]

    def __init__(self, others: pulumi.runtime.Mocks | None = None) -> None:
        self.manifests = []
        self._others = others

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[str, Any]]:
        """Record an object, and return it as the cluster would."""
        inputs = _plain(cast("dict[str, Any]", args.inputs))  # pyright: ignore[reportUnknownMemberType]
        if not args.typ.startswith("kubernetes:") or not inputs.get("kind"):
            if self._others and args.custom is not False:
                return self._others.new_resource(args)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            return f"{args.name}-id", inputs
        manifest = _named(inputs, args.name)
        self.manifests.append(manifest)
        metadata = manifest["metadata"]
        identity: str = metadata["name"]
        if "namespace" in metadata:
            identity = f"{metadata['namespace']}/{identity}"
        return identity, self._observed(manifest)

    def call(
        self, args: pulumi.runtime.MockCallArgs
    ) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Return the arguments of an invoke, unless other mocks answer it."""
        if self._others:
            return self._others.call(args)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return args.args, []  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    def _observed(self, manifest: dict[str, Any]) -> dict[str, Any]:
        number = len(self.manifests)
        metadata = {
            **manifest["metadata"],
            "uid": f"00000000-0000-4000-8000-{number:012}",
            "generation": 1,
        }
        if not pulumi.runtime.is_dry_run():  # a dry run stores nothing
            metadata["resourceVersion"] = str(number)
        observed = {**manifest, "metadata": metadata}
        if manifest["kind"] == "Service":
            observed["spec"] = _defaulted_service_spec(manifest.get("spec") or {}, number)
            observed["status"] = {"loadBalancer": _load_balancer(observed["spec"], number)}
        return observed


def _load_balancer(spec: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the status that a controller gives a load balancer after the dry run."""
    if spec["type"] != "LoadBalancer" or pulumi.runtime.is_dry_run():
        return {}
    return {"ingress": [{"ip": f"203.0.113.{number % 256}", "ipMode": "VIP"}]}


def _named(inputs: dict[str, Any], logical_name: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {**(inputs.get("metadata") or {})}
    metadata.setdefault("name", f"{logical_name.lower().replace('/', '-')}-00000000")
    if inputs["kind"] not in _CLUSTER_SCOPED:
        metadata.setdefault("namespace", "default")
    return {
        "apiVersion": inputs["apiVersion"],
        "kind": inputs["kind"],
        "metadata": metadata,
        **{key: value for key, value in inputs.items() if key not in _HEAD},
    }


_HEAD = frozenset({"apiVersion", "kind", "metadata"})


_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
"""Key and value that mark a secret on Pulumi's wire."""


def _defaulted_service_spec(spec: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a Service's spec as SetDefaults_Service and the allocators of the API server would."""
    defaulted: dict[str, Any] = {"type": "ClusterIP", "sessionAffinity": "None", **spec}
    if defaulted["type"] == "ExternalName":
        return defaulted
    address = f"10.96.{number // 256 % 256}.{number % 256}"
    defaulted.setdefault("clusterIP", address)
    defaulted.setdefault("clusterIPs", [defaulted["clusterIP"]])
    without_selector = defaulted["clusterIP"] == "None" and not spec.get("selector")
    policy = "RequireDualStack" if without_selector else "SingleStack"
    defaulted.setdefault("ipFamilyPolicy", policy)
    both = defaulted["ipFamilyPolicy"] != "SingleStack"
    defaulted.setdefault("ipFamilies", ["IPv4", "IPv6"] if both else ["IPv4"])
    defaulted.setdefault("internalTrafficPolicy", "Cluster")
    if isinstance(spec.get("ports"), list):  # else they are unknown
        ports: list[dict[str, Any]] = spec["ports"]
        defaulted["ports"] = [
            {"protocol": "TCP", "targetPort": port.get("port"), **picked, **port}
            for picked, port in zip(_node_ports(defaulted, number), ports, strict=False)
        ]
    return defaulted


def _node_ports(spec: dict[str, Any], number: int) -> Iterator[dict[str, int]]:
    """Yield for each port of a Service the node port that the API server picks, if any."""
    picks = spec["type"] in ("NodePort", "LoadBalancer")
    picks = picks and spec.get("allocateLoadBalancerNodePorts") is not False
    for index in count():
        yield {"nodePort": 30000 + (number * 16 + index) % 2768} if picks else {}


def _plain(value: object) -> Any:
    """Undo the wire format, in which numbers are floats, keys unordered, and secrets wrapped."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        if entries.get(_SIGNATURE) == _SECRET:
            return _plain(entries["value"])
        return {key: _plain(item) for key, item in sorted(entries.items())}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
