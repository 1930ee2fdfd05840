"""Hazards of a `DeployedService`."""

from collections.abc import Iterator

from ..validation.hazards.declared import AUTOSCALING_BLIND, BUDGET_BLOCKS
from ..validation.hazards.hazard import Hazard
from .hazards import traffic_hazards
from .pod_arguments import DEFAULT_REPLICAS, AutoscalingArgs, DeployedServiceArgs

__all__ = ["deployed_service_hazards"]


def deployed_service_hazards(args: DeployedServiceArgs) -> list[Hazard]:
    """Return the hazards of a `DeployedService` that follow from its arguments alone."""
    return [*traffic_hazards(args), *_of_budget(args), *_of_scaling(args)]


def _of_budget(args: DeployedServiceArgs) -> Iterator[Hazard]:
    scaled = args.autoscaling
    least: object = DEFAULT_REPLICAS if args.replicas is None else args.replicas
    if scaled is not None:
        least = scaled.min_replicas
    kept = args.min_available
    if isinstance(kept, int) and isinstance(least, int) and kept >= least:
        yield BUDGET_BLOCKS


def _of_scaling(args: DeployedServiceArgs) -> Iterator[Hazard]:
    if args.autoscaling is None:
        return
    resources = args.resources
    asked = {*resources.requests, *resources.limits} if resources else set[str]()
    if not _measured(args.autoscaling) <= asked:
        yield AUTOSCALING_BLIND


def _measured(args: AutoscalingArgs) -> set[str]:
    """Return the resources that an autoscaler measures."""
    found = {"memory"} if args.memory_percent is not None else set[str]()
    return found | ({"cpu"} if args.cpu_percent is not None or not found else set())
