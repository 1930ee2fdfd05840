"""A stack changes neither foreign objects nor what is fixed on a live Service."""

from collections.abc import Callable

import pytest

from testbed.cluster import get, names, uids, versions
from testbed.stack import Stack
from tests.support.programs import component, external_service
from tools.cluster import Cluster
from tools.parts import CREATE
from tools.paths import ROOT
from tools.providers import Provider

pytestmark = pytest.mark.both_kinds

PORTS = [{"name": "postgres", "port": 5432}]


def program(namespace: str, **args: object) -> str:
    given = {"addresses": ["192.0.2.10"], "ports": PORTS, **args}
    return external_service("db", namespace=namespace, **given)


@pytest.mark.parametrize("headless", [True, False])
@pytest.mark.parametrize("command", [["preview"], ["up", "--yes", "--skip-preview"]], ids=str)
def test_headless_cannot_change_on_a_live_service(
    cluster: Cluster, stack: Stack, namespace: str, headless: bool, command: list[str]
) -> None:
    stack.write(program(namespace, headless=not headless)).up()
    before = uids(cluster, "services,endpointslices", namespace)

    done = stack.write(program(namespace, headless=headless)).run(*command)

    assert done.returncode != 0
    assert f'headless: Invalid value: "{headless}": `headless` cannot change' in done.stdout
    assert "pulumi destroy --target" in done.stdout
    assert uids(cluster, "services,endpointslices", namespace) == before


def test_headless_can_change_after_a_targeted_destroy(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace, headless=True)).up()
    kind = "k8s-endpoints:index:ExternalService$kubernetes:core/v1:Service"
    urn = f"urn:pulumi:test::tests::{kind}::{namespace}/db"

    flags = ["--target", urn, "--target-dependents", "--yes", "--skip-preview"]
    assert stack.run("destroy", *flags).returncode == 0
    stack.write(program(namespace, headless=False)).up()

    assert get(cluster, "service", namespace, "db")["spec"]["clusterIP"] != "None"
    assert names(cluster, "endpointslices", namespace) == ["db-ipv4"]


def test_a_second_stack_cannot_declare_the_same_objects(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str, provider: Provider
) -> None:
    first = new_stack(project="first").write(program(namespace))
    first.up()
    before = versions(cluster, "services,endpointslices", namespace)
    second = new_stack(project="second").write(program(namespace))

    preview = second.run("preview")
    up = second.run("up", "--yes", "--skip-preview")
    assert up.returncode != 0
    if provider.kind == CREATE:  # its preview sees nothing of the live object
        assert preview.returncode == 0, preview.stdout
        assert 'services "db" already exists' in up.stdout
    else:
        assert preview.returncode != 0
        assert (
            "service_name: Forbidden: another stack declares this Service, as field manager"
            " k8s-endpoints/first/test"
        ) in preview.stdout
        assert 'conflict with "k8s-endpoints/first/test"' in up.stdout
    second.destroy()

    assert versions(cluster, "services,endpointslices", namespace) == before
    assert first.up("--refresh") == {"unchanged": 4}


def test_a_foreign_slice_is_not_overwritten(
    cluster: Cluster, stack: Stack, namespace: str, provider: Provider
) -> None:
    foreign = f"""
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: db-ipv4, namespace: {namespace}, labels: {{kubernetes.io/service-name: other}}}}
addressType: IPv4
endpoints: [{{addresses: [198.51.100.1]}}]
ports: [{{name: postgres, port: 5432}}]
"""
    cluster.kubectl("apply", "-f", "-", given=foreign)

    done = stack.write(program(namespace)).run("up", "--yes", "--skip-preview")

    assert done.returncode != 0
    assert "db-ipv4" in done.stdout
    assert ("already exists" if provider.kind == CREATE else "conflict") in done.stdout
    live = get(cluster, "endpointslice", namespace, "db-ipv4")
    assert live["endpoints"][0]["addresses"] == ["198.51.100.1"]
    assert live["metadata"]["labels"]["kubernetes.io/service-name"] == "other"


def test_a_stack_that_owns_its_objects_warns_of_nothing(stack: Stack, namespace: str) -> None:
    for address in ("192.0.2.10", "192.0.2.11"):
        stack.write(program(namespace, addresses=[address]))
        for flags in ((), (), ("--refresh",)):
            done = stack.run("up", "--yes", *flags)

            assert done.returncode == 0, done.stdout
            assert "warning:" not in done.stdout
            assert "co-owned" not in stack.run("stack", "output", "hazards").stdout


def test_a_service_edited_by_hand_is_a_hazard(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    stack.write(program(namespace)).up()
    patch = '{"spec": {"sessionAffinity": "ClientIP"}}'
    cluster.kubectl("patch", "service", "db", "-n", namespace, "-p", patch)

    done = stack.run("up", "--yes", "--skip-preview", "--refresh")

    assert done.returncode == 0, done.stdout
    assert (
        "warning: co-owned: another field manager also owns fields of this Service" in done.stdout
    )


def test_giving_an_id_to_a_live_backend_is_a_hazard(stack: Stack, namespace: str) -> None:
    addresses = [f"192.0.2.{n}" for n in range(1, 9)]
    plain = [{"address": address} for address in addresses]
    named = [{"address": address, "id": f"machine-{address}"} for address in addresses]
    stack.write(program(namespace, addresses=[], backends=plain, slice_count=4)).up()

    done = stack.write(program(namespace, addresses=[], backends=named, slice_count=4)).run(
        "preview"
    )

    assert done.returncode == 0, done.stdout
    assert "id-given: an address has moved from one live slice to another" in done.stdout


def test_rights_on_services_and_endpointslices_are_enough(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str
) -> None:
    cluster.kubectl("apply", "-f", "-", given=role(namespace))
    token = cluster.kubectl("create", "token", "deployer", "-n", namespace).strip()
    stack = new_stack()
    kubeconfig = stack.folder / "kubeconfig"
    kubeconfig.write_text(of_token(cluster, token))
    stack.kubeconfig = kubeconfig

    assert stack.write(program(namespace)).up() == {"created": 4}
    assert stack.up("--refresh") == {"unchanged": 4}
    stack.write(program(namespace, addresses=["192.0.2.99"])).up()
    stack.destroy()
    assert names(cluster, "services,endpointslices", namespace) == []


def role(namespace: str) -> str:
    """Return the Role that docs/permissions.md shows, bound to a ServiceAccount."""
    page = (ROOT / "docs" / "permissions.md").read_text()
    manifests = page.split("```yaml\n")[1].split("```")[0]
    return manifests.replace("namespace: shop", f"namespace: {namespace}")


def of_token(cluster: Cluster, token: str) -> str:
    view = cluster.kubectl(
        "config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.server}"
    )
    return f"""
apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{view}", insecure-skip-tls-verify: true}}}}]
users: [{{name: u, user: {{token: "{token}"}}}}]
contexts: [{{name: x, context: {{cluster: c, user: u}}}}]
current-context: x
"""


@pytest.mark.parametrize("kind", ["SelectorService", "ExternalNameService"])
def test_a_service_can_become_one_of_another_component(
    cluster: Cluster, stack: Stack, namespace: str, kind: str
) -> None:
    other = {
        "SelectorService": {"selector": {"app": "db"}, "ports": PORTS, "await_ready": False},
        "ExternalNameService": {"external_name": "db.example.com"},
    }[kind]
    stack.write(program(namespace)).up()
    before = uids(cluster, "services", namespace)

    stack.write(component(kind, "db", namespace=namespace, **other)).up()

    assert uids(cluster, "services", namespace) == before
