"""Stacks in threads of one process: `python -m tests.support.automation NAMESPACE...`.

Each namespace gets a stack and a thread. All threads take each step at once. What came of the steps
is printed as JSON, in a process of its own because a test may want another version of Pulumi.
"""

import json
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
from pulumi import automation

from components import ExternalService, provider
from tools.parts import PROVIDER_VERSION

_SECONDS = 120.0
"""More than any step takes, so that one that fails does not hold the others for ever."""

Result = dict[str, int] | str

STEPS: list[dict[str, Any]] = [
    {"addresses": ["192.0.2.1"]},
    {"addresses": ["192.0.2.2"]},
    {"addresses": ["192.0.2.2"], "endpoint_api": "Endpoints"},
    {"addresses": ["192.0.2.2"]},
]
"""The arguments of each step; a hook refuses the third one."""


def main(namespaces: Sequence[str]) -> None:
    """Run all stacks through all steps, and print the results by namespace."""
    together = threading.Barrier(len(namespaces))
    with ThreadPoolExecutor(len(namespaces)) as threads:
        results = threads.map(lambda namespace: _deploy(namespace, together), namespaces)
        print(json.dumps(dict(zip(namespaces, results, strict=True))))


def _deploy(namespace: str, together: threading.Barrier) -> list[Result]:
    results: list[Result] = []
    for step in STEPS:
        together.wait(_SECONDS)
        results.append(_up(namespace, step))
    together.wait(_SECONDS)
    _select(namespace, lambda: None).destroy()
    return results


def _up(namespace: str, args: dict[str, Any]) -> Result:
    def program() -> None:
        # The newest provider that is available where this is tested.
        options = pulumi.ResourceOptions(version=PROVIDER_VERSION)
        cluster = provider("cluster", opts=options)
        ports = [{"name": "http", "port": 80}]
        ExternalService(
            "db",
            {"namespace": namespace, "ports": ports, **args},
            pulumi.ResourceOptions(provider=cluster),
        )

    try:
        summary = _select(namespace, program).up().summary
    except automation.CommandError as error:
        return str(error)
    return {str(kind): count for kind, count in (summary.resource_changes or {}).items()}


def _select(namespace: str, program: Callable[[], None]) -> automation.Stack:
    return automation.create_or_select_stack(namespace, project_name="tests", program=program)


if __name__ == "__main__":
    main(sys.argv[1:])
