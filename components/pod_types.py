"""The types of a `DeployedService`'s arguments: environment, probes, volumes and scaling.

Every class here becomes a type of the same name in other languages.
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
    """Whether Pods start without it if the object or its key is missing. Defaults to False."""


class EnvSource(TypedDict):
    """A Secret or ConfigMap, every key of which becomes an environment variable (`envFrom`)."""

    secret: NotRequired[pulumi.Input[str]]
    """The Secret's name. Defaults to none: give it or `config_map`."""
    config_map: NotRequired[pulumi.Input[str]]
    """The ConfigMap's name. Defaults to none: give it or `secret`."""
    prefix: NotRequired[pulumi.Input[str]]
    """The prefix of each variable's name. Defaults to none."""
    optional: NotRequired[bool]
    """Whether Pods start without it if the object is missing. Defaults to False."""


class Resources(TypedDict):
    """The requests and limits of a container, in quantities such as "500m" or "256Mi"."""

    requests: NotRequired[Mapping[str, pulumi.Input[str]]]
    """What the scheduler reserves, by resource, such as `cpu`. Defaults to the limits."""
    limits: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The maximum that the container may use, by resource. Defaults to none."""


class HttpProbe(TypedDict):
    """A GET request, which succeeds with a status from 200 to 399."""

    path: NotRequired[pulumi.Input[str]]
    """The path of the URL. Defaults to "/"."""
    port_name: NotRequired[str]
    """The name of one of `ports`. Defaults to the first TCP port."""
    https: NotRequired[bool]
    """Whether to use TLS, without verifying certificates. Defaults to False."""
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
    """The service in the request. Defaults to the whole server."""


class Probe(TypedDict):
    """How the kubelet checks a container; exactly one of `http`, `tcp`, `grpc` and `exec`."""

    http: NotRequired[HttpProbe]
    """A GET request. Defaults to none."""
    tcp: NotRequired[TcpProbe]
    """A TCP connection. Defaults to none."""
    grpc: NotRequired[GrpcProbe]
    """A call of the gRPC health protocol. Defaults to none."""
    exec: NotRequired[Sequence[pulumi.Input[str]]]
    """A command in the container, which succeeds with exit code 0. Defaults to none."""
    initial_delay_seconds: NotRequired[pulumi.Input[int]]
    """Seconds between the container's start and the first check. Defaults to 0."""
    period_seconds: NotRequired[pulumi.Input[int]]
    """Seconds between checks. Defaults to 10."""
    timeout_seconds: NotRequired[pulumi.Input[int]]
    """Seconds after which a check without an answer fails. Defaults to 1."""
    success_threshold: NotRequired[pulumi.Input[int]]
    """Successes in a row that end a failure; must be 1 except for `readiness`. Defaults to 1."""
    failure_threshold: NotRequired[pulumi.Input[int]]
    """Failed checks in a row that make the probe fail. Defaults to 3."""


class EmptyDir(TypedDict):
    """A folder that exists as long as its Pod."""

    in_memory: NotRequired[bool]
    """Whether to keep it in memory, which counts against the container's limit. Defaults to
    False."""
    size_limit: NotRequired[pulumi.Input[str]]
    """Its maximum size, a quantity such as "64Mi". Defaults to no limit."""


class ServiceAccountToken(TypedDict):
    """A token of the Pod's service account, which the kubelet renews."""

    path: str
    """The file, relative to the volume."""
    audience: NotRequired[pulumi.Input[str]]
    """The intended recipient. Defaults to the API server."""
    expiration_seconds: NotRequired[pulumi.Input[int]]
    """Its lifetime in seconds, at least 600. Defaults to 3600."""


class ProjectedSource(TypedDict):
    """One source of a projected volume: a Secret, a ConfigMap or a token."""

    secret: NotRequired[pulumi.Input[str]]
    """A Secret's name. Defaults to none."""
    config_map: NotRequired[pulumi.Input[str]]
    """A ConfigMap's name. Defaults to none."""
    service_account_token: NotRequired[ServiceAccountToken]
    """A token of the service account. Defaults to none."""


class Volume(TypedDict):
    """A volume and its mount path; exactly one of the kinds of volume."""

    name: str
    """A DNS label, unique among the volumes."""
    mount_path: str
    """Its path in the container, unique among the volumes."""
    sub_path: NotRequired[pulumi.Input[str]]
    """The part of the volume to mount, a relative path. Defaults to the whole volume."""
    read_only: NotRequired[bool]
    """Whether the container may only read it. Defaults to False."""
    empty_dir: NotRequired[EmptyDir]
    """A folder that exists as long as the Pod. Defaults to none."""
    config_map: NotRequired[pulumi.Input[str]]
    """A ConfigMap's name: each key is a file. Defaults to none."""
    secret: NotRequired[pulumi.Input[str]]
    """A Secret's name: each key is a file. Defaults to none."""
    claim: NotRequired[pulumi.Input[str]]
    """A PersistentVolumeClaim's name. Defaults to none."""
    projected: NotRequired[Sequence[ProjectedSource]]
    """Several sources in one folder. Defaults to none."""


class Security(TypedDict):
    """The user of a container and its privileges."""

    run_as_user: NotRequired[pulumi.Input[int]]
    """The user's ID. Defaults to the image's, which must be a number other than 0."""
    run_as_group: NotRequired[pulumi.Input[int]]
    """The group's ID. Defaults to the image's."""
    fs_group: NotRequired[pulumi.Input[int]]
    """The ID of the group that owns the files of volumes. Defaults to none."""
    run_as_non_root: NotRequired[bool]
    """Whether to refuse to run as root. Defaults to True."""
    read_only_root_filesystem: NotRequired[bool]
    """Whether only volumes can be written to. Defaults to True."""
    allow_privilege_escalation: NotRequired[bool]
    """Whether a process may gain more privileges than its parent. Defaults to False."""
    add_capabilities: NotRequired[Sequence[str]]
    """Capabilities to keep, such as `NET_BIND_SERVICE`; all others are dropped. Defaults to
    none."""


class TopologySpread(TypedDict):
    """How evenly Pods are spread over nodes, zones or another label of nodes."""

    topology_key: str
    """The node's label, such as `topology.kubernetes.io/zone`."""
    max_skew: NotRequired[pulumi.Input[int]]
    """The maximum difference of Pods between two values of the label, at least 1. Defaults to 1."""
    required: NotRequired[bool]
    """Whether a Pod stays unscheduled rather than making the spread uneven. Defaults to False."""


class Autoscaling(TypedDict):
    """Scaling of the number of Pods by their use of requested CPU and memory."""

    max_replicas: pulumi.Input[int]
    """The maximum of Pods."""
    min_replicas: NotRequired[pulumi.Input[int]]
    """The minimum of Pods, and the initial number of a new Deployment. Defaults to 3."""
    cpu_percent: NotRequired[pulumi.Input[int]]
    """The target for average CPU use, in percent of the request. Defaults to 80, unless
    `memory_percent` is given."""
    memory_percent: NotRequired[pulumi.Input[int]]
    """The target for average memory use, in percent of the request. Defaults to none."""
