"""Names, labels and annotations of Services."""

from dataclasses import replace
from typing import Any

import pytest

from components.core.findings import Finding
from components.core.objects.manifest_metadata import (
    LARGEST_ANNOTATIONS,
    annotation_bytes,
    read_rules,
)
from components.core.unknown import Unknown
from components.core.versions import rules_of
from tests.unit.plans import alias, selector, texts

VALUE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.',"
    " and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or"
    " '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
TOPOLOGY = "service.kubernetes.io/topology-mode"
HINTS = "service.kubernetes.io/topology-aware-hints"
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
OWN_LABEL = "Forbidden: the component sets this label itself"
LIMIT = 262_144
OWN = annotation_bytes(LARGEST_ANNOTATIONS)
"""How many bytes the components write themselves, at most."""
TOO_LONG = (
    f"annotations: Too long: may not be more than {LIMIT - OWN} bytes"
    f" (an object may have {LIMIT}, the component needs up to {OWN} of them)"
)


def name(component: str = "db", **args: Any) -> tuple[str, list[Finding]]:
    made, findings = alias({"external_name": "a.example.com", **args}, component)
    return made.service["metadata"]["name"], findings


def metadata(**args: Any) -> tuple[dict[str, Any], list[str]]:
    made, findings = alias({"external_name": "a.example.com", **args}, "db")
    return made.service["metadata"], texts(findings)


@pytest.mark.parametrize(
    ("component", "args", "expected"),
    [
        ("db", {}, "db"),
        ("a" * 63, {}, "a" * 63),
        ("Any Name", {"service_name": "orders-db"}, "orders-db"),
        ("db", {"service_name": "9svc", "kubernetes_version": "1.36"}, "9svc"),
        ("db", {"service_name": "9svc", "kubernetes_version": "v1.37.2"}, "9svc"),
        ("db", {"service_name": "9svc", "kubernetes_version": "2.0"}, "9svc"),
    ],
)
def test_a_valid_service_name_is_accepted(component: str, args: Any, expected: str) -> None:
    assert name(component, **args) == (expected, [])


@pytest.mark.parametrize("version", [None, "1.30", "1.35", "v1.35.4"])
def test_a_service_name_starts_with_a_letter_before_kubernetes_1_36(version: str | None) -> None:
    _, (finding,) = name(service_name="9svc", kubernetes_version=version)
    assert (finding.path, finding.value, finding.remedy) == ("service_name", "9svc", "")
    assert finding.detail.startswith("a DNS-1035 label must consist of")


@pytest.mark.parametrize("version", [None, "1.35", "1.36"])
@pytest.mark.parametrize(
    "bad", ["a.b", "A", "a_b", "a-", "", "a" * 64, "db\n", "\u212a", "d\u0432"]
)
def test_a_service_name_is_refused_on_every_version(bad: str, version: str | None) -> None:
    _, findings = name(service_name=bad, kubernetes_version=version)
    assert [(finding.path, finding.value) for finding in findings] == [("service_name", bad)]


def test_a_component_name_that_is_not_a_service_name_asks_for_service_name() -> None:
    _, (finding,) = name("Orders DB")
    assert finding.remedy == "it is the default of `service_name`; set that"


@pytest.mark.parametrize("text", [None, "1.36", "v1.36.3", "1.34.2-gke.100", "1.30"])
def test_a_version_has_its_rules_and_addresses_are_strict_on_all(text: str | None) -> None:
    findings: list[Finding] = []
    assert read_rules(text, findings) == replace(rules_of(text), strict_addresses=True)
    assert findings == []


def test_without_a_version_names_must_be_legal_on_all() -> None:
    rules = read_rules(None, [])
    assert rules.strict_addresses
    assert not rules.relaxed_service_names
    assert rules.traffic_distributions == ("PreferClose",)


NO_VERSIONS = ["", "1", "latest", "1.x", "1.", ".36", "1.\u0663\u0666", "-1.36", "1.29", "1.9"]


@pytest.mark.parametrize("text", NO_VERSIONS)
def test_an_invalid_version_is_refused_once(text: str) -> None:
    findings: list[Finding] = []
    assert read_rules(text, findings) == rules_of(None)
    (finding,) = findings
    assert (finding.path, finding.value) == ("kubernetes_version", text)
    assert finding.detail == "must be a version from 1.30 on"


LATER = Unknown("namespace")

METADATA: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {"name": "db"}),
    "a namespace": ({"namespace": "9ns"}, {"name": "db", "namespace": "9ns"}),
    "an unknown namespace": ({"namespace": LATER}, {"name": "db", "namespace": LATER}),
    "labels": (
        {"labels": {"example.com/a": "", "b": "X_1"}},
        {"name": "db", "labels": {"example.com/a": "", "b": "X_1"}},
    ),
    "an unknown label": ({"labels": {"a": LATER}}, {"name": "db", "labels": {"a": LATER}}),
    "no labels": ({"labels": {}, "annotations": {}}, {"name": "db"}),
    "an annotation that must match an unknown one": (
        {"annotations": {TOPOLOGY: "Auto", HINTS: LATER}},
        {"name": "db", "annotations": {TOPOLOGY: "Auto", HINTS: LATER}},
    ),
    "an unknown annotation that is read": (
        {"annotations": {RANGES: LATER}},
        {"name": "db", "annotations": {RANGES: LATER}},
    ),
    "annotations": (
        {"annotations": {"Foo.IO/Bar": "any\ntext \u2026", "b": LATER}},
        {"name": "db", "annotations": {"Foo.IO/Bar": "any\ntext \u2026", "b": LATER}},
    ),
    "an annotation whose key is lowered into ASCII": (
        {"annotations": {"\u212a": ""}},
        {"name": "db", "annotations": {"\u212a": ""}},
    ),
    "a label value of 63 bytes": (
        {"labels": {"a": "x" * 63}},
        {"name": "db", "labels": {"a": "x" * 63}},
    ),
}


@pytest.mark.parametrize(("args", "expected"), METADATA.values(), ids=METADATA)
def test_metadata_is_rendered(args: Any, expected: Any) -> None:
    assert metadata(**args) == (expected, [])


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a namespace with a dot": (
        {"namespace": "a.b"},
        ['namespace: Invalid value: "a.b": must not contain dots'],
    ),
    "a label's value": (
        {"labels": {"a": "b c"}},
        [f'labels[a]: Invalid value: "b c": {VALUE}'],
    ),
    "a label's value with a newline": (
        {"labels": {"a": "b\n"}},
        [f'labels[a]: Invalid value: "b\\n": {VALUE}'],
    ),
    "a label's value of 64 bytes": (
        {"labels": {"a": "x" * 64}},
        [f'labels[a]: Invalid value: "{"x" * 64}": must be no more than 63 bytes'],
    ),
    "a label's key": (
        {"labels": {"/a": "b"}},
        ['labels: Invalid value: "/a": prefix part must be non-empty'],
    ),
    "two keys that are wrong alike": (
        {"labels": {"/a": "c", "/b": "c"}},
        [
            'labels: Invalid value: "/a": prefix part must be non-empty',
            'labels: Invalid value: "/b": prefix part must be non-empty',
        ],
    ),
    "labels beside an unknown one": (
        {"labels": {"/a": LATER, "b": "b c", "c": LATER}},
        [
            'labels: Invalid value: "/a": prefix part must be non-empty',
            f'labels[b]: Invalid value: "b c": {VALUE}',
        ],
    ),
    "an annotation beside an unknown one": (
        {"annotations": {"/a": "b", "c": LATER}},
        ['annotations: Invalid value: "/a": prefix part must be non-empty'],
    ),
    "own labels": (
        {
            "labels": {
                "kubernetes.io/service-name": "other",
                "service.kubernetes.io/headless": "",
                "endpointslice.kubernetes.io/managed-by": "me",
                "endpointslice.kubernetes.io/skip-mirror": "false",
            }
        },
        [
            f"labels[endpointslice.kubernetes.io/managed-by]: {OWN_LABEL}",
            f"labels[endpointslice.kubernetes.io/skip-mirror]: {OWN_LABEL}",
            f"labels[kubernetes.io/service-name]: {OWN_LABEL}",
            f"labels[service.kubernetes.io/headless]: {OWN_LABEL}",
        ],
    ),
    "an annotation's key": (
        {"annotations": {"/a": "b"}},
        ['annotations: Invalid value: "/a": prefix part must be non-empty'],
    ),
    "our annotation": (
        {"annotations": {"pulumi.com/patchFieldManager": "me"}},
        [
            (
                "annotations[pulumi.com/patchFieldManager]: Forbidden:"
                " the component sets this annotation itself"
            )
        ],
    ),
    "annotations of too many bytes": (
        {"annotations": {"a": "\u00e9" * (LIMIT // 2)}},
        [TOO_LONG],
    ),
}


@pytest.mark.parametrize(("args", "found"), REFUSED.values(), ids=REFUSED)
def test_metadata_is_refused(args: Any, found: list[str]) -> None:
    assert metadata(**args)[1] == found


def test_the_limit_of_annotations_counts_keys_and_values() -> None:
    left = LIMIT - OWN - len("a" + "b")
    assert metadata(annotations={"a": "x" * 1000, "b": "x" * (left - 1000)})[1] == []
    assert metadata(annotations={"a": "x" * 1000, "b": "x" * (left - 999)})[1] == [TOO_LONG]


def test_an_annotation_of_the_component_that_the_user_sets_counts_once() -> None:
    key = "pulumi.com/skipAwait"
    room = LIMIT - OWN + len(key) + len("true")
    assert metadata(annotations={key: "true", "a": "x" * (room - len(key) - 5)})[1] == []
    assert len(metadata(annotations={key: "true", "a": "x" * (room - len(key) - 4)})[1]) == 1


def test_a_selector_is_a_mapping_of_labels() -> None:
    labels = {"app": "web", "example.com/tier": LATER}
    made, findings = selector({"selector": labels, "ports": [{"port": 80}]})
    assert made.service["spec"]["selector"] == labels
    assert findings == []


def test_a_selector_is_required() -> None:
    _, findings = selector({"selector": {}, "ports": [{"port": 80}]})
    assert texts(findings) == [
        "selector: Required value (for backends outside the cluster use ExternalService)"
    ]


def test_a_selectors_labels_are_checked() -> None:
    _, findings = selector({"selector": {"app": "b c"}, "ports": [{"port": 80}]})
    assert texts(findings) == [f'selector[app]: Invalid value: "b c": {VALUE}']


def test_a_key_that_is_not_unicode_is_refused() -> None:
    for args in ({"labels": {"\ud800": "a"}}, {"annotations": {"\ud800": "a"}}):
        assert metadata(**args)[1] != []
