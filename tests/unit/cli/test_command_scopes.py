"""Objects of several folders and files are looked at together, unless they are several sets."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from components.cli.results import validate_files
from components.cli.scopes import scopes
from components.validation.hazards import hazards

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 80}]}\n"
ALIAS = SERVICE.replace("ports: [{port: 80}]", "type: ExternalName, externalName: localhost")
ENDPOINTS = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: db}\n"
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: db, port: {number: 81}}}}
"""


class One(NamedTuple):
    source: str
    name: str = "a"
    kind: str = "Service"
    namespace: str = ""


SETS = {
    "one of each": ([One("a"), One("b", "b")], [[0, 1]]),
    "a name in two namespaces": ([One("a", namespace="x"), One("a", namespace="y")], [[0, 1]]),
    "two folders": ([One("x/a"), One("y/a"), One("x/b", "b")], [[0, 2], [1]]),
    "two files of a folder": ([One("x/a"), One("x/b"), One("x/a", "b")], [[0, 2], [1]]),
    "twice in a file": ([One("a"), One("a"), One("a", "b")], [[0, 1, 2], [0], [1]]),
    "others may be there twice": ([One("a", kind="Ingress"), One("b", kind="Ingress")], [[0, 1]]),
}


@pytest.mark.parametrize(("objects", "expected"), SETS.values(), ids=SETS)
def test_files_fall_into_sets(objects: list[One], expected: list[list[int]]) -> None:
    assert list(scopes(objects)) == expected


def codes(folder: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    found = validate_files([str(folder)], None)
    return [
        (str(Path(row.subject.source).relative_to(folder)), row.finding.code) for row in found.rows
    ]


DNS = """\
apiVersion: v1
kind: Service
metadata: {name: dns}
spec: {selector: {a: b}, ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]}
"""
FLUX = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n"


def test_what_flux_applies_on_the_server_is_not_warned_of_client_side_apply(tmp_path: Path) -> None:
    assert codes(tmp_path, {"dns.yaml": DNS}) == [("dns.yaml", "port-of-two-protocols")]
    assert codes(tmp_path, {"dns.yaml": DNS, "flux.yaml": FLUX}) == []


def test_a_service_of_two_overlays_keeps_its_own_hazards(tmp_path: Path) -> None:
    files = {"one/a.yaml": ALIAS, "two/a.yaml": ALIAS}
    localhost = "external-name-localhost"
    assert codes(tmp_path, files) == [("one/a.yaml", localhost), ("two/a.yaml", localhost)]


def test_a_service_that_a_file_has_twice_keeps_its_own_hazards(tmp_path: Path) -> None:
    assert codes(tmp_path, {"a/a.yaml": f"{ALIAS}---\n{ALIAS}"}) == [
        ("a/a.yaml", "external-name-localhost"),
        ("a/a.yaml", "external-name-localhost"),
    ]


def test_overlays_are_compared_within_themselves(tmp_path: Path) -> None:
    files = {
        "one/a.yaml": f"{SERVICE}---\n{INGRESS}",
        "two/a.yaml": SERVICE.replace("80", "81") + "---\n" + INGRESS,
    }
    assert codes(tmp_path, files) == [("one/a.yaml", "ingress-port-missing")]


def test_files_of_one_set_are_compared(tmp_path: Path) -> None:
    files = {"one/a.yaml": SERVICE, "two/b.yaml": INGRESS}
    assert codes(tmp_path, files) == [("two/b.yaml", "ingress-port-missing")]


def test_endpoints_are_not_alone_where_another_set_has_their_service(tmp_path: Path) -> None:
    files = {"one/a.yaml": SERVICE, "two/a.yaml": SERVICE, "three/b.yaml": ENDPOINTS}
    assert codes(tmp_path, files) == [("three/b.yaml", "endpoints-deprecated")]
    alone = {"three/b.yaml": ENDPOINTS.replace("db", "other")}
    assert ("three/b.yaml", "endpoints-without-service") in codes(tmp_path, alone)


WEB = SERVICE.replace("name: db", "name: shop-web")
TO_WEB = INGRESS.replace("name: db", "name: shop-wep")
MISSING = "ingress-service-missing"


def test_a_service_of_another_set_is_not_missing(tmp_path: Path) -> None:
    twice = {"one/a.yaml": f"{WEB}---\n{TO_WEB}", "two/a.yaml": WEB}
    assert codes(tmp_path / "missing", twice) == [("one/a.yaml", MISSING)]
    there = {**twice, "three/a.yaml": WEB.replace("shop-web", "shop-wep")}
    assert codes(tmp_path / "there", there) == []


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {name: shop}}}]}]}
"""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {name: shop}}\n"


def test_labels_of_namespaces_count_in_every_set(tmp_path: Path) -> None:
    two = {"one/a.yaml": f"{SERVICE}---\n{POLICY}", "two/a.yaml": SERVICE}
    assert codes(tmp_path / "unlabelled", two) == [("one/a.yaml", "policy-namespace-label")]
    assert codes(tmp_path / "labelled", {**two, "three/n.yaml": NAMESPACE}) == []


SERVICE_OBJECT: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "db"},
    "spec": {"ports": [{"port": 80}]},
}
EMPTY_SLICE: dict[str, Any] = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {"name": "db-1", "labels": {"kubernetes.io/service-name": "db"}},
    "addressType": "IPv4",
    "ports": [{"port": 80}],
    "endpoints": [],
}


def test_slices_of_files_may_be_filled_after_an_apply(tmp_path: Path) -> None:
    files = {"service.json": json.dumps(SERVICE_OBJECT), "slice.json": json.dumps(EMPTY_SLICE)}
    assert codes(tmp_path, files) == []
    assert [finding.code for _, finding in hazards([SERVICE_OBJECT, EMPTY_SLICE])] == [
        "service-without-endpoints"
    ]
