"""The supported range of Pulumi's versions is the range that the tests run with."""

import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools import paths, venv
from tools.paths import ROOT

PACKAGES = ("pulumi", "pulumi-kubernetes")
FILES = {
    "oldest": ROOT / "requirements" / "oldest.txt",
    "pinned": paths.LOCK,
    "newest": ROOT / "requirements" / "newest.txt",
}


def pins(name: str) -> dict[str, str]:
    lines = FILES[name].read_text().splitlines()
    exact = [line for line in lines if line and not line.startswith(("#", "--", " "))]
    matches = [re.fullmatch(r"([\w-]+)==([\w.]+)( ;.*)?( \\)?", line) for line in exact]
    assert all(matches)
    return {canonicalize_name(match[1]): match[2] for match in matches if match}


def dependencies() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {one.name: one for one in map(Requirement, project["dependencies"])}


def test_both_ends_have_requirements() -> None:
    assert {*venv.ENDS, "pinned"} == FILES.keys()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("package", ["pulumi", "pulumi-kubernetes", "pyyaml"])
def test_tested_versions_are_in_the_range(name: str, package: str) -> None:
    assert dependencies()[package].specifier.contains(pins(name)[package])


@pytest.mark.parametrize("package", PACKAGES)
def test_the_lower_bound_is_the_oldest_tested_version(package: str) -> None:
    (bound,) = [one for one in dependencies()[package].specifier if one.operator == ">="]
    assert Version(bound.version) == Version(pins("oldest")[package])


@pytest.mark.parametrize("package", PACKAGES)
def test_the_pinned_version_is_between_the_ends(package: str) -> None:
    oldest, pinned, newest = (Version(pins(name)[package]) for name in FILES)
    assert oldest < pinned < newest


@pytest.mark.parametrize("package", PACKAGES)
def test_the_readme_states_the_tested_versions(package: str) -> None:
    rows = (ROOT / "README.md").read_text().splitlines()
    (row,) = [row for row in rows if row.startswith(f"| `{package}` | ")]
    assert row.strip("| ").split(" | ")[1:] == [pins(name)[package] for name in FILES]


@pytest.mark.parametrize("end", venv.ENDS)
def test_the_ends_differ_from_the_lock_only_in_pulumis_dependencies(end: str) -> None:
    """What the unit tests need beside Pulumi is there, and the same."""
    own = {"pulumi", "pulumi-kubernetes", "grpcio", "protobuf", "pip"}  # Pulumi bounds pip
    ours, pinned = pins(end), pins("pinned")
    differing = {name for name in ours.keys() & pinned.keys() if ours[name] != pinned[name]}
    assert differing <= own
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in project["optional-dependencies"].values():
        assert {Requirement(one).name for one in extra} <= ours.keys()


def test_these_tests_run_with_one_of_them() -> None:
    installed = {package: metadata.version(package) for package in PACKAGES}
    assert installed in [{package: pins(name)[package] for package in PACKAGES} for name in FILES]
