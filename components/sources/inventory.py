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

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, cast

import yaml

from .._inputs import read
from ..core.external_name_service import plan_external_name_service
from ..core.external_service import plan_external_service
from ..core.findings import join
from ..external_name_service import ExternalNameServiceArgs
from ..external_service import ExternalServiceArgs
from .errors import SourceError

__all__ = ["Inventory", "InventoryError", "load"]

_SECTIONS: Mapping[str, tuple[type, Any]] = {
    "services": (ExternalServiceArgs, plan_external_service),
    "external_names": (ExternalNameServiceArgs, plan_external_name_service),
}


class InventoryError(SourceError):
    """An inventory file cannot be used. Names the file, the line and the reason of each error."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What an inventory file holds, checked."""

    services: dict[str, ExternalServiceArgs]
    """Arguments of an `ExternalService` by name."""
    external_names: dict[str, ExternalNameServiceArgs]
    """Arguments of an `ExternalNameService` by name."""


def load(path: str | PathLike[str]) -> Inventory:
    """Read an inventory file and check everything in it.

    Args:
        path: The file, relative to the working directory.

    Raises:
        InventoryError: The file cannot be read, or an entry cannot be used. All errors at once.
    """
    file = Path(path)
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise InventoryError(f"{file}: {error}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else str(file)
        raise InventoryError(f"{where}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise InventoryError(f"{file}: {error}") from None
    reader = _Reader(file)
    content: Any = (reader.value(root, "") if root else None) or {}
    errors = [*reader.errors, *_judge(content, reader.lines)]
    if errors:
        lines = [f"{file}:{line}: {reason}" for line, reason in sorted(errors)]
        raise InventoryError("\n".join(lines))
    return Inventory(content.get("services") or {}, content.get("external_names") or {})


class _Reader:
    """Makes plain values of YAML nodes and keeps the line of each field."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[str, int] = {}
        self.errors: list[tuple[int, str]] = []
        self._open: list[yaml.Node] = []
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, path: str) -> Any:
        if node in self._open:
            self.errors.append((node.start_mark.line + 1, f"{path}: contains itself"))
            return None
        self._open.append(node)
        try:
            return self._value(node, path)
        finally:
            self._open.pop()

    def _value(self, node: yaml.Node, path: str) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            items = cast("list[yaml.Node]", node.value)
            return [self.value(item, f"{path}[{index}]") for index, item in enumerate(items)]
        try:
            return self._scalars.construct_object(node)  # pyright: ignore[reportUnknownMemberType]
        except (yaml.YAMLError, ValueError) as error:
            reason = error.problem if isinstance(error, yaml.MarkedYAMLError) else error
            self.errors.append((node.start_mark.line + 1, f"{path}: {reason}"))
            return None

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            line, held = key_node.start_mark.line + 1, self.lines[path]
            key = self.value(key_node, path)
            self.lines[path] = held
            if not isinstance(key, str):
                self.errors.append((line, f"{path}: the key {key!r} is not a string"))
                continue
            field = join(path, key)
            if key in mapping:
                self.errors.append((line, f"{field}: given twice"))
            mapping[key] = self.value(value_node, field)
            self.lines[field] = line
            self.lines.setdefault(f"{path}[{key}]", line)
        return mapping


def _judge(content: Any, lines: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    if not isinstance(content, dict):
        yield 1, f"must be a mapping with {' and '.join(_SECTIONS)}"
        return
    for section, entries in cast("dict[str, Any]", content).items():
        if section not in _SECTIONS:
            yield lines[section], f"{section}: unknown section; known: {', '.join(_SECTIONS)}"
        elif entries is not None and not isinstance(entries, dict):
            yield lines[section], f"{section}: must be a mapping of names"
        else:
            kind, planner = _SECTIONS[section]
            for name, args in cast("dict[str, Any]", entries or {}).items():
                yield from _judge_entry(join(section, name), name, kind, planner, args, lines)


def _judge_entry(
    path: str, name: str, kind: type, planner: Any, args: Any, lines: Mapping[str, int]
) -> Iterator[tuple[int, str]]:
    inputs = read(kind, {} if args is None else args)
    if inputs.values is not None:
        planner(inputs.values, name, inputs.findings)
    for finding in inputs.findings:
        where = finding.under(path)
        yield _line(where.path, lines), str(where)


def _line(path: str, lines: Mapping[str, int]) -> int:
    """Give the line of a field, or of what holds it where the field itself is missing."""
    while path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines[path]
