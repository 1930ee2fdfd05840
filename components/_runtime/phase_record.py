"""A record of the phase that a migrating Service has reached, in the state and nowhere else.

The Service itself says which phase is begun. An up that fails, or is killed, half way leaves the
record as it was: what the next step rests on is checked again then.
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

__all__ = ["PhaseRecord", "PhaseWatch", "Ports", "ports_of", "ready_ports"]

Ports = frozenset[tuple[str, str]]
"""Name and protocol of ports."""


@dataclass(frozen=True, slots=True)
class PhaseWatch:
    """What is compared with the record."""

    phase: str
    ports: Ports
    """Those of the Service."""
    ready: pulumi.Output[Ports]
    """Those for which Pods are ready; all of them where nobody has to ask."""

    async def refused(self, old_inputs: Mapping[str, Any]) -> list[Finding]:
        """Return why the phase cannot follow the one that the state holds."""
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
    """Ask the cluster for which ports Pods of a Service's selector are ready.

    The endpoints controller writes that down in the Endpoints of the Service's name, which hold
    nothing of slices that others made.

    Args:
        parent: The component.
        name: The Pulumi name of what is read.
        identity: Namespace and name of the Service.
    """
    opts = pulumi.ResourceOptions(parent=parent)
    subsets = core.v1.Endpoints.get(name, identity, opts).subsets
    if not await subsets.is_known():  # at preview, a field that is not there: there is no Pod
        return frozenset()
    return _ready(await subsets.future())


def _ready(subsets: "Sequence[core.v1.outputs.EndpointSubset] | None") -> Ports:
    return frozenset(
        (port.name or "", port.protocol or "TCP")
        for subset in subsets or ()
        if subset.addresses
        for port in subset.ports or ()
    )
