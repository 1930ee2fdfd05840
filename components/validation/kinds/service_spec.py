"""A Service's spec as the API server stores it, with defaults and allocated values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NONE = "None"
"""The clusterIP of a headless Service."""

CLUSTER_IP = "ClusterIP"
EXTERNAL_NAME = "ExternalName"
LOAD_BALANCER = "LoadBalancer"
NODE_PORT = "NodePort"

SINGLE_STACK = "SingleStack"
PREFER_DUAL_STACK = "PreferDualStack"
REQUIRE_DUAL_STACK = "RequireDualStack"


@dataclass(slots=True)
class Spec:
    """The validated spec. Fields that the API server fills in or drops may change."""

    fields: Mapping[str, Any]
    """The decoded spec, for fields that are validated as given."""
    type: str
    ports: Sequence[Mapping[str, Any]]
    node_ports: list[int]
    """The node port of each port, 0 if it has none."""
    cluster_ip: str
    cluster_ips: list[str]
    families: list[str]
    family_policy: str | None
    external_ips: Sequence[str]
    external_traffic_policy: str
    health_check_node_port: int
    allocates_node_ports: bool | None
    load_balancer_class: str | None

    @property
    def headless(self) -> bool:
        """Whether it has no cluster IP on purpose (`isHeadlessService`)."""
        return self.cluster_ips == [NONE]

    @property
    def selects(self) -> bool:
        """Whether it has a selector."""
        return bool(self.fields.get("selector"))

    @property
    def has_node_ports(self) -> bool:
        """Whether its type has node ports."""
        return self.type in (NODE_PORT, LOAD_BALANCER)

    @property
    def externally_accessible(self) -> bool:
        """Whether it may have an externalTrafficPolicy (`ExternallyAccessible`)."""
        return self.has_node_ports or (self.type == CLUSTER_IP and bool(self.external_ips))

    @property
    def needs_health_check(self) -> bool:
        """Whether it has a healthCheckNodePort (`NeedsHealthCheck`)."""
        return self.type == LOAD_BALANCER and self.external_traffic_policy == "Local"


def read_spec(service: Mapping[str, Any]) -> Spec:
    """Read a decoded Service's spec and fill in the defaults (`SetDefaults_Service`)."""
    fields: Mapping[str, Any] = service.get("spec") or {}
    ports = fields.get("ports") or ()
    spec = Spec(
        fields=fields,
        type=fields.get("type") or CLUSTER_IP,
        ports=ports,
        node_ports=[port.get("nodePort", 0) for port in ports],
        cluster_ip=fields.get("clusterIP", ""),
        cluster_ips=list(fields.get("clusterIPs") or ()),
        families=list(fields.get("ipFamilies") or ()),
        family_policy=fields.get("ipFamilyPolicy"),
        external_ips=fields.get("externalIPs") or (),
        external_traffic_policy=fields.get("externalTrafficPolicy", ""),
        health_check_node_port=fields.get("healthCheckNodePort", 0),
        allocates_node_ports=fields.get("allocateLoadBalancerNodePorts"),
        load_balancer_class=fields.get("loadBalancerClass"),
    )
    if spec.allocates_node_ports is None and spec.type == LOAD_BALANCER:
        spec.allocates_node_ports = True
    if not spec.external_traffic_policy and spec.externally_accessible:
        spec.external_traffic_policy = "Cluster"
    return spec


def protocol_of(port: Mapping[str, Any]) -> str:
    """Return a port's protocol. Defaults to TCP."""
    return port.get("protocol") or "TCP"
