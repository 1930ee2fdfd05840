"""Registers the objects of a component as its children."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import pulumi

from .._registry import (
    BACKEND_RECORD,
    ENDPOINT_SLICE,
    ENDPOINTS,
    PHASE_RECORD,
    SERVICE,
)
from ..core.adoption import Adoption, Adoptions
from ..core.declarations import UNKNOWN
from ..core.findings import Finding, forbidden
from ..core.metadata import (
    CLUSTER_SCOPED,
    FIELD_MANAGER_ANNOTATION,
    PHASE_ANNOTATION,
    SERVICE_NAME_LABEL,
    Manifest,
    own_annotations,
)
from ..core.shrink import Watch
from ..errors import ValidationError
from . import hooks as _hooks
from . import late_types as _late_types
from .aliases import Aliases
from .engine import monitor
from .owner import configured_manager
from .phase_record import PhaseRecord, PhaseWatch, Ports, ready_ports
from .provider import namespace_of, renders
from .record import BackendRecord
from .stack_traces import CHILD, short_stack_trace

_MANAGER_PATH = f'metadata.annotations["{FIELD_MANAGER_ANNOTATION}"]'


class Children:
    """Registers children under one component.

    A child's Pulumi name is the object's own, `<namespace>/<name>`, not the component's, so
    renaming the component changes nothing. Otherwise Pulumi would upsert the same object under a
    new name and then delete it under the old one.

    Args:
        parent: The component.
        name: The component's name.
        opts: The options of the component.
        logical_name: Separates equal names on two clusters in one stack.
        adoptions: The objects that already exist.
        path: The component's field that declares the Service, if it declares several.
    """

    def __init__(
        self,
        parent: pulumi.ComponentResource,
        name: str,
        opts: pulumi.ResourceOptions | None,
        logical_name: str | None = None,
        adoptions: Adoptions | None = None,
        path: str = "",
    ) -> None:
        self._parent, self._component, self._opts = parent, name, opts
        self._path = path
        nested = opts is not None and opts.parent is not None
        self._aliases = Aliases(parent, parent.pulumi_resource_type, nested=nested)
        self._logical_name = logical_name
        self._adoptions: Adoptions = adoptions or {}
        self._default_namespace = namespace_of(opts)
        self._rendering = renders(opts)
        self._manager = "" if self._rendering else configured_manager()

    def of(self, path: str, logical_name: str | None, adoptions: Adoptions) -> "Children":
        """Return the `Children` of one of several Services."""
        if logical_name == self._logical_name and not adoptions:
            return self
        return Children(self._parent, self._component, self._opts, logical_name, adoptions, path)

    @short_stack_trace(CHILD)
    def service(
        self,
        manifest: Manifest,
        *,
        awaited: bool,
        depends_on: Sequence[pulumi.Resource] | None = None,
    ) -> pulumi.CustomResource:
        """Register a Service; with `awaited`, Pulumi waits until it is ready."""
        name = self._name(manifest)
        is_migrating = PHASE_ANNOTATION in manifest["metadata"].get("annotations", {})
        hooks = _hooks.of_migrating_service if is_migrating else _hooks.of_service
        return self._register(
            SERVICE,
            manifest,
            {
                "metadata": self._metadata(manifest, skip_await=not awaited),
                "spec": manifest["spec"],
                "status": None,
            },
            hooks(name, self._parent),
            # We own only whether there is a clusterIP, which the guard compares: if it did not
            # match, Pulumi would replace the live Service, which is an outage.
            ignore_changes=["spec.clusterIP"],
            depends_on=depends_on,
        )

    @short_stack_trace(CHILD)
    def compare(
        self,
        service: Manifest,
        watch: "pulumi.Output[Watch]",
        service_name: pulumi.Output[str],
        path: str,
    ) -> pulumi.Output[str]:
        """Compare a Service's backends with those of the last deployment.

        Args:
            service: The Service.
            watch: What to compare.
            service_name: The Service's name, once it is known to be ours.
            path: The component's field that declares the Service, if it declares several.

        Returns:
            The Service's name, known once the comparison has passed: no slice is written before.
        """
        name = self._name(service)
        hooks = _hooks.of_record(name, self._parent, watch, partial(self._failure, path))
        if hooks is None:
            return service_name
        options = pulumi.ResourceOptions(
            parent=self._parent,
            aliases=self._aliases.of(BACKEND_RECORD, name, self._former_name(service)),
            hooks=hooks,
        )
        record = BackendRecord(name, watch, options)
        return pulumi.Output.all(service_name, record.urn).apply(lambda known: str(known[0]))

    @short_stack_trace(CHILD)
    def phase(
        self,
        manifest: Manifest,
        phase: str,
        ports: Ports,
        service: pulumi.CustomResource,
        slices: Sequence[pulumi.Resource],
    ) -> None:
        """Record that a migrating Service has reached a phase. Does nothing under mocks.

        Args:
            manifest: The Service's manifest.
            phase: The phase.
            ports: The Service's ports.
            service: The Service.
            slices: Its slices in this phase.
        """
        if not monitor():
            return
        name = self._name(manifest)

        async def ask(known: list[str]) -> Ports:
            urn, identity = known
            if phase != "Internal" or self._rendering or _hooks.is_made_now(urn):
                return ports
            return await ready_ports(self._parent, f"{name}/pods", identity)

        identified: pulumi.Output[list[str]] = pulumi.Output.all(service.urn, service.id)
        ready: pulumi.Output[Ports] = identified.apply(ask)
        watch = PhaseWatch(phase, ports, ready)
        hooks = _hooks.of_phase(name, self._parent, watch, self._fail_all)
        options = pulumi.ResourceOptions(
            parent=self._parent,
            aliases=self._aliases.of(PHASE_RECORD, name, self._former_name(manifest)),
            hooks=hooks,
            depends_on=[service, *slices],
        )
        PhaseRecord(name, watch, options)

    @short_stack_trace(CHILD)
    def endpoint_slice(
        self,
        manifest: Manifest,
        service_name: pulumi.Output[str],
        addresses: Collection[str],
    ) -> pulumi.CustomResource:
        """Register an EndpointSlice, attached to the confirmed Service.

        Args:
            manifest: The slice.
            service_name: The Service's name, once it is known to be ours.
            addresses: The known addresses of all slices of the Service together.
        """
        metadata = self._metadata(manifest)
        metadata["labels"] = {**metadata["labels"], SERVICE_NAME_LABEL: service_name}
        return self._register(
            ENDPOINT_SLICE,
            manifest,
            {
                "addressType": manifest["addressType"],
                "endpoints": _unless_empty(manifest["endpoints"]),
                "metadata": metadata,
                "ports": manifest["ports"],
            },
            _hooks.of_slice(self._name(manifest), addresses, self._parent),
        )

    @short_stack_trace(CHILD)
    def endpoints(
        self,
        manifest: Manifest,
        service_name: pulumi.Output[str],
        slices: Sequence[pulumi.Resource],
    ) -> pulumi.CustomResource:
        """Register a legacy Endpoints object, which takes its name from the confirmed Service.

        It depends on the Service, because the endpoints controller deletes it while the Service is
        missing. It comes after the slices, which must exist before mirroring stops.
        """
        metadata = self._metadata(manifest)
        metadata["name"] = service_name
        return self._register(
            ENDPOINTS,
            manifest,
            {"metadata": metadata, "subsets": _unless_empty(manifest["subsets"])},
            _hooks.of_endpoints(self._name(manifest), self._parent),
            depends_on=slices,
        )

    def _register(
        self,
        kind: str,
        manifest: Manifest,
        properties: Mapping[str, Any],
        hooks: pulumi.ResourceHookBinding | None,
        ignore_changes: Sequence[str] = (),
        depends_on: Sequence[pulumi.Resource] | None = None,
    ) -> pulumi.CustomResource:
        opts = self._options(manifest, kind, hooks, ignore_changes, depends_on)
        head = {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"]}
        return _late_types.register(kind, self._name(manifest), {**head, **properties}, opts)

    def _name(self, manifest: Manifest) -> str:
        namespace = self._namespace(manifest)
        return self._child_name(namespace if isinstance(namespace, str) else UNKNOWN, manifest)

    def _namespace(self, manifest: Manifest) -> "str | pulumi.Output[str]":
        namespace: str | pulumi.Output[str] = manifest["metadata"].get(
            "namespace", self._default_namespace
        )
        return namespace

    def _child_name(self, namespace: str, manifest: Manifest) -> str:
        name = manifest["metadata"]["name"]
        if manifest["kind"] not in CLUSTER_SCOPED:
            name = f"{namespace}/{name}"
        return f"{self._logical_name}/{name}" if self._logical_name else name

    def _former_name(self, manifest: Manifest) -> "str | pulumi.Output[str]":
        """Return the child's name from when its namespace was an Output, or was plain."""
        if manifest["kind"] in CLUSTER_SCOPED:
            return f"{UNKNOWN}/{self._child_name('', manifest)}"  # it never had another name
        namespace = self._namespace(manifest)
        if isinstance(namespace, str):
            return self._child_name(UNKNOWN, manifest)
        return namespace.apply(lambda known: self._child_name(known, manifest))

    def _metadata(
        self, manifest: Manifest, *, skip_await: bool = False, has_dependents: bool = False
    ) -> Any:
        metadata = dict(manifest["metadata"])
        if not self._rendering:
            own = own_annotations(
                self._manager,
                skip_await=skip_await,
                forced=self._adoption(manifest) is not None,
                has_dependents=has_dependents,
            )
            metadata["annotations"] = {**own, **metadata.get("annotations", {})}
        return metadata

    def _options(
        self,
        manifest: Manifest,
        kind: str,
        hooks: pulumi.ResourceHookBinding | None = None,
        ignore_changes: Sequence[str] = (),
        depends_on: Sequence[pulumi.Resource] | None = None,
    ) -> pulumi.ResourceOptions:
        options = pulumi.ResourceOptions(
            parent=self._parent,
            aliases=self._aliases.of(kind, self._name(manifest), self._former_name(manifest)),
            hooks=hooks,
            # An object keeps its manager even when the stack is renamed.
            ignore_changes=[*ignore_changes, _MANAGER_PATH],
            depends_on=depends_on,
            # Create-first onto the same name would end in the deletion of the live object.
            delete_before_replace=True,
        )
        adoption = self._adoption(manifest)
        if adoption is not None:
            self._adopt(options, adoption, manifest, kind, list(ignore_changes))
        return options

    def _object_options(
        self,
        manifest: Manifest,
        kind: str,
        ignore_changes: Sequence[str] = (),
        depends_on: Sequence[pulumi.Resource] | None = None,
    ) -> pulumi.ResourceOptions:
        """Return the options of an object without hooks specific to its kind."""
        hooks = _hooks.of_object(self._name(manifest), self._parent)
        return self._options(manifest, kind, hooks, ignore_changes, depends_on)

    def _identity(self, manifest: Manifest, adoption: Adoption) -> str:
        namespace = self._namespace(manifest)
        if not isinstance(namespace, str):
            reason = "an object is imported by namespace and name, and the provider's is an Output"
            finding = forbidden(adoption.path, reason, "give `namespace` as a plain string")
            raise self._fail(finding)
        return f"{namespace}/{manifest['metadata']['name']}"

    def _fail(self, finding: Finding) -> ValidationError:
        return self._fail_all([finding])

    def _fail_all(self, findings: Sequence[Finding]) -> ValidationError:
        return self._failure(self._path, findings)

    def _failure(self, path: str, findings: Sequence[Finding]) -> ValidationError:
        component = type(self._parent).__name__
        placed = [finding.under(path) for finding in findings]
        return ValidationError(component, self._component, placed)

    def _adoption(self, manifest: Manifest) -> Adoption | None:
        return self._adoptions.get((manifest["kind"], manifest["metadata"]["name"]))

    def _adopt(
        self,
        options: pulumi.ResourceOptions,
        adoption: Adoption,
        manifest: Manifest,
        kind: str,
        ignore_changes: list[str],
    ) -> None:
        """Change the options so that a live object is taken over, with its manager by force."""
        options.ignore_changes = ignore_changes
        if adoption.resource is None:
            if not self._rendering:
                options.import_ = self._identity(manifest, adoption)
            return
        # An alias that does not match makes Pulumi create, which the hook stops. Create-first, so
        # that nothing has been deleted by then.
        options.delete_before_replace = None
        raw = self._aliases.of_raw(kind, adoption.resource)
        if raw is not None:
            options.aliases = [*(options.aliases or ()), raw]
            options.hooks = _hooks.of_adopted(
                options.hooks, self._name(manifest), adoption, manifest["kind"], self._fail_all
            )


def _unless_empty(endpoints: "list[Manifest] | pulumi.Output[list[Manifest]]") -> Any:
    """Return None for an empty list: the API server drops it, so a refresh would show a diff."""
    if isinstance(endpoints, pulumi.Output):
        return endpoints.apply(lambda known: known or None)
    return endpoints or pulumi.Output.from_input(None)
