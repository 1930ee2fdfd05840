"""What `ExternalServiceSet` refuses, and that it names the Service by its path."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalService, ExternalServiceSet, ValidationError
from components.testing import render
from tests.unit.outputs import later
from tests.unit.service_sets import GOOD, KIND, Args, databases

NOT_A_PORT = "must be between 1 and 65535, inclusive"
LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)"


def refused(recorder: Any, build: Callable[[], object]) -> ValidationError:
    """Return the error of a program that has registered nothing."""
    errors: list[ValidationError] = []

    def program() -> None:
        with pytest.raises(ValidationError) as caught:
            build()
        errors.append(caught.value)

    assert recorder(program) == []
    assert recorder.names() == []
    return errors[0]


WRONG: dict[str, Callable[[], Any]] = {
    "a typo": lambda: {**GOOD, "adresses": []},
    "an address": lambda: {**GOOD, "addresses": ["127.0.0.1"]},
    "several": lambda: {**GOOD, "addresses": ["x"], "ports": [{"port": 0}]},
    "no ports": lambda: {"addresses": ["192.0.2.1"]},
    "a name": lambda: {**GOOD, "service_name": "A"},
    "an Output that must be plain": lambda: {**GOOD, "service_name": later("db")},
    "an Output for all": lambda: later(GOOD),
    "a list": list,
    "nothing": lambda: None,
}


@pytest.mark.parametrize("args", WRONG.values(), ids=WRONG)
def test_what_an_external_service_refuses_is_refused_by_path(
    recorder: Any, args: Callable[[], Any]
) -> None:
    single = refused(recorder, lambda: ExternalService("db", args()))
    error = refused(recorder, lambda: databases(db=args()))
    assert error.findings == tuple(finding.under("services[db]") for finding in single.findings)


def test_all_errors_of_all_services_are_listed_at_once(recorder: Any) -> None:
    wrong = {"addresses": ["127.0.0.1"], "ports": [{"port": 0}]}
    error = refused(
        recorder,
        lambda: databases(orders_db=wrong, good=GOOD, carts={**GOOD, "adresses": []}, none=None),
    )
    assert str(error).splitlines() == [
        'ExternalServiceSet "databases": 4 errors',
        f'  services[orders-db].addresses[0]: Invalid value: "127.0.0.1": {LOOPBACK}',
        f"  services[orders-db].ports[0].port: Invalid value: 0: {NOT_A_PORT}",
        "  services[carts].adresses: Forbidden: unknown field (did you mean `addresses`?)",
        "  services[none]: Invalid value: must be a mapping, not NoneType",
    ]


EMPTY = (
    "services: Required value: must contain at least one service (add one, or remove the component)"
)
NO_SET: dict[str, tuple[Callable[[], Any], str]] = {
    "no services": (lambda: {"services": {}}, EMPTY),
    "services left out": (dict, "services: Required value"),
    "services that are None": (lambda: {"services": None}, "services: Required value"),
    "a list of services": (
        lambda: {"services": [GOOD]},
        "services: Invalid value: must be a mapping, not list",
    ),
    "a key that is not a string": (
        lambda: {"services": {1: GOOD}},
        "services: Invalid value: 1: must be a mapping with strings for keys, not int",
    ),
    "services that are an Output": (
        lambda: {"services": later({"db": GOOD})},
        "services: Forbidden: must be a plain value, an Output cannot be used here",
    ),
    "a typo": (
        lambda: {"services": {"db": GOOD}, "service": {}},
        "service: Forbidden: unknown field (did you mean `services`?)",
    ),
    "the services themselves": (
        lambda: {"db": GOOD},
        "2 errors\n  db: Forbidden: unknown field (known: services)\n  services: Required value",
    ),
    "no arguments": (lambda: None, "Invalid value: must be a mapping, not NoneType"),
}


@pytest.mark.parametrize(("args", "reason"), NO_SET.values(), ids=NO_SET)
def test_a_value_that_is_not_a_set_is_refused(
    recorder: Any, args: Callable[[], Any], reason: str
) -> None:
    error = refused(recorder, lambda: ExternalServiceSet("databases", args()))
    assert str(error) == f'ExternalServiceSet "databases": {reason}'


@pytest.mark.parametrize("key", ["a[b]", "a.b", "A", ""])
def test_a_key_that_is_no_service_name_can_have_one(recorder: Any, key: str) -> None:
    error = refused(recorder, lambda: databases(**{key: GOOD}))
    (finding,) = error.findings
    assert finding.path == f"services[{key}].service_name"
    assert finding.remedy == "it is the default of `service_name`; set that"

    made = render(lambda: databases(**{key: {**GOOD, "service_name": "db"}}))
    assert [one["metadata"]["name"] for one in made] == ["db", "db-ipv4"]


IN_SHOP = {**GOOD, "service_name": "db", "namespace": "shop"}
IN_DEFAULT = {**GOOD, "service_name": "db"}
SAME = 'services[b].service_name: Duplicate value: "db": services[a]'
CHOOSE = "(choose another `service_name`, or declare it in one place)"
CLUSTERS = (
    "(choose another `service_name`, or give one a `logical_name` if they are on two clusters)"
)
HERE = f"already declares the Service shop/db {CHOOSE}"

DUPLICATES: dict[str, tuple[Args, Args, str]] = {
    "one namespace": (lambda: IN_SHOP, lambda: IN_SHOP, HERE),
    "one namespace, and logical names": (
        lambda: {**IN_SHOP, "logical_name": "west"},
        lambda: {**IN_SHOP, "logical_name": "east"},
        HERE,
    ),
    "no namespace": (
        lambda: IN_DEFAULT,
        lambda: IN_DEFAULT,
        f"already declares this Service in the same namespace {CHOOSE}",
    ),
    "no namespace, and the one that stands in": (
        lambda: IN_DEFAULT,
        lambda: {**IN_DEFAULT, "namespace": "default"},
        f"declares a Service default/db too, and Pulumi cannot tell the two apart {CLUSTERS}",
    ),
    "namespaces that are Outputs": (
        lambda: {**IN_SHOP, "namespace": later("a")},
        lambda: {**IN_SHOP, "namespace": later("b")},
        "has this name too, and both namespaces are Outputs (give one of the two a `logical_name`)",
    ),
}


@pytest.mark.parametrize(("a", "b", "reason"), DUPLICATES.values(), ids=DUPLICATES)
def test_one_service_by_two_keys_is_refused(recorder: Any, a: Args, b: Args, reason: str) -> None:
    error = refused(recorder, lambda: databases(a=a(), b=b()))
    assert str(error) == f'ExternalServiceSet "databases": {SAME} {reason}'


def test_one_service_by_two_keys_is_refused_beside_other_errors(recorder: Any) -> None:
    error = refused(recorder, lambda: databases(a=IN_SHOP, b=IN_SHOP, c={**GOOD, "ports": []}))
    assert [finding.path for finding in error.findings] == [
        "services[b].service_name",
        "services[c].ports",
    ]


APART: dict[str, tuple[Args, Args]] = {
    "two names": (lambda: GOOD, lambda: GOOD),
    "two namespaces": (lambda: IN_SHOP, lambda: {**IN_SHOP, "namespace": "carts"}),
    "a plain namespace and an Output": (
        lambda: IN_SHOP,
        lambda: {**IN_SHOP, "namespace": later("carts")},
    ),
    "Outputs, told apart by a logical name": (
        lambda: {**IN_SHOP, "namespace": later("a")},
        lambda: {**IN_SHOP, "namespace": later("b"), "logical_name": "b"},
    ),
}


@pytest.mark.parametrize(("a", "b"), APART.values(), ids=APART)
def test_two_services_have_separate_paths(recorder: Any, a: Args, b: Args) -> None:
    assert len(recorder(lambda: databases(a=a(), b=b()))) == 4
    assert len(set(recorder.names())) == 5, "no URN is there twice"


@pytest.mark.parametrize("preview", [False, True])
def test_a_late_value_that_cannot_be_used_is_an_error_with_its_path(
    recorder: Any, preview: bool
) -> None:
    def program() -> None:
        databases(good=GOOD, late={**GOOD, "addresses": [later("127.0.0.1")]})

    with pytest.raises(ValidationError) as caught:
        recorder(program, preview=preview)
    (finding,) = caught.value.findings
    assert str(finding) == (f'services[late].addresses[0]: Invalid value: "127.0.0.1": {LOOPBACK}')
    assert "default/late-ipv4" not in dict(recorder.names()).values()


def test_a_secret_that_cannot_be_used_is_not_shown() -> None:
    def program() -> None:
        databases(db={**GOOD, "addresses": [pulumi.Output.secret("127.0.0.77")]})

    with pytest.raises(ValidationError) as caught:
        render(program)
    text = str(caught.value)
    assert "services[db].addresses[0]: Invalid value: [secret]" in text
    assert "127.0.0.77" not in text


def test_a_foreign_selector_is_refused_by_path(answer: Callable[..., None]) -> None:
    answer(selector={"app": "theirs"})
    with pytest.raises(ValidationError) as caught:
        render(lambda: databases(db=GOOD), preview=True)
    (finding,) = caught.value.findings
    assert finding.path == "services[db].service_name"
    assert f"{KIND}$kubernetes:core/v1:Service::default/db" in finding.remedy
