"""The object of a `SelectorService`: a Service that finds its Pods by their labels."""

from .adoption import read_adoptions
from .deferred import Deferred
from .findings import Finding, required
from .hazards import selector_service_hazards
from .metadata import Plain, read_metadata, read_selector, read_service_name
from .ports import read_ports
from .refusals import refusals
from .service import ServicePlan, service, service_spec, service_type


def plan_selector_service(
    args: Plain,
    component_name: str,
    findings: list[Finding],
    deferred: frozenset[str] = frozenset(),  # noqa: ARG001 - one signature for all planners
) -> ServicePlan:
    """Check the arguments of a `SelectorService` and render its Service.

    Args:
        args: The arguments as plain values.
        component_name: Names the Service where `service_name` is not given.
        findings: Collects what is wrong. Where it is not empty the result is not to be used.
        deferred: The paths of arguments that were not known when the program ran.
    """
    headless = bool(args.get("headless"))
    name = read_service_name(args, component_name, findings)
    metadata = read_metadata(args, name, findings)
    ports = read_ports(
        args,
        findings,
        kind=service_type(args),
        selectorless=False,
    )
    if not ports and not headless and not any(finding.path == "ports" for finding in findings):
        findings.append(required("ports", remedy="give at least one port"))
    spec = service_spec(args, ports, findings)
    spec["selector"] = read_selector(args, findings)
    publish: bool | Deferred | None = args.get("publish_not_ready_addresses")
    if publish is not None:
        spec["publishNotReadyAddresses"] = publish
    declared = service(metadata, spec)
    adoptions = read_adoptions(args, [declared], findings)
    plan = ServicePlan(declared, selector_service_hazards(args), adoptions)
    if not findings:
        findings.extend(refusals([plan.service], args))
    return plan
