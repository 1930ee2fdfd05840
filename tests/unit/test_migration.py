"""A Service goes from external backends to Pods: what each phase declares, and which steps are
allowed.
"""

import asyncio
from typing import Any

import pulumi
import pytest

from components import (
    EgressPolicy,
    MigratingService,
    MigrationPhase,
    ValidationError,
    egress_destination,
    migration_destinations,
)
from components._runtime.phase_record import PhaseWatch
from components._runtime.service_updates import check_service_update
from components.core.migration import unready_ports
from components.testing import render
from components.validation.hazards import hazards as hazards_of_manifests
from tests.unit.plans import migrating, texts

PHASES = [phase.value for phase in MigrationPhase]
ANNOTATION = "k8s-endpoints.pulumi/migration-phase"
SELECTOR = {"app": "db"}
PORT = {"name": "pg", "port": 5432}
ACTIVE, DRAINING = (True, True, False), (False, True, True)

Given = dict[str, Any]


def given(phase: str = "External", **args: Any) -> Given:
    base = {"phase": phase, "selector": SELECTOR, "addresses": ["192.0.2.1"], "ports": [PORT]}
    return {**base, **args}


def refusals(**args: Any) -> list[str]:
    return texts(migrating(given(**args))[1])


def states(manifests: list[Given]) -> set[tuple[bool, bool, bool]]:
    conditions = [endpoint["conditions"] for one in manifests[1:] for endpoint in one["endpoints"]]
    return {(one["ready"], one["serving"], one["terminating"]) for one in conditions}


@pytest.mark.parametrize(
    ("phase", "selects", "expected"),
    [
        ("External", False, {ACTIVE}),
        ("Draining", False, {DRAINING}),
        ("Cutover", True, {DRAINING}),
        ("Hybrid", True, {ACTIVE}),
        ("ShareDraining", True, {DRAINING}),
        ("Internal", True, set()),
    ],
)
def test_each_phase_declares_its_objects(phase: str, selects: bool, expected: set[Any]) -> None:
    made, findings = migrating(given(phase, addresses=["192.0.2.1", "2001:db8::1"]))
    assert findings == []
    service = made.service
    assert service["metadata"]["annotations"] == {ANNOTATION: phase}
    assert service["spec"].get("selector") == (SELECTOR if selects else None)
    assert service["spec"]["ipFamilyPolicy"] == "PreferDualStack"
    assert states(list(made.objects)) == expected
    assert [one["metadata"]["name"] for one in made.slices] == (
        ["db-ipv4", "db-ipv6"] if expected else []
    )
    assert made.addresses == (["192.0.2.1", "2001:db8::1"] if expected else [])


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("preview", [True, False])
def test_the_validator_finds_nothing_in_what_a_phase_renders(phase: str, preview: bool) -> None:
    def program() -> None:
        late = pulumi.Output.from_input(["192.0.2.1", "192.0.2.2"])
        MigratingService("db", given(phase, addresses=late, slice_count=1))  # type: ignore[arg-type]

    found = render(program, preview=preview)
    assert found[0]["metadata"]["annotations"][ANNOTATION] == phase
    assert len(found) == (1 if phase == "Internal" else 2)
    assert [str(one) for one in hazards_of_manifests(found)] == []


def test_backends_in_other_states_keep_them() -> None:
    backends = [{"address": "192.0.2.2", "state": state} for state in ("Disabled",)]
    made, _ = migrating(given("Draining", backends=backends))
    assert states(list(made.objects)) == {DRAINING, (False, False, False)}


@pytest.mark.parametrize("phase", PHASES)
def test_a_port_has_a_number_outside_and_a_name_inside(phase: str) -> None:
    port = {**PORT, "target_port": 6432, "target_port_name": "sql"}
    made, findings = migrating(given(phase, ports=[port]))
    assert findings == []
    selects = "selector" in made.service["spec"]
    assert made.service["spec"]["ports"][0]["targetPort"] == ("sql" if selects else 6432)
    assert [one["ports"][0]["port"] for one in made.slices] == [6432] * len(made.slices)


def test_a_name_alone_leaves_external_backends_at_the_port_itself() -> None:
    made, _ = migrating(given("Hybrid", ports=[{**PORT, "target_port_name": "sql"}]))
    assert made.slices[0]["ports"][0]["port"] == 5432
    backends = [{"address": "192.0.2.2", "ports": {"pg": 7432}}]
    named = {**PORT, "target_port_name": "sql"}
    made, _ = migrating(given("Hybrid", addresses=[], backends=backends, ports=[named]))
    assert made.slices[0]["ports"][0]["port"] == 7432


HEADLESS = (
    "headless: Forbidden: draining works through kube-proxy, and DNS of a headless Service gives"
    " ready addresses alone (leave it out)"
)
ENDPOINTS = (
    "endpoint_api: Forbidden: the endpoints controller overwrites the Endpoints of a Service as"
    " soon as it has a selector (use `EndpointApi.SLICES`, the default)"
)
WRONG: dict[str, tuple[Given, list[str]]] = {
    "headless": (
        {"headless": True},
        [HEADLESS],
    ),
    "not headless": ({"headless": False}, []),
    "endpoints": (
        {"endpoint_api": "Both"},
        [ENDPOINTS],
    ),
    "slices": ({"endpoint_api": "Slices"}, []),
    "no selector": (
        {"selector": {}},
        ["selector: Required value (give the labels of the Pods, in all phases)"],
    ),
    "no ports": (
        {"ports": []},
        ["ports: Required value (give at least one port, or a `preset`)"],
    ),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(("args", "expected"), WRONG.values(), ids=WRONG)
def test_arguments_are_refused_in_every_phase(phase: str, args: Given, expected: list[str]) -> None:
    assert refusals(phase=phase, **args) == expected


@pytest.mark.parametrize("phase", PHASES)
def test_arguments_of_later_phases_are_checked_in_all(phase: str) -> None:
    port = {**PORT, "target_port_name": "s_l"}
    found = refusals(phase=phase, selector={"a b": "c"}, ports=[port], addresses=["127.0.0.1"])
    paths = [text.partition(":")[0] for text in found]
    assert sorted(paths) == ["addresses[0]", "ports[0].target_port_name", "selector"]


def test_external_backends_are_needed_until_the_last_phase() -> None:
    missing = ["addresses: Required value: a Service without backends refuses every connection"]
    for phase in PHASES:
        found = [text.partition(" (")[0] for text in refusals(phase=phase, addresses=[])]
        assert found == ([] if phase == "Internal" else missing)
    assert refusals(phase="External", addresses=[], allow_empty=True) == []


def codes(**args: Any) -> list[str]:
    return [one.code for one in migrating(given(**args))[0].hazards if one.severity == "warning"]


def test_draining_warns_of_readers_of_ready_addresses() -> None:
    assert codes(phase="Draining") == ["migration-drained"]
    disabled = [{"address": "192.0.2.2", "state": "Disabled"}]
    assert codes(phase="Draining", addresses=[], backends=disabled) == ["none-ready"]
    for phase in sorted({*PHASES} - {"Draining"}):
        assert codes(phase=phase) == []
    assert codes(phase="External", addresses=[], backends=disabled) == ["none-ready"]
    assert codes(phase="Cutover", addresses=[], backends=disabled) == []


def service(phase: str | None, selector: Any = None, **spec: Any) -> Given:
    annotations = {ANNOTATION: phase} if phase else {}
    return {"metadata": {"annotations": annotations}, "spec": {"selector": selector, **spec}}


def of_phase(phase: str) -> Given:
    return service(phase, SELECTOR if phase not in ("External", "Draining") else None)


def step(old: Given, new: Given, live: Given | None = None) -> str:
    """Return what an update of the Service is refused for."""
    args = pulumi.ResourceHookArgs(
        urn="urn",
        id="shop/db",
        name="shop/db",
        type="kubernetes:core/v1:Service",
        old_inputs=old,
        new_inputs=new,
        old_outputs=old if live is None else live,
    )
    try:
        check_service_update(args)
    except ValidationError as error:
        (finding,) = error.findings
        return str(finding)
    return ""


STEPS = {
    ("External", "Draining"),
    ("External", "Hybrid"),
    ("Draining", "Cutover"),
    ("Draining", "External"),
    ("Cutover", "Internal"),
    ("Cutover", "ShareDraining"),
    ("Hybrid", "ShareDraining"),
    ("ShareDraining", "Internal"),
    ("ShareDraining", "Hybrid"),
    ("ShareDraining", "Cutover"),
    ("Internal", "Cutover"),
    ("Internal", "ShareDraining"),
}
ORPHANING = {("Cutover", "Draining"), ("Hybrid", "External")}


@pytest.mark.parametrize("old", PHASES)
@pytest.mark.parametrize("new", PHASES)
def test_one_up_moves_one_phase_forward_or_back(old: str, new: str) -> None:
    refusal = step(of_phase(old), of_phase(new))
    if old == new or (old, new) in STEPS:
        assert refusal == ""
    elif (old, new) in ORPHANING:
        assert "would stay, and keep serving them" in refusal
    else:
        assert f"the last deployment was in phase {old}, and no single step" in refusal


def test_a_jump_names_the_first_step() -> None:
    assert step(of_phase("External"), of_phase("Internal")) == (
        "phase: Forbidden: the last deployment was in phase External, and no single step leads"
        " from there to"
        " Internal (run `pulumi up` with `MigrationPhase.DRAINING` or `MigrationPhase.HYBRID`"
        " first)"
    )
    jump = step(of_phase("External"), of_phase("ShareDraining"))
    assert jump.endswith("(run `pulumi up` with `MigrationPhase.HYBRID` first)")


def test_a_step_back_that_leaves_orphans_names_the_commands() -> None:
    refusal = step(of_phase("Cutover"), of_phase("Draining"))
    assert refusal.endswith(
        "(scale the Pods to 0, so that the external backends serve again; run `kubectl patch"
        ' service db -n shop --type=json -p \'[{"op":"remove","path":"/spec/selector"}]\'`,'
        " `kubectl delete endpoints db -n shop`, `kubectl delete endpointslices -n shop -l"
        " 'kubernetes.io/service-name=db,endpointslice.kubernetes.io/managed-by!="
        "k8s-endpoints.pulumi'`, then `pulumi up --refresh`)"
    )
    assert "scale" not in step(of_phase("Hybrid"), of_phase("External"))


@pytest.mark.parametrize(("old", "new"), sorted(ORPHANING))
def test_the_step_back_works_when_the_live_selector_is_gone(old: str, new: str) -> None:
    live = service(old)
    assert step(of_phase(old), of_phase(new), live) == ""
    assert step(live, of_phase(new), live) == ""


OTHERS: dict[str, tuple[Given, Given, str]] = {
    "from external": (service(None), of_phase("External"), ""),
    "from external, a step": (service(None), of_phase("Hybrid"), ""),
    "from external, a jump": (service(None), of_phase("Cutover"), "no single step"),
    "from a selector": (service(None, SELECTOR), of_phase("Internal"), ""),
    "from a selector, a step": (service(None, SELECTOR), of_phase("Cutover"), ""),
    "from a selector, a jump": (service(None, SELECTOR), of_phase("External"), "no single step"),
    "to external": (of_phase("External"), service(None), ""),
    "to external, a step": (of_phase("Draining"), service(None), ""),
    "to external, orphans": (of_phase("Hybrid"), service(None), "would stay"),
    "to a selector": (of_phase("Internal"), service(None, SELECTOR), ""),
    "to a selector, unchecked": (of_phase("Cutover"), service(None, SELECTOR), "without a check"),
    "to a selector, a jump": (of_phase("External"), service(None, SELECTOR), "no single step"),
    "alias": (service(None, type="ExternalName"), of_phase("Cutover"), ""),
    "to an alias": (of_phase("Hybrid"), service(None, type="ExternalName"), ""),
    "neither": (service(None, SELECTOR), service(None), ""),
}


@pytest.mark.parametrize(("old", "new", "expected"), OTHERS.values(), ids=OTHERS)
def test_other_components_are_at_the_ends(old: Given, new: Given, expected: str) -> None:
    refusal = step(old, new)
    assert (expected in refusal) if expected else refusal == ""


PG, WEB = ("pg", "TCP"), ("web", "TCP")


@pytest.mark.parametrize(
    ("old", "phase", "ready", "expected"),
    [
        ("Cutover", "Internal", frozenset({PG, WEB}), ""),
        ("Cutover", "Internal", frozenset({PG}), "no Pod of the selector is ready for web (TCP)"),
        ("Cutover", "Internal", frozenset(), "is ready for pg (TCP), web (TCP)"),
        ("Internal", "Internal", frozenset(), ""),
        ("Cutover", "Cutover", frozenset(), ""),
        ("External", "Draining", frozenset(), ""),
        ("Draining", "Internal", frozenset({PG, WEB}), "that ended well was in phase Draining"),
        ("Cutover", "External", frozenset(), ""),
    ],
)
def test_the_last_successful_phase_decides_on_the_next(
    old: str, phase: str, ready: Any, expected: str
) -> None:
    async def compare() -> list[str]:
        watch = PhaseWatch(phase, frozenset({PG, WEB}), pulumi.Output.from_input(ready))
        return texts(await watch.refused({"phase": old}))

    findings = asyncio.run(compare())
    assert (expected in findings[0]) if expected else findings == []


def test_a_port_of_another_protocol_is_another_one() -> None:
    assert unready_ports([PG], [("pg", "UDP")]) != []
    assert unready_ports([PG], [PG, WEB]) == []


def test_a_policy_takes_both_sides() -> None:
    ports = [{**PORT, "target_port": 6432, "target_port_name": "sql"}]

    def program() -> None:
        made = MigratingService("db", given("Hybrid", namespace="shop", ports=ports))  # type: ignore[arg-type]
        EgressPolicy("web", {"pod_selector": {"app": "web"}, "to": made.destinations})

    policy = next(one for one in render(program) if one["kind"] == "NetworkPolicy")
    rules = policy["spec"]["egress"]
    assert [{"port": 6432, "protocol": "TCP"}] in [rule["ports"] for rule in rules]
    assert [{"port": "sql", "protocol": "TCP"}] in [rule["ports"] for rule in rules]


def test_the_destination_of_one_side_is_not_taken_for_both() -> None:
    args = given("Hybrid")
    with pytest.raises(pulumi.RunError, match="use `migration_destinations`"):
        egress_destination(args)
    outside, inside = migration_destinations(args)
    assert outside["addresses"] == ["192.0.2.1"]
    assert inside["pod_selector"] == SELECTOR
    assert migration_destinations(given("Internal", addresses=None)) == [inside]


@pytest.mark.parametrize(
    ("phase", "replicas", "expected"),
    [
        ("External", None, {"IPv4": 1.0, "IPv6": 1.0}),
        ("Draining", 3, {"IPv4": 1.0, "IPv6": 1.0}),
        ("Cutover", 3, {"IPv4": 0.0, "IPv6": 0.0}),
        ("Hybrid", None, {}),
        ("Hybrid", 3, {"IPv4": 0.4, "IPv6": 0.25}),
        ("Hybrid", 0, {"IPv4": 1.0, "IPv6": 1.0}),
        ("ShareDraining", 3, {"IPv4": 0.0, "IPv6": 0.0}),
        ("Internal", None, {"IPv4": 0.0, "IPv6": 0.0}),
    ],
)
def test_the_share_of_external_backends_is_by_count(
    phase: str, replicas: int | None, expected: dict[str, float]
) -> None:
    addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
    disabled = [{"address": "192.0.2.3", "state": "Disabled"}]
    counted = {} if replicas is None else {"replicas": replicas}
    made, _ = migrating(given(phase, addresses=addresses, backends=disabled, **counted))
    assert made.external_share == expected


def test_a_negative_number_of_pods_is_refused() -> None:
    found = refusals(replicas=-1)
    assert found == ["replicas: Invalid value: -1: must be greater than or equal to 0"]
    assert refusals(replicas=0) == []
