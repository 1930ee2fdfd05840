"""Keeps a Service ours: never somebody else's object, never a selector that nobody declared.

Server-side apply is an upsert. Over a Service that exists already, a selector owned by another
field manager survives, its Pods receive the traffic, and a later update may take the selector away
from its owner. What a component declares is therefore compared with what the cluster returned, at
preview (a server-side dry run) before anything is written, and before every update with what was
there before it.
"""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import mocks, settings
from pulumi_kubernetes import core

from .core.findings import Finding, invalid
from .core.metadata import Manifest
from .errors import ValidationError

_HOOK_NAME = "k8s-endpoints:keep-foreign-selector"
_hooks: WeakKeyDictionary[Any, pulumi.ResourceHook] = WeakKeyDictionary()


def confirmed_name(
    component: pulumi.ComponentResource,
    name: str,
    service: core.v1.Service,
    declared: Manifest,
) -> pulumi.Output[str]:
    """Give the Service's name once the selector that the cluster returned is the declared one.

    Objects that attach themselves to the Service take its name from here, so that none of them
    ever attaches to a foreign one.

    Args:
        component: The component that declares the Service.
        name: The component's name.
        service: The Service, as registered.
        declared: The Service's manifest.

    Raises:
        ValidationError: In `apply`, where the selector differs.
    """
    service_name: str = declared["metadata"]["name"]
    expected: Mapping[str, object] = declared["spec"].get("selector") or {}

    def refuse(urn: str, found: Mapping[str, str]) -> str:
        finding = _foreign_selector(service_name, found, urn)
        raise ValidationError(type(component).__name__, name, [finding])

    def check(spec: core.v1.outputs.ServiceSpec) -> str | pulumi.Output[str]:
        found = spec.selector or {}
        if found.keys() == expected.keys():
            return service_name
        return service.urn.apply(lambda urn: refuse(urn, found))

    return service.spec.apply(check)


def hooks() -> pulumi.ResourceHookBinding | None:
    """Give the hooks of a Service, or None under mocks, which cannot register any."""
    monitor = settings.get_monitor()
    if isinstance(monitor, mocks.MockMonitor):
        return None
    hook = _hooks.get(monitor)
    if hook is None:
        options = pulumi.ResourceHookOptions(on_dry_run=True)
        hook = pulumi.ResourceHook(_HOOK_NAME, _keep_foreign_selector, options)
        _hooks[monitor] = hook
    return pulumi.ResourceHookBinding(before_update=[hook])


def _keep_foreign_selector(args: pulumi.ResourceHookArgs) -> None:
    before = _selector(args.old_outputs)
    declared = _selector(args.new_inputs)
    declared_before = _selector(args.old_inputs)
    if before and before not in (declared, declared_before):
        name = args.id.rpartition("/")[2]
        raise ValidationError("Service", args.name, [_foreign_selector(name, before, args.urn)])


def _selector(service: Mapping[str, Any] | None) -> Mapping[str, Any]:
    spec: Mapping[str, Any] = (service or {}).get("spec") or {}
    return spec.get("selector") or {}


def _foreign_selector(name: str, selector: Mapping[str, Any], urn: str) -> Finding:
    shown = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
    return invalid(
        "service_name",
        name,
        f'the Service exists already with the selector "{shown}", which is not the one that'
        " this program declares: the wrong Pods would get the traffic",
        f"first `pulumi state delete '{urn}'` if an earlier up has recorded it, for destroy would"
        " delete that Service; then choose another `service_name`, or remove that Service yourself",
    )
