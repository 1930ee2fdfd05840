"""The objects of one document."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from ..._yaml import KUBECTL, Item, Place, PlacedList, PlacedMap, Problem, Reader, YamlProblems
from ..._yaml import locate as locate_field
from ..._yaml.reader import SECOND_DOCUMENT
from ..._yaml.scalars import NO_KEY
from ...validation.untyped import mapping, text
from . import json_text

Trail = tuple[int, ...]
"""The index in the document's list, and in nested lists; empty for the document itself."""

_ITEMS = "items"
_AFTER_THE_END = ("did not find expected <document start>", SECOND_DOCUMENT)
_DROPPED = "kubectl drops what follows the end of a document; put `---` before it"
_TEMPLATE = "`{{ ... }}` looks like a template: render it first"
_NOTHING = re.compile(rb"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a file."""

    line: int
    """The number of lines before it in the file."""
    text: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One object, or another value in its place."""

    chunk: Chunk
    """The text of its document."""
    document: int
    """The index of its document in the file, from 0."""
    item: Trail
    value: Any


def is_manifest(value: Any) -> bool:
    """Return whether a value is an API object, so that its text may be shown.

    Anything else may be a private file of this machine that a link or a mistake led to.
    """
    fields = mapping(value)
    return bool(text(fields.get("apiVersion")) and text(fields.get("kind")))


def parts(chunk: Chunk) -> Iterator[tuple[Chunk, Any]]:
    """Yield the documents of a part without `---`: one of YAML, or any number of JSON values.

    Each comes with its value, or None if it must be read as YAML.
    """
    if not json_text.may_be(chunk.text):
        yield chunk, None
        return
    line = chunk.line
    for part, value in json_text.values(chunk.text):
        yield Chunk(line, part), value
        line += part.count(b"\n")


def entries(chunk: Chunk, document: int, value: Any = None) -> Iterator[Entry]:
    """Yield the objects of a document, split from lists as kubectl does.

    Args:
        chunk: Its text.
        document: Its index in the file.
        value: Its value, if known. Defaults to None: the text is read as YAML.

    Raises:
        YamlProblems: It cannot be read. Objects yielded before are valid.
    """
    items = _yaml_items(chunk.text, placed=False) if value is None else _json_items(value)
    for trail, one in _objects(items):
        yield Entry(chunk, document, trail, one)


def places(chunk: Chunk, wanted: Mapping[Trail, Iterable[str]]) -> dict[tuple[Trail, str], Place]:
    """Return the places in the file of fields of a document's objects, by object and field path.

    An object that cannot be found again is left out.
    """
    found: dict[tuple[Trail, str], Place] = {}
    as_yaml = json_text.as_yaml(chunk.text) if json_text.may_be(chunk.text) else chunk.text
    try:
        for trail, value in _objects(_yaml_items(as_yaml, placed=True)):
            if isinstance(value, PlacedMap | PlacedList):
                for path in wanted.get(trail, ()):
                    line, column = locate_field(value, path)
                    found[trail, path] = Place(chunk.line + line, column)
    except YamlProblems:
        pass
    return found


def first_place(chunk: Chunk) -> Place:
    """Return the place of a document's first non-empty line."""
    before = _NOTHING.match(chunk.text)
    lines = before[0].count(b"\n") if before else 0
    return Place(chunk.line + 1 + lines, 1)


def _yaml_items(content: bytes, *, placed: bool) -> Iterator[Item]:
    reader = Reader(content, KUBECTL, placed=placed, split=_ITEMS)
    known = 0
    value: Any = None
    try:
        for item in reader.items():
            value = item.value
            if len(reader.problems) == known and not reader.empty:
                yield item
            known = len(reader.problems)
    except YamlProblems as error:
        problems = _with_templates(error.problems, content)
        raise YamlProblems(_without_paths(_explained(problems, content))) from None
    if known:
        found = _with_templates(reader.problems, content)
        raise YamlProblems(found if is_manifest(value) else _without_paths(found))


def _without_paths(problems: Iterable[Problem]) -> list[Problem]:
    return [replace(one, path="") for one in problems]


def _explained(problems: Iterable[Problem], content: bytes) -> list[Problem]:
    """Return the problems, with how kubectl splits the text: by lines, reading each first part."""
    if content.lstrip().startswith(b"%"):
        return [Problem(1, 1, "kubectl does not accept directives such as %YAML")]
    return [
        replace(one, reason=_DROPPED) if one.reason in _AFTER_THE_END else one for one in problems
    ]


def _with_templates(problems: Iterable[Problem], content: bytes) -> list[Problem]:
    """Return the problems, each line with `{{ ... }}` once, which YAML reads as a map in a map."""
    lines = content.splitlines()
    found: dict[object, Problem] = {}
    for one in problems:
        line = b"".join(lines[one.line - 1 : one.line])
        is_template = one.reason == NO_KEY and b"{{" in line
        key = one.line if is_template else one
        found.setdefault(key, replace(one, reason=_TEMPLATE) if is_template else one)
    return list(found.values())


def _json_items(value: Any) -> Iterator[Item]:
    items = mapping(value).get(_ITEMS)
    if isinstance(items, list):
        for index, item in enumerate(cast("list[Any]", items)):
            yield Item(index, item)
        yield Item(None, {**value, _ITEMS: []})
    else:
        yield Item(None, value)


def _objects(items: Iterable[Item]) -> Iterator[tuple[Trail, Any]]:
    """Yield the objects of nested lists; items without `kind` inherit it from the list."""
    waiting: list[tuple[Trail, Any]] = []
    for index, value in items:
        if index is None:
            for trail, item in waiting:
                yield from _within(trail, _with_kind(item, value))
            yield from _within((), value)
        elif _says_no_kind(value):
            waiting.append(((index,), value))
        else:
            yield from _within((index,), value)


def _within(trail: Trail, value: Any) -> Iterator[tuple[Trail, Any]]:
    if not _is_list(value):
        yield trail, value
        return
    for index, item in enumerate(value[_ITEMS]):
        yield from _within((*trail, index), _with_kind(item, value))


def _is_list(value: Any) -> bool:
    fields = mapping(value)
    kind = fields.get("kind")
    return isinstance(kind, str) and kind.endswith("List") and isinstance(fields.get(_ITEMS), list)


def _says_no_kind(value: Any) -> bool:
    fields = mapping(value)
    return isinstance(value, dict) and not (fields.get("kind") or fields.get("apiVersion"))


def _with_kind(item: Any, parent: Any) -> Any:
    if _says_no_kind(item) and _is_list(parent):
        item["kind"] = parent["kind"].removesuffix("List")
        item["apiVersion"] = parent.get("apiVersion")
        if isinstance(item, PlacedMap):
            item.places |= dict.fromkeys(("kind", "apiVersion"), item.place)
    return item
