"""A Service together with the Deployment behind it, and with what scales its Pods."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes import apps, autoscaling, policy

from ..core.deployed_service import DeployedServicePlan
from ..core.metadata import Manifest
from ..core.pod_arguments import DeployedServiceArgs
from .component import Draft
from .service_component import DeclaredService
from .workload_children import WorkloadChildren

__all__ = ["DeclaredWorkload"]


class DeclaredWorkload(DeclaredService):
    """One Service that a component declares, and the Deployment of its Pods.

    The Deployment comes first, and the Service when Pulumi has waited for its Pods. So a live
    Service that selected other Pods keeps them until then. A headless Service does not wait: its
    Pods may need the DNS name, by which they find each other, to become ready.

    Args:
        component: The component that declares them.
        name: The component's name.
        draft: What it declares.
        children: Registers the children of the component.
    """

    deployment: "apps.v1.Deployment"
    """The Deployment."""
    disruption_budget: "policy.v1.PodDisruptionBudget | None" = None
    """The PodDisruptionBudget; None without `min_available`."""
    autoscaler: "autoscaling.v2.HorizontalPodAutoscaler | None" = None
    """The HorizontalPodAutoscaler; None without `autoscaling`."""

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        draft: Draft[DeployedServiceArgs, DeployedServicePlan],
        children: WorkloadChildren,
    ) -> None:
        self._workload_children = children
        self._keeps_live_replicas = draft.plan.keeps_live_replicas
        self._awaited = draft.args.await_ready is not False
        super().__init__(component, name, draft, children, awaited=self._awaited)
        self._guard.watch(self.deployment, self._deployment)
        for manifest in self._objects:
            if manifest["kind"] == "PodDisruptionBudget":
                self.disruption_budget = children.disruption_budget(manifest)
                self._guard.watch(self.disruption_budget, manifest)
            else:
                self.autoscaler = children.autoscaler(manifest, self.deployment)
                self._guard.watch(self.autoscaler, manifest)

    def register_first(self, service: Manifest) -> Sequence[pulumi.Resource]:
        """Register the Deployment, for which the Service waits unless it is headless."""
        self._deployment = next(self._objects)
        self.deployment = self._workload_children.deployment(
            self._deployment,
            awaited=self._awaited,
            keeps_live_replicas=self._keeps_live_replicas,
        )
        return [] if service["spec"].get("clusterIP") == "None" else [self.deployment]
