"""The rules of each version of Kubernetes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from components.core.versions import NEWEST, OLDEST, Rules, rules_of

OLD = ("PreferClose",)
NEW = ("PreferClose", "PreferSameZone", "PreferSameNode")

OLDEST_RULES = Rules(
    strict_addresses=False,
    relaxed_service_names=False,
    traffic_distributions=None,
    node_hints=False,
    unknown_node_hints=True,
    sloppy_slices=True,
    no_kubelet_port=True,
    relaxed_env_names=False,
    endpoints_may_stay=False,
    names_may_stay=False,
    default_name_may_stay=False,
    service_names_again=True,
    policy_names_again=True,
    names_what_is_missing=True,
    at_most_bytes=True,
    counts_characters=True,
    generated=False,
)
CHANGES: dict[str, dict[str, Any]] = {
    "1.30": {},
    "1.31": {"traffic_distributions": OLD},
    "1.32": {"at_most_bytes": False, "relaxed_env_names": True},
    "1.33": {
        "unknown_node_hints": False,
        "sloppy_slices": False,
        "no_kubelet_port": False,
        "endpoints_may_stay": True,
    },
    "1.34": {
        "traffic_distributions": NEW,
        "node_hints": True,
        "names_may_stay": True,
        "service_names_again": False,
        "names_what_is_missing": False,
    },
    "1.35": {"default_name_may_stay": True, "counts_characters": False},
    "1.36": {
        "strict_addresses": True,
        "relaxed_service_names": True,
        "policy_names_again": False,
    },
    "1.37": {"generated": True},
}
"""What each version changed."""


def _changed() -> Iterator[tuple[str, Rules]]:
    rules = OLDEST_RULES
    for version, changes in CHANGES.items():
        rules = replace(rules, **changes)
        yield version, rules


RULES = dict(_changed())


def test_the_versions_are_those_that_are_known() -> None:
    assert (next(iter(CHANGES)), list(CHANGES)[-1]) == (OLDEST, NEWEST)


@pytest.mark.parametrize(("version", "expected"), RULES.items())
def test_a_known_version_is_accepted(version: str, expected: Rules) -> None:
    assert rules_of(version) == expected
    assert rules_of(f"v{version}.3") == expected
    assert rules_of(f"{version}.0-gke.100+5") == expected


@pytest.mark.parametrize("version", ["1.38", "1.100", "2.0", "v1.37.2"])
def test_a_newer_version_has_the_newest_rules(version: str) -> None:
    assert rules_of(version) == RULES[NEWEST]


def test_without_a_version_it_must_be_legal_on_all() -> None:
    """A restriction of any version holds, a freedom of all; the wording is the newest."""
    assert rules_of(None) == Rules(
        strict_addresses=True,
        relaxed_service_names=False,
        traffic_distributions=OLD,
        node_hints=True,
        unknown_node_hints=False,
        sloppy_slices=False,
        no_kubelet_port=True,
        relaxed_env_names=False,
        endpoints_may_stay=False,
        names_may_stay=False,
        default_name_may_stay=False,
        service_names_again=True,
        policy_names_again=True,
        names_what_is_missing=False,
        at_most_bytes=False,
        counts_characters=False,
        generated=True,
    )


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.29", "must be 1.30 or later"),
        ("0.99", "must be 1.30 or later"),
        ("1", "must be a version such as 1.37"),
        ("", "must be a version such as 1.37"),
        ("1.x", "must be a version such as 1.37"),
        ("latest", "must be a version such as 1.37"),
        ("1.\u0663\u0666", "must be a version such as 1.37"),
    ],
)
def test_an_invalid_version_is_refused(version: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        rules_of(version)
