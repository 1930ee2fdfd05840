"""Explains why the selector of a Service matches no ready Pod."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.findings import quote
from ..validation.untyped import items, mapping, number, text

Pod = Mapping[str, Any]


def labels_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the labels of an object."""
    return mapping(mapping(manifest.get("metadata")).get("labels"))


def is_selected(pod: Pod, selector: Mapping[str, Any]) -> bool:
    """Return whether the selector of a Service selects a Pod."""
    labels = labels_of(pod)
    return all(labels.get(key) == value for key, value in selector.items())


def is_ready(pod: Pod) -> bool:
    """Return whether a Pod is ready."""
    if mapping(pod.get("metadata")).get("deletionTimestamp"):
        return False
    return _condition(pod, "Ready").get("status") == "True"


def nearest(pods: Sequence[Pod], selector: Mapping[str, Any]) -> Pod | None:
    """Return the Pod that matches most of a selector, or has its keys; None if none has any."""
    keyed = [pod for pod in pods if any(key in labels_of(pod) for key in selector)]
    return max(keyed, key=lambda pod: _agreement(pod, selector), default=None)


def differences(pod: Pod, selector: Mapping[str, Any]) -> str:
    """Return the Pod's labels that differ from a selector."""
    labels = labels_of(pod)
    return ", ".join(
        f"{key}: {quote(labels[key])}" if key in labels else f"no {key}"
        for key, value in selector.items()
        if labels.get(key) != value
    )


def reason(pod: Pod) -> tuple[str, str]:
    """Return why a Pod is not ready, and what to do."""
    status = mapping(pod.get("status"))
    phase = text(status.get("phase"))
    if mapping(pod.get("metadata")).get("deletionTimestamp"):
        return "is being deleted", "wait for the Pods that replace it, or scale the workload up"
    if phase in {"Succeeded", "Failed"}:
        return (
            f"has ended ({phase})",
            "run the program as a server that stays, or read the Pod's log for why it ended",
        )
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        why = text(scheduled.get("message")) or text(scheduled.get("reason"))
        return (
            f"is not scheduled to a node: {why}",
            "make room on a node, or lower what the Pod requests",
        )
    for container in map(mapping, items(status.get("containerStatuses"))):
        waiting = mapping(mapping(container.get("state")).get("waiting"))
        if why := text(waiting.get("reason")):
            name = quote(container.get("name"))
            return (
                f"waits: container {name} is in {why}",
                _OF_WAITING.get(why, "read the events of the Pod"),
            )
        if container.get("ready") is False and "running" in mapping(container.get("state")):
            restarts = number(container.get("restartCount")) or 0
            again = f" after {restarts} restarts" if restarts else ""
            return (
                f"runs, and its container {quote(container.get('name'))} is not ready{again}",
                "compare the readiness probe with what the container answers",
            )
    ready = _condition(pod, "Ready")
    if gates := [
        text(mapping(gate).get("conditionType"))
        for gate in items(mapping(pod.get("spec")).get("readinessGates"))
    ]:
        closed = [one for one in gates if _condition(pod, one).get("status") != "True"]
        if closed:
            return (
                f"waits for its readiness gate {quote(closed[0])}",
                "look for the controller that sets the condition",
            )
    why = text(ready.get("message")) or text(ready.get("reason")) or f"its phase is {phase}"
    return f"is not ready: {why}", "read the events of the Pod"


_OF_WAITING = {
    "CrashLoopBackOff": "read the log of the container before it crashed: kubectl logs --previous",
    "ImagePullBackOff": "correct the image's name or the credentials that pull it",
    "ErrImagePull": "correct the image's name or the credentials that pull it",
    "InvalidImageName": "correct the image's name",
    "CreateContainerConfigError": "create the ConfigMap or Secret that the container names",
    "ContainerCreating": "wait, or read the events of the Pod for what it waits for",
}


def _agreement(pod: Pod, selector: Mapping[str, Any]) -> tuple[int, int]:
    labels = labels_of(pod)
    equal = sum(labels.get(key) == value for key, value in selector.items())
    return equal, sum(key in labels for key in selector)


def _condition(pod: Pod, kind: str) -> Mapping[str, Any]:
    conditions = map(mapping, items(mapping(pod.get("status")).get("conditions")))
    return next((one for one in conditions if one.get("type") == kind), mapping(None))
