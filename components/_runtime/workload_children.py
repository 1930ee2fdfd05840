"""Registers what makes the Pods of a component: a Deployment, and what scales and protects it."""

from typing import Any

import pulumi
from pulumi_kubernetes import apps, autoscaling, policy

from .._registry import AUTOSCALER, DEPLOYMENT, DISRUPTION_BUDGET
from ..core.metadata import Manifest
from .children import Children
from .stack_traces import CHILD, short_stack_trace
from .threads import load

__all__ = ["WorkloadChildren"]


class WorkloadChildren(Children):
    """Registers children under one component, Deployments among them."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        load(
            lambda: apps.v1.Deployment,
            lambda: policy.v1.PodDisruptionBudget,
            lambda: autoscaling.v2.HorizontalPodAutoscaler,
        )

    @short_stack_trace(CHILD)
    def deployment(
        self, manifest: Manifest, *, awaited: bool, keeps_live_replicas: bool
    ) -> "apps.v1.Deployment":
        """Register a Deployment.

        Args:
            manifest: The Deployment.
            awaited: Whether to wait until its Pods are ready.
            keeps_live_replicas: Whether its `replicas` hold for its creation alone. The provider
                then sends the live number while it is ours, and none once another manager has set
                it: without the field the API server would go back to 1.
        """
        return apps.v1.Deployment(
            self._name(manifest),
            metadata=self._metadata(manifest, skip_await=not awaited, has_dependents=True),
            spec=manifest["spec"],
            opts=self._object_options(
                manifest,
                DEPLOYMENT,
                ignore_changes=["spec.replicas"] if keeps_live_replicas else (),
            ),
        )

    @short_stack_trace(CHILD)
    def disruption_budget(self, manifest: Manifest) -> "policy.v1.PodDisruptionBudget":
        """Register a PodDisruptionBudget."""
        return policy.v1.PodDisruptionBudget(
            self._name(manifest),
            metadata=self._metadata(manifest),
            spec=manifest["spec"],
            opts=self._object_options(manifest, DISRUPTION_BUDGET),
        )

    @short_stack_trace(CHILD)
    def autoscaler(
        self, manifest: Manifest, deployment: pulumi.Resource
    ) -> "autoscaling.v2.HorizontalPodAutoscaler":
        """Register a HorizontalPodAutoscaler, after the Deployment that it scales.

        Nothing waits for it: without metrics it is never ready, but keeps to its limits.
        """
        return autoscaling.v2.HorizontalPodAutoscaler(
            self._name(manifest),
            metadata=self._metadata(manifest),
            spec=manifest["spec"],
            opts=self._object_options(manifest, AUTOSCALER, depends_on=[deployment]),
        )
