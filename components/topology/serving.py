"""Finds the endpoints that a Service sends traffic to, as kube-proxy and DNS choose them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.metadata import HEADLESS_LABEL
from ..validation.hazards.services import cluster_ips
from ..validation.hazards.slices import is_multicast
from ..validation.object_set import Endpoint, ExposedPort, Group, Service
from ..validation.untyped import items, mapping, text

FAMILIES = ("IPv4", "IPv6")


@dataclass(frozen=True, slots=True)
class Serving:
    """The endpoints of one Service, and which of them get traffic."""

    service: Service
    groups: Sequence[Group]
    manifests: Sequence[Mapping[str, Any]]
    virtual: Mapping[str, str]
    """The Service of each known cluster IP: kube-proxy sends nothing to these as endpoints."""

    @property
    def families(self) -> list[str]:
        """The families of the Service, assumed if it does not name them."""
        given = [one for one in items(self.service.spec.get("ipFamilies")) if one in FAMILIES]
        if given:
            return given
        addresses = list(cluster_ips(self.service))
        if addresses:
            return ["IPv6" if ":" in one else "IPv4" for one in addresses]
        if self.service.spec.get("ipFamilyPolicy") == "RequireDualStack":
            return list(FAMILIES)
        return []

    def unserved(self) -> Iterator[tuple[int, ExposedPort, str]]:
        """Yield index, port and family for which no endpoint accepts connections."""
        if self.service.is_headless:
            if not any(True for _ in self._of_dns()):
                for position, port in enumerate(self.service.ports[:1]):
                    yield position, port, ""
            return
        families = self.families
        for position, port in enumerate(self.service.ports):
            serving = {self._family(group, one) for group, one in self.endpoints(port)}
            if not families and not serving:
                yield position, port, ""
            for family in families:
                if family not in serving:
                    yield position, port, family

    def count(self, port: ExposedPort) -> int:
        """Return how many endpoints accept new connections for a port."""
        found = self._of_dns() if self.service.is_headless else self.endpoints(port)
        return len({one.address for _, one in found})

    def serves(self, group: Group, endpoint: Endpoint) -> bool:
        """Return whether an endpoint accepts new connections for some port."""
        if self.service.is_headless:
            return any(one is endpoint for _, one in self._of_dns())
        return any(
            any(one is endpoint and owner is group for owner, one in self.endpoints(port))
            for port in self.service.ports
        )

    def endpoints(self, port: ExposedPort) -> list[tuple[Group, Endpoint]]:
        """Return the endpoints that accept new connections for a port.

        Draining endpoints accept them if no other is ready.
        """
        able = [
            (group, endpoint)
            for group in self.groups
            if self._is_used(group) and _has_port(group, port)
            for endpoint in group.endpoints
            if self._is_usable(group, endpoint)
        ]
        ready = [(group, one) for group, one in able if one.ready]
        return ready or [(group, one) for group, one in able if one.serving and one.terminating]

    def _of_dns(self) -> Iterator[tuple[Group, Endpoint]]:
        for group in self.groups:
            for endpoint in group.endpoints if group.family != "FQDN" else ():
                if endpoint.ready and endpoint.address:
                    yield group, endpoint

    def _is_used(self, group: Group) -> bool:
        if group.family == "FQDN":
            return False
        labels = mapping(mapping(self.manifests[group.index].get("metadata")).get("labels"))
        return HEADLESS_LABEL not in labels

    def _is_usable(self, group: Group, endpoint: Endpoint) -> bool:
        families = self.families
        if not endpoint.address or (families and self._family(group, endpoint) not in families):
            return False
        if self.service.spec.get("internalTrafficPolicy") == "Local" and not endpoint.has_node:
            return False
        return not is_multicast(endpoint.address) and endpoint.address not in self.virtual

    @staticmethod
    def _family(group: Group, endpoint: Endpoint) -> str:
        return group.family_of(endpoint)


def _has_port(group: Group, port: ExposedPort) -> bool:
    return any(
        one.name == port.name and one.protocol == port.protocol and one.number
        for one in group.ports
    )


def is_external_local(service: Service) -> bool:
    """Return whether clients outside the cluster reach only endpoints of the node."""
    return service.spec.get("externalTrafficPolicy") == "Local" and (
        service.type in {"NodePort", "LoadBalancer"} or bool(items(service.spec.get("externalIPs")))
    )


def load_balancer(service: Service) -> list[str]:
    """Return the addresses and host names that a controller assigned to the Service."""
    status = mapping(mapping(service.manifest.get("status")).get("loadBalancer"))
    given = map(mapping, items(status.get("ingress")))
    return [one for entry in given if (one := text(entry.get("ip")) or text(entry.get("hostname")))]
