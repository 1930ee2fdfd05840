"""`EgressPolicy` as a CiliumNetworkPolicy: judged by Cilium's own schema, on a real API server."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.cluster import get, names, throw_away_cluster, uids
from tests.support.stack import Stack
from tools import golang
from tools.cluster import Cluster
from tools.console import CommandError
from tools.paths import GO_MODULES

CILIUM = "github.com/cilium/cilium@v1.18.2"
"""As `tools/go/cilium` pins it; only its YAML is used."""
CRDS = Path("pkg/k8s/apis/cilium.io/client/crds/v2")

PROGRAM = """
    import pulumi
    from components import EgressPolicy, ExternalNameService, ExternalService, egress_destination

    alias = {{"external_name": "{name}", "ports": [{{"port": 443}}], "namespace": "{namespace}"}}
    allowed = EgressPolicy("web", {{
        "api": "CiliumNetworkPolicy",
        "namespace": "{namespace}",
        "pod_selector": {{"app": "web"}},
        "addresses": ["192.0.2.1", "2001:db8::1"],
        "ports": [{{"port": 53, "protocol": "UDP"}}, {{"port": 5432}}],
        "to": [
            egress_destination(alias),
            {{"cidrs": ["0.0.0.0/0"], "preset": "https"}},
            {{"pod_selector": {{"app": "api"}}, "namespace": "apis", "ports": [
                {{"port": 80, "target_port_name": "http"}},
            ]}},
        ],
    }})
    ExternalNameService("payments", alias, pulumi.ResourceOptions(depends_on=[allowed]))
"""


@pytest.fixture(scope="module")
def cilium() -> Iterator[Cluster]:
    """A control plane that has Cilium's custom resources, and none of its agents."""
    folder = golang.module_folder(GO_MODULES / "cilium", CILIUM)
    with throw_away_cluster(name="cilium") as made:
        made.kubectl("create", "-f", str(folder / CRDS / "ciliumnetworkpolicies.yaml"))
        _await_resource(made)
        yield made


def _await_resource(cluster: Cluster) -> None:
    for _ in range(60):
        with suppress(CommandError):
            cluster.kubectl("get", "ciliumnetworkpolicies", "-A")
            return
        time.sleep(1)
    pytest.fail("Cilium's custom resources are not served")


@pytest.fixture
def names_stack(cilium: Cluster, tmp_path: Path) -> Stack:
    return Stack(tmp_path / "stack", cilium.parts, cilium.kubeconfig)


def test_cilium_takes_the_policy_and_another_name_is_another_policy(
    cilium: Cluster, names_stack: Stack
) -> None:
    cilium.kubectl("create", "namespace", "shop")
    program = PROGRAM.format(name="api.payments.example", namespace="shop")
    names_stack.write(program).up()
    before = uids(cilium, "ciliumnetworkpolicies", "shop")
    (name,) = before
    egress = get(cilium, "ciliumnetworkpolicies", "shop", name)["spec"]["egress"]
    assert egress[-1]["toFQDNs"] == [{"matchName": "api.payments.example"}]
    assert names_stack.up() == {"unchanged": 5}

    names_stack.write(program.replace("api.payments.example", "api.example.com")).up()

    after = uids(cilium, "ciliumnetworkpolicies", "shop")
    assert len(after) == 1
    assert not after.keys() & before.keys()
    names_stack.destroy()
    assert names(cilium, "ciliumnetworkpolicies,services", "shop") == []
