"""The arguments of `DeployedService` as the core takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .arguments import ITEM, TrafficArgs
from .unknown import Unknown

__all__ = [
    "DEFAULT_REPLICAS",
    "AutoscalingArgs",
    "DeployedServiceArgs",
    "EnvSourceArgs",
    "EnvValueArgs",
    "ProbeArgs",
    "ResourcesArgs",
    "SecurityArgs",
    "SpreadArgs",
    "VolumeArgs",
]

DEFAULT_REPLICAS = 3
"""How many Pods there are if no number is given."""

_Text = str | Unknown
_Number = int | Unknown
_Texts = Mapping[str, _Text]


def _none() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvValueArgs:
    """An `EnvValue`."""

    name: str
    key: _Text
    secret: _Text | None = None
    config_map: _Text | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvSourceArgs:
    """An `EnvSource`."""

    secret: _Text | None = None
    config_map: _Text | None = None
    prefix: _Text | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesArgs:
    """`Resources`."""

    requests: _Texts = field(default_factory=_none)
    limits: _Texts = field(default_factory=_none)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpProbeArgs:
    """An `HttpProbe`."""

    path: _Text = "/"
    port_name: str | None = None
    https: bool = False
    headers: _Texts = field(default_factory=_none)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpProbeArgs:
    """A `TcpProbe`."""

    port_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcProbeArgs:
    """A `GrpcProbe`."""

    port_name: str | None = None
    service: _Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeArgs:
    """A `Probe`."""

    http: HttpProbeArgs | None = field(default=None, metadata={ITEM: HttpProbeArgs})
    tcp: TcpProbeArgs | None = field(default=None, metadata={ITEM: TcpProbeArgs})
    grpc: GrpcProbeArgs | None = field(default=None, metadata={ITEM: GrpcProbeArgs})
    exec: Sequence[_Text] | None = None
    initial_delay_seconds: _Number | None = None
    period_seconds: _Number | None = None
    timeout_seconds: _Number | None = None
    success_threshold: _Number | None = None
    failure_threshold: _Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyDirArgs:
    """An `EmptyDir`."""

    in_memory: bool = False
    size_limit: _Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenArgs:
    """A `ServiceAccountToken`."""

    path: str
    audience: _Text | None = None
    expiration_seconds: _Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectedArgs:
    """A `ProjectedSource`."""

    secret: _Text | None = None
    config_map: _Text | None = None
    service_account_token: TokenArgs | None = field(default=None, metadata={ITEM: TokenArgs})


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeArgs:
    """A `Volume`."""

    name: str
    mount_path: str
    sub_path: _Text | None = None
    read_only: bool = False
    empty_dir: EmptyDirArgs | None = field(default=None, metadata={ITEM: EmptyDirArgs})
    config_map: _Text | None = None
    secret: _Text | None = None
    claim: _Text | None = None
    projected: Sequence[ProjectedArgs] | None = field(default=None, metadata={ITEM: ProjectedArgs})


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityArgs:
    """`Security`."""

    run_as_user: _Number | None = None
    run_as_group: _Number | None = None
    fs_group: _Number | None = None
    run_as_non_root: bool = True
    read_only_root_filesystem: bool = True
    allow_privilege_escalation: bool = False
    add_capabilities: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadArgs:
    """A `TopologySpread`."""

    topology_key: str | Unknown
    max_skew: _Number = 1
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoscalingArgs:
    """`Autoscaling`."""

    max_replicas: _Number
    min_replicas: _Number = DEFAULT_REPLICAS
    cpu_percent: _Number | None = None
    memory_percent: _Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedServiceArgs(TrafficArgs):
    """The arguments of a `DeployedService`."""

    image: _Text
    replicas: _Number | None = None
    env: _Texts = field(default_factory=_none)
    env_values: Sequence[EnvValueArgs] = field(default=(), metadata={ITEM: EnvValueArgs})
    env_from: Sequence[EnvSourceArgs] = field(default=(), metadata={ITEM: EnvSourceArgs})
    command: Sequence[_Text] = ()
    args: Sequence[_Text] = ()
    resources: ResourcesArgs | None = field(default=None, metadata={ITEM: ResourcesArgs})
    liveness: ProbeArgs | None = field(default=None, metadata={ITEM: ProbeArgs})
    readiness: ProbeArgs | None = field(default=None, metadata={ITEM: ProbeArgs})
    startup: ProbeArgs | None = field(default=None, metadata={ITEM: ProbeArgs})
    service_account_name: _Text | None = None
    image_pull_secrets: Sequence[_Text] = ()
    volumes: Sequence[VolumeArgs] = field(default=(), metadata={ITEM: VolumeArgs})
    security: SecurityArgs = field(default=SecurityArgs(), metadata={ITEM: SecurityArgs})
    topology_spread: Sequence[SpreadArgs] | None = field(default=None, metadata={ITEM: SpreadArgs})
    min_available: _Number | None = None
    autoscaling: AutoscalingArgs | None = field(default=None, metadata={ITEM: AutoscalingArgs})
    service_links: bool = False
    pod_annotations: _Texts = field(default_factory=_none)
