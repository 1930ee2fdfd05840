"""Work grows linearly: four times as many objects take about four times as many calls.

Calls of functions are counted, not seconds: the same on every machine.
"""

import cProfile
import math
import pstats
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from components import ExternalServiceSet
from components.core.arguments import ExternalServiceArgs, typed
from components.core.external_service import plan_external_service
from components.testing import render
from components.validation import validate
from components.validation.hazards import hazards

LARGEST_EXPONENT = 1.15
PORTS = [{"name": "postgres", "port": 5432}]

Work = Callable[[int], object]


def addresses(count: int) -> list[str]:
    return [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(256, 256 + count)]


def services(count: int) -> dict[str, Any]:
    return {
        f"db-{number}": {"addresses": [address], "ports": PORTS}
        for number, address in enumerate(addresses(count))
    }


def plans(count: int) -> Iterator[dict[str, Any]]:
    for name, args in services(count).items():
        yield from plan_external_service(typed(ExternalServiceArgs, args), name, []).objects


def plan(count: int) -> Any:
    args = {"addresses": addresses(count), "ports": PORTS}
    return plan_external_service(typed(ExternalServiceArgs, args), "db", [])


def calls(work: Callable[[], object]) -> int:
    profile = cProfile.Profile()
    profile.runcall(work)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def exponent(work: Work, small: int, large: int) -> float:
    work(small)  # what is done once
    few, many = (calls(lambda count=count: work(count)) for count in (small, large))
    return math.log(many / few) / math.log(large / small)


def quadratic(count: int) -> object:
    return [abs(one - other) for one in range(count) for other in range(count)]


def test_growth_that_is_not_linear_is_seen() -> None:
    assert exponent(quadratic, 100, 400) > 1.9


@pytest.fixture(scope="module")
def manifests() -> dict[int, list[dict[str, Any]]]:
    return {count: [*plans(count)] for count in (500, 2000)}


def test_planning_backends_grows_linearly() -> None:
    assert exponent(plan, 1000, 4000) <= LARGEST_EXPONENT


def test_judging_manifests_grows_linearly(manifests: dict[int, list[dict[str, Any]]]) -> None:
    def judge(count: int) -> object:
        return [validate(one) for one in manifests[count]]

    assert exponent(judge, 500, 2000) <= LARGEST_EXPONENT  # 1000 and 4000 manifests


def test_looking_for_hazards_grows_linearly(manifests: dict[int, list[dict[str, Any]]]) -> None:
    def look(count: int) -> object:
        return hazards(manifests[count])

    assert exponent(look, 500, 2000) <= LARGEST_EXPONENT


def test_declaring_grows_linearly() -> None:
    def build(count: int) -> object:
        return ExternalServiceSet("all", {"services": services(count)})

    def in_program(count: int) -> int:
        counted: list[int] = []
        render(lambda: counted.append(calls(lambda: build(count))))
        return counted[0]

    in_program(10)
    few, many = in_program(50), in_program(200)
    assert math.log(many / few) / math.log(4) <= LARGEST_EXPONENT
