"""Registers the objects of a component as its children."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any, cast

import pulumi
from pulumi_kubernetes import core, discovery

from . import _hooks
from .core.metadata import FIELD_MANAGER, FIELD_MANAGER_ANNOTATION, SERVICE_NAME_LABEL, Manifest

_MAX_FIELD_MANAGER = 128
_BACKGROUND = {"pulumi.com/deletionPropagationPolicy": "background"}
_SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}

_COMPONENTS = tuple(
    f"k8s-endpoints:index:{name}"
    for name in ("ExternalService", "ExternalServiceSet", "SelectorService", "ExternalNameService")
)
"""The components that a Service may move between."""

_WITH_SLICES = _COMPONENTS[:2]

_LATE = "~"
"""Stands in a child's Pulumi name for a namespace that is an Output."""


class Children:
    """Registers children under one component.

    A child's Pulumi name is the object's own, `<namespace>/<name>`, not the component's: renaming
    the component changes nothing, where otherwise Pulumi would create by upsert onto the same
    object and then delete it by its old name.

    Args:
        parent: The component.
        token: The component's type.
        opts: The options that the component was given.
        scope: Separates equal names on two clusters in one stack.
    """

    def __init__(
        self,
        parent: pulumi.ComponentResource,
        token: str,
        opts: pulumi.ResourceOptions | None,
        scope: str | None,
    ) -> None:
        self._parent = parent
        nested = opts is not None and opts.parent is not None
        self._service_aliases = _aliases(parent, token, _COMPONENTS, nested=nested)
        self._aliases = _aliases(parent, token, _WITH_SLICES, nested=nested)
        self._scope = scope
        self._rendering = _is_rendering()

    def service(self, manifest: Manifest, *, awaited: bool) -> "core.v1.Service":
        """Register a Service; `awaited` waits for what makes it ready."""
        return core.v1.Service(
            self._name(manifest),
            metadata=self._metadata(manifest, {} if awaited else _SKIP_AWAIT),
            spec=manifest["spec"],
            # What of clusterIP is ours is whether there is one, which the guard compares: Pulumi
            # would replace a live Service, an outage, where it does not match.
            opts=self._options(
                manifest,
                self._service_aliases,
                hooks=_hooks.of_service(),
                ignore_changes=["spec.clusterIP"],
            ),
        )

    def endpoint_slice(
        self,
        manifest: Manifest,
        service_name: pulumi.Output[str],
        addresses: Collection[str],
    ) -> "discovery.v1.EndpointSlice":
        """Register an EndpointSlice, attached to the confirmed Service.

        Args:
            manifest: The slice.
            service_name: The Service's name, once it is known to be ours.
            addresses: What all slices of the Service hold together, as far as it is known.
        """
        metadata = self._metadata(manifest, {})
        metadata["labels"] = {**metadata["labels"], SERVICE_NAME_LABEL: service_name}
        name = self._name(manifest)
        return discovery.v1.EndpointSlice(
            name,
            metadata=metadata,
            address_type=manifest["addressType"],
            endpoints=_unless_empty(manifest["endpoints"]),
            ports=manifest["ports"],
            opts=self._options(
                manifest, self._aliases, hooks=_hooks.of_slice(name, addresses, self._parent)
            ),
        )

    def endpoints(
        self,
        manifest: Manifest,
        service_name: pulumi.Output[str],
        slices: Sequence[pulumi.Resource],
    ) -> "core.v1.Endpoints":
        """Register a legacy Endpoints object, which takes its name from the confirmed Service.

        The endpoints controller deletes it while the Service is missing, hence the dependency. It
        comes after the slices: once it is not mirrored any more, they must be there.
        """
        metadata = self._metadata(manifest, {})
        metadata["name"] = service_name
        return core.v1.Endpoints(
            self._name(manifest),
            metadata=metadata,
            subsets=manifest["subsets"],
            opts=self._options(
                manifest, self._aliases, hooks=_hooks.of_endpoints(), depends_on=slices
            ),
        )

    def _name(self, manifest: Manifest) -> str:
        namespace = manifest["metadata"].get("namespace", _default_namespace())
        return self._scoped(namespace if isinstance(namespace, str) else _LATE, manifest)

    def _scoped(self, namespace: str, manifest: Manifest) -> str:
        name = f"{namespace}/{manifest['metadata']['name']}"
        return f"{self._scope}/{name}" if self._scope else name

    def _former_name(self, manifest: Manifest) -> pulumi.Input[pulumi.Alias]:
        """Give what the child was called when its namespace was an Output, or when it was plain."""
        namespace = manifest["metadata"].get("namespace")
        if not isinstance(namespace, pulumi.Output):
            return pulumi.Alias(name=self._scoped(_LATE, manifest))
        late = cast("pulumi.Output[str]", namespace)
        return late.apply(lambda known: pulumi.Alias(name=self._scoped(known, manifest)))

    def _metadata(self, manifest: Manifest, extra: Mapping[str, str]) -> Any:
        metadata = dict(manifest["metadata"])
        if not self._rendering:
            metadata["annotations"] = {
                FIELD_MANAGER_ANNOTATION: _field_manager(),
                **_BACKGROUND,
                **extra,
                **metadata.get("annotations", {}),
            }
        return metadata

    def _options(
        self,
        manifest: Manifest,
        aliases: list[pulumi.Alias],
        hooks: pulumi.ResourceHookBinding | None = None,
        ignore_changes: list[str] | None = None,
        depends_on: Sequence[pulumi.Resource] | None = None,
    ) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self._parent,
            aliases=[*aliases, self._former_name(manifest)],
            hooks=hooks,
            ignore_changes=ignore_changes,
            depends_on=depends_on,
        )


def _unless_empty(endpoints: "list[Manifest] | pulumi.Output[list[Manifest]]") -> Any:
    """Leave an empty list out: the API server drops it, and a refresh would show a difference."""
    if isinstance(endpoints, pulumi.Output):
        return endpoints.apply(lambda known: known or None)
    return endpoints or pulumi.Output.from_input(None)


def _field_manager() -> str:
    """One field manager for a stack: Pulumi's own are random, one a resource.

    With a random one, a resource that is recovered after a lost checkpoint conflicts with itself at
    its next change, and two stacks share an object without noticing.
    """
    manager = f"{FIELD_MANAGER}{pulumi.get_project()}/{pulumi.get_stack()}"
    if len(manager) <= _MAX_FIELD_MANAGER:
        return manager
    return f"{FIELD_MANAGER}{sha256(manager.encode()).hexdigest()}"


def _default_namespace() -> str:
    """Give the namespace of an object that names none, as far as a program knows it."""
    return pulumi.Config("kubernetes").get("namespace") or "default"


def _is_rendering() -> bool:
    """Tell whether the default provider renders YAML, which has no `pulumi.com/*` annotations."""
    return pulumi.Config("kubernetes").get("renderYamlToDirectory") is not None


def _aliases(
    parent: pulumi.ComponentResource, token: str, others: Sequence[str], *, nested: bool
) -> list[pulumi.Alias]:
    """Give where a child stood before its component moved: to another type, or into another."""
    others = [other for other in others if other != token]
    aliases = [pulumi.Alias(parent=_root_urn(other)) for other in others]
    if nested:
        aliases.append(pulumi.Alias(parent=_root_urn(token)))
        aliases += [pulumi.Alias(parent=_moved_urn(parent, token, other)) for other in others]
    return aliases


def _root_urn(token: str) -> str:
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{token}::any"


def _moved_urn(parent: pulumi.ComponentResource, token: str, other: str) -> pulumi.Output[str]:
    def replace(urn: str) -> str:
        head, _, tail = urn.rpartition(token)
        return head + other + tail

    return parent.urn.apply(replace)
