"""Invalid input ends a program with component, field and reason, and registers nothing."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import (
    ExternalNameService,
    ExternalService,
    SelectorService,
    ValidationError,
)
from tests.unit.factories import EXTERNAL as GOOD
from tests.unit.outputs import later

PODS: dict[str, Any] = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}

NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
NOT_A_PORT = "must be between 1 and 65535, inclusive"
HOST_NAME = "that is a host name: give its addresses, or use ExternalNameService for an alias"
LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
LINK_LOCAL = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
NO_BACKENDS = (
    "addresses: Required value: a Service without backends refuses every connection"
    " (give `addresses` or `backends`, or set `allow_empty`)"
)
NAME_FAMILY = "name its family in `ip_families`, or give it as one of `backends` with a `family`"
NOT_1035 = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
    " alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123',"
    " regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
)


def refused(recorder: Any, build: Callable[[], object]) -> str:
    """Return the text of the error, after all that the program registered has been registered."""
    errors: list[ValidationError] = []

    def program() -> None:
        with pytest.raises(ValidationError) as caught:
            build()
        errors.append(caught.value)

    manifests = recorder(program)
    assert manifests == []
    assert recorder.names() == [], "not even the component is registered"
    assert isinstance(errors[0], pulumi.RunError)
    return str(errors[0])


def test_good_input_registers_the_component_and_its_children(recorder: Any) -> None:
    recorder(lambda: ExternalService("db", GOOD))
    assert recorder.names() == [
        ("k8s-endpoints:index:ExternalService", "db"),
        ("kubernetes:core/v1:Service", "default/db"),
        ("kubernetes:discovery.k8s.io/v1:EndpointSlice", "default/db-ipv4"),
    ]


EXTERNAL: dict[str, tuple[dict[str, Any], str]] = {
    "no ports": ({"ports": []}, "ports: Required value (give at least one port, or a `preset`)"),
    "ports left out": (
        {"ports": None},
        "ports: Required value (give at least one port, or a `preset`)",
    ),
    "no backends": (
        {"addresses": []},
        NO_BACKENDS,
    ),
    "an address that is none": (
        {"addresses": ["192.0.2.1", "db.example.com"]},
        f'addresses[1]: Invalid value: "db.example.com": {NOT_AN_ADDRESS} ({HOST_NAME})',
    ),
    "a trailing newline": (
        {"addresses": ["192.0.2.1\n"]},
        f'addresses[0]: Invalid value: "192.0.2.1\\n": {NOT_AN_ADDRESS}',
    ),
    "loopback": (
        {"addresses": ["127.0.0.1"]},
        f'addresses[0]: Invalid value: "127.0.0.1": {LOOPBACK}',
    ),
    "loopback in IPv6": ({"addresses": ["::1"]}, f'addresses[0]: Invalid value: "::1": {LOOPBACK}'),
    "link-local": (
        {"addresses": ["169.254.169.254"]},
        f'addresses[0]: Invalid value: "169.254.169.254": {LINK_LOCAL}',
    ),
    "link-local in IPv6": (
        {"addresses": [], "backends": [{"address": "fe80::1"}]},
        f'backends[0].address: Invalid value: "fe80::1": {LINK_LOCAL}',
    ),
    "port 0": ({"ports": [{"port": 0}]}, f"ports[0].port: Invalid value: 0: {NOT_A_PORT}"),
    "port 65536": (
        {"ports": [{"port": 65536}]},
        f"ports[0].port: Invalid value: 65536: {NOT_A_PORT}",
    ),
    "target port -1": (
        {"ports": [{"port": 80, "target_port": -1}]},
        f"ports[0].target_port: Invalid value: -1: {NOT_A_PORT}",
    ),
    "two ports of one name": (
        {"ports": [{"name": "pg", "port": 5432}, {"name": "pg", "port": 5433}]},
        'ports[1].name: Duplicate value: "pg"',
    ),
    "a typo": (
        {"adresses": ["192.0.2.1"]},
        "adresses: Forbidden: unknown field (did you mean `addresses`?)",
    ),
    "a typo further down": (
        {"ports": [{"port": 80, "targetPort": 8080}]},
        "ports[0].targetPort: Forbidden: unknown field (did you mean `target_port`?)",
    ),
    "a Service name that is not a DNS label": (
        {"service_name": "Orders_DB"},
        f'service_name: Invalid value: "Orders_DB": {NOT_1035}',
    ),
    "a Service name that starts with a digit": (
        {"service_name": "9db"},
        f'service_name: Invalid value: "9db": {NOT_1035}',
    ),
}


@pytest.mark.parametrize(("change", "reason"), EXTERNAL.values(), ids=EXTERNAL)
def test_an_external_service_refuses(recorder: Any, change: dict[str, Any], reason: str) -> None:
    args = {**GOOD, **change}
    error = refused(recorder, lambda: ExternalService("orders-db", args))
    assert error == f'ExternalService "orders-db": {reason}'


SELECTOR: dict[str, tuple[dict[str, Any], str]] = {
    "no ports": ({"ports": []}, "ports: Required value (give at least one port)"),
    "no selector": (
        {"selector": {}},
        "selector: Required value (for backends outside the cluster use ExternalService)",
    ),
    "port 65536": (
        {"ports": [{"port": 65536}]},
        f"ports[0].port: Invalid value: 65536: {NOT_A_PORT}",
    ),
    "two ports of one name": (
        {"ports": [{"name": "a", "port": 1}, {"name": "a", "port": 2}]},
        'ports[1].name: Duplicate value: "a"',
    ),
    "a typo": (
        {"slector": {"app": "web"}},
        "slector: Forbidden: unknown field (did you mean `selector`?)",
    ),
    "a Service name that is not a DNS label": (
        {"service_name": "web."},
        f'service_name: Invalid value: "web.": {NOT_1035}',
    ),
}


@pytest.mark.parametrize(("change", "reason"), SELECTOR.values(), ids=SELECTOR)
def test_a_selector_service_refuses(recorder: Any, change: dict[str, Any], reason: str) -> None:
    error = refused(recorder, lambda: SelectorService("web", {**PODS, **change}))
    assert error == f'SelectorService "web": {reason}'


ALIAS: dict[str, tuple[dict[str, Any], str]] = {
    "no external name": ({}, "external_name: Required value"),
    "a dot alone": ({"external_name": "."}, "external_name: Required value"),
    "a typo": (
        {"external_name": "api.example.com", "port": []},
        "port: Forbidden: unknown field (did you mean `ports`?)",
    ),
    "an empty Service name": (
        {"external_name": "api.example.com", "service_name": ""},
        f'service_name: Invalid value: "": {NOT_1035}',
    ),
}


@pytest.mark.parametrize(("args", "reason"), ALIAS.values(), ids=ALIAS)
def test_an_external_name_service_refuses(recorder: Any, args: dict[str, Any], reason: str) -> None:
    error = refused(recorder, lambda: ExternalNameService("api", args))
    assert error == f'ExternalNameService "api": {reason}'


def test_all_errors_are_listed_at_once(recorder: Any) -> None:
    args: Any = {
        "addresses": ["127.0.0.1", "nonsense"],
        "ports": [{"name": "pg", "port": 0}, {"name": "pg", "port": 70000}],
        "service_name": "Db",
        "namespce": "shop",
    }
    error = refused(recorder, lambda: ExternalService("db", args))
    assert error.splitlines() == [
        'ExternalService "db": 7 errors',
        "  namespce: Forbidden: unknown field (did you mean `namespace`?)",
        f'  addresses[0]: Invalid value: "127.0.0.1": {LOOPBACK}',
        f'  addresses[1]: Invalid value: "nonsense": {NOT_AN_ADDRESS}',
        f'  service_name: Invalid value: "Db": {NOT_1035}',
        f"  ports[0].port: Invalid value: 0: {NOT_A_PORT}",
        '  ports[1].name: Duplicate value: "pg"',
        f"  ports[1].port: Invalid value: 70000: {NOT_A_PORT}",
    ]


def test_the_error_names_the_component_and_holds_each_finding(recorder: Any) -> None:
    found: list[ValidationError] = []

    def program() -> None:
        with pytest.raises(ValidationError) as caught:
            ExternalService("db", {**GOOD, "addresses": ["::"], "ports": []})  # type: ignore[typeddict-item]
        found.append(caught.value)

    recorder(program)
    (error,) = found
    assert (error.component, error.name) == ("ExternalService", "db")
    assert [finding.path for finding in error.findings] == ["ports", "addresses[0]"]


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(None, id="None"),
        pytest.param([], id="a list"),
        pytest.param("db", id="a string"),
    ],
)
@pytest.mark.parametrize("kind", [ExternalService, SelectorService, ExternalNameService])
def test_arguments_must_be_a_mapping(recorder: Any, kind: Any, args: Any) -> None:
    error = refused(recorder, lambda: kind("db", args))
    assert error.startswith(f'{kind.__name__} "db": ')
    assert f"must be a mapping, not {type(args).__name__}" in error


def test_an_output_for_all_arguments_is_refused(recorder: Any) -> None:
    error = refused(recorder, lambda: ExternalService("db", pulumi.Output.from_input(GOOD)))  # type: ignore[arg-type]
    assert "must be a plain value, an Output cannot be used here" in error


def test_a_component_name_that_is_not_a_service_name_asks_for_service_name(recorder: Any) -> None:
    error = refused(recorder, lambda: ExternalService("Orders DB", GOOD))
    assert error == (
        f'ExternalService "Orders DB": service_name: Invalid value: "Orders DB": {NOT_1035}'
        " (it is the default of `service_name`; set that)"
    )


MANY = [f"192.0.2.{number}" for number in range(1, 102)]

ARRIVING: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "an address": (
        lambda: {"addresses": ["192.0.2.1", later("127.0.0.1")]},
        f'addresses[1]: Invalid value: "127.0.0.1": {LOOPBACK}',
    ),
    "an address of the other family": (
        lambda: {"addresses": [later("2001:db8::1")]},
        f'addresses[0]: Invalid value: "2001:db8::1": must be an IPv4 address ({NAME_FAMILY})',
    ),
    "a backend of the other family": (
        lambda: {"backends": [{"address": later("192.0.2.1"), "family": "IPv6"}]},
        (
            'backends[0].address: Invalid value: "192.0.2.1": must be an IPv6 address'
            ' (give the backend `family` "IPv4")'
        ),
    ),
    "all addresses, one of them none": (
        lambda: {"addresses": later(["192.0.2.1", "x"]), "slice_count": 1},
        f'addresses[1]: Invalid value: "x": {NOT_AN_ADDRESS}',
    ),
    "no addresses": (
        lambda: {"addresses": later([]), "slice_count": 1},
        NO_BACKENDS,
    ),
    "more addresses than fit": (
        lambda: {"addresses": later(MANY), "slice_count": 1},
        (
            "slices[db-ipv4]: Too many: 101: must have at most 100 items"
            " (raise `slice_count` or `max_endpoints_per_slice`)"
        ),
    ),
    "a port": (
        lambda: {"ports": [{"name": "pg", "port": later(0)}]},
        f"ports[0].port: Invalid value: 0: {NOT_A_PORT}",
    ),
    "a timeout": (
        lambda: {"session_affinity": "ClientIP", "session_affinity_timeout": later(86401)},
        "session_affinity_timeout: Invalid value: 86401: must be greater than 0 and at most 86400",
    ),
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("change", "reason"), ARRIVING.values(), ids=ARRIVING)
def test_an_invalid_late_value_is_refused(
    recorder: Any, change: Callable[[], dict[str, Any]], reason: str, preview: bool
) -> None:
    with pytest.raises(ValidationError) as caught:
        recorder(lambda: ExternalService("db", {**GOOD, **change()}), preview=preview)
    assert str(caught.value) == f'ExternalService "db": {reason}'
    assert len(recorder.names()) <= 2, "the component, and what does not depend on the value"
