"""Validates what a component rendered, and tells what is wrong of its arguments."""

from collections.abc import Iterable, Sequence

from ..validation.kinds.service_node_ports import SERVICE_NODE_PORT_TAKEN
from ..validation.kinds.service_ports import SERVICE_NODE_PORT_DUPLICATE
from ..validation.rendered import validate_rendered
from .findings import Finding, is_within
from .objects.rendering import Rendering
from .versions import Rules

__all__ = ["check_objects"]


def check_objects(
    objects: Iterable[Rendering], rules: Rules, findings: list[Finding], unread: Sequence[Finding]
) -> None:
    """Add what the API server would refuse of the objects, in the words of the arguments.

    What is unknown is passed over: the objects are validated again when it has arrived.

    Args:
        objects: The objects, the Service first. What others have of it is told once.
        rules: The rules of Kubernetes.
        findings: What is wrong with the arguments alone. One that has the code of a rule stands
            for it, and so does one with the same words.
        unread: What is wrong with the form of arguments: other values stand in for them, of which
            nothing is told.
    """
    broken = [finding.path for finding in unread]
    told = {(one.path, one.detail) for one in findings}
    ruled = {(one.path, one.code) for one in findings if one.code}
    for position, rendering in enumerate(objects):
        known = {one.path for one in findings} if position else set[str]()
        objections = validate_rendered(rules, rendering.manifest)
        twice = {one.path for one in objections if one.code == SERVICE_NODE_PORT_DUPLICATE.code}
        for found in objections:
            if found.severity == "warning" or found.code == "json-type":
                continue
            if found.code == SERVICE_NODE_PORT_TAKEN.code and found.path in twice:
                continue  # the API server says both
            for one in rendering.told(found):
                is_known = (one.path, one.detail) in told or (one.path, one.code) in ruled
                if is_known or one.path in known or any(is_within(one.path, at) for at in broken):
                    continue
                told.add((one.path, one.detail))
                findings.append(one)
