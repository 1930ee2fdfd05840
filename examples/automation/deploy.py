"""Three stacks at once, from one process: `python deploy.py up`, `python deploy.py destroy`.

Each team gets the database in its own namespace. The programs are inline programs of Pulumi's
Automation API, and run in threads.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pulumi
from pulumi import automation
from pulumi_kubernetes.core.v1 import Namespace

from k8s_endpoints import ExternalService

TEAMS = {
    "carts": ["192.0.2.10", "192.0.2.11"],
    "orders": ["192.0.2.20"],
    "search": ["192.0.2.30", "2001:db8::30"],
}


def program(team: str) -> Callable[[], None]:
    def declare() -> None:
        namespace = Namespace(team, metadata={"name": team})
        database = ExternalService(
            "database",
            {
                "preset": "postgres",
                "namespace": namespace.metadata.apply(lambda metadata: metadata.name),
                "addresses": TEAMS[team],
            },
        )
        pulumi.export("host", database.host)

    return declare


def deploy(team: str, command: str) -> str:
    stack = automation.create_or_select_stack(
        stack_name=team, project_name="teams", program=program(team)
    )
    if command == "destroy":
        stack.destroy()
        return f"{team}: destroyed"
    host = stack.up().outputs["host"].value
    return f"{team}: {host}"


def main(command: str) -> None:
    with ThreadPoolExecutor(len(TEAMS)) as threads:
        for line in threads.map(lambda team: deploy(team, command), TEAMS):
            print(line)


if __name__ == "__main__":
    main(sys.argv[1])
