"""Registers objects that belong to no Service: policies, Ingresses, and routes with their parts."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes import apiextensions, networking

from .._registry import INGRESS, NETWORK_POLICY
from ..core.metadata import Manifest
from .children import Children
from .served_kinds import refuse_unserved
from .stack_traces import CHILD, short_stack_trace
from .threads import load

__all__ = ["ObjectChildren"]


class ObjectChildren(Children):
    """Registers children under one component without a Service."""

    @short_stack_trace(CHILD)
    def policy(
        self, manifest: Manifest, after: Sequence[pulumi.Resource] = ()
    ) -> "networking.v1.NetworkPolicy | apiextensions.CustomResource":
        """Register a policy.

        Args:
            manifest: The policy.
            after: Resources that must exist before it.
        """
        if manifest["kind"] != "NetworkPolicy":
            return self.custom(manifest, after)
        load(lambda: networking.v1.NetworkPolicy)
        return networking.v1.NetworkPolicy(
            self._name(manifest),
            metadata=self._metadata(manifest),
            spec=manifest["spec"],
            opts=self._object_options(manifest, NETWORK_POLICY, depends_on=after),
        )

    @short_stack_trace(CHILD)
    def custom(
        self, manifest: Manifest, after: Sequence[pulumi.Resource] = ()
    ) -> "apiextensions.CustomResource":
        """Register an object of a kind that a CustomResourceDefinition defines.

        A preview fails if the cluster does not serve the kind, which must be in
        `core/custom_kinds.py`.

        Args:
            manifest: The object.
            after: Resources that must exist before it.
        """
        load(lambda: apiextensions.CustomResource)
        kind = f"kubernetes:{manifest['apiVersion']}:{manifest['kind']}"
        made = apiextensions.CustomResource(
            self._name(manifest),
            api_version=manifest["apiVersion"],
            kind=manifest["kind"],
            metadata=self._metadata(manifest),
            spec=manifest["spec"],
            opts=self._object_options(manifest, kind, depends_on=after),
        )
        if not self._rendering:
            refuse_unserved(made, manifest, self._opts, self._fail_all)
        return made

    @short_stack_trace(CHILD)
    def ingress(
        self, manifest: Manifest, after: Sequence[pulumi.Resource] = (), *, awaited: bool
    ) -> "networking.v1.Ingress":
        """Register an Ingress.

        Args:
            manifest: The Ingress.
            after: Resources that must exist before it.
            awaited: Whether Pulumi waits for its controller's address.
        """
        load(lambda: networking.v1.Ingress)
        return networking.v1.Ingress(
            self._name(manifest),
            metadata=self._metadata(manifest, skip_await=not awaited),
            spec=manifest["spec"],
            opts=self._object_options(manifest, INGRESS, depends_on=after),
        )
