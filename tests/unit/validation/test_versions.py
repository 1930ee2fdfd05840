"""The rules of each version of Kubernetes."""

import pytest

from components.core.versions import Rules, rules_of

OLD = ("PreferClose",)
NEW = ("PreferClose", "PreferSameZone", "PreferSameNode")

RULES: dict[str, Rules] = {
    "1.30": Rules(False, False, None, False, True),
    "1.31": Rules(False, False, OLD, False, True),
    "1.32": Rules(False, False, OLD, False, True),
    "1.33": Rules(False, False, OLD, False),
    "1.34": Rules(False, False, NEW, True),
    "1.35": Rules(False, False, NEW, True),
    "1.36": Rules(True, True, NEW, True),
}


@pytest.mark.parametrize(("version", "expected"), RULES.items())
def test_a_version(version: str, expected: Rules) -> None:
    assert rules_of(version) == expected
    assert rules_of(f"v{version}.3") == expected
    assert rules_of(f"{version}.0-gke.100+5") == expected


@pytest.mark.parametrize("version", ["1.37", "1.100", "2.0", "v1.36.3"])
def test_a_newer_version_has_the_newest_rules(version: str) -> None:
    assert rules_of(version) == RULES["1.36"]


def test_without_a_version_it_must_be_legal_on_all() -> None:
    assert rules_of(None) == Rules(True, False, OLD, True)


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.29", "must be 1.30 or later"),
        ("0.99", "must be 1.30 or later"),
        ("1", "must be a version such as 1.36"),
        ("", "must be a version such as 1.36"),
        ("1.x", "must be a version such as 1.36"),
        ("latest", "must be a version such as 1.36"),
        ("1.\u0663\u0666", "must be a version such as 1.36"),
    ],
)
def test_no_version(version: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        rules_of(version)
