from collections.abc import Callable
from pathlib import Path

import pytest

from testbed.stack import Stack
from tools.install import ensure
from tools.parts import PULUMI


@pytest.fixture
def rendered(tmp_path: Path) -> Callable[..., Stack]:
    """Makes stacks whose provider renders YAML into `<folder>/yaml`, with no cluster anywhere."""

    def make(**settings: object) -> Stack:
        folder = tmp_path / "stack"
        config = {"kubernetes:renderYamlToDirectory": str(folder / "yaml")}
        return Stack(folder, ensure(PULUMI), Path("/dev/null"), config=config, **settings)

    return make
