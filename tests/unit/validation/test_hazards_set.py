"""Hazards as a whole: codes, their page, broken input, components, and speed."""

import doctest
import re
import time
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import (
    Backend,
    BackendState,
    EndpointApi,
    ExternalNameService,
    ExternalService,
    IpFamily,
    Preset,
    SelectorService,
)
from components.testing import render
from components.validation import RULES, validate
from components.validation.hazards import (
    CATALOGUE,
    HAZARDS,
    declared,
    hazards,
    kustomize,
    path_hazards,
)
from tests.unit.validation import (
    test_hazards_absence,
    test_hazards_gateway_routes,
    test_hazards_ingresses,
    test_hazards_policies,
    test_hazards_reported,
    test_hazards_server,
    test_hazards_services,
    test_hazards_slices,
    test_hazards_split_rules,
    test_hazards_srv_names,
    test_hazards_traffic,
)
from tests.unit.validation.hazard_tables import (
    SLICE_80,
    deployment,
    egress,
    endpoint,
    eps,
    ingress,
    legacy,
    policy,
    service,
    to_blocks,
)

PAGE = Path(__file__).parents[3] / "docs" / "hazards.md"
TABLES = (
    test_hazards_absence,
    test_hazards_gateway_routes,
    test_hazards_ingresses,
    test_hazards_policies,
    test_hazards_reported,
    test_hazards_server,
    test_hazards_services,
    test_hazards_slices,
    test_hazards_split_rules,
    test_hazards_srv_names,
    test_hazards_traffic,
)
SHARED = {
    "affinity-headless",
    "all-draining",
    "distribution-without-hints",
    "endpoints-deprecated",
    "external-dns-pods-only",
    "external-name-address",
    "external-name-single-label",
    "family-unserved",
    "mirror-truncates",
    "multicast",
    "none-ready",
}
"""Codes that components give too, for the same."""


def test_every_hazard_is_hit() -> None:
    assert {hit.code for table in TABLES for hit in table.HITS} | {
        "external-name-ring"
    } == HAZARDS.keys()


@pytest.mark.parametrize("code", HAZARDS)
def test_a_hazard_is_a_code_and_one_line(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert re.fullmatch(r"[A-Za-z][^\n]*\.", HAZARDS[code])


@pytest.mark.parametrize("code", HAZARDS)
def test_advice_on_manifests_names_no_arguments_of_components(code: str) -> None:
    assert not re.search(r"`\w+\.[A-Z]|`External|`\w+_\w+`", CATALOGUE[code].remedy)


def test_no_hazard_has_the_code_of_a_rule() -> None:
    assert not HAZARDS.keys() & RULES.keys()


def test_codes_shared_with_components_are_the_same_hazard() -> None:
    assert HAZARDS.keys() >= SHARED
    assert not SHARED & declared.HAZARDS.keys()
    others = {*declared.HAZARDS, *kustomize.HAZARDS, *path_hazards.HAZARDS}
    assert set(HAZARDS) | others == set(CATALOGUE)


def test_a_finding_is_a_warning_with_a_path_a_detail_and_a_remedy() -> None:
    for table in TABLES:
        for hit in table.HITS:
            for index, finding in hazards(hit.manifests):
                assert finding.severity == "warning"
                assert finding.type == ""
                assert finding.path
                assert finding.detail
                assert finding.remedy
                assert str(finding).isprintable()
                assert "  " not in str(finding)
                assert 0 <= index < len(hit.manifests)


def test_the_api_server_accepts_what_has_a_hazard() -> None:
    for table in TABLES:
        for hit in table.HITS:
            manifest = hit.manifests[hit.position]
            if manifest["apiVersion"].startswith("gateway.networking.k8s.io/"):
                continue  # its rules are those of the component's own objects
            errors = [finding for finding in validate(manifest) if finding.severity == "error"]
            assert not errors, hit


def test_the_examples_of_the_page_are_true() -> None:
    outcome = doctest.testfile(str(PAGE), module_relative=False)
    assert outcome.attempted
    assert not outcome.failed


def test_findings_come_in_the_order_of_the_objects() -> None:
    found = hazards([eps(of=None), legacy(), service(), eps(of=None, ports=[{"name": "a"}])])
    assert [index for index, _ in found] == sorted(index for index, _ in found) == [0, 1, 3, 3]


def test_values_that_are_not_objects_are_skipped() -> None:
    broken: list[Any] = [None, [], 1, "x", {}, {"kind": []}, {"apiVersion": {}, "kind": "Service"}]
    assert hazards(broken) == []


SOUND = [
    service("web", {"name": "http", "port": 80, "targetPort": 8080}, selector={"app": "web"}),
    service(ipFamilies=["IPv4"], internalTrafficPolicy="Local", externalIPs=["192.0.2.1"]),
    service("alias", type="ExternalName", externalName="192.0.2.1"),
    eps(endpoint(hints={"forZones": [{"name": "a"}]}), labels={"x": "y"}),
    eps(endpoint("2001:db8::1"), family="IPv6", name="db-2"),
    legacy("192.0.2.10", not_ready=("192.0.2.11",)),
    ingress({"name": "http"}),
    ingress({"number": 8080}, default=True),
    egress(to_blocks("192.0.2.0/28", ports=[{"protocol": "TCP", "port": 80, "endPort": 90}])),
    policy({"app": "web"}, ingress=[{"ports": [{"port": "http"}]}]),
    deployment({"app": "web"}, {"name": "http", "containerPort": 8080}),
]
ODD: list[Any] = [
    None, True, 0, -1, 10**5000, 1.5, float("nan"), "", "\ud800", "a\n", "10.0.0.0/8", "None",
    [], {}, [None], [[]], [{}], {"": None}, {"name": []}, {"matchLabels": {"a": {}}}, {1: 2},
]  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a manifest: what holds it, and its key or index there."""
    entries: Any = value.items() if isinstance(value, dict) else enumerate(value)
    return [
        place
        for key, entry in entries
        for place in [
            (value, key),
            *(places(entry) if isinstance(entry, dict | list) else ()),
        ]
    ]


def test_objects_broken_in_any_place_cause_no_exception() -> None:
    random = Random(5)  # noqa: S311 - a repeatable choice
    for one, _ in enumerate(SOUND):
        count = len(places(SOUND[one]))
        for number in range(count):
            for odd in random.sample(ODD, 3):
                manifests = deepcopy(SOUND)
                holder, key = places(manifests[one])[number]
                holder[key] = odd
                assert all(str(finding) for _, finding in hazards(manifests))


def test_objects_broken_in_several_places_cause_no_exception() -> None:
    random = Random(6)  # noqa: S311 - a repeatable choice
    for _ in range(150):
        manifests = deepcopy(SOUND)
        for _ in range(random.randint(2, 12)):
            holder, key = random.choice(places(manifests))
            holder[key] = deepcopy(random.choice(ODD))
        hazards(manifests)


KINDS = st.sampled_from(
    [(made["apiVersion"], made["kind"]) for made in SOUND] + [("v1", "Endpoint"), ("", "")]
)
NAMES = [
    "spec", "metadata", "labels", "name", "namespace", "ports", "port", "endpoints",
    "addresses", "subsets", "egress", "ingress", "to", "ipBlock", "cidr", "except",
    "podSelector", "matchLabels", "matchExpressions", "rules", "http", "paths", "backend",
    "service", "number", "externalName", "externalIPs", "clusterIP", "clusterIPs",
    "ipFamilies", "conditions", "template",
]  # fmt: skip
FIELDS = st.sampled_from(NAMES)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=40)
@given(st.lists(st.tuples(KINDS, st.dictionaries(FIELDS, VALUES, max_size=6)), max_size=4))
def test_no_input_causes_an_exception(given: list[Any]) -> None:
    hazards([{"apiVersion": kind[0], "kind": kind[1], **fields} for kind, fields in given])


def many(count: int) -> list[dict[str, Any]]:
    """Make a set of mixed objects in one namespace, sound and not."""
    made: list[dict[str, Any]] = []
    for number in range(count // 8):
        name, address = f"db-{number}", f"198.{number // 250}.{number % 250}."
        app = {"app": f"web-{number}"}
        made += [
            service(name, clusterIP=f"10.{number // 250}.{number % 250}.1"),
            eps(*[endpoint(f"{address}{last}") for last in range(1, 11)], of=name, name=name),
            eps(of=f"x-{number}", name=f"x-{number}", ports=[SLICE_80, {"name": "b"}]),
            legacy(name=name),
            service(f"web-{number}", {"port": 80, "targetPort": 8080}, selector=app),
            ingress({"number": 80}, to=f"web-{number}"),
            egress(to_blocks(f"{address}0/29", "0.0.0.0/1"), labels=app, name=name),
            deployment(app),
        ]
    return made


def test_many_objects_are_checked_quickly() -> None:
    manifests = many(2000)
    start = time.process_time()
    hazards(manifests)
    assert time.process_time() - start < 2, "10 000 of them take about 1 s on one core"


def backend(number: int, **fields: Any) -> Backend:
    return {"address": f"192.0.2.{number}", **fields}  # type: ignore[typeddict-item]


def everything() -> None:
    """Declare what components can, as their users mean it."""
    sql: Any = {"preset": Preset.POSTGRES}
    both: Any = ["192.0.2.1", "2001:db8::1"]
    many: Any = [f"198.51.100.{number}" for number in range(1, 251)]
    states: Any = [
        backend(1),
        backend(2, state=BackendState.DRAINING),
        backend(3, state=BackendState.DISABLED),
    ]
    elsewhere: Any = [backend(1), backend(2, ports={"postgres": 6432})]
    families: Any = {"ip_families": [IpFamily.IPV4, IpFamily.IPV6]}
    ExternalService("plain", {"addresses": ["192.0.2.1"], **sql})
    ExternalService("dual", {"addresses": both, **sql, **families})
    ExternalService("both-families", {"addresses": both, **sql})
    ExternalService("split", {"addresses": many, **sql})
    ExternalService("states", {"backends": states, **sql})
    ExternalService("elsewhere", {"backends": elsewhere, **sql})
    ExternalService("headless", {"addresses": both, "headless": True, **sql})
    ExternalService("mapped", {"addresses": both, "ports": [{"port": 80, "target_port": 8080}]})
    ExternalService("old", {"addresses": both, "endpoint_api": EndpointApi.BOTH, **sql})
    ExternalService("older", {"backends": states, "endpoint_api": EndpointApi.ENDPOINTS, **sql})
    ExternalNameService("saas", {"external_name": "api.example.com"})
    SelectorService("web", {"selector": {"app": "web"}, "ports": [{"port": 80}]})


def test_what_components_declare_has_no_hazard_but_legacy_endpoints() -> None:
    manifests = render(everything)
    assert len(manifests) > 20
    assert {
        (manifests[index]["metadata"]["name"], finding.code)
        for index, finding in hazards(manifests)
    } == {("old", "endpoints-deprecated"), ("older", "endpoints-deprecated")}
