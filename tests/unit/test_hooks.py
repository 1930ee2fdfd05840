"""Hooks compare with the inputs and outputs of the last update."""

from typing import Any

import pulumi
import pytest

from components import ValidationError
from components._runtime.service_updates import check_service_update
from components.validation.hazards import CATALOGUE

URN = "urn:pulumi:stack::project::k8s-endpoints:index:ExternalService$kubernetes:core/v1:Service::a"
MODE = "k8s-endpoints.pulumi/endpoint-api"


def service(mode: str | None = None, **spec: Any) -> dict[str, Any]:
    annotations = {"note": "a", **({MODE: mode} if mode else {})}
    return {"metadata": {"name": "db", "annotations": annotations}, "spec": spec}


def check(old: Any, new: Any, before: Any = None) -> list[str]:
    args = pulumi.ResourceHookArgs(
        urn=URN,
        id="shop/db",
        name="shop/db",
        type="kubernetes:core/v1:Service",
        old_inputs=old,
        new_inputs=new,
        old_outputs=before,
    )
    findings: list[str] = []
    try:
        check_service_update(args)
    except ValidationError as error:
        subject = f"{error.component} {error.name}"
        findings = [str(finding) for finding in error.findings]
    else:
        subject = "Service shop/db"
    assert subject == "Service shop/db"
    return findings


def jump(old: str, new: str) -> str:
    return (
        f"endpoint_api: Forbidden: the backends would move from {old} to {new} in one step: in"
        " between, connections fail (run `pulumi up` with `EndpointApi.BOTH` first)"
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (None, None, []),
        (None, "Slices", []),
        (None, "Endpoints", [jump("Slices", "Endpoints")]),
        ("Endpoints", None, [jump("Endpoints", "Slices")]),
        (None, "Both", []),
        ("Both", None, []),
        ("Endpoints", "Both", []),
        ("Both", "Endpoints", []),
        ("Both", "Both", []),
        ("Endpoints", "Endpoints", []),
    ],
)
def test_backends_move_to_another_api_by_way_of_both(
    old: str | None, new: str | None, found: list[str]
) -> None:
    assert check(service(old), service(new), service(old)) == found


def primary(old: str, new: str) -> str:
    return (
        f'ip_families: Invalid value: "{new}": the primary IP family of a live Service cannot'
        f" change; it is {old} (declare a Service with another `service_name` and move the clients,"
        f" or keep {old} backends, or accept an outage: `pulumi destroy --target` this Service,"
        " then `pulumi up`)"
    )


@pytest.mark.parametrize(
    ("before", "new", "found"),
    [
        (["IPv4"], ["IPv4"], []),
        (["IPv4"], ["IPv4", "IPv6"], []),
        (["IPv4", "IPv6"], ["IPv4"], []),
        (["IPv4"], None, []),
        (None, ["IPv6"], []),
        ([], ["IPv6"], []),
        (["IPv4"], [], []),
        (["IPv4"], ["IPv6"], [primary("IPv4", "IPv6")]),
        (["IPv4", "IPv6"], ["IPv6", "IPv4"], [primary("IPv4", "IPv6")]),
        (["IPv6", "IPv4"], ["IPv4"], [primary("IPv6", "IPv4")]),
    ],
)
def test_the_primary_family_of_a_live_service_stays(before: Any, new: Any, found: Any) -> None:
    assert check(service(), service(ipFamilies=new), service(ipFamilies=before)) == found


def test_the_families_of_a_headless_service_may_change() -> None:
    before = service(clusterIP="None", ipFamilies=["IPv4", "IPv6"])
    headless = service(clusterIP="None", ipFamilies=["IPv6"])
    assert check(service(clusterIP="None"), headless, before) == []


def foreign(shown: str) -> str:
    return (
        f'service_name: Invalid value: "db": the Service already exists with the selector'
        f' "{shown}", which this program does not declare: the wrong Pods would get the'
        f" traffic (first `pulumi state delete '{URN}'` if an earlier up recorded it, because"
        " `pulumi destroy` would delete that Service; then choose another `service_name`, or"
        " delete that"
        " Service yourself)"
    )


A, B, AB = {"app": "a"}, {"tier": "b"}, {"app": "a", "tier": "b"}
SELECTORS: dict[str, tuple[Any, Any, Any, list[str]]] = {
    "none": (None, None, None, []),
    "ours": (A, A, A, []),
    "ours, of another value": (A, {"app": "new"}, A, []),
    "ours until now": (A, None, A, []),
    "ours until now, replaced": (A, B, A, []),
    "ours from now on": (None, A, A, []),
    "removed by hand": (A, A, None, []),
    "a foreign one": (None, None, A, [foreign("app=a")]),
    "a foreign one, beside ours": (A, A, AB, [foreign("app,tier=b")]),
    "a foreign one, instead of ours": (A, A, B, [foreign("tier=b")]),
}


@pytest.mark.parametrize(("old", "new", "before", "found"), SELECTORS.values(), ids=SELECTORS)
def test_a_selector_that_no_program_declares_stops_the_update(
    monkeypatch: pytest.MonkeyPatch, old: Any, new: Any, before: Any, found: list[str]
) -> None:
    monkeypatch.setattr(pulumi.log, "warn", lambda _: None)
    args = (service(selector=old), service(selector=new), service(selector=before))
    assert check(*args) == found


def test_all_reasons_against_an_update_are_listed_at_once() -> None:
    found = check(
        service("Endpoints"),
        service(ipFamilies=["IPv6"]),
        service(selector=A, ipFamilies=["IPv4"]),
    )
    assert found == [foreign("app=a"), jump("Endpoints", "Slices"), primary("IPv4", "IPv6")]


@pytest.mark.parametrize("empty", [None, {}, {"metadata": None, "spec": None}, {"metadata": {}}])
def test_missing_values_stop_nothing(empty: Any) -> None:
    assert check(empty, empty, empty) == []


@pytest.mark.parametrize(
    ("old", "new", "is_removed"),
    [(A, None, True), (A, {}, True), (A, B, False), (None, None, False), (None, A, False)],
)
def test_a_selector_that_is_removed_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, old: Any, new: Any, is_removed: bool
) -> None:
    texts: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", texts.append)
    assert check(service(selector=old), service(selector=new), service(selector=old)) == []
    assert texts == [f'Service "db": {CATALOGUE["selector-removed"]}'] * is_removed


def port(name: str, number: int = 5432, protocol: str = "TCP") -> dict[str, Any]:
    return {"name": name, "port": number, "protocol": protocol}


@pytest.mark.parametrize(
    ("old", "new", "spec", "is_renamed"),
    [
        ([port("pg")], [port("postgres")], {}, True),
        ([port("pg"), port("http", 80)], [port("http", 80), port("postgres")], {}, True),
        ([port("pg")], [port("pg")], {}, False),
        ([port("pg")], [port("pg"), port("postgres", 5433)], {}, False),
        ([port("pg")], [port("postgres", 5433)], {}, False),
        ([port("dns", 53)], [port("dns-udp", 53, "UDP")], {}, False),
        ([port("pg")], [port("postgres")], {"clusterIP": "None"}, False),
        ([port("pg")], [port("postgres")], {"type": "ExternalName"}, False),
    ],
)
def test_a_port_that_is_renamed_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, old: Any, new: Any, spec: Any, is_renamed: bool
) -> None:
    texts: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", texts.append)
    assert check(service(ports=old, **spec), service(ports=new, **spec)) == []
    assert texts == [f'Service "db": {CATALOGUE["port-renamed"]}'] * is_renamed
