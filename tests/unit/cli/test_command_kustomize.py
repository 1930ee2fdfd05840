"""Kustomizations say which objects belong together, and what becomes of them."""

from pathlib import Path

import pytest

from components.cli.main import main
from components.cli.results import Results, validate_files

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 80}]}\n"
SLICE = """\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}
addressType: IPv4
ports: [{port: 80}]
endpoints: [{addresses: [192.0.2.1], conditions: {ready: true}}]
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: db, port: {number: 81}}}}
"""
ALIAS = SERVICE.replace("ports: [{port: 80}]", "type: ExternalName, externalName: a.example")
SELECTING = SERVICE.replace("ports:", "selector: {app: db}, ports:")
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
SELECTOR, RENAMES = "kustomize-selector", "kustomize-renames"
LABELS = "labels: [{pairs: {team: shop}, includeSelectors: true}]\n"


def judged(folder: Path, files: dict[str, str]) -> Results:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return validate_files([str(folder)], None)


def codes(folder: Path, files: dict[str, str]) -> list[str]:
    return [row.finding.code for row in judged(folder, files).rows]


def listing(*resources: str, more: str = "") -> str:
    return f"{HEAD}resources: [{', '.join(resources)}]\n{more}"


OBJECTS = f"{SERVICE}---\n{SLICE}"
FOUND = {
    "labels": (LABELS, SELECTOR),
    "common labels": ("commonLabels: {team: shop}\n", SELECTOR),
    "prefix": ("namePrefix: dev-\n", RENAMES),
    "suffix": ("nameSuffix: -dev\n", RENAMES),
}
REPLACED = "namePrefix: dev-\nreplacements: [{source: {kind: Service}}]\n"
PATCHED = f"{LABELS}patches: [{{patch: '[{{op: remove, path: /spec/selector}}]'}}]\n"
QUIET = {
    "labels alone": ("labels: [{pairs: {team: shop}}]\n", OBJECTS),
    "a Service with a selector": (LABELS, SELECTING),
    "a Service that is meant to get one": (LABELS, SERVICE),
    "an alias": (LABELS, ALIAS),
    "a patch removes it": (PATCHED, OBJECTS),
    "a prefix without slices": ("namePrefix: dev-\n", SERVICE),
    "a slice of another Service": ("namePrefix: dev-\n", SLICE),
    "the label is replaced too": (REPLACED, OBJECTS),
    "a namespace": ("namespace: shop\n", OBJECTS),
}


@pytest.mark.parametrize(("more", "code"), FOUND.values(), ids=FOUND)
def test_what_a_kustomization_breaks_is_an_error(tmp_path: Path, more: str, code: str) -> None:
    files = {"a.yaml": OBJECTS, "kustomization.yaml": listing("a.yaml", more=more)}
    assert codes(tmp_path, files) == [code]


@pytest.mark.parametrize(("more", "objects"), QUIET.values(), ids=QUIET)
def test_what_a_kustomization_leaves_whole_is_accepted(
    tmp_path: Path, more: str, objects: str
) -> None:
    files = {"a.yaml": objects, "kustomization.yaml": listing("a.yaml", more=more)}
    assert codes(tmp_path, files) == []


@pytest.mark.parametrize("by", ["resources", "bases", "components"])
def test_bases_are_changed_too(tmp_path: Path, by: str) -> None:
    files = {
        "base/a.yaml": OBJECTS,
        "base/kustomization.yml": "resources: [a.yaml]\n",
        "over/kustomization.yaml": f"{by}: [../base]\n{LABELS}",
    }
    assert codes(tmp_path, files) == [SELECTOR]


ENDPOINTS = """\
apiVersion: v1
kind: Endpoints
metadata: {name: db}
subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 80}]}]
"""


@pytest.mark.parametrize(
    ("other", "expected"),
    {
        "a slice": (SLICE, [SELECTOR]),
        "Endpoints": (ENDPOINTS, ["endpoints-deprecated", SELECTOR]),
        "a slice of another Service": (SLICE.replace("service-name: db", "service-name: x"), []),
        "a slice of another namespace": (SLICE.replace("{name:", "{namespace: x, name:"), []),
    }.values(),
)
def test_slices_of_the_service_outside_of_the_kustomization_count(
    tmp_path: Path, other: str, expected: list[str]
) -> None:
    files = {
        "web/a.yaml": SERVICE,
        "web/kustomization.yaml": listing("a.yaml", more=LABELS),
        "slices/b.yaml": other,
    }
    found = [code for code in codes(tmp_path, files) if code != "slice-service-missing"]
    assert found == expected
    headless = SERVICE.replace("ports: [{port: 80}]", "clusterIP: None")
    without_ports = codes(tmp_path, {**files, "web/a.yaml": headless})
    assert SELECTOR not in without_ports


def test_slices_of_another_set_do_not_count(tmp_path: Path) -> None:
    files = {
        "one/a.yaml": SERVICE,
        "one/kustomization.yaml": listing("a.yaml", more=LABELS),
        "two/a.yaml": OBJECTS,
    }
    assert codes(tmp_path, files) == []


def test_a_file_that_is_not_listed_is_not_changed(tmp_path: Path) -> None:
    files = {"a.yaml": OBJECTS, "kustomization.yaml": listing("b.yaml", more=LABELS)}
    assert codes(tmp_path, files) == []


PORT = "ingress-port-missing"


def test_the_outermost_kustomization_decides_on_the_namespace(tmp_path: Path) -> None:
    apart = {"a/a.yaml": SERVICE, "b/b.yaml": INGRESS}
    assert codes(tmp_path / "none", apart) == [PORT]
    one = {
        "a/kustomization.yaml": listing("a.yaml", more="namespace: one\n"),
        "b/kustomization.yaml": listing("b.yaml", more="namespace: two\n"),
    }
    assert PORT not in codes(tmp_path / "two", {**apart, **one})
    top = {"kustomization.yaml": listing("a", "b", more="namespace: shop\n")}
    assert codes(tmp_path / "top", {**apart, **one, **top}) == [PORT]
    filled = {"kustomization.yaml": listing("a", "b", more="namespace: ${NAME}\n")}
    assert PORT not in codes(tmp_path / "filled", {**apart, **one, **filled})


NAMED = SERVICE.replace("port: 80", "port: 80, targetPort: http")
PORT_NAME = "target-port-name"


@pytest.mark.parametrize(
    ("more", "expected"),
    {
        "nothing": ("", [PORT_NAME]),
        "labels alone": ("labels: [{pairs: {team: shop}}]\n", [PORT_NAME]),
        "a selector": (LABELS, []),
        "a patch of something else": ("patches: [{patch: '{metadata: {name: a}}'}]\n", [PORT_NAME]),
        "a patch of the selector": ("patches: [{patch: '{spec: {selector: {a: b}}}'}]\n", []),
        "a file that patches it": ("patches: [{path: p.yaml}]\n", []),
    }.values(),
)
def test_who_selects_whom_is_unknown_where_it_is_patched(
    tmp_path: Path, more: str, expected: list[str]
) -> None:
    files = {"a.yaml": NAMED, "kustomization.yaml": listing("a.yaml", more=more)}
    files["p.yaml"] = "spec: {selector: {app: db}}\n"
    assert codes(tmp_path, files) == expected


@pytest.mark.parametrize(
    "more",
    [REPLACED.removeprefix("namePrefix: dev-\n"), "patches: [{patch: '{spec: {ports: []}}'}]\n"],
)
def test_ports_are_unknown_where_they_are_replaced(tmp_path: Path, more: str) -> None:
    files = {"a.yaml": f"{SERVICE}---\n{INGRESS}", "kustomization.yaml": listing("a.yaml")}
    assert codes(tmp_path, files) == [PORT]
    files["kustomization.yaml"] = listing("a.yaml", more=more)
    assert codes(tmp_path, files) == []


SPLIT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {}
  ingress: [{from: [{ipBlock: {cidr: 192.0.2.1/32}}]}, {ports: [{port: 5432}]}]
"""
LOOKING_UP = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, args: [_sql._tcp.db]}]}
"""


@pytest.mark.parametrize(
    ("objects", "code"),
    [(SPLIT, "policy-rule-split"), (f"{SELECTING}---\n{LOOKING_UP}", "srv-record-missing")],
)
def test_rules_and_names_of_ports_are_unknown_where_ports_are_patched(
    tmp_path: Path, objects: str, code: str
) -> None:
    files = {"a.yaml": objects, "kustomization.yaml": listing("a.yaml")}
    assert codes(tmp_path, files) == [code]
    files["kustomization.yaml"] = listing("a.yaml", more="patches: [{patch: 'ports: []'}]\n")
    assert codes(tmp_path, files) == []


WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: db}
spec: {template: {metadata: {labels: {role: db}}}}
"""


def test_labels_of_pods_are_unknown_where_they_are_patched(tmp_path: Path) -> None:
    objects = f"{SELECTING}---\n{WORKLOAD}"
    files = {"a.yaml": objects, "kustomization.yaml": listing("a.yaml")}
    assert codes(tmp_path, files) == ["selector-selects-nothing"]
    patch = "patches: [{patch: '{metadata: {labels: {app: db}}}'}]\n"
    files["kustomization.yaml"] = listing("a.yaml", more=patch)
    assert codes(tmp_path, files) == []


def test_overlays_are_validated_separately(tmp_path: Path) -> None:
    files = {
        "base/a.yaml": SERVICE,
        "base/kustomization.yaml": listing("a.yaml"),
        "one/b.yaml": INGRESS,
        "one/kustomization.yaml": listing("../base", "b.yaml"),
        "two/b.yaml": INGRESS.replace("81", "80"),
        "two/kustomization.yaml": listing("../base", "b.yaml"),
    }
    found = judged(tmp_path, files)
    assert [(Path(row.subject.source).parent.name, row.finding.code) for row in found.rows] == [
        ("one", PORT)
    ]


def test_cyclic_and_invalid_kustomizations_end(tmp_path: Path) -> None:
    files = {
        "a/kustomization.yaml": listing("../b", "a.yaml", more=LABELS),
        "b/kustomization.yaml": listing("../a", "../b", more="namePrefix: [x]\n"),
        "a/a.yaml": OBJECTS,
        "c/kustomization.yaml": "resources: {a: b}\nnamespace: [a]\nlabels: a\n",
        "d/kustomization.yaml": f"{HEAD}resources: [\n",
    }
    found = judged(tmp_path, files)
    assert {row.finding.code for row in found.rows} == {SELECTOR}
    assert [Path(one.source).parent.name for one in found.unreadable] == ["d"]


PATCH = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {type: NodePort}\n"


@pytest.mark.parametrize(
    "how",
    [
        "patches: [{path: b/p.yaml}]",
        "patchesStrategicMerge: [b/p.yaml]",
        "patchesJson6902: [{path: b/p.yaml, target: {kind: Service}}]",
    ],
)
def test_patches_are_skipped(tmp_path: Path, how: str) -> None:
    files = {
        "a.yaml": SERVICE,
        "b/p.yaml": PATCH,
        "kustomization.yaml": listing("a.yaml", more=f"{how}\n"),
    }
    found = judged(tmp_path, files)
    assert found.rows == []
    assert found.strangers == {"strategic-merge patch": 1}
    alone = judged(tmp_path / "alone", {"p.yaml": PATCH})
    assert [row.finding.code for row in alone.rows] == ["service-ports-required"]


def test_patches_named_on_the_command_line_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("patches: [{path: p.yaml}]\n")
    file = tmp_path / "p.yaml"
    file.write_text(PATCH)
    assert validate_files([str(file)], None, as_folder=True).rows == []
    assert len(validate_files([str(file)], None).rows) == 1


def test_a_patch_outside_the_overlays_folder_is_skipped(tmp_path: Path) -> None:
    patches = "patches: [{path: ../shared/p.yaml}]\n"
    files = {"shared/p.yaml": PATCH, "prod/kustomization.yaml": listing("../a.yaml", more=patches)}
    assert codes(tmp_path, {**files, "a.yaml": SERVICE}) == []


DIRECTED = {
    "of the object": f"$patch: delete\n{PATCH}",
    "of a list": PATCH.replace("type: NodePort", "externalIPs: [{$patch: replace}]"),
    "of a map": PATCH.replace("name: db", "name: db, labels: {$retainKeys: [a]}"),
}


@pytest.mark.parametrize("text", DIRECTED.values(), ids=DIRECTED)
def test_an_object_with_a_patch_directive_is_a_patch(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, {"p.yaml": text}) == []


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("service.patch.yaml", []),
        ("patches/service.yaml", []),
        ("dispatcher.yaml", ["service-ports-required"]),
    ],
)
def test_an_incomplete_object_in_a_file_called_patch_is_a_patch(
    tmp_path: Path, file: str, found: list[str]
) -> None:
    assert codes(tmp_path, {file: PATCH}) == found


def test_a_complete_object_is_validated_in_a_file_of_any_name(tmp_path: Path) -> None:
    text = SERVICE.replace("port: 80", "port: 80, protocol: X")
    assert codes(tmp_path, {"service-patch.yaml": text}) == ["service-port-protocol"]


def test_a_word_in_a_string_makes_no_patch(tmp_path: Path) -> None:
    text = PATCH.replace("name: db", "name: db, annotations: {a: $patch}")
    assert codes(tmp_path, {"p.yaml": text}) == ["service-ports-required"]


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands in for kubectl, alone on PATH, and has no content yet."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    file = folder / "kubectl"
    file.touch()
    file.chmod(0o755)
    return file


def rendered(folder: Path) -> Results:
    (folder / "over").mkdir(exist_ok=True)
    return validate_files([], None, kustomize=[str(folder / "over")])


def test_a_rendered_folder_is_validated(tmp_path: Path, kubectl: Path) -> None:
    wrong = SERVICE.replace("port: 80", "port: 0")
    kubectl.write_text(f"#!/bin/sh\n[ $1 = kustomize ] || exit 9\ncat <<'EOF'\n{wrong}EOF\n")
    found = rendered(tmp_path)
    assert found.exit_code == 1
    assert found.rows[0].subject.source == str(tmp_path / "over")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'error: no such base' >&2; exit 1", "kubectl kustomize: no such base"),
        ("exit 3", "kubectl kustomize: code 3"),
        ("sleep 60", "kubectl kustomize has not ended after 0.2 s"),
    ],
)
def test_what_cannot_be_rendered_is_exit_2(
    tmp_path: Path, kubectl: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    monkeypatch.setattr("components.cli.manifests.kustomize.TIME_LIMIT", 0.2)
    kubectl.write_text(f"#!/bin/sh\n{script}\n")
    found = rendered(tmp_path)
    assert found.exit_code == 2
    assert [one.reason for one in found.unreadable] == [reason]


def test_without_kubectl_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = rendered(tmp_path).unreadable
    assert found.reason.startswith("kubectl, which renders Kustomizations, is not on PATH")


def test_files_or_a_kustomization_are_required(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["validate"])
    assert stopped.value.code == 2
    assert "give FILE, or --kustomize FOLDER" in capsys.readouterr().err
