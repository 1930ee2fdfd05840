"""Checks a Service's update against the last deployment: selector, phase, families, ports."""

from collections.abc import Collection, Mapping
from typing import Any, cast

import pulumi

from ..core.findings import Finding, forbidden, invalid
from ..core.metadata import MODE_ANNOTATION, PHASE_ANNOTATION
from ..core.migration import refused_step, situation
from ..errors import ValidationError
from ..validation.hazards.declared import PORT_RENAMED, SELECTOR_REMOVED

__all__ = ["check_service_update", "foreign_selector", "part", "primary_family"]

Values = Mapping[str, Any]


def check_service_update(args: pulumi.ResourceHookArgs) -> None:
    """Refuse an update of a Service that may not follow its last deployment, and log warnings.

    Raises:
        ValidationError: The update is refused; it lists all reasons.
    """
    old, new, before = args.old_inputs or {}, args.new_inputs or {}, args.old_outputs or {}
    namespace, _, name = args.id.rpartition("/")
    findings = [
        *_phase_step(old, new, before, name, namespace),
        *foreign_selector(name, _selector(before), [_selector(new), _selector(old)], args.urn),
        *_mode_jump(_mode(old), _mode(new)),
        *([] if _is_headless(new) else _primary_family(_families(before), _families(new))),
    ]
    if findings:
        raise ValidationError("Service", args.name, findings)
    if _selector(old) and not _selector(new):
        pulumi.log.warn(f'Service "{name}": {SELECTOR_REMOVED}')
    if _is_proxied(new) and _has_renamed_port(_ports(old), _ports(new)):
        pulumi.log.warn(f'Service "{name}": {PORT_RENAMED}')


def foreign_selector(
    name: str, found: Values, declared: Collection[Values], urn: str
) -> list[Finding]:
    """Return the error for a Service with a selector that no program declares.

    Args:
        name: The Service's name.
        found: Its selector.
        declared: Our selectors.
        urn: The Service's URN, for the remedy.
    """
    if not found or any(found.keys() == ours.keys() for ours in declared):
        return []
    known = {key for ours in declared for key in ours}  # their values may be secret
    shown = ",".join(
        key if key in known else f"{key}={value}" for key, value in sorted(found.items())
    )
    return [
        invalid(
            "service_name",
            name,
            f'the Service already exists with the selector "{shown}", which this program does'
            " not declare: the wrong Pods would get the traffic",
            f"first `pulumi state delete '{urn}'` if an earlier up recorded it, because `pulumi"
            " destroy` would delete that Service; then choose another `service_name`, or delete"
            " that Service yourself",
        )
    ]


def _phase_step(
    old: Values, new: Values, before: Values, name: str, namespace: str
) -> list[Finding]:
    if "ExternalName" in (part(old, "spec").get("type"), part(new, "spec").get("type")):
        return []
    return refused_step(
        situation(_phase(old), selects=bool(_selector(old))),
        situation(_phase(new), selects=bool(_selector(new))),
        selects=bool(_selector(before)),
        name=name,
        namespace=namespace,
    )


def _mode_jump(old: str, new: str) -> list[Finding]:
    if old == new or "Both" in (old, new):
        return []
    reason = (
        f"the backends would move from {old} to {new} in one step: in between, connections fail"
    )
    remedy = "run `pulumi up` with `EndpointApi.BOTH` first"
    return [forbidden("endpoint_api", reason, remedy)]


def _has_renamed_port(old: Values, new: Values) -> bool:
    return any(old[port] != name for port, name in new.items() if port in old)


def _primary_family(old: list[str], new: list[str]) -> list[Finding]:
    if not old or not new or old[0] == new[0]:
        return []
    return [primary_family(old[0], new[0])]


def primary_family(old: str, new: str) -> Finding:
    """Return the error that a live Service keeps its primary family."""
    return invalid(
        "ip_families",
        new,
        f"the primary IP family of a live Service cannot change; it is {old}",
        f"declare a Service with another `service_name` and move the clients, or keep {old}"
        " backends, or accept an outage: `pulumi destroy --target` this Service, then `pulumi up`",
    )


def part(values: Values | None, *keys: str) -> Values:
    """Return the mapping below `keys`, or an empty one."""
    for key in keys:
        values = cast("Values | None", (values or {}).get(key))
    return values or {}


def _selector(service: Values) -> Values:
    return part(service, "spec", "selector")


def _is_proxied(service: Values) -> bool:
    """Return whether kube-proxy forwards its connections."""
    return not _is_headless(service) and part(service, "spec").get("type") != "ExternalName"


def _ports(service: Values) -> Values:
    """Return the names of the ports, by protocol and number."""
    ports = cast("list[Values]", part(service, "spec").get("ports") or [])
    return {f"{port.get('protocol')} {port.get('port')}": port.get("name") for port in ports}


def _is_headless(service: Values) -> bool:
    return part(service, "spec").get("clusterIP") == "None"


def _families(service: Values) -> list[str]:
    return cast("list[str] | None", part(service, "spec").get("ipFamilies")) or []


def _mode(service: Values) -> str:
    return str(part(service, "metadata", "annotations").get(MODE_ANNOTATION) or "Slices")


def _phase(service: Values) -> str | None:
    found = part(service, "metadata", "annotations").get(PHASE_ANNOTATION)
    return None if found is None else str(found)
