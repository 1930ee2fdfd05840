"""The kubectl commands that show the same as an explanation."""

import shlex
from collections.abc import Iterator, Sequence

from ...topology import Explanation


def kubectl_commands(explanation: Explanation, options: Sequence[str] = ()) -> list[str]:
    """Return commands that show the same, if kubectl can.

    Args:
        explanation: The explanation.
        options: Options of kubectl that choose the cluster. Defaults to none.
    """
    start = ["kubectl", *options]
    return [shlex.join([*start, *words]) for words in _commands(explanation)]


def _commands(explanation: Explanation) -> Iterator[list[str]]:
    namespace, name = explanation.namespace, explanation.name
    path = explanation.path
    if path is None:
        yield ["get", "services", "-n", namespace]
        yield ["get", "services", "-A", "--field-selector", f"metadata.name={name}"]
        return
    yield ["get", "service", name, "-n", namespace, "-o", "yaml"]
    if path.external_name:
        return
    label = f"kubernetes.io/service-name={name}"
    yield ["get", "endpointslices", "-n", namespace, "-l", label, "-o", "yaml"]
    if not path.endpoints:
        columns = "-L=kubernetes.io/service-name"
        yield ["get", "endpointslices", "-n", namespace, columns]
    if any(one.kind == "Endpoints" for one in path.endpoints) or _tells_of(
        explanation, "Endpoints "
    ):
        yield ["get", "endpoints", name, "-n", namespace, "-o", "yaml"]
    if path.selector:
        labels = ",".join(f"{key}={value}" for key, value in path.selector.items())
        yield ["get", "pods", "-n", namespace, "-l", labels, "-o", "wide"]
        if _tells_of(explanation, "Service"):
            yield ["get", "pods", "-n", namespace, "--show-labels"]
    for problem in explanation.problems:
        kind, _, where = problem.subject.partition(" ")
        if kind == "Pod":
            yield ["describe", "pod", where.partition("/")[2], "-n", namespace]
    kinds = {route.kind: None for route in path.routes}
    for kind in kinds:
        yield ["get", kind.lower(), "-n", namespace, "-o", "yaml"]
    if path.policies:
        for where in dict.fromkeys(policy.namespace for policy in path.policies):
            yield ["get", "networkpolicies", "-n", where, "-o", "yaml"]


def _tells_of(explanation: Explanation, kind: str) -> bool:
    return any(one.subject.startswith(kind) for one in explanation.problems)
