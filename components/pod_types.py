"""The words that the Pods of a `DeployedService` are described in.

Every class here maps to a type of the same name in other languages.
"""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi


class EnvValue(TypedDict):
    """An environment variable whose value is a key of a Secret or ConfigMap (`valueFrom`)."""

    name: str
    """The variable's name."""
    key: pulumi.Input[str]
    """The key in the Secret or ConfigMap."""
    secret: NotRequired[pulumi.Input[str]]
    """The Secret's name. Defaults to none: give it or `config_map`."""
    config_map: NotRequired[pulumi.Input[str]]
    """The ConfigMap's name. Defaults to none: give it or `secret`."""
    optional: NotRequired[bool]
    """Start without it where the object or its key is missing. Defaults to False."""


class EnvSource(TypedDict):
    """A Secret or ConfigMap, every key of which becomes an environment variable (`envFrom`)."""

    secret: NotRequired[pulumi.Input[str]]
    """The Secret's name. Defaults to none: give it or `config_map`."""
    config_map: NotRequired[pulumi.Input[str]]
    """The ConfigMap's name. Defaults to none: give it or `secret`."""
    prefix: NotRequired[pulumi.Input[str]]
    """Put before each name. Defaults to none."""
    optional: NotRequired[bool]
    """Start without it where the object is missing. Defaults to False."""


class Resources(TypedDict):
    """What a container asks for and what it may use, in quantities such as "500m" or "256Mi"."""

    requests: NotRequired[Mapping[str, pulumi.Input[str]]]
    """What the scheduler reserves, by resource, such as `cpu`. Defaults to the limits."""
    limits: NotRequired[Mapping[str, pulumi.Input[str]]]
    """What it may use at most, by resource. Defaults to none."""


class HttpProbe(TypedDict):
    """A GET request, which a status from 200 to 399 answers well."""

    path: NotRequired[pulumi.Input[str]]
    """The path of the URL. Defaults to "/"."""
    port_name: NotRequired[str]
    """The name of one of `ports`. Defaults to the first TCP port."""
    https: NotRequired[bool]
    """Use TLS; certificates are not verified. Defaults to False."""
    headers: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Headers of the request. Defaults to none."""


class TcpProbe(TypedDict):
    """A TCP connection, which is opened and closed."""

    port_name: NotRequired[str]
    """The name of one of `ports`. Defaults to the first TCP port."""


class GrpcProbe(TypedDict):
    """A call of `grpc.health.v1.Health/Check`."""

    port_name: NotRequired[str]
    """The name of one of `ports`. Defaults to the first TCP port."""
    service: NotRequired[pulumi.Input[str]]
    """The service that is asked for. Defaults to the whole server."""


class Probe(TypedDict):
    """How the kubelet asks a container whether it is well: `http`, `tcp`, `grpc` or `exec`."""

    http: NotRequired[HttpProbe]
    """A GET request. Defaults to none."""
    tcp: NotRequired[TcpProbe]
    """A TCP connection. Defaults to none."""
    grpc: NotRequired[GrpcProbe]
    """A call of the gRPC health protocol. Defaults to none."""
    exec: NotRequired[Sequence[pulumi.Input[str]]]
    """A command in the container, which ends with 0 where all is well. Defaults to none."""
    initial_delay_seconds: NotRequired[pulumi.Input[int]]
    """How long it waits after the container's start. Defaults to 0."""
    period_seconds: NotRequired[pulumi.Input[int]]
    """How often it asks. Defaults to 10."""
    timeout_seconds: NotRequired[pulumi.Input[int]]
    """How long it waits for an answer. Defaults to 1."""
    success_threshold: NotRequired[pulumi.Input[int]]
    """How many good answers make it well again; 1 unless readiness is asked for. Defaults to 1."""
    failure_threshold: NotRequired[pulumi.Input[int]]
    """How many bad answers in a row count. Defaults to 3."""


class EmptyDir(TypedDict):
    """A folder that lives as long as its Pod."""

    in_memory: NotRequired[bool]
    """Keep it in memory, where it counts against the container's limit. Defaults to False."""
    size_limit: NotRequired[pulumi.Input[str]]
    """How large it may be, a quantity such as "64Mi". Defaults to no limit."""


class ServiceAccountToken(TypedDict):
    """A token of the Pod's service account, which the kubelet renews."""

    path: str
    """The file, relative to the volume."""
    audience: NotRequired[pulumi.Input[str]]
    """Who is to take it. Defaults to the API server."""
    expiration_seconds: NotRequired[pulumi.Input[int]]
    """How long it is valid, at least 600. Defaults to 3600."""


class ProjectedSource(TypedDict):
    """One source of a projected volume: a Secret, a ConfigMap or a token."""

    secret: NotRequired[pulumi.Input[str]]
    """A Secret's name. Defaults to none."""
    config_map: NotRequired[pulumi.Input[str]]
    """A ConfigMap's name. Defaults to none."""
    service_account_token: NotRequired[ServiceAccountToken]
    """A token of the service account. Defaults to none."""


class Volume(TypedDict):
    """A volume and where it is mounted. Of the kinds of volume give exactly one."""

    name: str
    """A DNS label, unique among the volumes."""
    mount_path: str
    """Where it is in the container, unique among the volumes."""
    sub_path: NotRequired[pulumi.Input[str]]
    """The part of the volume that is mounted, a relative path. Defaults to the whole."""
    read_only: NotRequired[bool]
    """Whether the container may only read it. Defaults to False."""
    empty_dir: NotRequired[EmptyDir]
    """A folder that lives as long as the Pod. Defaults to none."""
    config_map: NotRequired[pulumi.Input[str]]
    """A ConfigMap's name: one file a key. Defaults to none."""
    secret: NotRequired[pulumi.Input[str]]
    """A Secret's name: one file a key. Defaults to none."""
    claim: NotRequired[pulumi.Input[str]]
    """A PersistentVolumeClaim's name. Defaults to none."""
    projected: NotRequired[Sequence[ProjectedSource]]
    """Several sources in one folder. Defaults to none."""


class Security(TypedDict):
    """As whom the container runs, and what it may do."""

    run_as_user: NotRequired[pulumi.Input[int]]
    """The user's number. Defaults to the image's, which must be a number other than 0."""
    run_as_group: NotRequired[pulumi.Input[int]]
    """The group's number. Defaults to the image's."""
    fs_group: NotRequired[pulumi.Input[int]]
    """The group that owns the files of volumes. Defaults to none."""
    run_as_non_root: NotRequired[bool]
    """Refuse to run as root. Defaults to True."""
    read_only_root_filesystem: NotRequired[bool]
    """Write to volumes alone. Defaults to True."""
    allow_privilege_escalation: NotRequired[bool]
    """Whether a process may gain more privileges than its parent. Defaults to False."""
    add_capabilities: NotRequired[Sequence[str]]
    """Capabilities to keep, such as `NET_BIND_SERVICE`; all others are dropped. Defaults to
    none."""


class TopologySpread(TypedDict):
    """How evenly Pods are spread over nodes, zones or whatever a node's label tells."""

    topology_key: str
    """The node's label, such as `topology.kubernetes.io/zone`."""
    max_skew: NotRequired[pulumi.Input[int]]
    """By how many Pods two of its values may differ, at least 1. Defaults to 1."""
    required: NotRequired[bool]
    """Leave a Pod unscheduled rather than spread it unevenly. Defaults to False."""


class Autoscaling(TypedDict):
    """How many Pods there are, by their use of what they request."""

    max_replicas: pulumi.Input[int]
    """At most so many."""
    min_replicas: NotRequired[pulumi.Input[int]]
    """At least so many, and the number of a Deployment that is created. Defaults to 3."""
    cpu_percent: NotRequired[pulumi.Input[int]]
    """The share of the CPU request that Pods use on average. Defaults to 80, unless
    `memory_percent` is given."""
    memory_percent: NotRequired[pulumi.Input[int]]
    """The share of the memory request that Pods use on average. Defaults to none."""
