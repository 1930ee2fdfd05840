"""Backends from a YAML file that an operator edits.

The file maps the name of each Service to its arguments, those of `ExternalService` under
`services` and those of `ExternalNameService` under `external_names`:

    services:
      orders-db:
        ports: [{name: postgres, port: 5432}]
        addresses: [192.0.2.10, 2001:db8::10]
    external_names:
      payments: {external_name: api.payments.example}
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from .._runtime.component import Blueprint
from .._runtime.inputs import read
from .._yaml import PlacedMap, Reader, YamlProblems, character_problem, locate, plain
from ..core.arguments import typed
from ..core.findings import join
from ..services.external import EXTERNAL_SERVICE, ExternalServiceArgs
from ..services.external_name import EXTERNAL_NAME_SERVICE, ExternalNameServiceArgs
from .errors import SourceError

__all__ = ["Inventory", "InventoryError", "load"]

_SECTIONS: Mapping[str, Blueprint[Any, Any]] = {
    "services": EXTERNAL_SERVICE,
    "external_names": EXTERNAL_NAME_SERVICE,
}


class InventoryError(SourceError):
    """An inventory file cannot be used. Names the file, the line and the reason of each error."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The checked contents of an inventory file."""

    services: dict[str, ExternalServiceArgs]
    """Arguments of an `ExternalService` by name."""
    external_names: dict[str, ExternalNameServiceArgs]
    """Arguments of an `ExternalNameService` by name."""


def load(path: str | PathLike[str]) -> Inventory:
    """Read an inventory file and check everything in it.

    Args:
        path: The file, relative to the working directory.

    Raises:
        InventoryError: The file cannot be read, or entries are invalid. It lists all errors.
    """
    file = Path(path)
    try:
        text = file.read_bytes()
    except OSError as error:
        raise InventoryError(f"{file}: {error}") from None
    strange = character_problem(text)
    if strange is not None:
        raise InventoryError(f"{file}: {strange.reason}, line {strange.line}")
    reader = Reader(text, _Scalars(), placed=True)
    try:
        placed = reader.document() or PlacedMap()
    except YamlProblems as stopped:
        lines = [f"{file}:{one.line}:{one.column}: {one.reason}" for one in stopped.problems[-1:]]
        raise InventoryError("\n".join(lines)) from None
    errors = [(one.line, f"{one.path}: {one.reason}") for one in reader.problems]
    content = plain(placed)
    errors += _validate(content, lambda field: locate(placed, field).line)
    if errors:
        lines = [f"{file}:{line}: {reason}" for line, reason in sorted(errors)]
        raise InventoryError("\n".join(lines))
    return Inventory(content.get("services") or {}, content.get("external_names") or {})


class _Plain(dict[str, Any]):
    """The values of plain scalars as PyYAML reads them."""

    def __init__(self, scalars: "_Scalars") -> None:
        self._scalars = scalars

    def __missing__(self, text: str) -> Any:
        if text == "<<":
            return text
        return self._scalars.tagged(text, self._scalars.tag_of(text))


class _Scalars:
    """Reads scalars as PyYAML's safe loader does; keys are text."""

    barred_in_flow = ""

    def __init__(self) -> None:
        self.plain: dict[str, Any] = _Plain(self)
        self._resolver = Resolver()
        self._constructor = SafeConstructor()

    def tag_of(self, text: str) -> str:
        resolver: Any = self._resolver
        return str(resolver.resolve(yaml.ScalarNode, text, (True, False)))

    def tagged(self, text: str, tag: str) -> Any:
        constructor: Any = self._constructor
        return constructor.construct_object(yaml.ScalarNode(tag, text))

    def key(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"the key {value!r} is not a string")  # noqa: TRY004, as the others do
        return value


def _validate(content: Any, line_of: Callable[[str], int]) -> Iterator[tuple[int, str]]:
    if not isinstance(content, dict):
        yield 1, f"must be a mapping with {' and '.join(_SECTIONS)}"
        return
    for section, entries in cast("dict[str, Any]", content).items():
        if section not in _SECTIONS:
            yield line_of(section), f"{section}: unknown section; known: {', '.join(_SECTIONS)}"
        elif entries is not None and not isinstance(entries, dict):
            yield line_of(section), f"{section}: must be a mapping of names"
        else:
            for name, args in cast("dict[str, Any]", entries or {}).items():
                yield from _validate_entry(
                    join(section, name), name, _SECTIONS[section], args, line_of
                )


def _validate_entry(
    path: str, name: str, blueprint: Blueprint[Any, Any], args: Any, line_of: Callable[[str], int]
) -> Iterator[tuple[int, str]]:
    inputs = read(blueprint.given, {} if args is None else args)
    if inputs.values is not None:
        made = typed(blueprint.args, inputs.values)
        blueprint.plan(made, name, inputs.findings, frozenset())
    for finding in inputs.findings:
        where = finding.under(path)
        yield line_of(where.path), str(where)
