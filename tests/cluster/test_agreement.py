"""What `validate` says is what the API server says: the same verdict, the same field first.

`make agreement` compares more manifests than `make test` does: `SEEDS` says which, and `COUNT` how
many of each seed.
"""

import json
import os
import time
from collections.abc import Callable, Iterator

import pytest

from components.validation import RULES, validate
from testbed.agreement import golden
from testbed.agreement.compare import Comparer, is_unknowable
from testbed.agreement.generator import cases
from testbed.agreement.report import Tally
from testbed.agreement.schema import UNKNOWN, typed_manifests
from testbed.agreement.server import Answer, ApiServer, Object
from testbed.agreement.store import Etcd, Store
from testbed.cluster import throw_away_cluster
from tools.cluster import Cluster
from tools.console import CommandError
from tools.parts import API_SERVERS

ENOUGH = 12_000
"""As many manifests break every rule, whatever the seed."""
COUNT = int(os.environ.get("AGREEMENT_COUNT", str(ENOUGH)))
SEEDS = [int(seed) for seed in os.environ.get("AGREEMENT_SEEDS", "1").split()]
STORED = 30
PATHS = 0.99


@pytest.fixture
def server(cluster: Cluster) -> Iterator[ApiServer]:
    with ApiServer(cluster.kubeconfig) as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_validation_agrees_with_the_server(
    cluster: Cluster,
    server: ApiServer,
    namespace: str,
    seed: int,
    record_property: Callable[[str, object], None],
) -> None:
    tally = Tally(RULES)
    with Store(server, Etcd(cluster.directory), namespace, seed, STORED) as store:
        comparer = Comparer(server, namespace, store)

        tally.add(comparer.compare_all(cases(seed, COUNT, STORED)))

        record_property("summary", f"seed {seed}: {tally.verdicts()}\n\n{tally.coverage()}")
        assert not tally.wrong, tally.disagreements(comparer)
        assert tally.path_agreement >= PATHS, tally.disagreements(comparer)
    assert not tally.unwarned, tally.warnings_of_one()
    assert COUNT < ENOUGH or not tally.too_few


def test_types_of_fields_agree_with_the_server(
    cluster: Cluster,
    server: ApiServer,
    namespace: str,
    record_property: Callable[[str, object], None],
) -> None:
    tally = Tally(RULES)
    unknown: set[str] = set()
    with Store(server, Etcd(cluster.directory), namespace, seed=0, each=0) as store:
        comparer = Comparer(server, namespace, store)

        for one in comparer.compare_all(typed_manifests(server)):
            tally.add([one])
            unknown |= {found.path for found in one.findings if found.code == "unknown-field"}

        record_property("summary", tally.verdicts())
        assert not tally.wrong, tally.disagreements(comparer)
        assert not tally.elsewhere, tally.disagreements(comparer)
    assert not tally.unwarned, tally.warnings_of_one()
    assert {path.rpartition(".")[2] for path in unknown} == {UNKNOWN}, "of a field that there is"


ADMISSION = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: no-services}}
spec:
  matchConstraints:
    resourceRules:
    - {{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [services]}}
  validations:
  - {{expression: "false", message: not on a Saturday}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: no-services}}
spec:
  policyName: no-services
  validationActions: [Deny]
  matchResources:
    namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}
"""


class Elsewhere:
    """Where a manifest goes to that only the cluster can refuse."""

    def __init__(self, cluster: Cluster, server: ApiServer, namespace: str) -> None:
        self.cluster = cluster
        self.server = server
        self.namespace = namespace

    def create(self, manifest: Object) -> Answer:
        return self.server.create(manifest, manifest["kind"], self.namespace, dry=False)

    def wait_for_refusals(self) -> None:
        deadline = time.monotonic() + 60
        while self.server.create(golden.service(), "Service", self.namespace, dry=True).accepted:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.fixture
def place(cluster: Cluster, server: ApiServer, namespace: str) -> Elsewhere:
    return Elsewhere(cluster, server, namespace)


def refused(place: Elsewhere, manifest: Object, reason: str) -> Answer:
    """Expect that the API server refuses what we cannot know to be wrong."""
    answer = place.create(manifest)

    assert not answer.accepted
    assert reason in answer.message
    for version in (*API_SERVERS, None):
        assert validate(manifest, kubernetes_version=version) == []
    return answer


def node_port(number: int, name: str = "golden") -> Object:
    return golden.service({"type": "NodePort", "ports": [{"port": 80, "nodePort": number}]}, name)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"clusterIP": "203.0.113.7"}, "the provided network does not match the current range"),
        ({"clusterIP": "2001:db8::7"}, "the provided network does not match the current range"),
        ({"clusterIP": "10.96.0.1"}, "provided IP is already allocated"),
    ],
)
def test_addresses_of_the_cluster_are_not_guessed(
    place: Elsewhere, spec: Object, reason: str
) -> None:
    manifest = golden.service(spec)

    assert is_unknowable(refused(place, manifest, reason), manifest)


@pytest.mark.parametrize("number", [1, 80, 29_999, 32_768, 65_535])
def test_the_range_of_node_ports_is_not_guessed(place: Elsewhere, number: int) -> None:
    answer = refused(place, node_port(number), "The range of valid ports is 30000-32767")

    assert is_unknowable(answer, node_port(number))


def test_taken_node_ports_are_not_guessed(place: Elsewhere) -> None:
    assert place.create(node_port(31_999, "first")).accepted

    answer = refused(place, node_port(31_999), "provided port is already allocated")

    assert is_unknowable(answer, node_port(31_999))


@pytest.mark.parametrize("number", [80, 65_535])
def test_the_range_of_health_check_ports_is_not_guessed(place: Elsewhere, number: int) -> None:
    manifest = golden.service(
        {
            "type": "LoadBalancer",
            "externalTrafficPolicy": "Local",
            "healthCheckNodePort": number,
        }
    )

    answer = refused(place, manifest, "failed to allocate requested HealthCheck NodePort")

    assert is_unknowable(answer, manifest)


def test_taken_names_are_not_guessed(place: Elsewhere) -> None:
    assert place.create(golden.service()).accepted

    refused(place, golden.service(), "already exists")


def test_namespaces_are_not_guessed(place: Elsewhere) -> None:
    place.namespace = "nowhere"

    refused(place, golden.service(namespace="nowhere"), 'namespaces "nowhere" not found')


def test_quotas_are_not_guessed(place: Elsewhere) -> None:
    place.cluster.kubectl("create", "quota", "none", "--hard=services=0", "-n", place.namespace)
    place.wait_for_refusals()

    refused(place, golden.service(), "quota")


def test_admission_policies_are_not_guessed(place: Elsewhere) -> None:
    place.cluster.kubectl("apply", "-f", "-", given=ADMISSION.format(namespace=place.namespace))
    place.wait_for_refusals()

    refused(place, golden.service(), "not on a Saturday")


def test_the_size_of_the_store_is_not_guessed(place: Elsewhere) -> None:
    addresses = [f"2001:db8:1111:2222:3333:4444:5555:{number + 4096:x}" for number in range(100)]
    manifest = golden.slice_("IPv6")
    manifest["endpoints"] = [{"addresses": addresses}] * 1000

    refused(place, manifest, "too large")


def test_permissions_are_not_guessed(place: Elsewhere) -> None:
    manifest = golden.service()
    with pytest.raises(CommandError, match="forbidden"):
        place.cluster.kubectl(
            *("create", "-f", "-", "-n", place.namespace, "--as=nobody"),
            given=json.dumps(manifest),
        )
    assert validate(manifest) == []


@pytest.fixture(scope="module")
def single_stack_cluster() -> Iterator[Cluster]:
    with throw_away_cluster(name="k8s-endpoints-one", service_range="10.96.0.0/16") as made:
        yield made


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"ipFamilies": ["IPv6"]}, "not configured on this cluster"),
        ({"clusterIP": "fd00:10:96::7"}, "IPv6 is not configured on this cluster"),
        ({"ipFamilyPolicy": "RequireDualStack"}, "not configured for dual-stack services"),
    ],
)
def test_families_of_the_cluster_are_not_guessed(
    single_stack_cluster: Cluster, spec: Object, reason: str
) -> None:
    with ApiServer(single_stack_cluster.kubeconfig) as server:
        place = Elsewhere(single_stack_cluster, server, "default")
        manifest = golden.service(spec)

        assert is_unknowable(refused(place, manifest, reason), manifest)
