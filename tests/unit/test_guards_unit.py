"""Guards: what the cluster returns is compared with what is declared, and refused with a remedy."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalNameService, ExternalService, SelectorService, ValidationError
from components.testing import render
from components.validation.hazards import CATALOGUE
from tests.unit.factories import EXTERNAL as GOOD

WEB: dict[str, Any] = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
ALIAS: dict[str, Any] = {"external_name": "api.example.com"}
OURS = "k8s-endpoints/project/stack"
BOTH = ["192.0.2.10", "2001:db8::1"]

pytestmark = pytest.mark.usefixtures("both_types")

Answer = Callable[..., None]
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "ExternalService": (ExternalService, GOOD),
    "SelectorService": (SelectorService, WEB),
    "ExternalNameService": (ExternalNameService, ALIAS),
}


def build(kind: str, **args: Any) -> Callable[[], object]:
    component, given = KINDS[kind]
    return lambda: component("db", {**given, **args})


def refused(recorder: Any, kind: str, **args: Any) -> str:
    """Return the one finding, and see to it that nothing was attached to the Service."""
    with pytest.raises(ValidationError) as caught:
        recorder(build(kind, **args), preview=True)
    assert isinstance(caught.value, pulumi.RunError)
    assert (caught.value.component, caught.value.name) == (kind, "db")
    assert [name for name, _ in recorder.names() if name.startswith("kubernetes:")] == [
        "kubernetes:core/v1:Service"
    ]
    (finding,) = caught.value.findings
    return str(finding)


def urn_of(kind: str) -> str:
    parent = f"k8s-endpoints:index:{kind}"
    return f"urn:pulumi:stack::project::{parent}$kubernetes:core/v1:Service::default/db"


def forget(kind: str) -> str:
    return (
        f"first `pulumi state delete '{urn_of(kind)}'` if an earlier up recorded it, because Pulumi"
        " would delete the live Service; then, "
    )


def foreign(kind: str, selector: str) -> str:
    return (
        f'service_name: Invalid value: "db": the Service already exists with the selector'
        f' "{selector}", which this program does not declare: the wrong Pods would get'
        f" the traffic (first `pulumi state delete '{urn_of(kind)}'` if an earlier up recorded it,"
        " because `pulumi destroy` would delete that Service; then choose another"
        " `service_name`, or delete"
        " that Service yourself)"
    )


SELECTORS: dict[str, tuple[str, dict[str, str], str]] = {
    "a foreign one": ("ExternalService", {"app": "theirs"}, "app=theirs"),
    "of two labels, sorted": (
        "ExternalService",
        {"tier": "b", "app": "theirs"},
        "app=theirs,tier=b",
    ),
    "with one more label than ours": (
        "SelectorService",
        {"app": "web", "tier": "b"},
        "app,tier=b",  # the value of a label of ours may be secret
    ),
    "with another label than ours": ("SelectorService", {"tier": "b"}, "tier=b"),
    "of an alias": ("ExternalNameService", {"app": "theirs"}, "app=theirs"),
}


@pytest.mark.parametrize(("kind", "selector", "shown"), SELECTORS.values(), ids=SELECTORS)
def test_a_foreign_selector_is_refused(
    recorder: Any, answer: Answer, kind: str, selector: dict[str, str], shown: str
) -> None:
    answer(selector=selector)
    assert refused(recorder, kind) == foreign(kind, shown)


def test_a_foreign_selector_is_refused_at_up_before_anything_is_attached(
    recorder: Any, answer: Answer
) -> None:
    answer(selector={"app": "theirs"})
    with pytest.raises(ValidationError, match="already exists with the selector"):
        recorder(build("ExternalService", endpoint_api="Both"))
    assert [kind for kind, _ in recorder.names()] == [
        "k8s-endpoints:index:ExternalService",
        "kubernetes:core/v1:Service",
    ]


@pytest.mark.parametrize("selector", [None, {}])
def test_no_selector_is_confirmed(recorder: Any, answer: Answer, selector: Any) -> None:
    answer(selector=selector)
    assert len(recorder(build("ExternalService"))) == 2


def test_the_selector_that_is_declared_is_confirmed(answer: Answer) -> None:
    answer(selector={"app": "web"})
    assert len(render(build("SelectorService"))) == 1


def test_a_selector_that_arrives_is_confirmed() -> None:
    def program() -> None:
        late = pulumi.Output.from_input("web")
        SelectorService("web", {**WEB, "selector": {"app": late}})  # type: ignore[typeddict-item]

    assert render(program)[0]["spec"]["selector"] == {"app": "web"}


HEADLESS = (
    "`headless` cannot change on an existing Service (declare a Service with another"
    " `service_name` and move the clients, or accept an outage: `pulumi destroy --target` this"
    " Service, then `pulumi up`)"
)


@pytest.mark.parametrize("kind", ["ExternalService", "SelectorService"])
@pytest.mark.parametrize(
    ("headless", "address"), [(True, "10.96.0.7"), (False, "None"), (None, "None")]
)
def test_a_service_that_is_headless_otherwise_is_refused(
    recorder: Any, answer: Answer, kind: str, headless: bool | None, address: str
) -> None:
    answer(clusterIP=address)
    found = refused(recorder, kind, headless=headless)
    assert found == f'headless: Invalid value: "{bool(headless)}": {HEADLESS}'


@pytest.mark.parametrize(
    ("kind", "headless", "address"),
    [
        ("ExternalService", True, "None"),
        ("ExternalService", False, "10.96.0.7"),
        ("ExternalService", True, None),
        ("ExternalService", False, ""),
        ("ExternalNameService", None, "None"),
        ("ExternalNameService", None, "10.96.0.7"),
    ],
)
def test_a_service_that_is_as_headless_as_declared_is_confirmed(
    answer: Answer, kind: str, headless: bool | None, address: str | None
) -> None:
    answer(clusterIP=address)
    args = {} if headless is None else {"headless": headless}
    assert render(build(kind, **args), preview=True)[0]["kind"] == "Service"


def lost(old: str, new: str) -> str:
    return (
        f'ip_families: Invalid value: "{new}": the primary IP family of a live Service cannot'
        f" change; it is {old} (declare a Service with another `service_name` and move the clients,"
        f" or keep {old} backends, or accept an outage: `pulumi destroy --target` this Service,"
        " then `pulumi up`)"
    )


@pytest.mark.parametrize(
    ("addresses", "given", "found"),
    [
        (BOTH[1:], ["IPv4", "IPv6"], lost("IPv4", "IPv6")),
        (BOTH[:1], ["IPv6", "IPv4"], lost("IPv6", "IPv4")),
    ],
)
def test_a_lost_primary_family_is_refused(
    recorder: Any, answer: Answer, addresses: Any, given: Any, found: str
) -> None:
    answer(ipFamilies=given)
    assert refused(recorder, "ExternalService", addresses=addresses) == found


KEPT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the primary one": ({"addresses": BOTH[:1]}, {"ipFamilies": ["IPv4", "IPv6"]}),
    "both": ({"addresses": BOTH}, {"ipFamilies": ["IPv6", "IPv4"]}),
    "the only one that the Service has": ({"addresses": BOTH[1:]}, {"ipFamilies": ["IPv4"]}),
    "a family that is named": (
        {"addresses": BOTH[1:], "ip_families": ["IPv6"]},
        {"ipFamilies": ["IPv4", "IPv6"]},
    ),
    "headless": (
        {"addresses": BOTH[1:], "headless": True},
        {"ipFamilies": ["IPv4", "IPv6"], "clusterIP": "None"},
    ),
    "none told": ({"addresses": BOTH[1:]}, {"ipFamilies": None}),
}


@pytest.mark.parametrize(("args", "spec"), KEPT.values(), ids=KEPT)
def test_families_that_go_together_are_confirmed(answer: Answer, args: Any, spec: Any) -> None:
    answer(**spec)
    assert render(build("ExternalService", **args), preview=True)


def test_all_that_is_wrong_with_the_returned_spec_is_listed_at_once(answer: Answer) -> None:
    answer(ipFamilies=["IPv4", "IPv6"], clusterIP="10.96.0.7")
    with pytest.raises(ValidationError) as caught:
        render(build("ExternalService", addresses=BOTH[1:], headless=True))
    assert [finding.path for finding in caught.value.findings] == ["headless", "ip_families"]


def owner(manager: str, *fields: str, **more: str) -> dict[str, Any]:
    fields_v1 = {field: {"f:ports": {}} for field in fields}
    return {"manager": manager, "operation": "Apply", "fieldsV1": fields_v1, **more}


THEIRS = "k8s-endpoints/other/prod"


def other_stack(kind: str) -> str:
    return (
        "service_name: Forbidden: another stack declares this Service, as field manager"
        f" {THEIRS} ({forget(kind)}choose another `service_name`; if it is this stack under its old"
        " name, instead run `pulumi config set k8s-endpoints:owner other/prod`)"
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("preview", [False, True])
def test_a_service_that_another_stack_declares_is_refused(
    answer: Answer, kind: str, preview: bool
) -> None:
    answer({"managedFields": [owner(OURS, "f:spec"), owner(THEIRS, "f:spec", "f:metadata")]})
    with pytest.raises(ValidationError) as caught:
        render(build(kind), preview=preview)
    assert str(caught.value) == f'{kind} "db": {other_stack(kind)}'


MANAGERS: dict[str, list[dict[str, Any]]] = {
    "this stack": [owner(OURS, "f:spec")],
    "this stack twice": [owner(OURS, "f:spec"), owner(OURS, "f:spec")],
    "another program": [owner(OURS, "f:spec"), owner("kubectl", "f:spec")],
    "another stack's labels": [owner(THEIRS, "f:metadata")],
    "another stack's status": [owner(THEIRS, "f:spec", subresource="status")],
    "a name that only begins alike": [owner("k8s-endpoints-else", "f:spec")],
    "nobody by name": [{"operation": "Update", "fieldsV1": {"f:spec": {}}}],
}


@pytest.mark.parametrize("owners", MANAGERS.values(), ids=MANAGERS)
def test_other_owners_are_no_reason_to_refuse(answer: Answer, owners: Any) -> None:
    answer({"managedFields": owners})
    assert len(render(build("ExternalService"), preview=True)) == 2


RAW = {
    "raw, server-side": owner("pulumi-kubernetes-1a2b3c4d", "f:spec"),
    "raw, client-side": owner("pulumi-kubernetes", "f:spec", operation="Update"),
}


@pytest.mark.parametrize("entry", RAW.values(), ids=RAW)
@pytest.mark.parametrize("preview", [False, True])
def test_a_service_of_a_raw_resource_is_refused(answer: Answer, entry: Any, preview: bool) -> None:
    answer({"managedFields": [owner(OURS, "f:spec"), entry]})
    with pytest.raises(ValidationError) as caught:
        render(build("ExternalService"), preview=preview)
    assert str(caught.value) == (
        'ExternalService "db": service_name: Forbidden: another Pulumi resource declares this'
        f" Service, as field manager {entry['manager']} ({forget('ExternalService')}if it is a"
        " resource of this stack that the component replaces, name it in `adopt`; otherwise choose"
        " another `service_name`)"
    )


def test_what_the_provider_created_client_side_is_ours(answer: Answer) -> None:
    entry = owner("pulumi-kubernetes", "f:spec", operation="Update")
    annotations = {"f:annotations": {"f:pulumi.com/patchFieldManager": {}}}
    entry["fieldsV1"]["f:metadata"] = annotations
    answer({"managedFields": [entry]})
    shown: list[Any] = []

    def program() -> None:
        made = ExternalService("db", {**GOOD})
        made.hazards.apply(shown.append)

    render(program)
    assert shown == [[str(CATALOGUE["no-api-proxy"])]]


def test_a_stack_takes_over_where_it_forces_the_patch(answer: Answer) -> None:
    answer({"managedFields": [owner(THEIRS, "f:spec")]})
    force = {"annotations": {"pulumi.com/patchForce": "true"}}
    assert len(render(build("ExternalService", **force), preview=True)) == 2
    with pytest.raises(ValidationError, match="another stack declares this Service"):
        render(build("ExternalService", annotations={"pulumi.com/patchForce": "false"}))
