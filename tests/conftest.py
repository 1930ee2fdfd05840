"""Runs tests on both kinds of provider, and prints the tables that they record as "summary"."""

import os
from typing import Any

import pytest

from tools import providers
from tools.parts import PROVIDERS

# Without this, a failed assertion in a helper does not show what it compared.
_HELPERS = ("cluster", "dataplane", "faults", "support", "typing", "unit")
pytest.register_assert_rewrite("testbed", *(f"tests.{folder}" for folder in _HELPERS))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "both_kinds: run on a provider of each kind, and on one from PATH; PROVIDER chooses one",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that is marked `both_kinds` once on each provider, through its fixture."""
    if metafunc.definition.get_closest_marker("both_kinds") is None:
        return
    if "provider" not in metafunc.fixturenames:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: both_kinds, but no `provider`")
    names = [chosen] if (chosen := os.environ.get("PROVIDER")) else [*PROVIDERS]
    if not chosen and (found := providers.on_path()):
        names.append(found)
    ids = [name if name in PROVIDERS else "other" for name in names]
    metafunc.parametrize("provider", names, ids=ids, indirect=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, text in report.user_properties:
                if name == "summary":
                    terminalreporter.section(report.nodeid)
                    terminalreporter.write_line(text)
