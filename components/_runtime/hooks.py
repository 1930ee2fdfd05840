"""Hooks that compare an update with the previous deployment, which a program does not know.

The engine calls hooks before an update, also at preview, with the old and the new inputs. An error
in a hook stops the update. Mocks cannot register hooks, so under mocks there are none.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from copy import copy
from functools import cached_property
from typing import Any, cast
from weakref import WeakKeyDictionary

import pulumi

from ..core.adoption import Adoption, not_adopted, recorded_before
from ..core.findings import Finding
from ..core.metadata import (
    FIELD_MANAGER_ANNOTATION,
    FORCE_ANNOTATION,
    SKIP_MIRROR_LABEL,
)
from ..core.ownership import other_owners, read_entries, refused_owners
from ..core.shrink import Watch, compare
from ..core.slicing import is_part
from ..errors import ValidationError
from ..validation.hazards.declared import ID_GIVEN
from .answering import keep_answering
from .engine import monitor
from .error_hooks import on_error
from .gc_tuning import tune
from .phase_record import PhaseWatch
from .record import read_record
from .service_updates import check_service_update, part
from .threads import end_own_callbacks_only

Values = Mapping[str, Any]
Hook = pulumi.ResourceHook | Callable[[pulumi.ResourceHookArgs], Awaitable[None] | None]

Fail = Callable[[list[Finding]], ValidationError]
"""Makes the error of a component from findings."""

_MIRROR_SECONDS = 3
"""How long to wait for the mirroring controller, which usually takes milliseconds."""


class _Registered:
    """The hooks of one run of a program, and the data that they need."""

    def __init__(self) -> None:
        self.components: dict[str, pulumi.Resource] = {}
        """The component that declares a child, by the child's name."""
        self.adopted: dict[tuple[str, str], tuple[Adoption, Fail]] = {}
        """The adoptions, by the child's kind and name."""
        self.placed: dict[str, Collection[str]] = {}
        """The addresses of all slices of a Service, by the name of each of its slices."""
        self.outputs_before: dict[str, Values] = {}
        """The outputs that each Service had before this run's update, by its URN."""

        hook = self._hook
        mirrored = pulumi.ResourceHook("k8s-endpoints:endpoints", _await_mirror)
        failed = on_error("k8s-endpoints:failed", self.components)
        self.endpoints = pulumi.ResourceHookBinding(after_update=[mirrored], **failed)
        self.service = pulumi.ResourceHookBinding(
            before_update=hook("service", self._check_service), **failed
        )
        self.slice = pulumi.ResourceHookBinding(
            before_update=hook("slice", self._check_slice), **failed
        )
        self.other = pulumi.ResourceHookBinding(**failed)
        self.created = hook("adopted", self._check_adopted)
        self.recorded = hook("recorded", self._check_recorded)
        self.records: dict[str, tuple[pulumi.Output[Watch], Fail]] = {}
        """What to compare with the last deployment, by the record's name."""
        self.record = pulumi.ResourceHookBinding(before_update=hook("record", self._check_record))
        self.made: set[str] = set()
        """The URNs of migrating Services that this run creates."""
        self.phases: dict[str, tuple[PhaseWatch, Fail]] = {}
        """What to compare with the record of a phase, by the record's name."""

    @staticmethod
    def _hook(name: str, check: Callable[..., Awaitable[None] | None]) -> "list[Hook]":
        options = pulumi.ResourceHookOptions(on_dry_run=True)
        return [pulumi.ResourceHook(f"k8s-endpoints:{name}", check, options)]

    @cached_property
    def slice_of_several(self) -> pulumi.ResourceHookBinding:
        """Hooks of a slice whose Service has several.

        A call takes milliseconds, because the SDK reads all inputs and outputs. Most slices are the
        only one of their Service, and are spared it.
        """
        both = copy(self.slice)
        both.after_create = self._hook("created", _check_created)
        return both

    @cached_property
    def creating(self) -> "list[Hook]":
        """Hook that notes the migrating Services that this run creates."""
        return self._hook("creating", self._note_created)

    @cached_property
    def phase(self) -> pulumi.ResourceHookBinding:
        """Hook that compares the phase of a migrating Service with the last completed one."""
        return pulumi.ResourceHookBinding(before_update=self._hook("phase", self._check_phase))

    def _check_adopted(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse to create an object that should be adopted."""
        kind = _kind(args)
        adoption, fail = self.adopted[kind, args.name]
        raise fail([not_adopted(adoption, kind, args.name)])

    def _check_recorded(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse an adoption if the state holds both the child and the raw resource."""
        annotations = part(args.old_inputs, "metadata", "annotations")
        is_ours = FIELD_MANAGER_ANNOTATION in annotations
        if is_ours and annotations.get(FORCE_ANNOTATION) != "true":
            kind = _kind(args)
            adoption, fail = self.adopted[kind, args.name]
            raise fail([recorded_before(adoption, kind, args.name, args.urn)])

    async def _check_record(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse to go on if too many backends are gone since the last deployment."""
        watch, fail = self.records[args.name]
        record = await read_record(args)
        new: Watch | None = await watch.future()  # None while a preview does not know it
        if record is not None and new is not None:
            findings = list(compare(record, new))
            if findings:
                raise fail(findings)

    def _note_created(self, args: pulumi.ResourceHookArgs) -> None:
        self.made.add(args.urn)

    async def _check_phase(self, args: pulumi.ResourceHookArgs) -> None:
        """Refuse a phase that may not follow the last completed one."""
        watch, fail = self.phases[args.name]
        if findings := await watch.refused(args.old_inputs or {}):
            raise fail(findings)

    def _check_service(self, args: pulumi.ResourceHookArgs) -> None:
        self.outputs_before[args.urn] = args.old_outputs or {}
        check_service_update(args)

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


def of_migrating_service(
    name: str, component: pulumi.Resource
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a Service in phases, or None under mocks.

    Args:
        name: The Service's Pulumi name.
        component: The component that declares it, on which messages are shown.
    """
    run = _join(name, component)
    if run is None:
        return None
    both = copy(run.service)
    both.before_create = run.creating
    return both


def is_made_now(urn: str) -> bool:
    """Return whether this run creates a migrating Service."""
    run = _current_run()
    return run is not None and urn in run.made


def of_phase(
    name: str, component: pulumi.Resource, watch: PhaseWatch, fail: Fail
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of the record of a phase, or None under mocks.

    Args:
        name: Its Pulumi name.
        component: The component that declares it, on which messages are shown.
        watch: What to compare with the record.
        fail: Makes the component's error.
    """
    run = _join(name, component)
    if run is None:
        return None
    run.phases[name] = watch, fail
    return run.phase


def outputs_before(urn: str) -> Values | None:
    """Return the outputs that a Service had before this run's update, or None."""
    engine = monitor()
    run = _runs.get(engine) if engine else None
    return run.outputs_before.get(urn) if run else None


def of_slice(
    name: str, addresses: Collection[str], component: pulumi.Resource
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a slice, or None under mocks.

    Args:
        name: The slice's Pulumi name.
        addresses: The known addresses of all slices of its Service together.
        component: The component that declares it, on which messages are shown.
    """
    run = _join(name, component)
    if run is None:
        return None
    run.placed[name] = addresses
    return run.slice_of_several if is_part(name) else run.slice


def of_record(
    name: str, component: pulumi.Resource, watch: "pulumi.Output[Watch]", fail: Fail
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a record of backends, or None under mocks.

    Args:
        name: Its Pulumi name.
        component: The component that declares it, on which messages are shown.
        watch: What to compare with the record.
        fail: Makes the component's error.
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


def of_object(name: str, component: pulumi.Resource) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of any other object, or None under mocks.

    Args:
        name: Its Pulumi name.
        component: The component that declares it, on which messages are shown.
    """
    run = _join(name, component)
    return None if run is None else run.other


def of_adopted(
    hooks: pulumi.ResourceHookBinding | None, name: str, adoption: Adoption, kind: str, fail: Fail
) -> pulumi.ResourceHookBinding | None:
    """Return the hooks of a child, with those that allow it only to adopt the live object.

    Args:
        hooks: Its other hooks; None under mocks.
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
    """Return the hooks of this run, after adding a child's component to them."""
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
    """Refuse a slice that belonged to another stack or resource."""
    metadata = part(args.new_outputs, "metadata")
    name = str(metadata.get("name") or "")
    annotations = part(metadata, "annotations")
    if annotations.get(FORCE_ANNOTATION) == "true":
        return
    entries = read_entries(cast("list[Values]", metadata.get("managedFields") or []))
    owners = other_owners(entries, annotations.get(FIELD_MANAGER_ANNOTATION))
    if findings := refused_owners(owners, "EndpointSlice", name, args.urn):
        raise ValidationError("EndpointSlice", args.name, findings)


async def _await_mirror(args: pulumi.ResourceHookArgs) -> None:
    """Wait until the cluster has mirrored Endpoints into slices, before ours are deleted."""
    was_kept, is_kept = (
        SKIP_MIRROR_LABEL in part(inputs, "metadata", "labels")
        for inputs in (args.old_inputs, args.new_inputs)
    )
    if was_kept and not is_kept:
        await asyncio.sleep(_MIRROR_SECONDS)


def _addresses(slice_: Values | None) -> set[str] | None:
    """Return the addresses of a slice, or None while they are unknown."""
    endpoints = (slice_ or {}).get("endpoints", [])
    if not isinstance(endpoints, list):
        return None
    return {
        address
        for endpoint in cast("list[Values]", endpoints)
        for address in cast("list[object]", endpoint.get("addresses") or [])
        if isinstance(address, str)
    }
