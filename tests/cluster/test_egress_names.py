"""`EgressPolicy` in the kinds that allow DNS names, checked by the schemas of their authors."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from components.core.arguments import EgressPolicyArgs, typed
from components.core.egress_policy import plan_egress_policy
from components.core.findings import Finding
from testbed.cluster import get, missing, names, throw_away_cluster, uids
from testbed.stack import Stack
from tools import golang
from tools.cluster import Cluster
from tools.console import CommandError
from tools.paths import GO_MODULES

CILIUM = "github.com/cilium/cilium@v1.18.2"
"""As `tools/go/cilium` pins it; only its YAML is used."""
CILIUM_RESOURCE = Path("pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml")
POLICY_API = "sigs.k8s.io/network-policy-api@v0.3.0"
"""As `tools/go/network-policy-api` pins it; only its YAML is used."""
EXPERIMENTAL = Path("config/crd/experimental")
CLUSTER_RESOURCE = EXPERIMENTAL / "policy.networking.k8s.io_clusternetworkpolicies.yaml"

PROGRAM = """
    import pulumi
    from components import EgressPolicy, ExternalNameService, ExternalService, egress_destination

    alias = {{"external_name": "{name}", "ports": [{{"port": 443}}], "namespace": "{namespace}"}}
    allowed = EgressPolicy("web", {{
        "api": "{api}",
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
        **{extra},
    }})
    ExternalNameService("payments", alias, pulumi.ResourceOptions(depends_on=[allowed]))
"""


@pytest.fixture(scope="module")
def custom() -> Iterator[Cluster]:
    """A control plane that has the custom resources, and nothing that enforces them."""
    with throw_away_cluster(name="policies") as made:
        for module, source, resource in (
            ("cilium", CILIUM, CILIUM_RESOURCE),
            ("network-policy-api", POLICY_API, CLUSTER_RESOURCE),
        ):
            folder = golang.module_folder(GO_MODULES / module, source)
            made.kubectl("create", "-f", str(folder / resource))
        _await_resources(made)
        yield made


def _await_resources(cluster: Cluster) -> None:
    for _ in range(60):
        with suppress(CommandError):
            cluster.kubectl("get", "ciliumnetworkpolicies,clusternetworkpolicies", "-A")
            return
        time.sleep(1)
    pytest.fail("the custom resources are not served")


@pytest.fixture
def names_stack(custom: Cluster, tmp_path: Path) -> Stack:
    return Stack(tmp_path / "stack", custom.parts, custom.kubeconfig)


def program(api: str, namespace: str, name: str, **extra: object) -> str:
    return PROGRAM.format(api=api, namespace=namespace, name=name, extra=extra)


def test_cilium_accepts_the_policy_and_another_name_makes_another_policy(
    custom: Cluster, names_stack: Stack
) -> None:
    custom.kubectl("create", "namespace", "shop")
    names_stack.write(program("CiliumNetworkPolicy", "shop", "api.payments.example")).up()
    before = uids(custom, "ciliumnetworkpolicies", "shop")
    (name,) = before
    egress = get(custom, "ciliumnetworkpolicies", "shop", name)["spec"]["egress"]
    assert egress[-1]["toFQDNs"] == [{"matchName": "api.payments.example"}]
    assert names_stack.up() == {"unchanged": 5}

    names_stack.write(program("CiliumNetworkPolicy", "shop", "api.example.com")).up()

    after = uids(custom, "ciliumnetworkpolicies", "shop")
    assert len(after) == 1
    assert not after.keys() & before.keys()
    names_stack.destroy()
    assert names(custom, "ciliumnetworkpolicies,services", "shop") == []


KIND = "clusternetworkpolicies"


def test_the_cluster_accepts_the_policies_and_the_denying_one_stays_when_a_name_changes(
    custom: Cluster, names_stack: Stack
) -> None:
    custom.kubectl("create", "namespace", "store")
    given = {"precedence": {"priority": 100, "deny_others": True}}
    names_stack.write(
        program("ClusterNetworkPolicy", "store", "api.payments.example", **given)
    ).up()
    before = uids(custom, KIND, "store")
    assert len(before) == 2
    (denies,) = (name for name in before if name.startswith("web-deny-"))
    (accepts,) = before.keys() - {denies}
    egress = get(custom, KIND, "store", accepts)["spec"]["egress"]
    assert egress[-1]["to"] == [{"domainNames": ["api.payments.example"]}]
    assert names_stack.up() == {"unchanged": 6}

    names_stack.write(program("ClusterNetworkPolicy", "store", "api.example.com", **given)).up()

    after = uids(custom, KIND, "store")
    assert after.keys() & before.keys() == {denies}
    assert after[denies] == before[denies]
    assert len(after) == 2
    names_stack.destroy()
    assert names(custom, KIND, "store") == []


def planned(count: int, *, per_rule: int) -> Any:
    """Plan a policy with as many rules, each of as many names and ports."""
    findings: list[Finding] = []
    given = {
        "api": "ClusterNetworkPolicy",
        "namespace": "store",
        "pod_selector": {},
        "precedence": {"priority": 1000, "deny_others": False},
        "dns": {"addresses": [f"2001:db8::{2 * number:x}" for number in range(1, 601)]},
        "to": [
            {
                "external_name": f"n{rule}-{one}.example",
                "ports": [{"port": 100 * rule + port} for port in range(1, 26)],
            }
            for rule in range(1, count)
            for one in range(per_rule)
        ],
    }
    made = plan_egress_policy(typed(EgressPolicyArgs, given), "most", findings)
    assert findings == []
    return made.policy


def test_the_longest_rendered_lists_are_the_longest_the_cluster_accepts(custom: Cluster) -> None:
    """Lists end where those of the custom resource do; a rule that denies may hold names there."""
    most = planned(25, per_rule=25)
    assert len(most["spec"]["egress"]) == 25
    assert len(most["spec"]["egress"][0]["to"]) == 25
    dry_run = ("create", "--dry-run=server", "-o", "json", "-f", "-")

    taken = json.loads(custom.kubectl(*dry_run, given=json.dumps(most)))

    assert missing(most["spec"], taken["spec"]) == []
    for change, said in (
        (["egress"], "must have at most 25 items"),
        (["egress", -1, "to", 0, "domainNames"], "must have at most 25 items"),
        (["egress", -1, "protocols"], "must have at most 25 items"),
    ):
        more = json.loads(json.dumps(most))
        holder = more["spec"]
        for key in change:
            holder = holder[key]
        holder.append(json.loads(json.dumps(holder[-1]).replace("n24-", "m-")))
        with pytest.raises(CommandError, match=said):
            custom.kubectl(*dry_run, given=json.dumps(more))
    most["spec"]["egress"][-1]["action"] = "Deny"
    custom.kubectl(*dry_run, given=json.dumps(most))
