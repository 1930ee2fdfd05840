"""The types of arguments: ports, backends, and the enums of a Service.

Every class here becomes a type of the same name in other languages. Enum members and their values,
which are strings, are both accepted.
"""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NotRequired, TypeAlias, TypedDict

import pulumi


class Protocol(StrEnum):
    """The transport protocol of a port (Kubernetes `protocol`)."""

    TCP = "TCP"
    """The default."""
    UDP = "UDP"
    """UDP, for datagrams."""
    SCTP = "SCTP"
    """SCTP; needs a network plugin that supports it."""


class ServiceType(StrEnum):
    """How a Service is reached (Kubernetes `spec.type`)."""

    CLUSTER_IP = "ClusterIP"
    """From inside the cluster, at the Service's own address. The default."""
    NODE_PORT = "NodePort"
    """Also from outside, at a port of every node."""
    LOAD_BALANCER = "LoadBalancer"
    """Also from outside, at an address that the cluster's load-balancer controller provides."""


class EndpointApi(StrEnum):
    """Which objects hold the backends."""

    SLICES = "Slices"
    """EndpointSlices (`discovery.k8s.io/v1`). The default."""
    ENDPOINTS = "Endpoints"
    """A legacy Endpoints object, which Kubernetes mirrors into slices. Deprecated since 1.33."""
    BOTH = "Both"
    """Both, without mirroring, for programs that read only Endpoints."""


class BackendState(StrEnum):
    """Whether connections are sent to a backend (Kubernetes `conditions`)."""

    ACTIVE = "Active"
    """Ready: it gets new connections. The default."""
    DRAINING = "Draining"
    """Serving and terminating: existing connections continue, new ones go to other backends while
    any is ready."""
    DISABLED = "Disabled"
    """Not serving: no connections at all."""


class MigrationPhase(StrEnum):
    """The phase of a migration from external backends to Pods.

    Go through `DRAINING` and `CUTOVER` for stateful servers: at no time do both sides take new
    connections. Or go through `HYBRID` and `SHARE_DRAINING`: both serve for a while.
    """

    EXTERNAL = "External"
    """External backends take all connections. The Service has no selector."""
    DRAINING = "Draining"
    """External backends are terminating, but still take all connections: no other is ready."""
    CUTOVER = "Cutover"
    """The Service has its selector; Pods take all new connections once the first is ready."""
    HYBRID = "Hybrid"
    """The Service has its selector; Pods and external backends share new connections."""
    SHARE_DRAINING = "ShareDraining"
    """Pods take all new connections; external backends keep their existing ones."""
    INTERNAL = "Internal"
    """Pods only. The slices are deleted after a check that Pods are ready for every port."""


class SessionAffinity(StrEnum):
    """Whether a client stays with one backend (Kubernetes `spec.sessionAffinity`)."""

    NONE = "None"
    """Every connection is balanced by itself. The default."""
    CLIENT_IP = "ClientIP"
    """Connections from one address go to one backend."""


class TrafficPolicy(StrEnum):
    """Which backends a node may use (Kubernetes `externalTrafficPolicy` and its sibling)."""

    CLUSTER = "Cluster"
    """All of them. The default."""
    LOCAL = "Local"
    """Those whose `node_name` is the node's."""


class TrafficDistribution(StrEnum):
    """Which backends are preferred (Kubernetes `spec.trafficDistribution`, KEP-4444, KEP-3015)."""

    PREFER_CLOSE = "PreferClose"
    """Those in the client's zone. The older name of `PREFER_SAME_ZONE`."""
    PREFER_SAME_ZONE = "PreferSameZone"
    """Those in the client's zone. From Kubernetes 1.34 on."""
    PREFER_SAME_NODE = "PreferSameNode"
    """Those on the client's node. From Kubernetes 1.34 on."""


class AdoptedKind(StrEnum):
    """The kind of an object that a component adopts."""

    SERVICE = "Service"
    """The Service."""
    ENDPOINT_SLICE = "EndpointSlice"
    """One of its EndpointSlices."""
    ENDPOINTS = "Endpoints"
    """Its legacy Endpoints."""


class IpFamily(StrEnum):
    """An IP family (Kubernetes `addressType`)."""

    IPV4 = "IPv4"
    """Addresses such as `192.0.2.10`."""
    IPV6 = "IPv6"
    """Addresses such as `2001:db8::10`."""


class Preset(StrEnum):
    """The known ports of a well-known server; `core/presets.py` has their sources."""

    POSTGRES = "postgres"
    """PostgreSQL, 5432."""
    MYSQL = "mysql"
    """MySQL, 3306."""
    MARIADB = "mariadb"
    """MariaDB, 3306."""
    MSSQL = "mssql"
    """Microsoft SQL Server, 1433."""
    ORACLE = "oracle"
    """Oracle Database, 1521."""
    MONGODB = "mongodb"
    """MongoDB, 27017."""
    REDIS = "redis"
    """Redis or Valkey, 6379."""
    REDIS_SENTINEL = "redis-sentinel"
    """Redis Sentinel, 26379."""
    MEMCACHED = "memcached"
    """Memcached, 11211."""
    KAFKA = "kafka"
    """Apache Kafka, 9092."""
    ZOOKEEPER = "zookeeper"
    """Apache ZooKeeper, 2181."""
    RABBITMQ = "rabbitmq"
    """RabbitMQ, AMQP on 5672."""
    NATS = "nats"
    """NATS, 4222."""
    ELASTICSEARCH = "elasticsearch"
    """Elasticsearch, HTTP on 9200 and transport on 9300."""
    OPENSEARCH = "opensearch"
    """OpenSearch, HTTP on 9200 and transport on 9300."""
    CASSANDRA = "cassandra"
    """Apache Cassandra, CQL on 9042."""
    CLICKHOUSE = "clickhouse"
    """ClickHouse, HTTP on 8123 and its own protocol on 9000."""
    ETCD = "etcd"
    """etcd, clients on 2379."""
    CONSUL = "consul"
    """Consul, HTTP on 8500."""
    VAULT = "vault"
    """Vault, 8200."""
    LDAP = "ldap"
    """LDAP, 389."""
    LDAPS = "ldaps"
    """LDAP over TLS, 636."""
    SMTP = "smtp"
    """SMTP, 25."""
    SUBMISSION = "submission"
    """SMTP from mail clients, 587."""
    HTTP = "http"
    """HTTP, 80."""
    HTTPS = "https"
    """HTTPS, 443."""
    SSH = "ssh"
    """SSH, 22."""


if TYPE_CHECKING:  # Pulumi's component analyzer takes neither unions nor literals
    ProtocolLike: TypeAlias = Protocol | Literal["TCP", "UDP", "SCTP"]
    ServiceTypeLike: TypeAlias = ServiceType | Literal["ClusterIP", "NodePort", "LoadBalancer"]
    EndpointApiLike: TypeAlias = EndpointApi | Literal["Slices", "Endpoints", "Both"]
    MigrationPhaseLike: TypeAlias = (
        MigrationPhase
        | Literal["External", "Draining", "Cutover", "Hybrid", "ShareDraining", "Internal"]
    )
    BackendStateLike: TypeAlias = BackendState | Literal["Active", "Draining", "Disabled"]
    SessionAffinityLike: TypeAlias = SessionAffinity | Literal["None", "ClientIP"]
    TrafficPolicyLike: TypeAlias = TrafficPolicy | Literal["Cluster", "Local"]
    TrafficDistributionLike: TypeAlias = (
        TrafficDistribution | Literal["PreferClose", "PreferSameZone", "PreferSameNode"]
    )
    AdoptedKindLike: TypeAlias = AdoptedKind | Literal["Service", "EndpointSlice", "Endpoints"]
    IpFamilyLike: TypeAlias = IpFamily | Literal["IPv4", "IPv6"]
    PresetLike: TypeAlias = (
        Preset
        | Literal[
            "postgres",
            "mysql",
            "mariadb",
            "mssql",
            "oracle",
            "mongodb",
            "redis",
            "redis-sentinel",
            "memcached",
            "kafka",
            "zookeeper",
            "rabbitmq",
            "nats",
            "elasticsearch",
            "opensearch",
            "cassandra",
            "clickhouse",
            "etcd",
            "consul",
            "vault",
            "ldap",
            "ldaps",
            "smtp",
            "submission",
            "http",
            "https",
            "ssh",
        ]
    )
else:
    ProtocolLike = Protocol
    ServiceTypeLike = ServiceType
    EndpointApiLike = EndpointApi
    MigrationPhaseLike = MigrationPhase
    BackendStateLike = BackendState
    SessionAffinityLike = SessionAffinity
    TrafficPolicyLike = TrafficPolicy
    TrafficDistributionLike = TrafficDistribution
    AdoptedKindLike = AdoptedKind
    IpFamilyLike = IpFamily
    PresetLike = Preset


class ServicePort(TypedDict):
    """A port of a Service, and of every backend behind it (Kubernetes `ServicePort`)."""

    port: pulumi.Input[int]
    """The port that clients connect to, 1 to 65535."""
    name: NotRequired[str]
    """A DNS label, unique among the ports; at most 15 characters to be usable in an Ingress.
    Defaults to `<protocol>-<port>`, such as `tcp-5432`; required if `port` is an Output."""
    target_port: NotRequired[pulumi.Input[int]]
    """The port that the backends listen on, 1 to 65535. Defaults to `port`. A headless Service
    without a selector cannot remap."""
    target_port_name: NotRequired[pulumi.Input[str]]
    """The name of the container's port, instead of `target_port`. Only with a selector, because the
    name is that of a Pod's port. Defaults to none."""
    protocol: NotRequired[ProtocolLike]
    """Defaults to `Protocol.TCP`."""
    app_protocol: NotRequired[pulumi.Input[str]]
    """The application protocol, a qualified name such as `kubernetes.io/h2c` (Kubernetes
    `appProtocol`). Defaults to none."""
    node_port: NotRequired[pulumi.Input[int]]
    """The port on every node, for types NodePort and LoadBalancer. Defaults to one that the
    cluster picks."""


class Backend(TypedDict):
    """One external endpoint (Kubernetes `Endpoint` of an EndpointSlice)."""

    address: pulumi.Input[str]
    """An IPv4 or IPv6 address, not loopback and not link-local."""
    id: NotRequired[str]
    """Identifies the backend across runs, such as a machine's name. With it, a change of address
    writes only one slice. Defaults to the address."""
    family: NotRequired[IpFamilyLike]
    """The family of an `address` that is an Output. Defaults to the address's own, and to
    `IpFamily.IPV4` while that is unknown."""
    hostname: NotRequired[pulumi.Input[str]]
    """A DNS label: `<hostname>.<service>.<namespace>.svc` resolves to the address. Defaults to
    none."""
    zone: NotRequired[pulumi.Input[str]]
    """Its zone. Defaults to none."""
    for_zones: NotRequired[Sequence[str]]
    """The zones whose clients should use it, at most 8 (Kubernetes `hints.forZones`). Defaults to
    none."""
    node_name: NotRequired[pulumi.Input[str]]
    """Its node; traffic policy `Local` needs it. Defaults to none."""
    state: NotRequired[BackendStateLike]
    """Defaults to `BackendState.ACTIVE`."""
    ports: NotRequired[Mapping[str, int]]
    """Its own port numbers where they differ from the Service's, by the name of the Service's port.
    Defaults to the Service's ports."""


class AdoptedObject(TypedDict):
    """A live object that a component takes over instead of creating it."""

    kind: AdoptedKindLike
    """The kind of the object."""
    name: NotRequired[str]
    """The name of an object that the component declares (`metadata.name`). Defaults to the only one
    of its kind."""
    resource: NotRequired[str]
    """The Pulumi name or URN of the resource in this stack's state that declares the object until
    now. For a resource nested in a component, only the URN works. Defaults to none: no stack
    declares the object, and it is imported from the cluster."""
