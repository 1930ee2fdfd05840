"""Outputs as inputs: what is declared does not depend on whether they are known."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalNameService, ExternalService, SelectorService, ValidationError
from components.testing import render
from tests.unit.outputs import later

PORTS: list[Any] = [{"name": "pg", "port": 5432}]
Unknown = Callable[[], pulumi.Output[Any]]
Make = Callable[[Any], Any]


def external(**args: Any) -> object:
    return ExternalService("db", {"ports": PORTS, **args})  # type: ignore[typeddict-item]


FAMILIES = {"slice_count": 2, "ip_families": ["IPv4", "IPv6"]}
FOUR = [f"default/db-ipv{family}-{bit}" for family in "46" for bit in "01"]

PROGRAMS: dict[str, tuple[Callable[[Make], object], list[str]]] = {
    "an address": (
        lambda give: external(addresses=[give("192.0.2.1"), "192.0.2.2"]),
        ["default/db", "default/db-ipv4"],
    ),
    "addresses of both families": (
        lambda give: external(
            backends=[
                {"address": give("192.0.2.1"), "id": "a"},
                {"address": give("2001:db8::1"), "id": "b", "family": "IPv6"},
            ]
        ),
        ["default/db", "default/db-ipv4", "default/db-ipv6"],
    ),
    "an address beside a family that is known": (
        lambda give: external(addresses=[give("192.0.2.1"), "2001:db8::1"]),
        ["default/db", "default/db-ipv4", "default/db-ipv6"],
    ),
    "addresses among several slices": (
        lambda give: external(
            backends=[{"address": give(f"192.0.2.{n}"), "id": f"vm-{n}"} for n in range(1, 6)],
            max_endpoints_per_slice=3,
        ),
        ["default/db", "default/db-ipv4-0", "default/db-ipv4-1"],
    ),
    "an address of a port set": (
        lambda give: external(
            backends=[{"address": give("192.0.2.1"), "ports": {"pg": 6432}}],
        ),
        ["default/db", "default/db-ipv4-p53e1df7f"],
    ),
    "all addresses": (
        lambda give: external(addresses=give(["192.0.2.1"]), slice_count=1),
        ["default/db", "default/db-ipv4"],
    ),
    "all addresses of both families": (
        lambda give: external(addresses=give(["192.0.2.1", "2001:db8::1"]), **FAMILIES),
        ["default/db", *FOUR],
    ),
    "all addresses of one of both families": (
        lambda give: external(addresses=give(["2001:db8::1"]), **FAMILIES),
        ["default/db", *FOUR],
    ),
    "all addresses, in Endpoints": (
        lambda give: external(
            addresses=give(["192.0.2.1"]), slice_count=1, endpoint_api="Endpoints"
        ),
        ["default/db", "default/db"],
    ),
    "a port": (
        lambda give: external(
            addresses=["192.0.2.1"], ports=[{"name": "pg", "port": give(5432)}], endpoint_api="Both"
        ),
        ["default/db", "default/db-ipv4", "default/db"],
    ),
    "a target port": (
        lambda give: external(
            addresses=["192.0.2.1"], ports=[{"port": 80, "target_port": give(8080)}]
        ),
        ["default/db", "default/db-ipv4"],
    ),
    "the namespace": (
        lambda give: external(addresses=["192.0.2.1"], namespace=give("shop"), slice_count=2),
        ["~/db", "~/db-ipv4-0", "~/db-ipv4-1"],
    ),
    "the namespace of a SelectorService": (
        lambda give: SelectorService(
            "web", {"selector": {"app": "web"}, "ports": PORTS, "namespace": give("shop")}
        ),
        ["~/web"],
    ),
    "an external name": (
        lambda give: ExternalNameService("api", {"external_name": give("api.example.com")}),
        ["default/api"],
    ),
    "a label": (
        lambda give: external(addresses=["192.0.2.1"], labels={"team": give("a")}),
        ["default/db", "default/db-ipv4"],
    ),
}


def children(recorder: Any) -> list[str]:
    return [name for kind, name in recorder.names() if kind.startswith("kubernetes:")]


@pytest.mark.parametrize("how", ["unknown at preview", "known at preview", "at up"])
@pytest.mark.parametrize(("build", "names"), PROGRAMS.values(), ids=PROGRAMS)
def test_names_and_number_of_objects_do_not_depend_on_outputs(
    recorder: Any,
    unknown: Unknown,
    build: Callable[[Make], object],
    names: list[str],
    how: str,
) -> None:
    if how == "unknown at preview":
        recorder(lambda: build(lambda _: unknown()), preview=True)
    else:
        recorder(lambda: build(later), preview=how == "known at preview")
    assert sorted(children(recorder)) == sorted(names)


@pytest.mark.parametrize(("build", "_names"), PROGRAMS.values(), ids=PROGRAMS)
def test_objects_are_the_same_at_preview_and_at_up(
    build: Callable[[Make], object], _names: list[str]
) -> None:
    def by_name(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(manifests, key=lambda made: (made["kind"], made["metadata"]["name"]))

    assert by_name(render(lambda: build(later), preview=True)) == by_name(
        render(lambda: build(later))
    )


@pytest.mark.parametrize(("build", "_names"), PROGRAMS.values(), ids=PROGRAMS)
def test_late_values_make_the_same_objects_as_plain_ones(
    build: Callable[[Make], object], _names: list[str]
) -> None:
    def by_name(manifests: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        return {(made["kind"], made["metadata"]["name"]): made for made in manifests}

    arrived = by_name(render(lambda: build(later)))
    plain = by_name(render(lambda: build(lambda value: value)))
    assert plain == {key: arrived[key] for key in plain}
    empty = [arrived[key] for key in arrived.keys() - plain.keys()]
    assert all("endpoints" not in made for made in empty), "the SDK leaves empty lists out"


@pytest.mark.parametrize("preview", [False, True])
def test_all_addresses_that_arrive_are_spread_over_the_pinned_slices(preview: bool) -> None:
    addresses = ["192.0.2.11", "2001:db8::1", "192.0.2.10", "192.0.2.10"]
    made = render(lambda: external(addresses=later(addresses), **FAMILIES), preview=preview)
    assert {
        part["metadata"]["name"]: [one["addresses"][0] for one in part.get("endpoints", [])]
        for part in made[1:]
    } == {
        "db-ipv4-0": ["192.0.2.10"],
        "db-ipv4-1": ["192.0.2.11"],
        "db-ipv6-0": ["2001:db8::1"],
        "db-ipv6-1": [],
    }


def test_an_unknown_address_leaves_the_other_slices_as_they_are(unknown: Unknown) -> None:
    build = PROGRAMS["an address beside a family that is known"][0]
    made = render(lambda: build(lambda _: unknown()), preview=True)
    (known,) = [part for part in made if part["metadata"]["name"] == "db-ipv6"]
    assert known["endpoints"][0]["addresses"] == ["2001:db8::1"]
    (open_,) = [part for part in made if part["metadata"]["name"] == "db-ipv4"]
    assert isinstance(open_["endpoints"], pulumi.output.Unknown)
    assert (open_["addressType"], open_["ports"]) == ("IPv4", known["ports"])


def test_an_output_that_is_not_known_resolves_nothing_that_comes_of_it(unknown: Unknown) -> None:
    seen: dict[str, Any] = {}

    def program() -> None:
        made = ExternalService("db", {"ports": PORTS, "addresses": [unknown()]})
        made.endpoints.apply(lambda value: seen.update(endpoints=value))
        made.host.apply(lambda value: seen.update(host=value))

    render(program, preview=True)
    assert seen == {"host": "db.default.svc"}


FULL = [f"192.0.2.{number}" for number in range(1, 102)]
TOO_MANY = "(raise `slice_count` or `max_endpoints_per_slice`)"
SAY = "name its family in `ip_families`, or give it as one of `backends` with a `family`"
ARRIVING: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "an address of a family that was not presumed": (
        lambda: {"addresses": [later("2001:db8::1")]},
        f'addresses[0]: Invalid value: "2001:db8::1": must be an IPv4 address ({SAY})',
    ),
    "an address of the second family": (
        lambda: {"addresses": [later("192.0.2.1")], "ip_families": ["IPv6", "IPv4"]},
        f'addresses[0]: Invalid value: "192.0.2.1": must be an IPv6 address ({SAY})',
    ),
    "one of all, of a family that was not presumed": (
        lambda: {"addresses": later(["192.0.2.1", "2001:db8::1"]), "slice_count": 1},
        f'addresses[1]: Invalid value: "2001:db8::1": must be an IPv4 address ({SAY})',
    ),
    "a backend of another family": (
        lambda: {"backends": [{"address": later("2001:db8::1"), "id": "a"}]},
        (
            'backends[0].address: Invalid value: "2001:db8::1": must be an IPv4 address'
            ' (give the backend `family` "IPv6")'
        ),
    ),
    "more than a slice holds": (
        lambda: {"addresses": later(FULL), "slice_count": 1},
        f"slices[db-ipv4]: Too many: 101: must have at most 100 items {TOO_MANY}",
    ),
    "more than one of two slices holds": (
        lambda: {
            "addresses": later(["192.0.2.10", "192.0.2.11", "192.0.2.12"]),
            "slice_count": 2,
            "max_endpoints_per_slice": 1,
        },
        f"slices[db-ipv4-1]: Too many: 2: must have at most 1 items {TOO_MANY}",
    ),
    "a list that is none": (
        lambda: {"addresses": later("192.0.2.1"), "slice_count": 1},
        'addresses: Invalid value: "192.0.2.1": must be a list, not str',
    ),
    "a port as text": (
        lambda: {"addresses": ["192.0.2.1"], "ports": [{"name": "pg", "port": later("5432")}]},
        'ports[0].port: Invalid value: "5432": must be a whole number, not str',
    ),
    "a number that is used already": (
        lambda: {
            "addresses": ["192.0.2.1"],
            "ports": [{"name": "a", "port": 80}, {"name": "b", "port": later(80)}],
        },
        'ports[1]: Duplicate value: "TCP 80"',
    ),
    "a namespace that is none": (
        lambda: {"addresses": ["192.0.2.1"], "namespace": later("a.b")},
        'namespace: Invalid value: "a.b": must not contain dots',
    ),
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("args", "reason"), ARRIVING.values(), ids=ARRIVING)
def test_invalid_late_values_are_refused(
    recorder: Any, args: Callable[[], Any], reason: str, preview: bool
) -> None:
    with pytest.raises(ValidationError) as caught:
        recorder(lambda: external(**args()), preview=preview)
    assert str(caught.value) == f'ExternalService "db": {reason}'
    assert not [name for kind, name in recorder.names() if kind.endswith("EndpointSlice")]


@pytest.mark.parametrize("preview", [False, True])
def test_a_headless_service_takes_a_target_port_that_arrives_as_its_port(preview: bool) -> None:
    def program() -> None:
        port: Any = {"name": "pg", "port": 5432, "target_port": later(5432)}
        external(addresses=["192.0.2.1"], headless=True, ports=[port])

    render(program, preview=preview)


@pytest.mark.parametrize("build", [PROGRAMS["an address"][0], PROGRAMS["a port"][0]])
def test_a_secret_makes_the_objects_that_a_plain_value_makes(build: Any) -> None:
    assert render(lambda: build(pulumi.Output.secret)) == render(lambda: build(later))
