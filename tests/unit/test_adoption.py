"""The argument `adopt`: which objects it accepts, and what the children are registered with."""

from typing import Any

import pytest

from components import ExternalNameService, ExternalService, ExternalServiceSet, SelectorService
from components.core.adoption import Adoption, not_adopted, read_adoptions
from components.core.arguments import CommonArgs, typed
from components.core.findings import Finding
from components.errors import ValidationError
from components.testing import render

OBJECTS = [
    {"kind": kind, "metadata": {"name": name}}
    for kind, name in [
        ("Service", "db"),
        ("EndpointSlice", "db-ipv4"),
        ("EndpointSlice", "db-ipv6"),
    ]
]
SERVICE_URN = "urn:pulumi:prod::shop::kubernetes:core/v1:Service::db::of::ours"
NESTED_URN = "urn:pulumi:prod::shop::acme:index:Team$kubernetes:core/v1:Service::db"
GOOD: dict[str, Any] = {"addresses": ["192.0.2.10"], "preset": "postgres"}


@pytest.mark.parametrize(
    ("entry", "key", "resource"),
    [
        ({"kind": "Service"}, ("Service", "db"), None),
        ({"kind": "Service", "name": "db"}, ("Service", "db"), None),
        ({"kind": "Service", "resource": "raw"}, ("Service", "db"), "raw"),
        ({"kind": "Service", "resource": SERVICE_URN}, ("Service", "db"), SERVICE_URN),
        ({"kind": "Service", "resource": NESTED_URN}, ("Service", "db"), NESTED_URN),
        ({"kind": "EndpointSlice", "name": "db-ipv6"}, ("EndpointSlice", "db-ipv6"), None),
    ],
)
def test_an_object_is_named_by_kind_and_name(
    entry: dict[str, str], key: tuple[str, str], resource: str | None
) -> None:
    findings: list[Finding] = []
    found = read_adoptions(typed(CommonArgs, {"adopt": [entry]}), OBJECTS, findings)
    assert findings == []
    assert found == {key: Adoption("adopt[0]", resource)}


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (
            {"kind": "Endpoints"},
            (
                'adopt[0].kind: Invalid value: "Endpoints": this component declares no object of'
                " this kind"
            ),
        ),
        (
            {"kind": "EndpointSlice"},
            "adopt[0].name: Required value: one of db-ipv4, db-ipv6",
        ),
        (
            {"kind": "EndpointSlice", "name": "db-ipv5"},
            'adopt[0].name: Unsupported value: "db-ipv5": supported values: "db-ipv4", "db-ipv6"',
        ),
        (
            {"kind": "Service", "resource": ""},
            "adopt[0].resource: Required value: the Pulumi name or URN of the resource",
        ),
        (
            {"kind": "EndpointSlice", "name": "db-ipv4", "resource": SERVICE_URN},
            (
                f'adopt[0].resource: Invalid value: "{SERVICE_URN}": must be the URN of a'
                " Kubernetes EndpointSlice"
            ),
        ),
        (
            {"kind": "Service", "resource": "urn:pulumi:prod"},
            (
                'adopt[0].resource: Invalid value: "urn:pulumi:prod": must be the URN of a'
                " Kubernetes Service"
            ),
        ),
        (
            {"kind": "Service", "resource": "urn:pulumi:prod::shop::aws:s3/b:Service::db"},
            (
                'adopt[0].resource: Invalid value: "urn:pulumi:prod::shop::aws:s3/b:Service::db":'
                " must be the URN of a Kubernetes Service"
            ),
        ),
    ],
)
def test_what_cannot_be_adopted_is_an_error(entry: dict[str, str], text: str) -> None:
    findings: list[Finding] = []
    read_adoptions(typed(CommonArgs, {"adopt": [entry]}), OBJECTS, findings)
    assert [str(finding) for finding in findings] == [text]


def test_an_object_is_adopted_once() -> None:
    findings: list[Finding] = []
    entries = [{"kind": "Service", "resource": "raw"}, {"kind": "Service"}]
    read_adoptions(typed(CommonArgs, {"adopt": entries}), OBJECTS, findings)
    assert [str(finding) for finding in findings] == ['adopt[1].name: Duplicate value: "db"']


def test_a_refused_create_names_the_entry_and_the_remedies() -> None:
    text = str(not_adopted(Adoption("adopt[1]", "raw"), "Service", "shop/db"))
    assert text.startswith('adopt[1].resource: Invalid value: "raw": Service shop/db would be')
    assert "pulumi stack --show-urns" in text


def with_adopt(kind: str, adopt: list[dict[str, str]]) -> None:
    if kind == "ExternalService":
        ExternalService("db", {**GOOD, "adopt": adopt})  # type: ignore[typeddict-item]
    elif kind == "ExternalServiceSet":
        ExternalServiceSet("all", {"services": {"db": {**GOOD, "adopt": adopt}}})  # type: ignore[typeddict-item]
    elif kind == "SelectorService":
        args: Any = {"selector": {"app": "a"}, "ports": [{"port": 80}], "adopt": adopt}
        SelectorService("db", args)
    else:
        named: Any = {"external_name": "db.example.com", "adopt": adopt}
        ExternalNameService("db", named)


KINDS = ["ExternalService", "ExternalServiceSet", "SelectorService", "ExternalNameService"]


@pytest.mark.parametrize("kind", KINDS)
def test_adopted_objects_take_the_fields_of_other_managers_over(kind: str) -> None:
    service, *others = render(lambda: with_adopt(kind, [{"kind": "Service"}]))
    assert service["metadata"]["annotations"]["pulumi.com/patchForce"] == "true"
    assert not [one for one in others if "pulumi.com/patchForce" in str(one)]
    service, *_ = render(lambda: with_adopt(kind, []))
    assert "pulumi.com/patchForce" not in service["metadata"]["annotations"]


@pytest.mark.parametrize("kind", KINDS)
def test_errors_of_adopt_are_those_of_the_component(kind: str) -> None:
    path = "services[db].adopt[0].kind" if kind == "ExternalServiceSet" else "adopt[0].kind"
    with pytest.raises(ValidationError) as caught:
        render(lambda: with_adopt(kind, [{"kind": "Pod"}]))
    assert [finding.path for finding in caught.value.findings] == [path]
