"""What needs the past: a program does not know what it declared last time, the engine's state does.

Hooks are called by the engine before an update, at preview too, with the old and the new inputs. An
error in one stops the update. Mocks cannot register hooks; under them there are none.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast
from weakref import WeakKeyDictionary

import pulumi

from ._answering import keep_answering
from ._engine import monitor
from ._garbage import settle
from .core.findings import Finding, forbidden, invalid
from .core.hazards import ID_GIVEN, PORT_RENAMED, SELECTOR_REMOVED
from .core.metadata import MODE_ANNOTATION, SKIP_MIRROR_LABEL
from .errors import ValidationError

Values = Mapping[str, Any]

_MIRROR_SECONDS = 3
"""The controller does it in milliseconds; on a busy cluster it may take longer."""


class _Registered:
    """The hooks of one run of a program, and what they must know of it."""

    def __init__(self) -> None:
        options = pulumi.ResourceHookOptions(on_dry_run=True)

        def binding(name: str, check: Callable[..., None]) -> pulumi.ResourceHookBinding:
            hook = pulumi.ResourceHook(f"k8s-endpoints:{name}", check, options)
            return pulumi.ResourceHookBinding(before_update=[hook])

        mirrored = pulumi.ResourceHook("k8s-endpoints:endpoints", _await_mirror)
        self.endpoints = pulumi.ResourceHookBinding(after_update=[mirrored])
        self.service = binding("service", _check_service)
        self.slice = binding("slice", self._check_slice)
        self.placed: dict[str, tuple[Collection[str], pulumi.Resource]] = {}
        """The addresses of all slices of its Service, and its component, by each slice's name."""

    def _check_slice(self, args: pulumi.ResourceHookArgs) -> None:
        old, new = _addresses(args.old_inputs), _addresses(args.new_inputs)
        gone = old - new if old is not None and new is not None else ()
        kept, component = self.placed.get(args.name, ((), None))
        if any(address in kept for address in gone):
            pulumi.log.warn(f'EndpointSlice "{args.name}": {ID_GIVEN}', resource=component)


_runs: WeakKeyDictionary[object, _Registered] = WeakKeyDictionary()


def of_service() -> pulumi.ResourceHookBinding | None:
    """Give the hooks of a Service, or None under mocks."""
    run = _current_run()
    return run.service if run else None


def of_slice(
    name: str, addresses: Collection[str], component: pulumi.Resource
) -> pulumi.ResourceHookBinding | None:
    """Give the hooks of a slice, or None under mocks.

    Args:
        name: The slice's Pulumi name.
        addresses: What all slices of its Service hold together, as far as it is known.
        component: The component that declares it, on which warnings are shown.
    """
    run = _current_run()
    if run is None:
        return None
    run.placed[name] = addresses, component
    return run.slice


def of_endpoints() -> pulumi.ResourceHookBinding | None:
    """Give the hooks of a legacy Endpoints object, or None under mocks."""
    run = _current_run()
    return run.endpoints if run else None


def _current_run() -> _Registered | None:
    engine = monitor()
    if engine is None:
        return None
    run = _runs.get(engine)
    if run is None:
        run = _runs[engine] = _Registered()
        keep_answering(engine)
        settle()
    return run


async def _await_mirror(args: pulumi.ResourceHookArgs) -> None:
    """Give the cluster time to mirror Endpoints into slices, before ours are deleted."""
    was_kept, is_kept = (
        SKIP_MIRROR_LABEL in _part(inputs, "metadata", "labels")
        for inputs in (args.old_inputs, args.new_inputs)
    )
    if was_kept and not is_kept:
        await asyncio.sleep(_MIRROR_SECONDS)


def _check_service(args: pulumi.ResourceHookArgs) -> None:
    old, new, before = args.old_inputs or {}, args.new_inputs or {}, args.old_outputs or {}
    name = args.id.rpartition("/")[2]
    findings = [
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
    """Say where a Service has a selector that no program declares.

    Args:
        name: The Service's name.
        found: The selector that it has.
        declared: The selectors that are ours.
        urn: The Service's URN, for the remedy.
    """
    if not found or any(found.keys() == ours.keys() for ours in declared):
        return []
    known = {key for ours in declared for key in ours}  # whose values may be secret
    shown = ",".join(
        key if key in known else f"{key}={value}" for key, value in sorted(found.items())
    )
    return [
        invalid(
            "service_name",
            name,
            f'the Service exists already with the selector "{shown}", which is not the one that'
            " this program declares: the wrong Pods would get the traffic",
            f"first `pulumi state delete '{urn}'` if an earlier up has recorded it, for destroy"
            " would delete that Service; then choose another `service_name`, or remove that"
            " Service yourself",
        )
    ]


def _mode_jump(old: str, new: str) -> list[Finding]:
    if old == new or "Both" in (old, new):
        return []
    reason = (
        f"the backends are in {old} and would be in {new} alone: between the two, connections fail"
    )
    remedy = "first an up with `EndpointApi.BOTH`, then this one"
    return [forbidden("endpoint_api", reason, remedy)]


def _has_renamed_port(old: Values, new: Values) -> bool:
    return any(old[port] != name for port, name in new.items() if port in old)


def _primary_family(old: list[str], new: list[str]) -> list[Finding]:
    if not old or not new or old[0] == new[0]:
        return []
    return [primary_family(old[0], new[0])]


def primary_family(old: str, new: str) -> Finding:
    """Say that a live Service keeps its primary family."""
    return invalid(
        "ip_families",
        new,
        f"the primary IP family of a live Service cannot change, and is {old}",
        f"declare a Service of another `service_name` and move the clients, or keep {old} backends,"
        " or accept an outage: `pulumi destroy --target` this Service, then `pulumi up`",
    )


def _part(values: Values | None, *keys: str) -> Values:
    """Give the mapping below `keys`, or an empty one."""
    for key in keys:
        values = cast("Values | None", (values or {}).get(key))
    return values or {}


def _selector(service: Values) -> Values:
    return _part(service, "spec", "selector")


def _is_proxied(service: Values) -> bool:
    """Tell whether kube-proxy forwards its connections."""
    return not _is_headless(service) and _part(service, "spec").get("type") != "ExternalName"


def _ports(service: Values) -> Values:
    """Give the names of the ports, by protocol and number."""
    ports = cast("list[Values]", _part(service, "spec").get("ports") or [])
    return {f"{port.get('protocol')} {port.get('port')}": port.get("name") for port in ports}


def _is_headless(service: Values) -> bool:
    return _part(service, "spec").get("clusterIP") == "None"


def _families(service: Values) -> list[str]:
    return cast("list[str] | None", _part(service, "spec").get("ipFamilies")) or []


def _mode(service: Values) -> str:
    return str(_part(service, "metadata", "annotations").get(MODE_ANNOTATION) or "Slices")


def _addresses(slice_: Values | None) -> set[str] | None:
    """Give the addresses of a slice, or None where they are not known yet."""
    endpoints = (slice_ or {}).get("endpoints", [])
    if not isinstance(endpoints, list):
        return None
    return {
        address
        for endpoint in cast("list[Values]", endpoints)
        for address in cast("list[object]", endpoint.get("addresses") or [])
        if isinstance(address, str)
    }
