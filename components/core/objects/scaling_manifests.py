"""Objects beside a Deployment: PodDisruptionBudget of policy/v1, HorizontalPodAutoscaler."""

from collections.abc import Iterator, Mapping

from ..metadata import Manifest
from ..pod_arguments import AutoscalingArgs
from ..ports import Number
from .rendering import Rendering

__all__ = ["autoscaler", "disruption_budget"]

DEFAULT_CPU_PERCENT = 80


def disruption_budget(name: str, selector: Mapping[str, str], min_available: Number) -> Rendering:
    """Render a budget that keeps `min_available` Pods running while nodes are drained."""
    made = Rendering("policy/v1", "PodDisruptionBudget")
    made.put("metadata.name", name, "service_name")
    made.put("spec.minAvailable", min_available, "min_available")
    made.put("spec.selector", {"matchLabels": dict(selector)})
    return made


def autoscaler(name: str, args: AutoscalingArgs) -> Rendering:
    """Render the autoscaler of the Deployment with the same name."""
    made = Rendering("autoscaling/v2", "HorizontalPodAutoscaler")
    made.put("metadata.name", name, "service_name")
    made.put("spec.scaleTargetRef", {"apiVersion": "apps/v1", "kind": "Deployment", "name": name})
    made.put("spec.minReplicas", args.min_replicas, "autoscaling.min_replicas")
    made.put("spec.maxReplicas", args.max_replicas, "autoscaling.max_replicas")
    made.note("spec.metrics", "autoscaling.min_replicas")
    metrics = [*_metrics(args)]
    made.put("spec.metrics", [metric for metric, _ in metrics])
    for index, (_, argument) in enumerate(metrics):
        made.note(
            f"spec.metrics[{index}].resource.target.averageUtilization", f"autoscaling.{argument}"
        )
    return made


def _metrics(args: AutoscalingArgs) -> Iterator[tuple[Manifest, str]]:
    cpu = args.cpu_percent
    if cpu is None and args.memory_percent is None:
        cpu = DEFAULT_CPU_PERCENT
    for resource, percent in (("cpu", cpu), ("memory", args.memory_percent)):
        if percent is not None:
            target = {"type": "Utilization", "averageUtilization": percent}
            yield (
                {"type": "Resource", "resource": {"name": resource, "target": target}},
                f"{resource}_percent",
            )
