"""Which live objects are orphans of a stack, and which of these are left alone."""

from typing import Any

import pytest

from components.core.orphan_search import (
    KINDS,
    Key,
    find_orphans,
    known_objects,
    read_declared,
    recorded_managers,
)

OURS = "k8s-endpoints/shop/prod"
FORMER = "k8s-endpoints/shop/dev"
THEIRS = "k8s-endpoints/other/prod"
ANNOTATION = "pulumi.com/patchFieldManager"
KEY = Key("web", "Service", "db")


def written_by(manager: str, *, annotates: bool = False, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"f:spec": {"f:ports": {}}}
    if annotates:
        fields["f:metadata"] = {"f:annotations": {f"f:{ANNOTATION}": {}}}
    return {"manager": manager, "fieldsV1": fields, **more}


def live(*entries: dict[str, Any], annotated: str = "", **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "name": "db",
            "namespace": "web",
            "uid": "u",
            "resourceVersion": "7",
            "annotations": {ANNOTATION: annotated} if annotated else {},
            "managedFields": list(entries),
            **metadata,
        }
    }


def found(item: dict[str, Any], *, known: set[Key] | None = None, **claimed: Any) -> list[str]:
    """Return why each orphan is left alone."""
    orphans = find_orphans([("Service", item)], known or set(), {OURS, FORMER}, **claimed)
    return [one.kept for one in orphans]


APPLIED = live(written_by(OURS, annotates=True), annotated=OURS)
CREATED = live(written_by("pulumi-kubernetes", annotates=True), annotated=OURS)


@pytest.mark.parametrize(
    "item",
    [
        APPLIED,
        CREATED,
        live(written_by(OURS)),  # the annotation was removed by hand
        live(written_by(FORMER, annotates=True), annotated=FORMER),
        live(written_by(OURS), written_by("kubectl-edit"), annotated=OURS),
        live(written_by(OURS), written_by(THEIRS, subresource="status"), annotated=OURS),
    ],
)
def test_objects_that_only_this_stack_declares_are_orphans(item: dict[str, Any]) -> None:
    assert found(item) == [""]
    assert found(item, known={KEY}) == []
    assert found(item, known={KEY._replace(kind="Endpoints")}) == [""]


@pytest.mark.parametrize(
    "item",
    [
        live(),
        live(written_by("kubectl")),
        live(written_by(THEIRS, annotates=True), annotated=THEIRS),
        live(written_by("pulumi-kubernetes", annotates=True), annotated=THEIRS),
        live(written_by("pulumi-kubernetes")),
        live(written_by(f"{OURS}-2"), annotated=f"{OURS}-2"),
        live(
            written_by("kube-controller-manager", annotates=True),
            annotated=OURS,  # mirrored from an Endpoints object
            ownerReferences=[{"kind": "Endpoints", "controller": True}],
        ),
    ],
)
def test_objects_that_others_declare_are_no_orphans(item: dict[str, Any]) -> None:
    assert found(item) == []


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (live(written_by(OURS), written_by(THEIRS), annotated=OURS), THEIRS),
        (live(written_by("pulumi-kubernetes"), written_by(OURS)), "pulumi-kubernetes"),
        (live(written_by(OURS), written_by("pulumi-kubernetes-1a2b")), "pulumi-kubernetes-1a2b"),
        (live(written_by("velero", annotates=True), annotated=OURS), "written by velero"),
        (live(annotated=OURS), "an unknown manager"),
    ],
)
def test_objects_with_further_owners_are_left_alone(item: dict[str, Any], why: str) -> None:
    (kept,) = found(item)
    assert why in kept


def test_objects_of_an_owner_that_another_stack_shares_are_left_alone() -> None:
    (kept,) = found(live(written_by(FORMER), annotated=FORMER), claimed={FORMER})
    assert kept == "another stack has the owner shop/dev too"
    assert found(APPLIED, claimed={FORMER}) == [""]


def resource(kind: str, identifier: str = "", **metadata: Any) -> dict[str, Any]:
    group = "discovery.k8s.io/v1" if kind == "EndpointSlice" else "core/v1"
    type_ = f"kubernetes:{group}:{kind}"
    urn = f"urn:pulumi:prod::shop::{type_}::{metadata.get('name', identifier)}"
    return {"type": type_, "urn": urn, "id": identifier, "inputs": {"metadata": metadata}}


def test_a_state_knows_objects_and_former_owners() -> None:
    deployment = {
        "resources": [
            {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:prod::shop::stack"},
            resource("Service", "web/db", annotations={ANNOTATION: FORMER}),
            resource("EndpointSlice", "db-ipv4", annotations={ANNOTATION: {"secret": "x"}}),
            resource("ServicePatch", "web/patched"),
            resource("ConfigMap", "web/settings", annotations={ANNOTATION: "mine"}),
        ]
    }
    assert known_objects(deployment) == {KEY, Key("default", "EndpointSlice", "db-ipv4")}
    assert recorded_managers(deployment) == {FORMER}
    assert known_objects({}) == set()
    assert recorded_managers({}) == set()


def test_a_preview_lists_declared_objects_and_their_dependencies() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    service = resource("Service", name="db", namespace="web")
    database, provider = "urn:pulumi:prod::shop::x::database", "urn:pulumi:prod::shop::p::k"
    service |= {"parent": database, "provider": f"{provider}::id"}
    part = {**resource("EndpointSlice", name="db-1", namespace="web"), "parent": database}
    part["dependencies"] = [service["urn"]]
    late = resource("Service", name="late", namespace=unknown)
    steps: list[dict[str, Any]] = [{"op": "create", "newState": one} for one in (service, part)]
    steps += [{"op": "create", "newState": late}, {"op": "delete", "oldState": service}]
    steps += [{"op": "create", "newState": {"type": "x", "urn": database}}]

    declared = read_declared({"steps": steps})

    assert declared.holds(KEY)
    assert declared.holds(Key("anywhere", "Service", "late"))
    assert not declared.holds(Key("other", "Service", "db"))
    assert declared.with_needs([KEY._replace(kind="EndpointSlice", name="db-1")]) == sorted(
        [service["urn"], part["urn"], database, provider]
    )
    assert declared.with_needs([KEY._replace(name="gone")]) == []


def test_paths_of_the_api_are_built() -> None:
    kind = KINDS["EndpointSlice"]
    assert kind.path() == "/apis/discovery.k8s.io/v1/endpointslices"
    assert kind.path("web", "a") == "/apis/discovery.k8s.io/v1/namespaces/web/endpointslices/a"
