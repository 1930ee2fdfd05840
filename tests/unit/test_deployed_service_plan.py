"""The plan of a `DeployedService`: its objects, and what is wrong with its arguments."""

from typing import Any

import pytest

from components.core.arguments import typed
from components.core.deployed_service import DeployedServicePlan, plan_deployed_service
from components.core.findings import Finding
from components.core.pod_arguments import DeployedServiceArgs
from components.core.quantities import parse_quantity
from components.core.unknown import Unknown
from components.core.versions import rules_of
from components.validation import KINDS, validate
from components.validation.rendered import RENDERED, validate_rendered
from tests.support.deployments import VARIANTS

PORTS = [{"name": "http", "port": 80, "target_port": 8080}]
GOOD: dict[str, Any] = {"image": "registry.example/my-app:1", "ports": PORTS}


def plan(**args: Any) -> tuple[DeployedServicePlan, list[str]]:
    findings: list[Finding] = []
    made = plan_deployed_service(typed(DeployedServiceArgs, {**GOOD, **args}), "my-app", findings)
    return made, [str(finding) for finding in findings]


def sound(**args: Any) -> DeployedServicePlan:
    made, wrong = plan(**args)
    assert wrong == []
    return made


def wrong(**args: Any) -> list[str]:
    return plan(**args)[1]


def container(**args: Any) -> Any:
    (found,) = sound(**args).objects[1]["spec"]["template"]["spec"]["containers"]
    return found


def codes(made: DeployedServicePlan) -> list[str]:
    return [hazard.code for hazard in made.hazards]


def test_selector_labels_and_ports_agree() -> None:
    service, deployment = sound(labels={"app": "my-app"}).objects
    spec = deployment["spec"]
    selector = {"k8s-endpoints.pulumi/service": "my-app"}
    assert service["spec"]["selector"] == spec["selector"]["matchLabels"] == selector
    labels = {"app": "my-app", **selector}
    assert spec["template"]["metadata"]["labels"] == labels
    assert service["metadata"]["labels"] == deployment["metadata"]["labels"] == {"app": "my-app"}
    assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]
    assert container()["ports"] == [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]


def test_two_ports_of_the_service_may_lead_to_one_of_the_container() -> None:
    ports = [{"name": "a", "port": 80, "target_port": 8080}, {"name": "b", "port": 8080}]
    service, _ = sound(ports=ports).objects
    assert [port["targetPort"] for port in service["spec"]["ports"]] == ["a", "a"]
    assert container(ports=ports)["ports"] == [
        {"name": "a", "containerPort": 8080, "protocol": "TCP"}
    ]


def test_labels_do_not_change_the_selector() -> None:
    selectors = [sound(labels=labels).objects[1]["spec"]["selector"] for labels in ({}, {"a": "b"})]
    assert selectors[0] == selectors[1]


def test_the_defaults_are_safe() -> None:
    pod = sound().objects[1]["spec"]["template"]["spec"]
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_defaults_can_be_overridden() -> None:
    security = {"read_only_root_filesystem": False, "run_as_non_root": False, "run_as_user": 0}
    made = sound(security=security, service_links=True, topology_spread=[])
    pod = made.objects[1]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is False
    assert pod["enableServiceLinks"] is True
    assert "topologySpreadConstraints" not in pod


@pytest.mark.parametrize(
    ("args", "replicas", "is_kept"),
    [
        ({}, 3, True),
        ({"replicas": 5}, 5, False),
        ({"autoscaling": {"max_replicas": 9, "min_replicas": 4}}, 4, True),
    ],
)
def test_the_number_of_pods_is_that_given_or_the_live_one(
    args: dict[str, Any], replicas: int, is_kept: bool
) -> None:
    made = sound(**args)
    assert made.objects[1]["spec"]["replicas"] == replicas
    assert made.keeps_live_replicas is is_kept


def test_a_budget_and_an_autoscaler_follow_the_deployment() -> None:
    made = sound(min_available=2, autoscaling={"max_replicas": 6, "memory_percent": 70})
    kinds = [one["kind"] for one in made.objects]
    assert kinds == ["Service", "Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler"]
    assert made.objects[2]["spec"]["minAvailable"] == 2
    (metric,) = made.objects[3]["spec"]["metrics"]
    assert metric["resource"]["name"] == "memory"


SCALED = {"max_replicas": 6, "min_replicas": 4}
ASKED = {"requests": {"cpu": "1"}}


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({"min_available": 3}, ["budget-blocks"]),
        ({"min_available": 2}, []),
        ({"min_available": 5, "replicas": 6}, []),
        ({"min_available": 3, "replicas": Unknown("replicas")}, []),
        ({"min_available": 4, "autoscaling": SCALED, "resources": ASKED}, ["budget-blocks"]),
        ({"min_available": 3, "autoscaling": SCALED, "resources": ASKED}, []),
        ({"autoscaling": SCALED}, ["autoscaling-blind"]),
        ({"autoscaling": SCALED, "resources": {"limits": {"cpu": "1"}}}, []),
        (
            {"autoscaling": {**SCALED, "memory_percent": 9}, "resources": ASKED},
            ["autoscaling-blind"],
        ),
    ],
)
def test_hazards(args: dict[str, Any], found: list[str]) -> None:
    assert codes(sound(**args)) == found


@pytest.mark.parametrize("action", ["http", "tcp"])
def test_probes_ask_a_port_by_name(action: str) -> None:
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}, *PORTS]
    field = {"http": "httpGet", "tcp": "tcpSocket"}[action]
    found = container(ports=ports, readiness={action: {}})["readinessProbe"][field]
    assert found["port"] == "http"


def test_grpc_probes_ask_a_port_by_number() -> None:
    assert container(readiness={"grpc": {}})["readinessProbe"] == {"grpc": {"port": 8080}}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            {"replicas": 2, "autoscaling": SCALED, "resources": ASKED},
            "replicas: Forbidden: may not",
        ),
        (
            {"autoscaling": {"max_replicas": 3, "min_replicas": 0}, "resources": ASKED},
            "autoscaling.min_replicas: Invalid value: 0: must be greater than 0",
        ),
        ({"min_available": 0}, "min_available: Invalid value: 0: must be greater than 0"),
        ({"ports": []}, "ports: Required value (give at least one port)"),
        ({"image": " a"}, 'image: Invalid value: " a": must not have leading or trailing'),
        (
            {"ports": [{"name": "a", "port": 80, "target_port_name": "b"}]},
            "ports[0].target_port_name: Forbidden: the component names the container's port",
        ),
        (
            {"env": {"A": "b"}, "env_values": [{"name": "A", "secret": "s", "key": "k"}]},
            'env_values[0].name: Duplicate value: "A"',
        ),
        ({"env_values": [{"name": "A", "key": "k"}]}, "env_values[0]: Required value: one of"),
        (
            {"env_from": [{"secret": "a", "config_map": "b"}]},
            "env_from[0].config_map: Forbidden: may not be given with `secret`",
        ),
        ({"liveness": {}}, "liveness: Required value: one of `http`, `tcp`, `grpc`, `exec`"),
        (
            {"liveness": {"tcp": {"port_name": "b"}}},
            'liveness.tcp.port_name: Unsupported value: "b": supported values: "http"',
        ),
        (
            {"ports": [], "headless": True, "liveness": {"tcp": {}}},
            "liveness.tcp: Forbidden: the container has no port to probe (give `ports`)",
        ),
        ({"volumes": [{"name": "a", "mount_path": "/a"}]}, "volumes[0]: Required value: one of"),
        (
            {"volumes": [{"name": "a", "mount_path": "/a", "empty_dir": {"size_limit": "1 GB"}}]},
            'volumes[0].empty_dir.size_limit: Invalid value: "1 GB": quantities must match',
        ),
        ({"security": {"run_as_user": 0}}, "security.run_as_user: Invalid value: 0: is root"),
        (
            {"labels": {"k8s-endpoints.pulumi/service": "b"}},
            "labels[k8s-endpoints.pulumi/service]: Forbidden: the component sets this label",
        ),
        ({"service_name": "My_App"}, 'service_name: Invalid value: "My_App": a DNS-1035 label'),
        (
            {"resources": {"limits": {"cpu": "much"}}},
            'resources.limits[cpu]: Invalid value: "much": quantities must match',
        ),
    ],
)
def test_an_error_names_its_argument_once(args: dict[str, Any], said: str) -> None:
    found = wrong(**args)
    assert len(found) == 1
    assert found[0].startswith(said)


PATHS = {
    "replicas": {"replicas"},
    "budget": {"min_available"},
    "autoscaling, order": {"autoscaling.max_replicas"},
    "autoscaling, percent": {"autoscaling.cpu_percent"},
    "image": {"image"},
    "label": {"labels", "labels[a b]"},
    "annotation": {"pod_annotations"},
    "port name": {"ports[0].name"},
    "port number": {"ports[0].target_port"},
    "env name": {"env[]", "env[a=b]"},
    "env key": {"env_values[0].key"},
    "env object": {"env_values[0].secret"},
    "env from": {"env_from[0].secret", "env_from[1].config_map", "env_from[2].prefix"},
    "request above limit": {"resources.requests[cpu]"},
    "probe header": {"liveness.http.headers"},
    "probe command": {"startup.exec"},
    "probe success": {"liveness.success_threshold"},
    "account": {"service_account_name"},
    "user": {"security.run_as_user", "security.run_as_group", "security.fs_group"},
    "capability": {"security"},
    "volume name": {"volumes[0].name"},
    "mount path": {"volumes[0].mount_path"},
    "sub path": {"volumes[0].sub_path"},
    "no secret": {"volumes[0].secret"},
    "no claim": {"volumes[0].claim"},
    "size limit": {"volumes[0].empty_dir.size_limit"},
    "projected": {"volumes[0].projected[0].secret", "volumes[0].projected[1].config_map"},
}


@pytest.mark.parametrize(("variant", "paths"), PATHS.items())
def test_paths_are_those_of_the_arguments(variant: str, paths: set[str]) -> None:
    args = {"kubernetes_version": "1.36", **VARIANTS[variant]}
    assert {line.partition(": ")[0] for line in wrong(**args)} == paths


def judged(variant: dict[str, Any]) -> set[str]:
    made, _ = plan(**{"kubernetes_version": "1.36", **variant})
    return {
        finding.code
        for manifest in made.objects[1:]
        for finding in validate_rendered(rules_of("1.36"), manifest)
    }


TAKEN = (
    "all that is taken",
    "gRPC",
    "two ports of one container port",
    "the same number over two protocols",
    "autoscaling",
    "huge pages with memory",
    "probe zeros",
    "probe path",
    "odd quantities",
    "capability with escalation",
)


@pytest.mark.parametrize("variant", TAKEN)
def test_near_misses_are_accepted(variant: str) -> None:
    assert judged(VARIANTS[variant]) == set()
    assert wrong(kubernetes_version="1.36", **VARIANTS[variant]) == []


def test_every_other_variant_breaks_a_rule_and_every_rule_is_broken() -> None:
    broken = {name: judged(one) for name, one in VARIANTS.items() if name not in TAKEN}
    assert [name for name, found in broken.items() if not found] == []
    workload = plan(**VARIANTS["autoscaling"], min_available=1)[0].objects[1:]
    kinds = [RENDERED[one["apiVersion"], one["kind"]] for one in workload]
    rules = {code for kind in kinds for code in kind.rules}
    never = rules - set().union(*broken.values())
    # The component gives no such name, nor a protocol that its arguments do not know.
    assert never == {"container-name", "container-port-protocol"}


@pytest.mark.parametrize(("version", "is_taken"), [(None, False), ("1.31", False), ("1.32", True)])
def test_names_of_variables_are_relaxed_from_1_32_on(version: str | None, is_taken: bool) -> None:
    assert (wrong(kubernetes_version=version, env={"1 of 2": "x"}) == []) is is_taken


def test_an_unknown_value_is_checked_when_it_arrives() -> None:
    assert wrong(image=Unknown("image"), replicas=Unknown("replicas")) == []
    assert wrong(env={"A": Unknown("env[A]")}, min_available=Unknown("min_available")) == []


def test_validate_does_not_know_the_kinds_of_workloads() -> None:
    assert RENDERED.keys() & KINDS.keys() == set()
    broken = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": -1}}
    assert [finding.code for finding in validate(broken)] == ["kind"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1", "1"), ("100m", "0.1"), ("1.5", "1.5"), ("1Ki", "1024"), ("2G", "2000000000")),
        *((".5", "0.5"), ("1e3", "1000"), ("1E2", "100"), ("-1", "-1"), ("+1", "1"), ("1.", "1")),
        *((one, None) for one in ("", "m", "1 ", "1KB", "1ki", "0x1", "1e", "much", "\u0661")),
    ],
)
def test_quantities_are_parsed(text: str, value: str | None) -> None:
    found = parse_quantity(text)
    assert (found is None) == (value is None)
    assert value is None or found == parse_quantity(value)
