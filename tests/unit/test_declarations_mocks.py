"""Under mocks of the user's own, tests that share them are separate programs."""

import asyncio
import importlib
import subprocess
import sys
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import settings

from components import ExternalService, SelectorService, ValidationError
from components._runtime.program_run import Declaration
from components.core.arguments import CommonArgs
from components.testing import KubernetesMocks
from tests.support.loops import abandon

PORTS: list[Any] = [{"port": 80}]
REFUSED = 'SelectorService "b": service_name: Duplicate value: "billing": ExternalService "a"'


@pytest.fixture(autouse=True)
def shared(sdk_loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Set mocks once, as for a whole module; wait for all that is asked for in the end."""
    pulumi.runtime.set_mocks(KubernetesMocks())
    yield
    sdk_loop.run_until_complete(pulumi.runtime.stack.wait_for_rpcs())


def external(name: str = "a", **args: Any) -> ExternalService:
    given: Any = {"service_name": "billing", "addresses": ["192.0.2.1"], "ports": PORTS, **args}
    return ExternalService(name, given)


def selector(name: str = "b", **args: Any) -> SelectorService:
    given: Any = {"service_name": "billing", "selector": {"app": "a"}, "ports": PORTS, **args}
    return SelectorService(name, given)


def test_two_declarations_in_one_pulumi_test_are_refused() -> None:
    @pulumi.runtime.test
    def program() -> None:
        external()
        with pytest.raises(ValidationError, match=REFUSED):
            selector()

    program()


def test_two_declarations_in_one_pulumi_test_are_refused_in_a_late_namespace(
    sdk_loop: asyncio.AbstractEventLoop,
) -> None:
    @pulumi.runtime.test
    def program() -> pulumi.Output[Any]:
        namespace = pulumi.Output.from_input("").apply(lambda _: "shop")
        first = external(namespace="shop")
        return pulumi.Output.all(first.host, selector(namespace=namespace).host)

    with pytest.raises(ValidationError, match=REFUSED):
        program()
    abandon(sdk_loop)


def test_declarations_in_two_pulumi_tests_are_accepted() -> None:
    made: list[Any] = []

    @pulumi.runtime.test
    def one() -> pulumi.Output[str]:
        made.append(external())
        return made[0].host

    @pulumi.runtime.test
    def other() -> pulumi.Output[str]:
        made.append(selector())
        return made[-1].host

    one()
    other()
    one()


def test_two_declarations_in_one_pytest_test_are_refused() -> None:
    external()
    with pytest.raises(ValidationError, match=REFUSED):
        selector()


def test_one_component_may_be_repeated_in_one_test() -> None:
    """As tests do that look at what becomes of several arguments."""
    for kind in ("ClusterIP", "NodePort", "LoadBalancer"):
        external(type=kind)


def test_declarations_in_two_pytest_tests_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for test, build in (("one", external), ("other", selector), ("one", external)):
        monkeypatch.setenv("PYTEST_CURRENT_TEST", f"tests/test_it.py::test_{test} (call)")
        build()


@pytest.mark.parametrize("phase", ["setup", "teardown"])
def test_fixtures_need_not_belong_together(monkeypatch: pytest.MonkeyPatch, phase: str) -> None:
    monkeypatch.setenv("PYTEST_CURRENT_TEST", f"tests/test_it.py::test_one ({phase})")
    external()
    selector()


def test_nothing_is_refused_where_tests_cannot_be_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`unittest` says nothing of the test that runs."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")

    class Tests(unittest.TestCase):
        def test_one(self) -> None:
            external()

        def test_other(self) -> None:
            selector()

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Tests).run(result)
    assert result.testsRun == 2
    assert result.wasSuccessful(), result.errors


def test_coroutines_of_one_loop_are_separate(sdk_loop: asyncio.AbstractEventLoop) -> None:
    async def one() -> None:
        external()
        with pytest.raises(ValidationError, match=REFUSED):
            selector()

    async def other() -> None:
        selector()

    sdk_loop.run_until_complete(one())
    sdk_loop.run_until_complete(other())


def test_mocks_set_again_start_a_new_program() -> None:
    external()
    pulumi.runtime.set_mocks(KubernetesMocks())
    selector()


PROGRAM = """
from typing import Any
from components import ExternalService, SelectorService
both: Any = {"service_name": "billing", "ports": [{"port": 80}]}
"""
FIRST = 'ExternalService("a", {**both, "addresses": ["192.0.2.1"]})\n'
SECOND = 'SelectorService("b", {**both, "selector": {"app": "a"}})\n'


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    names: list[str] = []

    def make(name: str, text: str) -> None:
        (tmp_path / f"{name}.py").write_text(PROGRAM + text)
        names.append(name)

    monkeypatch.syspath_prepend(str(tmp_path))
    yield make
    for name in names:
        sys.modules.pop(name, None)


def test_two_declarations_in_one_imported_module_are_refused(
    put: Callable[[str, str], None],
) -> None:
    """As Pulumi's own guide to unit tests has it."""
    put("imported_shop", FIRST + SECOND)
    with pytest.raises(ValidationError, match=REFUSED):
        importlib.import_module("imported_shop")


def test_declarations_in_two_imported_modules_are_accepted(put: Callable[[str, str], None]) -> None:
    put("imported_one", FIRST)
    put("imported_other", SECOND)
    importlib.import_module("imported_one")
    importlib.import_module("imported_other")
    external()


def test_a_module_may_be_imported_again(put: Callable[[str, str], None]) -> None:
    put("imported_again", FIRST)
    importlib.reload(importlib.import_module("imported_again"))


SUITE = """
import unittest
import pulumi
from components import ExternalService, SelectorService
from components.core.arguments import CommonArgs
from components.testing import KubernetesMocks

pulumi.runtime.set_mocks(KubernetesMocks())
BOTH = {"service_name": "billing", "ports": [{"port": 80}]}


def external():
    return ExternalService("a", {**BOTH, "addresses": ["192.0.2.1"]})


def selector():
    return SelectorService("b", {**BOTH, "selector": {"app": "a"}})


class Tests(unittest.TestCase):
    def setUp(self):
        self.made = external()

    @pulumi.runtime.test
    def test_one(self):
        return self.made.host

    @pulumi.runtime.test
    def test_other(self):
        return selector().host

    def test_neither(self):
        selector()


if __name__ == "__main__":
    unittest.main()
"""


@pytest.mark.parametrize(
    "command",
    [["-m", "pytest", "-q", "-p", "no:cacheprovider"], ["-m", "unittest", "-q"], []],
    ids=["pytest", "unittest", "a script"],
)
def test_a_suite_that_sets_mocks_once_passes(tmp_path: Path, command: list[str]) -> None:
    """What passes today keeps passing, whatever runs it."""
    (tmp_path / "test_suite.py").write_text(SUITE)
    root = str(Path(__file__).parents[2])
    run = subprocess.run(
        [sys.executable, "-W", "ignore", *command, "test_suite.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": root, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_under_an_engine_a_run_is_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Components are the same ones of one name, and every run has a monitor of its own."""

    class Monitor:
        """Stands in for the engine's, which is not a monitor of mocks."""

    service: Any = {"kind": "Service", "metadata": {"name": "a", "namespace": "b"}, "spec": {}}

    def declare() -> int:
        declaration = Declaration(ExternalService, "a", None)
        return len(
            declaration.of_component() + declaration.entry().declare([service], CommonArgs())
        )

    runs = [Monitor(), Monitor()]
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    found: list[list[int]] = []
    for monitor in runs:
        monkeypatch.setattr(settings, "get_monitor", lambda monitor=monitor: monitor)
        found.append([declare(), declare()])
    assert found == [[0, 2], [0, 2]]
