"""Deployment of apps/v1, whose Pods have one container."""

from collections.abc import Iterator, Mapping, Sequence

from ..metadata import Manifest
from ..pod_arguments import DeployedServiceArgs, SecurityArgs, SpreadArgs
from ..ports import Number
from .container_manifest import put_container
from .rendering import Rendering
from .volume_manifests import put_volumes

__all__ = ["deployment"]

DEFAULT_SPREAD = (SpreadArgs(topology_key="kubernetes.io/hostname"),)
"""Spreads Pods over nodes if there are enough."""

_POD = "spec.template.spec"


def deployment(
    args: DeployedServiceArgs,
    name: str,
    selector: Mapping[str, str],
    ports: Sequence[Manifest],
    replicas: Number,
) -> Rendering:
    """Render a Deployment.

    Args:
        args: The arguments.
        name: Its name, and that of its container.
        selector: The labels that distinguish its Pods from all others.
        ports: The ports of the container.
        replicas: How many Pods it has when it is created.
    """
    made = Rendering("apps/v1", "Deployment")
    made.put("metadata.name", name, "service_name")
    origin = "replicas" if args.autoscaling is None else "autoscaling.min_replicas"
    made.put("spec.replicas", replicas, origin)
    made.put("spec.selector", {"matchLabels": dict(selector)})
    made.put("spec.template.metadata.labels", {**args.labels, **selector})
    made.note("spec.template.labels", "labels")
    if args.pod_annotations:
        made.put("spec.template.metadata.annotations", dict(args.pod_annotations))
        made.note("spec.template.annotations", "pod_annotations")
    _put_pod(made, args, selector)
    put_container(made, f"{_POD}.containers", args, name, ports)
    put_volumes(made, _POD, args.volumes)
    return made


def _put_pod(made: Rendering, args: DeployedServiceArgs, selector: Mapping[str, str]) -> None:
    made.put(f"{_POD}.enableServiceLinks", args.service_links)
    made.put(f"{_POD}.securityContext", _pod_security(args.security))
    made.note(f"{_POD}.securityContext", "security")
    if args.service_account_name is not None:
        field = f"{_POD}.serviceAccountName"
        made.put(field, args.service_account_name, "service_account_name")
    if args.image_pull_secrets:
        secrets = [{"name": secret} for secret in args.image_pull_secrets]
        made.put(f"{_POD}.imagePullSecrets", secrets, "image_pull_secrets")
    spreads = DEFAULT_SPREAD if args.topology_spread is None else args.topology_spread
    if spreads:
        field = f"{_POD}.topologySpreadConstraints"
        made.put(field, [*_spreads(spreads, selector)], "topology_spread")


def _pod_security(security: SecurityArgs) -> Manifest:
    context: Manifest = {
        "runAsNonRoot": security.run_as_non_root,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    for field, value in (
        ("runAsUser", security.run_as_user),
        ("runAsGroup", security.run_as_group),
        ("fsGroup", security.fs_group),
    ):
        if value is not None:
            context[field] = value
    return context


def _spreads(spreads: Sequence[SpreadArgs], selector: Mapping[str, str]) -> Iterator[Manifest]:
    for spread in spreads:
        yield {
            "topologyKey": spread.topology_key,
            "maxSkew": spread.max_skew,
            "whenUnsatisfiable": "DoNotSchedule" if spread.required else "ScheduleAnyway",
            "labelSelector": {"matchLabels": dict(selector)},
        }
