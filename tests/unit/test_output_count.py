"""How much a component makes: the SDK's cost is quadratic in the number of Outputs."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalService, ExternalServiceSet
from components._runtime.program_run import Entry
from components.testing import render
from tests.unit.outputs import later

pytestmark = pytest.mark.usefixtures("aliases")

PORTS: list[Any] = [{"name": "pg", "port": 5432}]


def external(**args: Any) -> object:
    return ExternalService("db", {"ports": PORTS, **args})  # type: ignore[typeddict-item]


def external_set(**args: Any) -> object:
    return ExternalServiceSet("databases", {"services": {"db": {"ports": PORTS, **args}}})  # type: ignore[typeddict-item]


FORMS = pytest.mark.parametrize("form", [external, external_set])


def count_outputs(monkeypatch: pytest.MonkeyPatch, program: Callable[[], object]) -> int:
    """Count the Outputs that are made, in either way that the SDK makes them."""
    count = 0

    def counted(make: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            return make(*args, **options)

        return counting

    with monkeypatch.context() as patched:
        patched.setattr(pulumi.Output, "__init__", counted(pulumi.Output.__init__))
        if hasattr(pulumi.Output, "_from_data"):  # `apply` of newer SDKs passes __init__ by
            patched.setattr(pulumi.Output, "_from_data", counted(pulumi.Output._from_data))
        render(program)
    return count


def test_outputs_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def program() -> None:
        made = pulumi.Output.from_input("")
        for _ in range(100):
            made = made.apply(lambda value: value)

    def nothing() -> None:
        pass

    assert count_outputs(monkeypatch, program) - count_outputs(monkeypatch, nothing) == 101


@FORMS
@pytest.mark.parametrize("late", [False, True])
def test_the_number_of_outputs_does_not_depend_on_the_number_of_backends(
    monkeypatch: pytest.MonkeyPatch, form: Callable[..., object], late: bool
) -> None:
    def program(size: int) -> Callable[[], object]:
        addresses: list[Any] = [f"10.0.{n >> 8}.{n & 255}" for n in range(1, size)]
        limit = {"max_endpoints_per_slice": 1000}
        return lambda: form(
            addresses=[*addresses, later("192.0.2.1") if late else "192.0.2.1"], **limit
        )

    few = count_outputs(monkeypatch, program(2))
    many = count_outputs(monkeypatch, program(1000))
    assert few == many
    assert few > 0


def test_unread_outputs_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["host", "namespace", "cluster_ip", "load_balancer", "node_ports", "hazards"]
    names = [*names, "endpoints"]

    def program(times: int) -> Callable[[], object]:
        def read() -> None:
            made = ExternalService("db", {"ports": PORTS, "addresses": ["192.0.2.1"]})
            assert not vars(made).keys() & set(names)
            for name in names * times:
                assert isinstance(getattr(made, name), pulumi.Output)

        return read

    unread, once, twice = (count_outputs(monkeypatch, program(times)) for times in (0, 1, 2))
    assert unread < once == twice


def many(form: Callable[..., Any], count: int, **args: Any) -> Callable[[], object]:
    """Declare `count` services of one slice each, in one set or one component each."""
    services = {
        f"db-{n}": {"ports": PORTS, "addresses": ["192.0.2.1"], **args} for n in range(count)
    }
    if form is ExternalServiceSet:
        return lambda: form("databases", {"services": services})
    return lambda: [form(name, one) for name, one in services.items()]


def test_each_service_of_a_set_makes_as_many_outputs_as_the_last_and_fewer_than_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two, ten = (count_outputs(monkeypatch, many(ExternalServiceSet, n)) for n in (1, 2, 10))
    assert ten - two == 8 * (two - one)
    single, double = (count_outputs(monkeypatch, many(ExternalService, n)) for n in (1, 2))
    assert two - one < double - single


def test_unread_outputs_of_a_set_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["service_names", "hosts", "cluster_ips", "load_balancers", "node_ports", "hazards"]
    names = [*names, "endpoints"]

    def program(times: int) -> Callable[[], object]:
        def read() -> None:
            made: Any = many(ExternalServiceSet, 3)()
            assert not vars(made).keys() & set(names)
            for name in names * times:
                assert isinstance(getattr(made, name), pulumi.Output)

        return read

    unread, once, twice = (count_outputs(monkeypatch, program(times)) for times in (0, 1, 2))
    assert unread < once == twice


@FORMS
@pytest.mark.parametrize("late", [False, True])
def test_comparing_declarations_makes_no_outputs(
    monkeypatch: pytest.MonkeyPatch, form: Callable[..., object], late: bool
) -> None:
    def program() -> None:
        form(addresses=["192.0.2.1"], namespace=later("shop") if late else "shop")

    compared = count_outputs(monkeypatch, program)
    monkeypatch.setattr(Entry, "declare", lambda *_: [])
    monkeypatch.setattr(Entry, "declare_answer", lambda *_: [])
    assert count_outputs(monkeypatch, program) == compared


@pytest.mark.parametrize(
    ("form", "components"), [(ExternalService, 5), (ExternalServiceSet, 1)], ids=["single", "set"]
)
def test_nothing_is_registered_but_components_services_and_slices(
    recorder: Any, form: Any, components: int
) -> None:
    recorder(many(form, 5))
    kinds = [kind for kind, _ in recorder.names()]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        f"k8s-endpoints:index:{form.__name__}": components,
        "kubernetes:core/v1:Service": 5,
        "kubernetes:discovery.k8s.io/v1:EndpointSlice": 5,
    }
