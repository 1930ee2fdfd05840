"""Adds help to the provider's message when a child cannot be created or updated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.proto import resource_pb2

from ..core.metadata import Manifest

if TYPE_CHECKING:
    from pulumi import ErrorHook, ErrorHookArgs

__all__ = ["on_error"]


class ErrorHooks(TypedDict, total=False):
    """The hooks of failures, as arguments of a `ResourceHookBinding`."""

    on_error: "list[ErrorHook]"


def on_error(name: str, components: Mapping[str, pulumi.Resource]) -> ErrorHooks:
    """Return the hook that explains a failure; none if SDK or engine lack such hooks.

    The hook logs and does not raise: raising would replace the provider's own message.

    Args:
        name: The hook's name.
        components: The component that declares a child, by the child's name.
    """
    if not _are_supported():
        return {}

    def report(args: "ErrorHookArgs") -> bool:
        from ..core.failures import explain  # noqa: PLC0415 - it loads all kinds

        manifest: Manifest = dict(args.new_inputs or {})
        if text := explain(manifest, args.failed_operation, args.errors):
            pulumi.log.error(text, resource=components.get(args.name))
        return False

    return {"on_error": [pulumi.ErrorHook(name, report)]}


def _are_supported() -> bool:
    if not hasattr(pulumi, "ErrorHook"):
        return False
    monitor: Any = settings.get_monitor()
    request = resource_pb2.SupportsFeatureRequest(id="errorHooks")
    return bool(monitor.SupportsFeature(request).hasSupport)
