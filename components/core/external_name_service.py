"""The object of an `ExternalNameService`: an alias in the cluster's DNS."""

from . import syntax
from .adoption import read_adoptions
from .deferred import Deferred
from .findings import Finding, invalid, required
from .hazards import external_name_hazards
from .metadata import Manifest, Plain, read_metadata, read_service_name
from .ports import read_ports
from .refusals import refusals
from .service import ServicePlan, service


def plan_external_name_service(
    args: Plain,
    component_name: str,
    findings: list[Finding],
    deferred: frozenset[str] = frozenset(),  # noqa: ARG001 - one signature for all planners
) -> ServicePlan:
    """Check the arguments of an `ExternalNameService` and render its Service.

    Args:
        args: The arguments as plain values.
        component_name: Names the Service where `service_name` is not given.
        findings: Collects what is wrong. Where it is not empty the result is not to be used.
        deferred: The paths of arguments that were not known when the program ran.
    """
    name = read_service_name(args, component_name, findings)
    metadata = read_metadata(args, name, findings)
    external: str | Deferred = args["external_name"]
    if isinstance(external, str):
        _check_external_name(external, findings)
    spec: Manifest = {"type": "ExternalName", "externalName": external}
    ports = read_ports(
        args,
        findings,
        kind="ExternalName",
        selectorless=True,
        fixed="an alias cannot remap a port: its clients connect to the external name itself",
    )
    if ports:
        spec["ports"] = [port.for_service() for port in ports]
    declared = service(metadata, spec)
    adoptions = read_adoptions(args, [declared], findings)
    plan = ServicePlan(declared, external_name_hazards(external, ports), adoptions)
    if not findings:
        findings.extend(refusals([plan.service], args))
    return plan


def _check_external_name(external: str, findings: list[Finding]) -> None:
    name = external.removesuffix(".")
    if not name:
        findings.append(required("external_name"))
        return
    findings.extend(invalid("external_name", external, why) for why in syntax.dns_subdomain(name))
