"""A record of the phase that a migrating Service has completed, only in Pulumi's state.

The Service itself says which phase has begun. An up that fails or is killed halfway leaves the
record unchanged, so that the next up checks the step again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import core

from .._registry import PHASE_RECORD
from ..core.findings import Finding
from ..core.metadata import Manifest
from ..core.migration import refused_record, unready_ports
from .threads import load

__all__ = ["PhaseRecord", "PhaseWatch", "Ports", "ports_of", "ready_ports"]

Ports = frozenset[tuple[str, str]]
"""Name and protocol of ports."""


@dataclass(frozen=True, slots=True)
class PhaseWatch:
    """What to compare with the record."""

    phase: str
    ports: Ports
    """The ports of the Service."""
    ready: pulumi.Output[Ports]
    """The ports for which Pods are ready; all ports if the phase does not need the check."""

    async def refused(self, old_inputs: Mapping[str, Any]) -> list[Finding]:
        """Return the errors if the phase may not follow the one in the state."""
        old = str(old_inputs.get("phase") or self.phase)
        findings = refused_record(old, self.phase)
        ready: Ports | None = await self.ready.future()
        if not findings and old != self.phase == "Internal" and ready is not None:
            findings = unready_ports(self.ports, ready)
        return findings


class PhaseRecord(pulumi.ComponentResource):
    """The record of one Service: a child of the component that declares the Service."""

    def __init__(self, name: str, watch: PhaseWatch, opts: pulumi.ResourceOptions) -> None:
        phase = watch.ready.apply(lambda _: watch.phase)
        super().__init__(PHASE_RECORD, name, {"phase": phase}, opts)
        self.register_outputs({})


def ports_of(service: Manifest) -> Ports:
    """Return name and protocol of a Service's ports."""
    return frozenset((port["name"], port["protocol"]) for port in service["spec"]["ports"])


async def ready_ports(parent: pulumi.Resource, name: str, identity: str) -> Ports:
    """Return the ports for which Pods of a Service's selector are ready, read from the cluster.

    The endpoints controller records them in the Endpoints with the Service's name, which do not
    contain slices of other controllers.

    Args:
        parent: The component.
        name: The Pulumi name of the read.
        identity: Namespace and name of the Service.
    """
    load(lambda: core.v1.Endpoints)
    opts = pulumi.ResourceOptions(parent=parent)
    subsets = core.v1.Endpoints.get(name, identity, opts).subsets
    if not await subsets.is_known():  # at preview an absent field is unknown: there is no Pod
        return frozenset()
    return _ready(await subsets.future())


def _ready(subsets: "Sequence[core.v1.outputs.EndpointSubset] | None") -> Ports:
    return frozenset(
        (port.name or "", port.protocol or "TCP")
        for subset in subsets or ()
        if subset.addresses
        for port in subset.ports or ()
    )
