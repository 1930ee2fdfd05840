"""The object of a `SelectorService`: a Service that selects its Pods by labels."""

from .adoption import read_adoptions
from .arguments import SelectorServiceArgs
from .checks import check_objects
from .findings import Finding, required
from .hazards import selector_service_hazards
from .objects.manifest_metadata import read_rules
from .objects.service_manifest import ServicePlan, render_service, render_traffic
from .ports import read_ports, require_ports
from .presets import ports_by_path


def plan_selector_service(
    args: SelectorServiceArgs,
    component_name: str,
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),  # noqa: ARG001 - one signature for all planners
) -> ServicePlan:
    """Render the Service of a `SelectorService`, and check it.

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
    ports = read_ports(given, findings, kind=args.type, selectorless=False)
    wrong = {finding.path for finding in unread}
    if not args.headless:
        require_ports(ports, unread, findings)
    if not args.selector and "selector" not in wrong:
        remedy = "for backends outside the cluster use ExternalService"
        findings.append(required("selector", remedy=remedy))
    service = render_service(args, component_name, args.type, ports, findings)
    render_traffic(service, args, findings)
    service.put("spec.selector", dict(args.selector), "selector")
    if args.publish_not_ready_addresses is not None:
        published = args.publish_not_ready_addresses
        service.put("spec.publishNotReadyAddresses", published, "publish_not_ready_addresses")
    check_objects([service], rules, findings, unread)
    objects = [service.manifest]
    adoptions = read_adoptions(args, objects, findings)
    return ServicePlan(objects, selector_service_hazards(args), adoptions)
