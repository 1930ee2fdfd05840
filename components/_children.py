"""Registers the objects of a component as its children."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

import pulumi
from pulumi_kubernetes import core, discovery

from . import _hooks
from ._aliases import Aliases
from ._provider import namespace_of, renders
from .core.declarations import LATE
from .core.metadata import FIELD_MANAGER, FIELD_MANAGER_ANNOTATION, SERVICE_NAME_LABEL, Manifest

_MAX_FIELD_MANAGER = 128
_BACKGROUND = {"pulumi.com/deletionPropagationPolicy": "background"}
_SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}


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
        self._parent, self._token, self._opts = parent, token, opts
        nested = opts is not None and opts.parent is not None
        self._aliases = Aliases(parent, token, nested=nested)
        self._scope = scope
        self._default_namespace = namespace_of(opts)
        self._rendering = renders(opts)

    def scoped(self, scope: str | None) -> "Children":
        """Give the same for another scope."""
        if scope == self._scope:
            return self
        return Children(self._parent, self._token, self._opts, scope)

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
                "kubernetes:core/v1:Service",
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
                manifest,
                "kubernetes:discovery.k8s.io/v1:EndpointSlice",
                hooks=_hooks.of_slice(name, addresses, self._parent),
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
                manifest,
                "kubernetes:core/v1:Endpoints",
                hooks=_hooks.of_endpoints(),
                depends_on=slices,
            ),
        )

    def _name(self, manifest: Manifest) -> str:
        namespace = self._namespace(manifest)
        return self._scoped(namespace if isinstance(namespace, str) else LATE, manifest)

    def _namespace(self, manifest: Manifest) -> "str | pulumi.Output[str]":
        namespace: str | pulumi.Output[str] = manifest["metadata"].get(
            "namespace", self._default_namespace
        )
        return namespace

    def _scoped(self, namespace: str, manifest: Manifest) -> str:
        name = f"{namespace}/{manifest['metadata']['name']}"
        return f"{self._scope}/{name}" if self._scope else name

    def _former_name(self, manifest: Manifest) -> "str | pulumi.Output[str]":
        """Give what the child was called when its namespace was an Output, or when it was plain."""
        namespace = self._namespace(manifest)
        if isinstance(namespace, str):
            return self._scoped(LATE, manifest)
        return namespace.apply(lambda known: self._scoped(known, manifest))

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
        kind: str,
        hooks: pulumi.ResourceHookBinding | None = None,
        ignore_changes: list[str] | None = None,
        depends_on: Sequence[pulumi.Resource] | None = None,
    ) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self._parent,
            aliases=self._aliases.of(kind, self._name(manifest), self._former_name(manifest)),
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
