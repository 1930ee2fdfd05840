"""Reads the arguments of components from TypedDicts into plain values.

The annotations of the TypedDict are the only definition of what each field accepts. `read` checks a
value and everything in it against them, collects all errors, and replaces every `Output` with an
`Unknown`.
"""

import difflib
import inspect
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import pulumi
from pulumi import output

from ..core.findings import Finding, forbidden, invalid, join, not_supported, required
from ..core.found import FoundBackend, query_of
from ..core.unknown import Unknown, contains_output

_NAMES = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(slots=True)
class Inputs:
    """Arguments as plain values, and the Outputs among them."""

    values: Any
    """The plain values, with an `Unknown` for each `Output`."""
    outputs: dict[str, pulumi.Output[Any]] = field(default_factory=dict[str, pulumi.Output[Any]])
    """The `Output`s by field path."""
    findings: list[Finding] = field(default_factory=list[Finding])
    kind: type = dict
    """The TypedDict of all arguments."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The values that a field accepts, read from its annotation."""

    plain: Any
    """`str`, `int`, `bool`, an Enum, a TypedDict, `Sequence` or `Mapping`."""
    item: "_Shape | None" = None
    """For a list or a map, the shape of its items."""
    may_be_output: bool = False


def read(kind: type, values: object) -> Inputs:
    """Check the arguments of a component against its TypedDict `kind`."""
    inputs = Inputs({}, kind=kind)
    plain = _read(_Shape(kind), values, "", inputs)
    inputs.values = None if plain is _BAD else plain
    return inputs


def substitute(value: Any, found: Mapping[str, Any], kind: type, findings: list[Finding]) -> Any:
    """Return a value with its `Unknown`s replaced by known values, checked as by `read`.

    Args:
        value: The values that `read` returned.
        found: The known values by field path.
        kind: The TypedDict that `value` was read from.
        findings: Collects their errors.
    """
    inputs = Inputs({}, findings=findings, kind=kind)
    plain = _read(_Shape(kind), _replace(value, found), "", inputs)
    findings.extend(forbidden(path, "an Output within an Output") for path in inputs.outputs)
    return plain


def _replace(value: object, found: Mapping[str, Any]) -> Any:
    if isinstance(value, Unknown):
        return found[value.path]
    if isinstance(value, dict):
        record = cast("dict[str, Any]", value)
        replaced = _like(record)
        replaced.update((key, _replace(item, found)) for key, item in record.items())
        return replaced
    if isinstance(value, list):
        return [_replace(item, found) for item in cast("list[Any]", value)]
    return value


@cache
def _shape(annotation: Any) -> _Shape:
    parts = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    outputs = [part for part in parts if get_origin(part) in (pulumi.Output, Awaitable)]
    (plain,) = [part for part in parts if part not in outputs and part is not type(None)]
    origin = get_origin(plain)
    if origin is None:
        return _Shape(plain, may_be_output=bool(outputs))
    return _Shape(origin, _shape(get_args(plain)[-1]), may_be_output=bool(outputs))


@cache
def _fields(kind: type) -> tuple[dict[str, _Shape], frozenset[str]]:
    """Return the shape of each field of a TypedDict, and which fields are required."""
    hints = get_type_hints(kind, localns=vars(output))  # `pulumi.Input` refers to its names
    return {name: _shape(hint) for name, hint in hints.items()}, kind.__required_keys__  # type: ignore[attr-defined]


def _read(shape: _Shape, value: Any, path: str, inputs: Inputs) -> Any:
    """Return the plain value, or `_BAD` if it is invalid."""
    if isinstance(value, pulumi.Output) or inspect.isawaitable(value):
        if not shape.may_be_output:
            inputs.findings.append(
                forbidden(path, "must be a plain value, an Output cannot be used here")
            )
            return _BAD
        inputs.outputs[path] = pulumi.Output.from_input(cast("pulumi.Input[Any]", value))
        return Unknown(path)
    if isinstance(value, str) and contains_output(value):
        inputs.findings.append(_made_of_output(path, may_be_output=shape.may_be_output))
        return _BAD
    if shape.item is not None:
        read_items = _read_map if shape.plain is Mapping else _read_list
        return read_items(shape.item, value, path, inputs)
    if is_typeddict(shape.plain):
        return _read_record(shape.plain, value, path, inputs)
    if issubclass(shape.plain, Enum):
        return _read_member(shape.plain, value, path, inputs)
    return _read_scalar(shape.plain, value, path, inputs)


def _read_map(item: _Shape, value: object, path: str, inputs: Inputs) -> Any:
    if not isinstance(value, Mapping):
        return _wrong(path, value, "a mapping", inputs)
    entries = {
        key: _read(item, entry, f"{path}[{key}]", inputs)
        for key, entry in _text_keys(cast("Mapping[Any, Any]", value), path, inputs)
    }
    if item.may_be_output:
        return {
            key: _stand_in(item, f"{path}[{key}]") if entry is _BAD else entry
            for key, entry in entries.items()
        }
    return {key: entry for key, entry in entries.items() if entry is not _BAD}


def _read_list(item: _Shape, value: object, path: str, inputs: Inputs) -> Any:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
        return _wrong(path, cast("object", value), "a list", inputs)
    entries = cast("Sequence[Any]", value)
    if item.plain is str and all(
        type(entry) is str and not contains_output(entry) for entry in entries
    ):
        return list(entries)
    checked = [
        _read(item, entry, f"{path}[{index}]", inputs) for index, entry in enumerate(entries)
    ]
    if is_typeddict(item.plain) or item.may_be_output:  # keeps the indices of the others
        return [
            _stand_in(item, f"{path}[{index}]") if entry is _BAD else entry
            for index, entry in enumerate(checked)
        ]
    return [entry for entry in checked if entry is not _BAD]


def _read_record(kind: type, value: object, path: str, inputs: Inputs) -> Any:
    if not isinstance(value, Mapping):
        return _wrong(path, value, "a mapping", inputs)
    fields, required_names = _fields(kind)
    record = _like(cast("object", value))
    for key, entry in _text_keys(cast("Mapping[Any, Any]", value), path, inputs):
        if key not in fields:
            close = difflib.get_close_matches(key, fields, 1)
            remedy = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(fields)}"
            inputs.findings.append(forbidden(join(path, key), "unknown field", remedy))
        elif entry is not None:
            checked = _read(fields[key], entry, join(path, key), inputs)
            if checked is not _BAD:
                record[key] = checked
            elif key in required_names or fields[key].may_be_output:
                record[key] = _stand_in(fields[key], join(path, key))
    for name in fields:
        if name in required_names and name not in record:
            inputs.findings.append(required(join(path, name)))
            record[name] = _stand_in(fields[name], join(path, name))
    return record


def _like(value: object) -> dict[str, Any]:
    """Return an empty record, which keeps the query if a source found the value."""
    query = query_of(value)
    return FoundBackend({}, query) if query else {}


def _text_keys(value: Mapping[Any, Any], path: str, inputs: Inputs) -> Iterator[tuple[str, Any]]:
    for key, entry in value.items():
        if isinstance(key, str):
            if contains_output(key):
                inputs.findings.append(invalid(path, None, "a key contains an Output", _PLAIN_KEY))
            else:
                yield key, entry
        else:
            _wrong(path, key, "a mapping with strings for keys", inputs)


def _read_member(kind: type[Enum], value: Any, path: str, inputs: Inputs) -> Any:
    try:
        return kind(value).value
    except ValueError:
        names = [str(member.value) for member in kind]
        inputs.findings.append(not_supported(path, value, names))
        return _BAD


def _read_scalar(kind: type, value: Any, path: str, inputs: Inputs) -> Any:
    if kind is int and isinstance(value, float) and value.is_integer():
        return int(value)  # other languages send every number as a float
    if kind is float and type(value) is int:
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return _wrong(path, value, _NAMES[kind], inputs)
    return value


_BAD = object()
"""The result of `_read` for an invalid value."""


def _stand_in(shape: _Shape, path: str) -> Any:
    """Return a replacement for an invalid value, so that all other errors are reported too."""
    if is_typeddict(shape.plain):
        fields, required_names = _fields(shape.plain)
        return {name: _stand_in(fields[name], join(path, name)) for name in required_names}
    if shape.item is not None:
        return {} if shape.plain is Mapping else []
    return Unknown(path)


def _wrong(path: str, value: object, expected: str, inputs: Inputs) -> object:
    kind = type(value).__name__
    shown = value if isinstance(value, str | int | float | bool) else None
    detail = f"must be {expected}, not {kind}"
    inputs.findings.append(invalid(path, shown, detail, _remedy(path, value, inputs)))
    return _BAD


def _remedy(path: str, value: object, inputs: Inputs) -> str:
    """Return what to give instead of a value of the wrong type, or an empty text."""
    if isinstance(value, pulumi.Resource):
        if hasattr(type(value), "metadata"):
            return "that is a resource: use its `.metadata.name`"
        example = ", such as `.name`" if hasattr(type(value), "name") else ""
        return f"that is a resource: use one of its outputs{example}"
    if isinstance(value, str) and path.endswith(".target_port"):
        fields, _ = _fields(inputs.kind)
        if "selector" in fields:
            return "to give the name of a container's port, use `target_port_name`"
        return "give the number: only Pods have named ports"
    return ""


_PLAIN = "must be plain: use only values that are known when the program runs"
_PLAIN_KEY = f"keys {_PLAIN}"


def _made_of_output(path: str, *, may_be_output: bool) -> Finding:
    """Return the error for text made from an Output, without showing the text."""
    if may_be_output:
        reason = "contains an Output; use `pulumi.Output.concat` or `.apply`"
        return invalid(path, None, reason, "this field takes an Output")
    return invalid(path, None, "contains an Output", f"this field {_PLAIN}")


def check_name(name: object) -> list[Finding]:
    """Return the error for a component's name that is not plain text."""
    if not isinstance(name, str):
        reason = f"must be a string, not {type(name).__name__}"
        return [invalid("name", None, reason, f"a component's name {_PLAIN}")]
    if contains_output(name):
        return [invalid("name", None, "contains an Output", f"a component's name {_PLAIN}")]
    return []
