"""One program, one declaration: two components that declare the same thing stop the preview."""

import json

import pytest

from testbed.cluster import get, names
from testbed.stack import Stack
from tests.support.programs import LATE
from tools.cluster import Cluster
from tools.console import CommandError

TWO = """
import pulumi
from components import ExternalService, ExternalServiceSet, SelectorService

PORTS = [{{"name": "http", "port": 80}}]
ExternalService("a", {{
    "service_name": "billing",
    "namespace": "{namespace}",
    "addresses": ["192.0.2.10"],
    "ports": PORTS,
}})
SelectorService("b", {{
    "service_name": "billing",
    {second}
    "selector": {{"app": "billing"}},
    "ports": PORTS,
    "await_ready": False,
}})
"""

BOTH = 'SelectorService "b": service_name: Duplicate value: "billing": ExternalService "a" already'
HERE = "declares the Service {namespace}/billing"
THERE = "declares this Service in the same namespace"

NODE_PORTS = """
from components import ExternalService, SelectorService

ExternalService("a", {{
    "namespace": "{namespace}",
    "type": "NodePort",
    "addresses": ["192.0.2.10"],
    "ports": [{{"port": 80, "node_port": 30021}}],
}})
SelectorService("b", {{
    "namespace": "{namespace}",
    "type": "NodePort",
    "selector": {{"app": "b"}},
    "ports": [{{"port": 80, "protocol": "UDP", "node_port": 30021}}],
}})
"""


def refused(stack: Stack, *command: str) -> str:
    done = stack.run(*command)
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def test_a_service_declared_by_two_components_is_refused(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(TWO.format(namespace=namespace, second=f'"namespace": "{namespace}",'))
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        said = refused(stack, *command)
        assert f"{BOTH} {HERE.format(namespace=namespace)}" in said
    live = get(cluster, "service", namespace, "billing")
    assert "selector" not in live["spec"], "the second one was asked for"


def test_a_service_declared_twice_is_refused_on_a_live_stack(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    one = TWO.format(namespace=namespace, second=f'"namespace": "{namespace}",')
    stack.write(one.partition("SelectorService(")[0]).up()
    before = get(cluster, "service", namespace, "billing")
    refused(stack.write(one), "preview")
    refused(stack, "up", "--yes", "--skip-preview")
    assert get(cluster, "service", namespace, "billing") == before
    ours = "endpointslice.kubernetes.io/managed-by=k8s-endpoints.pulumi"
    assert names(cluster, "endpointslices", namespace, ours) == ["billing-ipv4"]


def test_a_second_declaration_in_a_late_namespace_is_refused_at_up(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    """It is not known at preview: the up is refused, before the second Service is asked for."""
    late = f"\"namespace\": Late('x', ['{namespace}']).made.apply(lambda made: made[0]),"
    stack.write(LATE + TWO.format(namespace=namespace, second=late))
    assert stack.preview()["to create"] >= 4
    assert f"{BOTH} {THERE}" in refused(stack, "up", "--yes", "--skip-preview")
    live = get(cluster, "service", namespace, "billing")
    assert "selector" not in live["spec"]


@pytest.mark.parametrize("given", ["nothing", "a provider"])
def test_a_second_declaration_in_the_providers_namespace_is_refused_at_preview(
    stack: Stack, namespace: str, given: str
) -> None:
    """The answer to the dry run holds it: the preview is refused."""
    program = TWO.format(namespace=namespace, second="")
    if given == "nothing":
        program = program.replace(f'"namespace": "{namespace}"', '"namespace": "default"')
    else:
        own = f'import pulumi_kubernetes as k8s\nOWN = k8s.Provider("own", namespace="{namespace}")'
        program = own + program.replace("\n})", "\n}, pulumi.ResourceOptions(provider=OWN))")
    assert THERE in refused(stack.write(program), "preview")


def test_one_service_on_two_clusters_is_accepted(stack: Stack, namespace: str) -> None:
    """Two providers are two clusters, though here they are one and the same."""
    program = TWO.format(namespace=namespace, second=f'"namespace": "{namespace}",')
    own = "import pulumi_kubernetes as k8s\n" + program.replace(
        "\n})\nSelector", '\n}, pulumi.ResourceOptions(provider=k8s.Provider("own")))\nSelector'
    )
    assert stack.write(own).preview()["to create"] == 7


def test_a_node_port_of_two_services_is_refused(stack: Stack, namespace: str) -> None:
    said = refused(stack.write(NODE_PORTS.format(namespace=namespace)), "preview")
    assert (
        'SelectorService "b": ports[0].node_port: Duplicate value: 30021: ExternalService "a"'
        " already asks for this node port"
    ) in said


@pytest.mark.parametrize("protocol", ["TCP", "UDP"])
def test_the_api_server_grants_a_node_port_to_one_service_whatever_the_protocol(
    cluster: Cluster, namespace: str, protocol: str
) -> None:
    """Only the number is compared; within one Service both protocols may have it."""
    number = {"TCP": 30022, "UDP": 30023}[protocol]

    def make(name: str, *protocols: str) -> None:
        ports = [
            {"name": one.lower(), "port": 80, "nodePort": number, "protocol": one}
            for one in protocols
        ]
        metadata = {"name": name, "namespace": namespace}
        spec = {"type": "NodePort", "ports": ports}
        manifest = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
        cluster.kubectl("create", "-f", "-", given=json.dumps(manifest))

    make("one", "TCP", "UDP")
    with pytest.raises(CommandError, match="provided port is already allocated"):
        make("other", protocol)
    cluster.kubectl("delete", "service", "-n", namespace, "one")
    make("other", protocol)
