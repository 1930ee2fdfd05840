"""The object of an `ExternalNameService`: an alias in the cluster's DNS."""

from .adoption import read_adoptions
from .arguments import ExternalNameServiceArgs
from .checks import check_objects
from .findings import Finding
from .hazards import external_name_hazards
from .objects.manifest_metadata import read_rules
from .objects.service_manifest import ServicePlan, render_service
from .ports import read_ports
from .presets import ports_by_path

_ALIAS = "an alias cannot remap a port: its clients connect to the external name itself"


def plan_external_name_service(
    args: ExternalNameServiceArgs,
    component_name: str,
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),  # noqa: ARG001 - one signature for all planners
) -> ServicePlan:
    """Render the Service of an `ExternalNameService`, and check it.

    Args:
        args: The arguments.
        component_name: Names the Service where `service_name` is not given.
        findings: The errors in the form of the arguments; collects all others. The result may be
            used only if it stays empty.
        unknown: The paths of arguments that were not known when the program ran.
    """
    unread = tuple(findings)
    rules = read_rules(args.kubernetes_version, findings)
    given = ports_by_path(args.ports)
    ports = read_ports(given, findings, kind="ExternalName", selectorless=True, fixed=_ALIAS)
    service = render_service(args, component_name, "ExternalName", ports, findings)
    service.put("spec.externalName", args.external_name, "external_name")
    check_objects([service], rules, findings, unread)
    objects = [service.manifest]
    adoptions = read_adoptions(args, objects, findings)
    hazards = external_name_hazards(args.external_name, ports, _own_name(args, component_name))
    return ServicePlan(objects, hazards, adoptions)


def _own_name(args: ExternalNameServiceArgs, component_name: str) -> str | None:
    """Return the Service's name in the cluster's DNS, up to `svc`, if its namespace is known."""
    name = args.service_name or component_name
    return f"{name}.{args.namespace}.svc" if isinstance(args.namespace, str) else None
