"""Both sides of a migration behind one route, by weights."""

from collections.abc import Callable
from typing import Any

import pytest

from components import (
    HttpIngress,
    MigratingService,
    TcpRoute,
    ValidationError,
    migration_backends,
)
from components.testing import render
from components.validation.hazards import hazards

BOTH = pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
ORDERS: dict[str, Any] = {
    "namespace": "shop",
    "phase": "External",
    "addresses": ["192.0.2.10", "2001:db8::10"],
    "selector": {"app": "orders"},
    "ports": [{"name": "http", "port": 80, "target_port": 8080, "target_port_name": "web"}],
}


def program(external_weight: int, **args: Any) -> Callable[[], None]:
    def build() -> None:
        given: Any = {**ORDERS, **args}
        MigratingService("orders", given)
        backends = migration_backends("orders", given, external_weight=external_weight)
        HttpIngress(
            "orders",
            {
                "api": "Gateway",
                "namespace": "shop",
                "gateways": [{"name": "public"}],
                "rules": [{"host": "orders.example.com", "backends": backends}],
            },
        )

    return build


def by_name(build: Callable[[], object], *, preview: bool = False) -> dict[tuple[str, str], Any]:
    rendered = render(build, preview=preview)
    assert [found.code for _, found in hazards(rendered)] == []
    return {(one["kind"], one["metadata"]["name"]): one for one in rendered}


@BOTH
@pytest.mark.parametrize("weight", [0, 90, 100])
def test_the_route_shares_requests_by_weight(weight: int, preview: bool) -> None:
    found = by_name(program(weight), preview=preview)
    (route,) = (one for (kind, _), one in found.items() if kind == "HTTPRoute")
    (rule,) = route["spec"]["rules"]
    assert rule["backendRefs"] == [
        {"name": "orders-external", "port": 80, "weight": weight},
        {"name": "orders-pods", "port": 80, "weight": 100 - weight},
    ]


@BOTH
def test_each_side_is_a_service_of_its_own_with_its_own_target(preview: bool) -> None:
    found = by_name(program(50), preview=preview)
    external = found["Service", "orders-external"]["spec"]
    pods = found["Service", "orders-pods"]["spec"]
    assert "selector" not in external
    assert pods["selector"] == {"app": "orders"}
    assert [one["targetPort"] for one in (external["ports"][0], pods["ports"][0])] == [8080, "web"]
    slices = {name: one for (kind, name), one in found.items() if kind == "EndpointSlice"}
    assert sorted(slices) == [
        "orders-external-ipv4",
        "orders-external-ipv6",
        "orders-ipv4",
        "orders-ipv6",
    ]
    assert slices["orders-external-ipv4"]["endpoints"][0]["conditions"]["ready"] is True


def test_a_tcp_route_shares_connections_in_the_same_way() -> None:
    def build() -> None:
        given: Any = ORDERS
        MigratingService("orders", given)
        gateways: Any = [{"name": "public", "section_name": "orders"}]
        backends = migration_backends("orders", given, external_weight=25)
        TcpRoute("orders", {"namespace": "shop", "gateways": gateways, "backends": backends})

    route = by_name(build)["TCPRoute", "orders"]
    (rule,) = route["spec"]["rules"]
    assert [one["weight"] for one in rule["backendRefs"]] == [25, 75]


def test_external_backends_stay_ready_for_the_route_while_the_service_drains() -> None:
    found = by_name(program(50, phase="Draining"))
    ready = {
        name: found["EndpointSlice", name]["endpoints"][0]["conditions"]["ready"]
        for name in ("orders-ipv4", "orders-external-ipv4")
    }
    assert ready == {"orders-ipv4": False, "orders-external-ipv4": True}


def test_the_services_are_called_as_that_of_the_migration() -> None:
    found = by_name(program(50, service_name="db"))
    services = [name for kind, name in found if kind == "Service"]
    assert services == ["db", "db-external", "db-pods"]


REFUSED: dict[str, tuple[int, dict[str, Any], str]] = {
    "too much": (101, {}, "external_weight: Invalid value: 101: must be between 0 and 100"),
    "less than nothing": (-1, {}, "external_weight: Invalid value: -1: must be between 0 and 100"),
    "one side": (
        50,
        {"addresses": None, "phase": "Internal"},
        "external_weight: Forbidden: without external backends there are no two sides",
    ),
}


@pytest.mark.parametrize(("weight", "args", "start"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_shared_is_an_error(weight: int, args: Any, start: str) -> None:
    with pytest.raises(ValidationError) as caught:
        render(program(weight, **args))
    (finding,) = caught.value.findings
    assert str(finding).startswith(start)
    assert str(caught.value).startswith('migration_backends "orders": ')
