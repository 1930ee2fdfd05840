"""The locks: what they hold follows from the direct dependencies, and nothing is without a hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools import golang, lock, paths
from tools.paths import ROOT

LOCKS = {
    "lock": paths.LOCK,
    "runtime": paths.RUNTIME_LOCK,
    "validate": paths.VALIDATE_LOCK,
    "go": paths.GO_LOCK,
}


def entries(file: Path) -> dict[str, list[str]]:
    """Return the hashes of each requirement in a lock."""
    found: dict[str, list[str]] = {}
    for line in file.read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            hashes = found.setdefault(line.removesuffix(" \\"), [])
        elif match := re.fullmatch(r"    --hash=(sha256:[0-9a-f]{64})( \\)?", line):
            hashes.append(match[1])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_has_hashes(name: str) -> None:
    assert entries(LOCKS[name])
    assert all(entries(LOCKS[name]).values())


@pytest.mark.parametrize("name", LOCKS)
def test_locks_take_wheels_only(name: str) -> None:
    assert "--only-binary :all:" in LOCKS[name].read_text().splitlines()


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("lock", lock.direct()),
        ("runtime", lock.runtime()),
        ("validate", lock.VALIDATE),
        ("go", [golang.GO_WHEEL]),
    ],
)
def test_locks_follow_from_their_inputs(name: str, requirements: list[str]) -> None:
    assert lock.inputs(requirements) in LOCKS[name].read_text().splitlines(), "run `make lock`"


def test_direct_dependencies_are_pinned_exactly() -> None:
    direct = [Requirement(one) for one in lock.direct()]
    assert all(str(one.specifier).startswith("==") for one in direct)


def test_direct_dependencies_cover_pyproject() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = settings["project"]["optional-dependencies"].values()
    wanted = {*lock.runtime(), *(one for extra in extras for one in extra)}

    direct = {one.name.lower() for one in map(Requirement, lock.direct())}

    assert {Requirement(one).name for one in wanted} <= direct


@pytest.mark.parametrize("part", [paths.RUNTIME_LOCK, paths.VALIDATE_LOCK])
def test_the_others_are_parts_of_the_lock(part: Path) -> None:
    assert entries(part).items() <= entries(paths.LOCK).items()


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("platform", ["linux", "darwin"])
@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_one_version_serves_each_machine(python: str, platform: str, machine: str) -> None:
    here = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": platform,
        "platform_machine": machine,
    }

    locked = map(Requirement, entries(paths.LOCK))
    names = [one.name for one in locked if one.marker is None or one.marker.evaluate(here)]

    assert sorted({*names}) == sorted(names)
    assert {"pulumi", "cryptography", "hatchling"} <= {*names}
