"""The objects of one document."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from ..._yaml import KUBECTL, Item, Place, PlacedList, PlacedMap, Problem, Reader, YamlProblems
from ..._yaml import locate as locate_field
from ..._yaml.reader import SECOND_DOCUMENT
from ...validation.untyped import mapping, text
from . import json_text

Trail = tuple[int, ...]
"""Which item it is of the document's list, and of lists within; empty for the document itself."""

_ITEMS = "items"
_AFTER_THE_END = ("did not find expected <document start>", SECOND_DOCUMENT)
_DROPPED = "kubectl drops what follows the end of a document; put `---` before it"
_NOTHING = re.compile(rb"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a file."""

    line: int
    """How many lines of the file are before it."""
    text: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One object, or what stands in its place."""

    chunk: Chunk
    """The text of its document."""
    document: int
    """Which document of the file it is in, from 0."""
    item: Trail
    value: Any


def is_manifest(value: Any) -> bool:
    """Return whether something is an object of some API, so that its text may be shown.

    What is not may be any file of this machine, to which a link or a mistake has led.
    """
    fields = mapping(value)
    return bool(text(fields.get("apiVersion")) and text(fields.get("kind")))


def parts(chunk: Chunk) -> Iterator[tuple[Chunk, Any]]:
    """Return the documents of a part without `---`: one of YAML, or any number of JSON values.

    With each goes its value, or None where it has to be read as YAML.
    """
    if not json_text.may_be(chunk.text):
        yield chunk, None
        return
    line = chunk.line
    for part, value in json_text.values(chunk.text):
        yield Chunk(line, part), value
        line += part.count(b"\n")


def entries(chunk: Chunk, document: int, value: Any = None) -> Iterator[Entry]:
    """Return the objects of a document, those of a list one by one, as kubectl takes it apart.

    Args:
        chunk: Its text.
        document: Which one it is.
        value: Its value where it is known. Defaults to None: the text is read as YAML.

    Raises:
        YamlProblems: It cannot be read. What was given before that is right.
    """
    items = _yaml_items(chunk.text, placed=False) if value is None else _json_items(value)
    for trail, one in _objects(items):
        yield Entry(chunk, document, trail, one)


def places(chunk: Chunk, wanted: Mapping[Trail, Iterable[str]]) -> dict[tuple[Trail, str], Place]:
    """Find fields of a document's objects: by object and field path, their places in the file.

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
    """Return the place of a document's first line that holds something."""
    before = _NOTHING.match(chunk.text)
    lines = before[0].count(b"\n") if before else 0
    return Place(chunk.line + 1 + lines, 1)


def _yaml_items(content: bytes, *, placed: bool) -> Iterator[Item]:
    reader = Reader(content, KUBECTL, placed=placed, split=_ITEMS)
    problems = 0
    value: Any = None
    try:
        for item in reader.items():
            value = item.value
            if len(reader.problems) == problems and not reader.empty:
                yield item
            problems = len(reader.problems)
    except YamlProblems as error:
        raise YamlProblems(_without_paths(_explained(error.problems, content))) from None
    if problems:
        known = is_manifest(value)
        raise YamlProblems(reader.problems if known else _without_paths(reader.problems))


def _without_paths(problems: Iterable[Problem]) -> list[Problem]:
    return [replace(one, path="") for one in problems]


def _explained(problems: Iterable[Problem], content: bytes) -> list[Problem]:
    """Report what kubectl does: it splits documents by lines and reads the first of each part."""
    if content.lstrip().startswith(b"%"):
        return [Problem(1, 1, "kubectl does not accept directives such as %YAML")]
    return [
        replace(one, reason=_DROPPED) if one.reason in _AFTER_THE_END else one for one in problems
    ]


def _json_items(value: Any) -> Iterator[Item]:
    items = mapping(value).get(_ITEMS)
    if isinstance(items, list):
        for index, item in enumerate(cast("list[Any]", items)):
            yield Item(index, item)
        yield Item(None, {**value, _ITEMS: []})
    else:
        yield Item(None, value)


def _objects(items: Iterable[Item]) -> Iterator[tuple[Trail, Any]]:
    """Take nested lists apart; items without `kind` inherit it from the list."""
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
