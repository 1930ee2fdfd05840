"""Finds the program run that a component belongs to, and declares its objects there.

Under the engine, and in `render`, every run has its own monitor. Tests may share mocks, but
components of two tests do not belong to one program.
"""

import asyncio
import inspect
import os
from collections.abc import Container, Iterable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary, ref

import pulumi
from pulumi.runtime import mocks, settings

from ..core.arguments import NamedArgs
from ..core.declarations import (
    ChildName,
    ComponentName,
    Context,
    Declarations,
    Declaring,
    Object,
    claims_of,
)
from ..core.findings import Finding
from ..core.metadata import Manifest
from .engine import monitor
from .provider import namespace_of, provider_of, stated_namespace_of

__all__ = ["Declaration", "Entry", "is_one_program"]

_programs: WeakKeyDictionary[object, Declarations] = WeakKeyDictionary()
"""The declarations of each run, by its monitor."""

_Test = ref[asyncio.Task[Any]] | str
_tests: WeakKeyDictionary[object, tuple[_Test, Declarations]] = WeakKeyDictionary()
"""The current test under mocks and its declarations, by the monitor of the mocks."""

_numbers: WeakKeyDictionary[object, int] = WeakKeyDictionary()
_count = count(1)


class Declaration:
    """The declarations of one component.

    Args:
        component: The component's class.
        name: The component's name.
        opts: The options of the component.
    """

    def __init__(
        self,
        component: type[pulumi.ComponentResource],
        name: str,
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        if not isinstance(opts, pulumi.ResourceOptions):
            opts = None  # the SDK refuses any other type
        kind = component.__name__
        self._declaring = _program().component(f'{kind} "{name}"')
        given, namespace = provider_of(opts), namespace_of(opts)
        self._context = Context(
            parent=_number(opts.parent if opts else None),
            component=kind,
            cluster=_number(given),
            default_namespace=namespace if isinstance(namespace, str) else None,
            stated_namespace=stated_namespace_of(opts),
        )
        self._name = str(name)
        self._is_transformed = bool(opts and (opts.transformations or opts.transforms))
        is_unknown = self._is_transformed or self._context.stated_namespace is None
        # Mocks do not know the namespace of a provider.
        self._needs_answer = is_unknown and (given is None or monitor() is not None)

    def of_component(self) -> list[Finding]:
        """Declare the component itself, and return the errors."""
        own = ComponentName(self._context.parent, self._context.component, self._name)
        return self._declaring.declare([(own, "name")])

    def entry(self, path: str = "") -> "Entry":
        """Return the entry that declares the objects of one service of the component.

        Args:
            path: The component's field that declares the service, if it declares several.
        """
        return Entry(self._declaring, self._context, path, self._is_transformed, self._needs_answer)

    def withdraw(self) -> None:
        """Remove all declarations, because nothing of the component is registered."""
        self._declaring.withdraw()


@dataclass(frozen=True, slots=True)
class Entry:
    """Declares the objects of one service of a component."""

    _declaring: Declaring
    _context: Context
    _path: str
    _is_transformed: bool
    """Whether the program transforms the objects, so that only the cluster knows the result."""
    _needs_answer: bool
    """Whether only the cluster's answer tells the namespace of the objects."""

    def declare(
        self, objects: Iterable[Manifest], args: NamedArgs, unknown: Container[str] = ()
    ) -> list[Finding]:
        """Declare the objects, and return the errors.

        Args:
            objects: The objects; unknown values are skipped.
            args: The arguments that they come from.
            unknown: The paths of arguments that were Outputs.
        """
        claims = claims_of(objects, args, self._context, unknown)
        if self._is_transformed:
            claims = (claim for claim in claims if isinstance(claim[0], ChildName))
        return self._declaring.declare(claims, self._path)

    def declare_answer(self, name: str, namespace: str) -> list[Finding]:
        """Declare the Service that the cluster returned, and return the errors.

        Args:
            name: Its name.
            namespace: Its namespace, which may come from the provider.
        """
        if not self._needs_answer:
            return []
        answered = Object(self._context.cluster, "Service", namespace, name, is_plain=False)
        return self._declaring.declare([(answered, "service_name")], self._path)


def is_one_program(current: object) -> None:
    """Treat everything declared under these mocks as one program."""
    _programs[current] = Declarations()


def _program() -> Declarations:
    current: object = settings.get_monitor()
    if current is None:
        return Declarations()
    found = _programs.get(current)
    if found is not None:
        return found
    if isinstance(current, mocks.MockMonitor):
        return _program_of_test(current)
    made = _programs[current] = Declarations()
    return made


def _program_of_test(current: object) -> Declarations:
    """Return the declarations of the current test; empty if tests cannot be distinguished."""
    test = _test()
    if test is None:
        return Declarations()
    found = _tests.get(current)
    if found is None or found[0] != test:
        found = _tests[current] = test, Declarations(repeats=True)
    return found[1]


def _test() -> _Test | None:
    """Return what identifies a test: a task, an import, or a test function of pytest.

    `pulumi.runtime.test` makes a task of each test, as do test runners for coroutines. Fixtures and
    methods of `unittest` are left out, because their components need not belong together.
    """
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no loop runs
        task = None
    if task is not None:
        return ref(task)
    frame = inspect.currentframe()
    while frame and frame.f_code.co_name != "<module>":
        if frame.f_globals.get("__name__") == "unittest.case":
            return None
        frame = frame.f_back
    spec: object = frame.f_globals.get("__spec__") if frame else None
    is_imported: bool = getattr(spec, "_initializing", False)
    if isinstance(spec, ModuleSpec) and is_imported:
        return f"import {spec.name}"
    running = os.environ.get("PYTEST_CURRENT_TEST", "")
    return running if running.endswith("(call)") else None


def _number(resource: object) -> int:
    """Return a number that identifies a resource without keeping it alive; 0 for None."""
    if resource is None:
        return 0
    found = _numbers.get(resource)
    if found is None:
        found = _numbers[resource] = next(_count)
    return found
