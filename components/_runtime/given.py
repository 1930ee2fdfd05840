"""Values that the cluster assigns to a Service or an Ingress: addresses and node ports.

At preview a dry run invents them for objects that do not exist yet. They are unknown then, except
for values that a live Service already has and keeps.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import pulumi
from pulumi.runtime import is_dry_run
from pulumi_kubernetes import core, networking

from ..core.metadata import Manifest
from .hooks import outputs_before

T = TypeVar("T")


def cluster_ip(service: "core.v1.Service", planned: Manifest) -> pulumi.Output[str]:
    """Return the Service's own address.

    Args:
        service: The Service, as registered.
        planned: Its manifest, as far as it is known when the program runs.
    """
    if planned["spec"].get("clusterIP") is not None:
        return service.spec.apply(lambda spec: spec.cluster_ip or "")
    return _kept(
        service,
        now=lambda spec: spec.cluster_ip or "",
        before=lambda spec: spec.get("clusterIP") or "",
        pick=lambda spec: spec.cluster_ip or "",
    )


def node_ports(service: "core.v1.Service", planned: Manifest) -> pulumi.Output[dict[str, int]]:
    """Return the node port of each port that has one, by the port's name."""
    spec = planned["spec"]
    if spec["type"] not in ("NodePort", "LoadBalancer"):
        return pulumi.Output.from_input(cast("dict[str, int]", {}))
    ports: Sequence[Manifest] = spec["ports"]
    picked = {port["name"] for port in ports if "nodePort" not in port}
    if not picked or spec.get("allocateLoadBalancerNodePorts") is False:
        return service.spec.apply(_numbers)
    return _kept(
        service,
        now=lambda spec: {name: _numbers(spec).get(name) for name in picked},
        before=lambda spec: {
            name: next((p.get("nodePort") for p in _ports(spec) if p.get("name") == name), None)
            for name in picked
        },
        pick=_numbers,
    )


def load_balancer(service: "core.v1.Service", planned: Manifest) -> pulumi.Output[list[str]]:
    """Return the addresses and host names that the load-balancer controller assigned."""
    if planned["spec"]["type"] != "LoadBalancer":
        return pulumi.Output.from_input(cast("list[str]", []))

    return service.status.apply(_balanced)


def ingress_addresses(ingress: "networking.v1.Ingress") -> pulumi.Output[list[str]]:
    """Return the addresses and host names that the controller assigned to an Ingress."""
    return ingress.status.apply(_balanced)


def _balanced(
    status: "core.v1.outputs.ServiceStatus | networking.v1.outputs.IngressStatus | None",
) -> Any:
    given = (status.load_balancer.ingress if status and status.load_balancer else None) or []
    addresses = [text for one in given for text in (one.ip, one.hostname) if text]
    return addresses or (_unknown() if is_dry_run() else [])


def _numbers(spec: "core.v1.outputs.ServiceSpec") -> dict[str, int]:
    return {port.name or "": port.node_port for port in spec.ports or [] if port.node_port}


def _ports(spec: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return spec.get("ports") or ()


def _kept(
    service: "core.v1.Service",
    *,
    now: Callable[["core.v1.outputs.ServiceSpec"], object],
    before: Callable[[Mapping[str, Any]], object],
    pick: Callable[["core.v1.outputs.ServiceSpec"], T],
) -> pulumi.Output[T]:
    """Return an assigned value, unknown at preview unless a live Service already has it.

    Args:
        service: The Service, as registered.
        now: Returns the assigned value of the returned spec.
        before: Returns the same of the spec from before this update.
        pick: Returns the result.
    """

    def choose(urn: str, version: str | None, spec: "core.v1.outputs.ServiceSpec") -> Any:
        if not is_dry_run():
            return pick(spec)
        if not version:  # it does not exist yet
            return _unknown()
        old = outputs_before(urn)
        if old is not None and before(old.get("spec") or {}) != now(spec):
            return _unknown()
        return pick(spec)

    return service.urn.apply(
        lambda urn: service.metadata.apply(
            lambda metadata: service.spec.apply(
                lambda spec: choose(urn, metadata.resource_version, spec)
            )
        )
    )


def _unknown() -> pulumi.Output[Any]:
    async def give(value: Any) -> Any:
        return value

    return pulumi.Output(set(), give(None), give(value=False), give(value=False))
