"""What needs the past: a program does not know what it declared last time, the engine's state does.

Hooks are called by the engine before an update, at preview too, with the old and the new inputs. An
error in one stops the update. Mocks cannot register hooks; under them there are none.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from copy import copy
from typing import Any, cast
from weakref import WeakKeyDictionary

import pulumi

from ..core.adoption import Adoption, not_adopted, recorded_before
from ..core.findings import Finding, forbidden, invalid
from ..core.metadata import (
    FIELD_MANAGER_ANNOTATION,
    FORCE_ANNOTATION,
    MODE_ANNOTATION,
    SKIP_MIRROR_LABEL,
)
from ..core.ownership import other_owners, read_entries, refused_owners
from ..core.shrink import Watch, compare
from ..core.slicing import is_part
from ..errors import ValidationError
from ..validation.hazards.declared import ID_GIVEN, PORT_RENAMED, SELECTOR_REMOVED
from .answering import keep_answering
from .engine import monitor
from .error_hooks import on_error
from .gc_tuning import tune
from .record import read_record
from .threads import end_own_callbacks_only

Values = Mapping[str, Any]
Hook = pulumi.ResourceHook | Callable[[pulumi.ResourceHookArgs], Awaitable[None] | None]

Fail = Callable[[list[Finding]], ValidationError]
"""Makes the error of a component from findings."""

_MIRROR_SECONDS = 3
"""The controller does it in milliseconds; on a busy cluster it may take longer."""


class _Registered:
    """The hooks of one run of a program, and what they must know of it."""

    def __init__(self) -> None:
        options = pulumi.ResourceHookOptions(on_dry_run=True)
        self.components: dict[str, pulumi.Resource] = {}
        """The component that declares a child, by the child's name."""
        self.adopted: dict[tuple[str, str], tuple[Adoption, Fail]] = {}
        """What is adopted, by the child's kind and name."""
        self.placed: dict[str, Collection[str]] = {}
        """The addresses of all slices of its Service, by each slice's name."""
        self.outputs_before: dict[str, Values] = {}
        """The outputs that each Service had before this run's update, by its URN."""

        def hook(name: str, check: Callable[..., Awaitable[None] | None]) -> "list[Hook]":
            return [pulumi.ResourceHook(f"k8s-endpoints:{name}", check, options)]

        mirrored = pulumi.ResourceHook("k8s-endpoints:endpoints", _await_mirror)
        failed = on_error("k8s-endpoints:failed", self.components)
        self.endpoints = pulumi.ResourceHookBinding(after_update=[mirrored], **failed)
        self.service = pulumi.ResourceHookBinding(
            before_update=hook("service", self._check_service), **failed
        )
        self.slice = pulumi.ResourceHookBinding(
            before_update=hook("slice", self._check_slice),
            after_create=hook("created", _check_created),
            **failed,
        )
        self.policy = pulumi.ResourceHookBinding(**failed)
        self.created = hook("adopted", self._check_adopted)
        self.recorded = hook("recorded", self._check_recorded)
        self.records: dict[str, tuple[pulumi.Output[Watch], Fail]] = {}
        """What is compared with the last deployment, by the record's name."""
        self.record = pulumi.ResourceHookBinding(before_update=hook("record", self._check_record))

    def _check_adopted(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse the create of an object that was to be adopted."""
        kind = _kind(args)
        adoption, fail = self.adopted[kind, args.name]
        raise fail([not_adopted(adoption, kind, args.name)])

    def _check_recorded(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse to adopt for a child that the state holds beside the raw resource."""
        annotations = _part(args.old_inputs, "metadata", "annotations")
        is_ours = FIELD_MANAGER_ANNOTATION in annotations
        if is_ours and annotations.get(FORCE_ANNOTATION) != "true":
            kind = _kind(args)
            adoption, fail = self.adopted[kind, args.name]
            raise fail([recorded_before(adoption, kind, args.name, args.urn)])

    async def _check_record(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse a result of which too much is gone since the last deployment."""
        watch, fail = self.records[args.name]
        record = await read_record(args)
        new: Watch | None = await watch.future()  # None at a preview that does not know it yet
        if record is not None and new is not None:
            findings = list(compare(record, new))
            if findings:
                raise fail(findings)

    def _check_service(self, args: pulumi.ResourceHookArgs) -> None:
        self.outputs_before[args.urn] = args.old_outputs or {}
        _check_service(args)

    def _check_slice(self, args: pulumi.ResourceHookArgs) -> None:
        old, new = _addresses(args.old_inputs), _addresses(args.new_inputs)
        gone = old - new if old is not None and new is not None else ()
        kept = self.placed.get(args.name, ())
        if any(address in kept for address in gone):
            component = self.components.get(args.name)
            pulumi.log.warn(f'EndpointSlice "{args.name}": {ID_GIVEN}', resource=component)


_runs: WeakKeyDictionary[object, _Registered] = WeakKeyDictionary()


def of_service(name: str, component: pulumi.Resource) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a Service, or None under mocks.

    Args:
        name: The Service's Pulumi name.
        component: The component that declares it, on which messages are shown.
    """
    run = _join(name, component)
    return None if run is None else run.service


def outputs_before(urn: str) -> Values | None:
    """Return the outputs that a Service had before this run's update; None where there is none."""
    engine = monitor()
    run = _runs.get(engine) if engine else None
    return run.outputs_before.get(urn) if run else None


def of_slice(
    name: str, addresses: Collection[str], component: pulumi.Resource
) -> pulumi.ResourceHookBinding | None:
    """Give the hooks of a slice, or None under mocks.

    Args:
        name: The slice's Pulumi name.
        addresses: What all slices of its Service hold together, as far as it is known.
        component: The component that declares it, on which messages are shown.
    """
    run = _join(name, component)
    if run is None:
        return None
    run.placed[name] = addresses
    return run.slice


def of_record(
    name: str, component: pulumi.Resource, watch: "pulumi.Output[Watch]", fail: Fail
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a record of backends, or None under mocks.

    Args:
        name: Its Pulumi name.
        component: The component that declares it, on which messages are shown.
        watch: What is compared with the record.
        fail: Makes the error of what shrank too much.
    """
    run = _join(name, component)
    if run is None:
        return None
    run.records[name] = watch, fail
    return run.record


def of_endpoints(name: str, component: pulumi.Resource) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a legacy Endpoints object, or None under mocks.

    Args:
        name: Its Pulumi name.
        component: The component that declares it, on which messages are shown.
    """
    run = _join(name, component)
    return None if run is None else run.endpoints


def of_policy(name: str, component: pulumi.Resource) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a policy, or None under mocks.

    Args:
        name: Its Pulumi name.
        component: The component that declares it, on which messages are shown.
    """
    run = _join(name, component)
    return None if run is None else run.policy


def of_adopted(
    hooks: pulumi.ResourceHookBinding | None, name: str, adoption: Adoption, kind: str, fail: Fail
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a child, and those that let it continue the raw resource alone.

    Args:
        hooks: Those that it has anyway; None under mocks.
        name: The child's Pulumi name.
        adoption: What it adopts.
        kind: Its kind.
        fail: Makes the component's error.
    """
    run = _current_run()
    if run is None or hooks is None:
        return hooks
    run.adopted[kind, name] = adoption, fail
    both = copy(hooks)
    both.before_create = run.created
    both.before_update = [*run.recorded, *(hooks.before_update or [])]
    return both


def _join(name: str, component: pulumi.Resource) -> _Registered | None:
    """Return the hooks of this run, which know the component of a child from here on."""
    run = _current_run()
    if run is not None:
        run.components[name] = component
    return run


def _current_run() -> _Registered | None:
    engine = monitor()
    if engine is None:
        return None
    run = _runs.get(engine)
    if run is None:
        end_own_callbacks_only()
        run = _runs[engine] = _Registered()
        keep_answering(engine)
        tune()
    return run


def _kind(args: pulumi.ResourceHookArgs) -> str:
    return args.type.rpartition(":")[2]


def _check_created(args: pulumi.ResourceHookArgs) -> None:
    """Refuse a slice that existed as another stack's or resource's, unless the guard watches it."""
    metadata = _part(args.new_outputs, "metadata")
    name = str(metadata.get("name") or "")
    annotations = _part(metadata, "annotations")
    if not is_part(name) or annotations.get(FORCE_ANNOTATION) == "true":
        return
    entries = read_entries(cast("list[Values]", metadata.get("managedFields") or []))
    owners = other_owners(entries, annotations.get(FIELD_MANAGER_ANNOTATION))
    if findings := refused_owners(owners, "EndpointSlice", name, args.urn):
        raise ValidationError("EndpointSlice", args.name, findings)


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
