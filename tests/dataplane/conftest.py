import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testbed.dataplane.packages import ensure, unsupported
from testbed.dataplane.rig import Rig, start
from testbed.stack import Stack
from tools.console import table

from .service_under_load import Row, ServiceUnderLoad

_numbers = itertools.count(1)
_ROW = "scenario"


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """A rig of this process's own; a machine that cannot have one skips, but not in CI."""
    if os.environ.get("CI"):
        ensure()
    reason = unsupported()
    if reason and os.environ.get("CI"):
        pytest.fail(f"the data plane must be tested in CI: {reason}")
    if reason:
        pytest.skip(reason)
    with start() as made:
        yield made


@pytest.fixture
def namespace(rig: Rig) -> str:
    """A namespace of Kubernetes that only this test uses."""
    name = f"test-{next(_numbers)}"
    rig.cluster.kubectl("create", "namespace", name)
    return name


@pytest.fixture
def stack(rig: Rig, tmp_path: Path) -> Stack:
    """A stack that deploys to the rig's control plane."""
    return rig.stack(tmp_path / "stack")


@pytest.fixture
def steady(
    rig: Rig, stack: Stack, namespace: str, record_property: Callable[[str, object], None]
) -> ServiceUnderLoad:
    """A Service that is connected to while its stack changes; what was counted is reported."""

    def report(row: Row) -> None:
        print(f"{row[0]}: {row[1]} connections, {row[2]} failed, longest gap {row[3]:.0f} ms")
        record_property(_ROW, row)

    return ServiceUnderLoad(rig, stack, namespace, report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one table of all scenarios."""
    rows = [
        (title, str(made), str(failed), f"{gap:.0f}")
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call"
        for name, (title, made, failed, gap) in (
            pair for pair in report.user_properties if pair[0] == _ROW
        )
    ]
    if rows:
        header = ["SCENARIO", "CONNECTIONS", "FAILED", "LONGEST GAP (ms)"]
        terminalreporter.section("connections while the stack changes")
        terminalreporter.write_line(table(header, [list(row) for row in rows]))
