"""Values that the cluster assigns to a Service or an Ingress: addresses and node ports.

At preview a dry run invents them for objects that do not exist yet. They are unknown then, except
for values that a live Service already has and keeps.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import pulumi
from pulumi.runtime import is_dry_run

from ..core.metadata import Manifest
from .hooks import outputs_before
from .late_types import read

T = TypeVar("T")


def cluster_ip(service: pulumi.CustomResource, planned: Manifest) -> pulumi.Output[str]:
    """Return the Service's own address.

    Args:
        service: The Service, as registered.
        planned: Its manifest, as far as it is known when the program runs.
    """
    if planned["spec"].get("clusterIP") is not None:
        return read(service, "spec", _cluster_ip)
    return _kept(service, assigned=_cluster_ip, pick=_cluster_ip)


def node_ports(service: pulumi.CustomResource, planned: Manifest) -> pulumi.Output[dict[str, int]]:
    """Return the node port of each port that has one, by the port's name."""
    spec = planned["spec"]
    if spec["type"] not in ("NodePort", "LoadBalancer"):
        return pulumi.Output.from_input(cast("dict[str, int]", {}))
    ports: Sequence[Manifest] = spec["ports"]
    picked = {port["name"] for port in ports if "nodePort" not in port}
    if not picked or spec.get("allocateLoadBalancerNodePorts") is False:
        return read(service, "spec", _numbers)
    return _kept(
        service,
        assigned=lambda spec: {name: _numbers(spec).get(name) for name in picked},
        pick=_numbers,
    )


def load_balancer(service: pulumi.CustomResource, planned: Manifest) -> pulumi.Output[list[str]]:
    """Return the addresses and host names that the load-balancer controller assigned."""
    if planned["spec"]["type"] != "LoadBalancer":
        return pulumi.Output.from_input(cast("list[str]", []))

    return read(service, "status", _balanced)


def ingress_addresses(ingress: pulumi.CustomResource) -> pulumi.Output[list[str]]:
    """Return the addresses and host names that the controller assigned to an Ingress."""
    return read(ingress, "status", _balanced)


def _balanced(status: Mapping[str, Any] | None) -> Any:
    balancer: Mapping[str, Any] = (status or {}).get("loadBalancer") or {}
    given: Sequence[Mapping[str, str]] = balancer.get("ingress") or []
    addresses = [text for one in given for text in (one.get("ip"), one.get("hostname")) if text]
    return addresses or (_unknown() if is_dry_run() else [])


def _cluster_ip(spec: Mapping[str, Any]) -> str:
    return spec.get("clusterIP") or ""


def _numbers(spec: Mapping[str, Any]) -> dict[str, int]:
    ports: Sequence[Mapping[str, Any]] = spec.get("ports") or ()
    return {p.get("name") or "": int(p["nodePort"]) for p in ports if p.get("nodePort")}


def _kept(
    service: pulumi.CustomResource,
    *,
    assigned: Callable[[Mapping[str, Any]], object],
    pick: Callable[[Mapping[str, Any]], T],
) -> pulumi.Output[T]:
    """Return an assigned value, unknown at preview unless a live Service already has it.

    Args:
        service: The Service, as registered.
        assigned: Returns what the cluster assigned, of the returned spec or the one before.
        pick: Returns the result.
    """

    def choose(urn: str, version: str | None, spec: Mapping[str, Any]) -> Any:
        if not is_dry_run():
            return pick(spec)
        if not version:  # it does not exist yet
            return _unknown()
        old = outputs_before(urn)
        if old is not None and assigned(old.get("spec") or {}) != assigned(spec):
            return _unknown()
        return pick(spec)

    return service.urn.apply(
        lambda urn: read(
            service,
            "metadata",
            lambda metadata: read(
                service, "spec", lambda spec: choose(urn, metadata.get("resourceVersion"), spec)
            ),
        )
    )


def _unknown() -> pulumi.Output[Any]:
    async def give(value: Any) -> Any:
        return value

    return pulumi.Output(set(), give(None), give(value=False), give(value=False))
