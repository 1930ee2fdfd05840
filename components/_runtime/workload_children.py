"""Registers the Deployment of a component, its autoscaler and its disruption budget."""

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
    """Registers children under one component, including Deployments."""

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
            keeps_live_replicas: Whether `replicas` applies only to its creation. The provider then
                sends the live number while we own it, and none once another manager has set it:
                without the field the API server would reset it to 1.
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

        Pulumi does not wait for it: without metrics it is never ready, but still respects its
            limits.
        """
        return autoscaling.v2.HorizontalPodAutoscaler(
            self._name(manifest),
            metadata=self._metadata(manifest),
            spec=manifest["spec"],
            opts=self._object_options(manifest, AUTOSCALER, depends_on=[deployment]),
        )
