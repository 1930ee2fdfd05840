"""A Service is not missing where charts, remote bases or other folders may bring it."""

from pathlib import Path

import pytest

from components.cli.manifests.kustomizations import is_remote
from components.cli.results import validate_files

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop-web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {defaultBackend: {service: {name: shop-wep, port: {number: 80}}}}
"""
OBJECTS = f"{SERVICE}---\n{INGRESS}"
UNNAMED = OBJECTS.replace(", namespace: shop", "")
MISSING = "ingress-service-missing"
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: flux-system}
spec: {targetNamespace: shop}
"""


def codes(folder: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return [row.finding.code for row in validate_files([str(folder)], None).rows]


def test_a_release_of_another_folder_fills_its_target_namespace(tmp_path: Path) -> None:
    twice = {"one/a.yaml": OBJECTS, "two/a.yaml": SERVICE}
    assert codes(tmp_path, twice) == [MISSING]
    assert codes(tmp_path, {**twice, "flux/release.yaml": RELEASE}) == []
    own = RELEASE.replace("namespace: flux-system", "namespace: shop").replace("targetN", "n")
    assert codes(tmp_path, {**twice, "flux/release.yaml": own}) == []
    other = RELEASE.replace("targetNamespace: shop", "targetNamespace: other")
    assert codes(tmp_path, {**twice, "flux/release.yaml": other}) == [MISSING]


CHART = "helmCharts: [{name: web, repo: 'https://charts.example'}]\n"
REMOTE = "- https://git.example/web//deploy?ref=v1\n"
LISTED = "resources:\n- a.yaml\n"


@pytest.mark.parametrize(
    ("kustomization", "objects", "expected"),
    {
        "nothing": (LISTED, OBJECTS, [MISSING]),
        "a chart": (f"{LISTED}{CHART}", OBJECTS, []),
        "a chart for unnamed objects": (f"{LISTED}{CHART}", UNNAMED, []),
        "a chart, and the namespace": (f"{LISTED}{CHART}namespace: shop\n", UNNAMED, []),
        "a chart alone": (f"{CHART}namespace: shop\n", OBJECTS, []),
        "a chart of another namespace": (f"{CHART}namespace: other\n", OBJECTS, [MISSING]),
        "a base": (f"{LISTED}{REMOTE}", OBJECTS, []),
        "a base for unnamed objects": (f"{LISTED}{REMOTE}", UNNAMED, []),
        "a component": (f"{LISTED}components:\n{REMOTE}", OBJECTS, []),
        "a chart by its own namespace": (
            CHART.replace("name: web", "name: web, namespace: shop"),
            OBJECTS,
            [],
        ),
    }.values(),
)
def test_what_a_kustomization_fetches_fills_its_namespace(
    tmp_path: Path, kustomization: str, objects: str, expected: list[str]
) -> None:
    files = {"a.yaml": objects, "kustomization.yaml": kustomization}
    assert codes(tmp_path, files) == expected


def test_a_fetching_kustomization_fills_the_namespaces_of_those_that_list_it(
    tmp_path: Path,
) -> None:
    files = {
        "web/a.yaml": OBJECTS,
        "base/kustomization.yaml": CHART,
        "kustomization.yaml": "resources: [base, web/a.yaml]\n",
    }
    assert codes(tmp_path, files) == []
    apart = {**files, "kustomization.yaml": "resources: [web/a.yaml]\n"}
    assert codes(tmp_path, apart) == [MISSING]


@pytest.mark.parametrize(
    ("base", "expected"),
    {
        "https://a.example/b.yaml": True,
        "github.com/a/b//c?ref=v1": True,
        "github.com/a/b": True,
        "git@git.example:a/b": True,
        "ssh://git@git.example/a/b": True,
        "git::https://git.example/a": True,
        "git.example/a.git//b": True,
        "../base": False,
        "a.yaml": False,
        "github": False,
        "apps/github.com.yaml": False,
        "a.gitea/b.yaml": False,
    }.items(),
)
def test_remote_bases_are_recognised(base: str, expected: bool) -> None:
    assert is_remote(base) is expected
