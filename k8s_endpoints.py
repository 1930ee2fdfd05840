"""The name that the package is installed by: in this checkout it stands in `components/`.

Both names are one package here: what is imported by either is the same module, so that examples
import what users import, and tests the folder that they test. No part of the wheel.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import components

NAME = "k8s_endpoints"


class _SameModules(MetaPathFinder, Loader):
    """Finds the modules of `k8s_endpoints` below `components`."""

    def __init__(self) -> None:
        self._own: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(fullname, self) if fullname.startswith(f"{NAME}.") else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(f"{components.__name__}{spec.name.removeprefix(NAME)}")
        self._own[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Put the module's own spec back; the module has run."""
        alias = module.__spec__
        if alias is not None:
            module.__spec__ = self._own.pop(alias.name)


sys.meta_path.insert(0, _SameModules())
sys.modules[NAME] = components
