"""The objects of a `DeployedService`: a Deployment, its Service, and what scales its Pods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..validation.hazards.hazard import Hazard
from ..validation.rendered.autoscaler import MAX_REPLICAS, MIN_REPLICAS
from .adoption import Adoptions, read_adoptions
from .checks import check_objects
from .deployed_checks import check_pods
from .deployed_hazards import deployed_service_hazards
from .findings import Finding, forbidden, invalid
from .metadata import DEPLOYED_LABEL, Manifest
from .objects.deployment_manifest import deployment
from .objects.manifest_metadata import read_rules
from .objects.rendering import Rendering
from .objects.scaling_manifests import autoscaler, disruption_budget
from .objects.service_manifest import render_service, render_traffic
from .pod_arguments import DEFAULT_REPLICAS, DeployedServiceArgs
from .ports import Number, Port, read_ports, require_ports
from .presets import ports_by_path
from .unknown import Unknown

__all__ = ["DeployedServicePlan", "plan_deployed_service", "pod_labels"]


@dataclass(frozen=True, slots=True)
class DeployedServicePlan:
    """What a `DeployedService` declares."""

    objects: Sequence[Manifest]
    """The Service, the Deployment, and the budget and autoscaler if the arguments ask for them."""
    hazards: Sequence[Hazard]
    """What is legal but will not work as intended, as far as the arguments show."""
    adoptions: Adoptions
    """The objects that exist already."""
    keeps_live_replicas: bool
    """Whether an existing Deployment keeps its live number of Pods."""

    @property
    def service(self) -> Manifest:
        """The Service."""
        return self.objects[0]


def pod_labels(service_name: str) -> dict[str, str]:
    """Return the labels that distinguish the Pods of a `DeployedService` from all others."""
    return {DEPLOYED_LABEL: service_name}


def plan_deployed_service(
    args: DeployedServiceArgs,
    component_name: str,
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),  # noqa: ARG001 - one signature for all planners
) -> DeployedServicePlan:
    """Render the objects of a `DeployedService`, and check them.

    Args:
        args: The arguments.
        component_name: Names the objects where `service_name` is not given.
        findings: The errors in the form of the arguments; collects all others. The result may be
            used only if it stays empty.
        unknown: The paths of arguments that were not known when the program ran.
    """
    unread = tuple(findings)
    rules = read_rules(args.kubernetes_version, findings)
    name = component_name if args.service_name is None else args.service_name
    ports = _read_ports(args, findings)
    if not args.headless:
        require_ports(ports, unread, findings)
    served, containers = _named_targets(ports)
    service = render_service(args, component_name, args.type, served, findings)
    render_traffic(service, args, findings)
    service.put("spec.selector", pod_labels(name))
    check_pods(args, [port["name"] for port in containers], findings)
    _check_replicas(args, findings)
    made = [service, *_workload(args, name, containers, ports)]
    for one in made[1:]:
        _put_labels(one, args)
    check_objects(made, rules, findings, unread)
    objects = [one.manifest for one in made]
    return DeployedServicePlan(
        objects,
        deployed_service_hazards(args),
        read_adoptions(args, objects[:1], findings),
        keeps_live_replicas=args.autoscaling is not None or args.replicas is None,
    )


def _read_ports(args: DeployedServiceArgs, findings: list[Finding]) -> list[Port]:
    given = ports_by_path(args.ports)
    for path, port in given.items():
        if port.target_port_name is not None:
            remedy = "give the number in `target_port`"
            reason = "the component names the container's port itself"
            findings.append(forbidden(f"{path}.target_port_name", reason, remedy))
    return read_ports(given, findings, kind=args.type, selectorless=False)


def _named_targets(ports: Sequence[Port]) -> tuple[list[Port], list[Manifest]]:
    """Return the Service's ports, whose targets are names, and the container's ports."""
    served: list[Port] = []
    containers: dict[tuple[Number | str | Unknown, str], Manifest] = {}
    for port in ports:
        known = containers.setdefault(
            (port.target, port.protocol),
            {"name": port.name, "containerPort": port.target, "protocol": port.protocol},
        )
        served.append(
            Port(
                port.name,
                port.port,
                known["name"],
                port.protocol,
                port.app_protocol,
                port.node_port,
                port.path,
                f"{port.path}.name",
            )
        )
    return served, [*containers.values()]


def _workload(
    args: DeployedServiceArgs, name: str, containers: Sequence[Manifest], ports: Sequence[Port]
) -> Iterator[Rendering]:
    scaled = args.autoscaling
    replicas = DEFAULT_REPLICAS if args.replicas is None else args.replicas
    if scaled is not None:
        replicas = scaled.min_replicas
    selector = pod_labels(name)
    made = deployment(args, name, selector, containers, replicas)
    for index, port in enumerate(containers):
        origin = next(one for one in ports if one.name == port["name"])
        at = f"spec.template.spec.containers[0].ports[{index}]"
        made.note(at, origin.path)
        made.note(f"{at}.containerPort", origin.target_path)
    yield made
    if args.min_available is not None:
        yield disruption_budget(name, selector, args.min_available)
    if scaled is not None:
        yield autoscaler(name, scaled)


def _put_labels(made: Rendering, args: DeployedServiceArgs) -> None:
    if args.namespace is not None:
        made.put("metadata.namespace", args.namespace, "namespace")
    if args.labels:
        made.put("metadata.labels", dict(args.labels), "labels")


def _check_replicas(args: DeployedServiceArgs, findings: list[Finding]) -> None:
    if args.autoscaling is not None and args.replicas is not None:
        reason = "may not be given with `autoscaling`, which sets the number"
        remedy = "leave it out; `autoscaling.min_replicas` is the number of a new Deployment"
        findings.append(forbidden("replicas", reason, remedy))
    for field, rule in (("min_replicas", MIN_REPLICAS), ("max_replicas", MAX_REPLICAS)):
        number: object = getattr(args.autoscaling, field, None)
        if isinstance(number, int) and number < 1:
            detail = "must be greater than 0"
            findings.append(invalid(f"autoscaling.{field}", number, detail, rule=rule))
    if args.min_available == 0:
        remedy = "leave it out for no PodDisruptionBudget"
        findings.append(invalid("min_available", 0, "must be greater than 0", remedy))
