"""Where hazards are shown: in the `hazards` output, and once each as a warning on the component."""

import logging
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalNameService, ExternalService, SelectorService
from components.validation.hazards import CATALOGUE, Hazard
from tests.unit.factories import EXTERNAL as GOOD
from tests.unit.outputs import later

URN = "urn:pulumi:stack::project::pulumi:pulumi:Stack$k8s-endpoints:index:"
WEB: dict[str, Any] = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
UDP = [{"port": 53, "protocol": "UDP"}]
OURS = "k8s-endpoints/project/stack"
NOTE = CATALOGUE["no-api-proxy"]
BOTH = ["192.0.2.1", "2001:db8::1"]


class Shown:
    """What a component shows when it has been made, and everything has arrived."""

    def __init__(self, recorder: Any, build: Callable[[], Any], *, preview: bool) -> None:
        self.outputs: list[list[str]] = []
        recorder(lambda: build().hazards.apply(self.outputs.append), preview=preview)
        self.warnings: list[tuple[str, str]] = recorder.warnings


SHOWN: dict[str, tuple[Callable[[], Any], str, list[Hazard]]] = {
    "a note alone": (lambda: ExternalService("a", GOOD), "ExternalService::a", [NOTE]),
    "nothing": (lambda: ExternalService("a", {**GOOD, "ports": UDP}), "ExternalService::a", []),
    "a load balancer": (
        lambda: ExternalService("a", {**GOOD, "type": "LoadBalancer"}),
        "ExternalService::a",
        [
            CATALOGUE["load-balancer-ignores"],
            CATALOGUE["load-balancer-pending"],
            CATALOGUE["node-snat"],
            NOTE,
        ],
    ),
    "a plain hazard beside an Output": (
        lambda: ExternalService("a", {**GOOD, "type": "NodePort", "namespace": later("shop")}),
        "ExternalService::a",
        [CATALOGUE["node-snat"], NOTE],
    ),
    "a family that is not served": (
        lambda: ExternalService("a", {**GOOD, "addresses": BOTH[1:]}),
        "ExternalService::a",
        [NOTE, CATALOGUE["family-unserved"]],
    ),
    "both families": (
        lambda: ExternalService("a", {**GOOD, "addresses": BOTH}),
        "ExternalService::a",
        [NOTE],
    ),
    "a headless Service, which has both families": (
        lambda: ExternalService("a", {**GOOD, "addresses": BOTH[1:], "headless": True}),
        "ExternalService::a",
        [NOTE],
    ),
    "an external IP of a family that is not served": (
        lambda: ExternalService("a", {**GOOD, "external_ips": ["2001:db8::7"]}),
        "ExternalService::a",
        [CATALOGUE["external-ips"], NOTE, CATALOGUE["external-ip-unserved"]],
    ),
    "an external IP of a family that is served": (
        lambda: ExternalService("a", {**GOOD, "external_ips": ["203.0.113.7"]}),
        "ExternalService::a",
        [CATALOGUE["external-ips"], NOTE],
    ),
    "a selector": (lambda: SelectorService("web", WEB), "SelectorService::web", []),
    "a selector with an external IP of another family": (
        lambda: SelectorService("web", {**WEB, "external_ips": ["2001:db8::7"]}),
        "SelectorService::web",
        [CATALOGUE["external-ips"], CATALOGUE["external-ip-unserved"]],
    ),
    "a selector that publishes": (
        lambda: SelectorService("web", {**WEB, "publish_not_ready_addresses": True}),
        "SelectorService::web",
        [CATALOGUE["publish-not-ready"]],
    ),
    "an alias": (
        lambda: ExternalNameService("api", {"external_name": "db", "ports": [{"port": 443}]}),
        "ExternalNameService::api",
        [
            CATALOGUE["external-name-single-label"],
            CATALOGUE["external-name-tls"],
            CATALOGUE["external-name-host"],
        ],
    ),
    "an alias without ports": (
        lambda: ExternalNameService("api", {"external_name": "api.example.com"}),
        "ExternalNameService::api",
        [],
    ),
}


def assert_shown(shown: Shown, component: str, expected: list[Hazard]) -> None:
    assert shown.outputs == [[str(hazard) for hazard in expected]]
    loud = [(URN + component, str(hazard)) for hazard in expected if hazard.severity != "note"]
    assert sorted(shown.warnings) == sorted(loud)


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("build", "component", "expected"), SHOWN.values(), ids=SHOWN)
def test_hazards_are_an_output_and_a_warning_each(
    recorder: Any,
    build: Callable[[], Any],
    component: str,
    expected: list[Hazard],
    preview: bool,
) -> None:
    assert_shown(Shown(recorder, build, preview=preview), component, expected)


ARRIVING: dict[str, tuple[Callable[[], dict[str, Any]], Hazard]] = {
    "an address": (lambda: {"addresses": [later("239.1.1.1")]}, CATALOGUE["multicast"]),
    "a backend's address": (
        lambda: {"addresses": [], "backends": [{"address": later("239.1.1.1")}]},
        CATALOGUE["multicast"],
    ),
    "several addresses": (
        lambda: {
            "addresses": later(["192.0.2.1", "192.0.2.2"]),
            "slice_count": 1,
            "session_affinity": "ClientIP",
        },
        CATALOGUE["affinity-dead-backend"],
    ),
    "addresses without hints": (
        lambda: {
            "addresses": later(["192.0.2.1"]),
            "slice_count": 1,
            "traffic_distribution": "PreferClose",
        },
        CATALOGUE["distribution-without-hints"],
    ),
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("change", "hazard"), ARRIVING.values(), ids=ARRIVING)
def test_a_hazard_of_an_output_is_shown_when_it_has_arrived(
    recorder: Any, change: Callable[[], dict[str, Any]], hazard: Hazard, preview: bool
) -> None:
    shown = Shown(recorder, lambda: ExternalService("a", {**GOOD, **change()}), preview=preview)
    assert_shown(shown, "ExternalService::a", [hazard, NOTE])


def test_an_external_name_that_arrives_is_judged(recorder: Any) -> None:
    shown = Shown(
        recorder,
        lambda: ExternalNameService("api", {"external_name": later("10.0.0.1")}),
        preview=True,
    )
    assert_shown(shown, "ExternalNameService::api", [CATALOGUE["external-name-address"]])


def test_an_output_that_is_not_known_at_preview_shows_no_hazard_of_its_own(
    recorder: Any, unknown: Callable[[], pulumi.Output[Any]]
) -> None:
    args: Any = {**GOOD, "type": "NodePort"}
    shown = Shown(
        recorder,
        lambda: ExternalService("a", {**args, "addresses": [unknown()]}),
        preview=True,
    )
    assert shown.outputs == []
    assert shown.warnings == [(f"{URN}ExternalService::a", str(CATALOGUE["node-snat"]))]


@pytest.mark.parametrize("preview", [False, True])
def test_a_hazard_is_warned_of_once_for_each_component(recorder: Any, preview: bool) -> None:
    def program() -> None:
        for name in ("a", "b"):
            ExternalService(name, {**GOOD, "type": "NodePort", "addresses": [later("192.0.2.1")]})

    recorder(program, preview=preview)
    assert sorted(recorder.warnings) == [
        (f"{URN}ExternalService::{name}", str(CATALOGUE["node-snat"])) for name in ("a", "b")
    ]


@pytest.mark.parametrize("preview", [False, True])
def test_no_secret_is_in_a_hazard(recorder: Any, preview: bool) -> None:
    def build() -> Any:
        addresses = pulumi.Output.secret(["239.77.66.55", "2001:db8::7766"])
        args = {"slice_count": 1, "ip_families": ["IPv6", "IPv4"], "session_affinity": "ClientIP"}
        return ExternalService("a", {**GOOD, **args, "addresses": addresses})  # type: ignore[typeddict-item]

    shown = Shown(recorder, build, preview=preview)
    expected = [CATALOGUE["affinity-dead-backend"], CATALOGUE["multicast"], NOTE]
    assert_shown(shown, "ExternalService::a", expected)
    assert not any("77" in text for text in (*shown.outputs[0], *dict(shown.warnings).values()))


FAMILIES: dict[str, tuple[dict[str, Any], list[str], bool]] = {
    "both": ({"addresses": BOTH}, ["IPv4", "IPv6"], False),
    "the second is not served": ({"addresses": BOTH}, ["IPv4"], True),
    "the first is not served": ({"addresses": BOTH}, ["IPv6"], True),
    "the only one": ({"addresses": BOTH[:1]}, ["IPv4"], False),
    "more than are needed": ({"addresses": BOTH[:1]}, ["IPv4", "IPv6"], False),
    "another one": ({"addresses": BOTH[1:]}, ["IPv4"], True),
    "not told": ({"addresses": BOTH}, [], False),
}


@pytest.mark.parametrize(("args", "given", "is_hazard"), FAMILIES.values(), ids=FAMILIES)
def test_backends_of_a_family_that_the_service_did_not_get(
    recorder: Any, answer: Callable[..., None], args: Any, given: list[str], is_hazard: bool
) -> None:
    answer(ipFamilies=given)
    shown = Shown(recorder, lambda: ExternalService("a", {**GOOD, **args}), preview=True)
    assert_shown(shown, "ExternalService::a", [NOTE, *[CATALOGUE["family-unserved"]] * is_hazard])


def owner(manager: str, *fields: str, **more: str) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": "Apply",
        "fieldsV1": {field: {"f:ports": {}} for field in fields},
        **more,
    }


OWNERS: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "nobody": ([], False),
    "ours": ([owner(OURS, "f:spec", "f:metadata")], False),
    "another manager": ([owner(OURS, "f:spec"), owner("kubectl", "f:spec")], True),
    "another manager's labels": ([owner("kubectl", "f:metadata")], False),
    "a controller's status": ([owner("kcm", "f:spec", subresource="status")], False),
    "several": ([owner("kubectl", "f:spec"), owner("helm", "f:spec")], True),
}


@pytest.mark.parametrize("kind", [ExternalService, SelectorService, ExternalNameService])
@pytest.mark.parametrize(("owners", "is_hazard"), OWNERS.values(), ids=OWNERS)
def test_a_service_with_a_second_owner(
    recorder: Any, answer: Callable[..., None], owners: Any, is_hazard: bool, kind: Any
) -> None:
    answer({"managedFields": owners})
    args: dict[Any, Any] = {
        ExternalService: {**GOOD, "ports": UDP},
        SelectorService: WEB,
        ExternalNameService: {"external_name": "api.example.com"},
    }
    shown = Shown(recorder, lambda: kind("a", args[kind]), preview=True)
    assert_shown(shown, f"{kind.__name__}::a", [CATALOGUE["co-owned"]] * is_hazard)


@pytest.mark.usefixtures("sdk_loop")
def test_warnings_go_to_the_logger_of_plain_mocks(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("k8s-endpoints-test")

    class Mocks(pulumi.runtime.Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
            return f"{args.name}_id", args.inputs

        def call(self, _: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
            return {}, None

    pulumi.runtime.set_mocks(Mocks(), preview=True, logger=logger)

    @pulumi.runtime.test
    def program() -> pulumi.Output[Any]:
        return ExternalService("a", {**GOOD, "type": "NodePort"}).hazards

    program()
    assert caplog.record_tuples == [
        ("k8s-endpoints-test", logging.WARNING, str(CATALOGUE["node-snat"])),
    ]
