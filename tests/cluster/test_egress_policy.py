"""`EgressPolicy` on a real control plane: what is allowed while addresses change."""

import json
import re
from typing import Any

import pytest

from components.core.arguments import EgressPolicyArgs, typed
from components.core.egress_policy import plan_egress_policy
from testbed.cluster import Object, get, missing, names, uids, versions
from testbed.stack import Stack
from tools.cluster import Cluster
from tools.parts import CREATE
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

POLICIES, SLICES = "networkpolicies", "endpointslices"

PROGRAM = """
    import pulumi
    from components import EgressPolicy, ExternalService, egress_destination

    database = {{
        "namespace": "{namespace}",
        "addresses": [{addresses}],
        "ports": [{{"name": "pg", "port": 5432}}],
    }}
    allowed = EgressPolicy("web", {{
        "namespace": "{namespace}",
        "pod_selector": {{"app": "web"}},
        "to": [egress_destination(database)],
        **{extra},
    }})
    ExternalService("db", database, pulumi.ResourceOptions(depends_on=[{awaited}]))
    pulumi.export("policy", allowed.policy_name)
"""
LATE = 'pulumi.Output.from_input("{}").apply(lambda address: address)'


def program(
    namespace: str, *addresses: str, late: bool = False, awaited: bool = True, **extra: Any
) -> str:
    given = [LATE.format(one) if late else repr(one) for one in addresses]
    return PROGRAM.format(
        namespace=namespace,
        addresses=", ".join(given),
        awaited="allowed" if awaited else "",
        extra=extra,
    )


def planned(*addresses: str) -> Any:
    args = {
        "pod_selector": {"app": "web"},
        "addresses": list(addresses),
        "ports": [{"name": "pg", "port": 5432}],
    }
    return plan_egress_policy(typed(EgressPolicyArgs, args), "web", []).policy


def name_of(*addresses: str) -> str:
    return str(planned(*addresses)["metadata"]["name"])


def revision(cluster: Cluster, namespace: str) -> str:
    """Return the cluster's revision: every write has a higher one."""
    url = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/{POLICIES}"
    found: Object = json.loads(cluster.kubectl("get", "--raw", url))
    return str(found["metadata"]["resourceVersion"])


def history(cluster: Cluster, group: str, kind: str, namespace: str, since: str) -> dict[str, int]:
    """Return the revision of each event by type and name, in the order of the whole cluster."""
    query = f"watch=true&resourceVersion={since}&timeoutSeconds=2"
    url = f"/apis/{group}/v1/namespaces/{namespace}/{kind}?{query}"
    found: dict[str, int] = {}
    for line in cluster.kubectl("get", "--raw", url).splitlines():
        event: dict[str, Any] = json.loads(line)
        metadata = event["object"]["metadata"]
        found[f"{event['type']} {metadata['name']}"] = int(metadata["resourceVersion"])
    return found


def test_a_new_address_is_allowed_before_it_is_served_and_an_old_one_denied_after(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    first, second = ("192.0.2.1", "192.0.2.2"), ("192.0.2.2", "192.0.2.3")
    stack.write(program(namespace, *first)).up()
    live = get(cluster, POLICIES, namespace, name_of(*first))
    assert missing(planned(*first)["spec"], live["spec"]) == []
    since = revision(cluster, namespace)

    stack.write(program(namespace, *second)).up()

    assert names(cluster, POLICIES, namespace) == [name_of(*second)]
    policies = history(cluster, "networking.k8s.io", POLICIES, namespace, since)
    slices = history(cluster, "discovery.k8s.io", SLICES, namespace, since)
    served = slices["MODIFIED db-ipv4"]
    assert policies[f"ADDED {name_of(*second)}"] < served < policies[f"DELETED {name_of(*first)}"]
    stack.destroy()
    assert names(cluster, f"{POLICIES},{SLICES},services", namespace) == []


@pytest.mark.parametrize("awaited", [True, False], ids=["depends_on", "no depends_on"])
def test_old_policy_and_service_stay_where_a_new_policy_cannot_be_created(
    cluster: Cluster, stack: Stack, namespace: str, awaited: bool
) -> None:
    first, second = ("192.0.2.1",), ("192.0.2.1", "192.0.2.2")
    stack.write(program(namespace, *first, awaited=awaited)).up()
    before = versions(cluster, f"{POLICIES},{SLICES},services", namespace)
    foreign = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name_of(*second)},
        "spec": {"podSelector": {"matchLabels": {"app": "other"}}, "policyTypes": ["Ingress"]},
    }
    apply = ("apply", "--server-side", "-n", namespace, "-f", "-")
    cluster.kubectl(*apply, given=json.dumps(foreign))
    stack.write(program(namespace, *second, awaited=awaited))

    done = stack.run("up", "--yes", "--skip-preview", "--continue-on-error")

    assert done.returncode != 0
    assert "choose another `policy_name`" in done.stdout
    assert "adopt`" not in done.stdout
    after = versions(cluster, f"{POLICIES},{SLICES},services", namespace)
    if awaited:
        assert before.items() <= after.items()
    else:  # the Service changes, and the old policy stays
        assert f"nothing is deleted: NetworkPolicy {namespace}/{name_of(*second)}" in done.stdout
        assert after[name_of(*first)] == before[name_of(*first)]
        assert after["db-ipv4"] != before["db-ipv4"]

    cluster.kubectl("delete", POLICIES, name_of(*second), "-n", namespace)
    stack.up()
    assert names(cluster, POLICIES, namespace) == [name_of(*second)]
    stack.destroy()


@pytest.mark.parametrize("late", [False, True], ids=["policy_name", "Outputs"])
def test_a_fixed_name_is_updated_in_place(
    cluster: Cluster, stack: Stack, namespace: str, late: bool
) -> None:
    fixed = {} if late else {"policy_name": "web"}
    stack.write(program(namespace, "192.0.2.1", late=late, **fixed)).up()
    before = uids(cluster, POLICIES, namespace)

    stack.write(program(namespace, "192.0.2.2", late=late, **fixed))
    preview = stack.run("preview")
    stack.up()

    assert "warning: egress-in-place: " in preview.stdout
    assert uids(cluster, POLICIES, namespace) == before
    assert [*before] == ["web"]
    spec = get(cluster, POLICIES, namespace, "web")["spec"]
    assert missing(planned("192.0.2.2")["spec"], spec) == []
    stack.destroy()


def test_new_labels_and_a_second_up_keep_the_policy(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace, "192.0.2.1")).up()
    before = uids(cluster, POLICIES, namespace)
    assert stack.up() == {"unchanged": 6}

    stack.write(program(namespace, "192.0.2.1", labels={"team": "a"})).up()

    assert uids(cluster, POLICIES, namespace) == before
    (name,) = before
    assert get(cluster, POLICIES, namespace, name)["metadata"]["labels"] == {"team": "a"}
    stack.destroy()


RAW = """
    from pulumi_kubernetes.networking.v1 import NetworkPolicy

    NetworkPolicy("raw", metadata={{"name": "web", "namespace": "{namespace}"}}, spec={{
        "pod_selector": {{"match_labels": {{"app": "web"}}}},
        "policy_types": ["Egress"],
    }})
"""


def test_a_raw_policy_is_deleted_after_the_components_is_created(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(RAW.format(namespace=namespace)).up()
    since = revision(cluster, namespace)

    stack.write(program(namespace, "192.0.2.1")).up()

    found = history(cluster, "networking.k8s.io", POLICIES, namespace, since)
    assert found[f"ADDED {name_of('192.0.2.1')}"] < found["DELETED web"]
    stack.destroy()


def test_the_name_of_a_raw_policy_is_refused_and_the_policy_stays(
    cluster: Cluster, stack: Stack, namespace: str, provider: Provider
) -> None:
    stack.write(RAW.format(namespace=namespace)).up()
    before = uids(cluster, POLICIES, namespace)
    stack.write(program(namespace, "192.0.2.1", policy_name="web"))

    done = stack.run(
        *(("up", "--yes", "--skip-preview") if provider.kind == CREATE else ("preview",))
    )

    assert done.returncode != 0
    if provider.kind == CREATE:
        assert re.search(r'networkpolicies\S* "web" already exists', done.stdout)
    else:
        said = 'EgressPolicy "web": policy_name: Forbidden: another Pulumi resource declares this'
        assert f"{said} NetworkPolicy" in done.stdout
        assert "choose another `policy_name`" in done.stdout
    assert uids(cluster, POLICIES, namespace) == before
    stack.destroy()
