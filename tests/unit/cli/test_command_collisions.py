"""Two Services that ask for one node port or cluster IP."""

from pathlib import Path

import pytest

from components.cli.results import validate_files

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  type: NodePort
  clusterIP: {ip}
  selector: {{app: a}}
  ports: [{{port: 80, nodePort: {port}, protocol: {protocol}}}]
"""


def service(
    name: str, *, namespace: str = "x", ip: str = '""', port: int = 30080, protocol: str = "TCP"
) -> str:
    return SERVICE.format(name=name, namespace=namespace, ip=ip, port=port, protocol=protocol)


def judged(folder: Path, files: dict[str, str]) -> list[tuple[str, str, str]]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    found = validate_files([str(folder)], None, with_hazards=False)
    return [(row.subject.name, row.finding.code, str(row.finding)) for row in found.rows]


def test_a_node_port_twice_is_an_error_in_the_words_of_the_api_server(tmp_path: Path) -> None:
    assert judged(tmp_path, {"a.yaml": service("a"), "b.yaml": service("b", namespace="z")}) == [
        (
            "b",
            "node-port-taken",
            (
                "spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated"
                ' (Service "x/a" has it; choose another, or leave it out)'
            ),
        )
    ]


def test_objects_within_one_file_are_compared(tmp_path: Path) -> None:
    files = {"a.yaml": service("a") + "---\n" + service("b"), "b.yaml": service("a")}
    assert [(name, code) for name, code, _ in judged(tmp_path, files)] == [("b", "node-port-taken")]


def test_a_node_port_is_taken_for_all_protocols(tmp_path: Path) -> None:
    text = service("a") + "---\n" + service("b", protocol="UDP")
    assert [code for _, code, _ in judged(tmp_path, {"a.yaml": text})] == ["node-port-taken"]


def test_a_cluster_ip_twice_is_an_error(tmp_path: Path) -> None:
    text = service("a", ip="10.96.0.9") + "---\n" + service("b", ip="10.96.0.9", port=30081)
    ((name, code, shown),) = judged(tmp_path, {"a.yaml": text})
    assert (name, code) == ("b", "cluster-ip-taken")
    assert (
        'spec.clusterIPs: Invalid value: ["10.96.0.9"]: failed to allocate IP 10.96.0.9: '
        "provided IP is already allocated"
    ) in shown


LOADED = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  type: LoadBalancer
  externalTrafficPolicy: {policy}
  healthCheckNodePort: 30100
  selector: {{app: a}}
  ports: [{{port: 80}}]
"""


def test_a_health_check_node_port_twice_is_an_error(tmp_path: Path) -> None:
    local = [LOADED.format(name=name, policy="Local") for name in "ab"]
    ((_, _, shown),) = judged(tmp_path / "two", {"a.yaml": "---\n".join(local)})
    assert shown == (
        "spec.healthCheckNodePort: Internal error occurred: failed to allocate requested"
        " HealthCheck NodePort 30100: provided port is already allocated"
        ' (Service "a" has it; choose another, or leave it out)'
    )
    mixed = {"a.yaml": local[0], "b.yaml": service("c", port=30100)}
    assert [name for name, *_ in judged(tmp_path / "mixed", mixed)] == ["c"]
    spread = {"a.yaml": local[0], "b.yaml": LOADED.format(name="b", policy="Cluster")}
    codes = [code for _, code, _ in judged(tmp_path / "spread", spread)]
    assert "node-port-taken" not in codes


@pytest.mark.parametrize(
    ("other", "expected"),
    [("fd00::0:1", ["cluster-ip-taken"]), ("FD00::1", ["cluster-ip-taken"]), ("fd00::2", [])],
)
def test_cluster_ips_are_compared_as_addresses(
    tmp_path: Path, other: str, expected: list[str]
) -> None:
    one, two = '"fd00::1"', f'"{other}"'
    text = service("a", ip=one) + "---\n" + service("b", ip=two, port=30081)
    found = judged(tmp_path, {"a.yaml": text})
    assert [code for _, code, _ in found] == expected
    assert all(f"failed to allocate IP {other}:" in shown for *_, shown in found)


BASES = {
    "one/a.yaml": service("a"),
    "one/kustomization.yaml": "resources: [a.yaml]\n",
    "two/b.yaml": service("b"),
    "two/kustomization.yaml": "resources: [b.yaml]\n",
}


@pytest.mark.parametrize(
    ("files", "expected"),
    {
        "bases": ({"kustomization.yaml": "resources: [one, two]\n"}, ["b"]),
        "files": ({"kustomization.yaml": "resources: [one/a.yaml, two/b.yaml]\n"}, ["b"]),
        "nested bases": (
            {
                "mid/kustomization.yaml": "resources: [../two]\n",
                "kustomization.yaml": "resources: [one, mid]\n",
            },
            ["b"],
        ),
        "twice": (
            {
                "dev/kustomization.yaml": "resources: [../one, ../two]\n",
                "prod/kustomization.yaml": "resources: [../one, ../two]\n",
            },
            ["b"],
        ),
        "the same name in other namespaces": (
            {
                "two/b.yaml": service("a", namespace='""'),
                "two/kustomization.yaml": "resources: [b.yaml]\nnamespace: shop\n",
                "kustomization.yaml": "resources: [one, two]\n",
            },
            ["a"],
        ),
        "one each": (
            {
                "dev/kustomization.yaml": "resources: [../one]\n",
                "prod/kustomization.yaml": "resources: [../two]\n",
            },
            [],
        ),
        "a patch": (
            {
                "kustomization.yaml": "resources: [one, two]\npatches: [{path: p.yaml}]\n",
                "p.yaml": "a: b\n",
            },
            [],
        ),
        "a base twice, under two names": (
            {
                "two/b.yaml": service("a"),
                "kustomization.yaml": "resources: [one, two]\n",
            },
            [],
        ),
    }.values(),
)
def test_folders_that_one_kustomization_lists_are_compared(
    tmp_path: Path, files: dict[str, str], expected: list[str]
) -> None:
    assert [name for name, *_ in judged(tmp_path, {**BASES, **files})] == expected


QUIET = {
    "other ports": {"a.yaml": service("a"), "b.yaml": service("b", port=30081)},
    "headless": {
        "a.yaml": service("a", ip="None").replace("NodePort", "ClusterIP").replace("30080", "0"),
        "b.yaml": service("b", ip="None").replace("NodePort", "ClusterIP").replace("30080", "0"),
    },
    "one Service twice": {"a.yaml": service("a"), "b.yaml": service("a")},
    "one Service, with its namespace and without": {
        "a.yaml": service("a"),
        "b.yaml": service("a", namespace='""'),
    },
    "files of a folder that are sets of their own": {
        "a.yaml": service("a") + "---\n" + service("db", port=30090),
        "b.yaml": service("b") + "---\n" + service("db", port=30091),
    },
    "folders of two clusters": {"one/a.yaml": service("a"), "two/b.yaml": service("b")},
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_different_numbers_and_addresses_do_not_collide(
    tmp_path: Path, files: dict[str, str]
) -> None:
    assert judged(tmp_path, files) == []
