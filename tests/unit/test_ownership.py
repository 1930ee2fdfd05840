"""Field managers: their names, and whose they are."""

from typing import Any

import pulumi
import pytest
from pulumi.runtime import config as runtime_config

from components import ExternalNameService
from components.core.ownership import (
    Entry,
    check_owner,
    field_manager,
    other_owners,
    refused_owners,
)
from components.testing import render

OURS = "k8s-endpoints/shop/prod"
SPEC = {"f:spec": {"f:ports": {}}}
ANNOTATED = {"f:annotations": {"f:pulumi.com/patchFieldManager": {}}}


def test_a_manager_is_named_after_its_owner() -> None:
    assert field_manager("shop/prod") == OURS


def test_a_long_owner_is_digested_to_what_the_api_server_takes() -> None:
    assert len(field_manager("x" * 114)) == 128
    digested = field_manager("x" * 115)
    assert len(digested) == len("k8s-endpoints/") + 64
    assert field_manager(digested.removeprefix("k8s-endpoints/")) == digested


@pytest.mark.parametrize(
    ("entry", "others"),
    [
        (Entry(OURS, SPEC), []),
        (Entry("kubectl", SPEC), ["kubectl"]),
        (Entry("kubectl", {"f:metadata": {}}), []),
        (Entry("kubectl", SPEC, "status"), []),
        (Entry("pulumi-kubernetes", SPEC), ["pulumi-kubernetes"]),
        (Entry("pulumi-kubernetes", {**SPEC, "f:metadata": {"f:annotations": {}}}), [None]),
        (Entry("pulumi-kubernetes", {**SPEC, "f:metadata": ANNOTATED}), []),
        (Entry("kubectl", {**SPEC, "f:metadata": ANNOTATED}), ["kubectl"]),
        (Entry("pulumi-kubernetes-1a2b", {**SPEC, "f:metadata": ANNOTATED}), [None]),
    ],
)
def test_the_clients_fixed_manager_is_ours_with_our_annotation_alone(
    entry: Entry, others: list[str | None]
) -> None:
    expected = [entry.manager if name is None else name for name in others]
    assert other_owners([entry], OURS) == expected


URN = "urn:pulumi:dev::shop::kubernetes:core/v1:Service::shop/db"


def test_another_stack_comes_before_a_raw_resource() -> None:
    (finding,) = refused_owners(
        ["kubectl", "pulumi-kubernetes", "k8s-endpoints/other/dev"], "Service", "db", URN
    )
    assert f"first `pulumi state delete '{URN}'`" in finding.remedy
    assert "k8s-endpoints/other/dev" in finding.detail
    assert "pulumi config set k8s-endpoints:owner other/dev" in finding.remedy
    (finding,) = refused_owners(["kubectl", "pulumi-kubernetes-1a2b"], "Endpoints", "db", URN)
    assert finding.path == "Endpoints[db]"
    assert "declares this Endpoints, as field manager pulumi-kubernetes-1a2b" in finding.detail
    assert "Pulumi would delete the live Endpoints" in finding.remedy
    assert f"first `pulumi state delete '{URN}'`" in finding.remedy
    assert refused_owners(["kubectl", "helm", "pulumi-kubernetesque"], "Service", "db", URN) == []


@pytest.mark.parametrize(
    "field", ["f:spec", "f:endpoints", "f:ports", "f:addressType", "f:subsets"]
)
def test_whoever_owns_more_than_metadata_owns_the_object(field: str) -> None:
    assert other_owners([Entry("kubectl", {field: {}})], OURS) == ["kubectl"]
    assert other_owners([Entry("kubectl", {"f:status": {}, "f:metadata": {}})], OURS) == []


@pytest.mark.parametrize("owner", ["", " ", "a ", "a\nb", "a\x1b[31m"])
def test_an_owner_is_printable(owner: str) -> None:
    assert check_owner(owner) == "must be printable characters, without spaces around them"
    assert check_owner("former project/prod") == ""


def manager(config: dict[str, str]) -> str:
    """Return the manager that a program with this configuration writes to a Service."""
    runtime_config.set_all_config(config)
    args: Any = {"external_name": "db.example.com"}
    try:
        (service,) = render(lambda: ExternalNameService("db", args))
    finally:
        runtime_config.set_all_config({})
    return str(service["metadata"]["annotations"]["pulumi.com/patchFieldManager"])


def test_the_owner_is_project_and_stack_unless_configured() -> None:
    assert manager({}) == "k8s-endpoints/project/stack"
    assert manager({"k8s-endpoints:owner": "former/prod"}) == "k8s-endpoints/former/prod"


@pytest.mark.parametrize(
    ("owner", "is_secret", "reason"),
    [
        ("former/prod", True, "must not be a secret"),
        ("", False, "must be printable characters"),
    ],
)
def test_an_owner_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, owner: str, is_secret: bool, reason: str
) -> None:
    monkeypatch.setattr("components._runtime.owner.is_config_secret", lambda _key: is_secret)
    with pytest.raises(pulumi.RunError, match=f"k8s-endpoints:owner: {reason}") as caught:
        manager({"k8s-endpoints:owner": owner})
    assert "former/prod" not in str(caught.value)
