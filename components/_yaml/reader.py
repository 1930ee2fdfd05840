"""Makes plain values from YAML events."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, cast

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from ..core.findings import join
from .colons import Marks, mark_colons, unmarked
from .places import Place, PlacedList, PlacedMap
from .problems import Problem, YamlProblems, parser_problem

MAX_DEPTH = 256
"""The maximum nesting of lists and maps. Kubernetes allows 10 000 and uses about 50."""
MAX_NODES = 1_000_000
"""The maximum of values in one object, and of values from aliases in a document. The API server
refuses requests of more than 3 MiB."""

SECOND_DOCUMENT = "a second document begins here"


class Scalars(Protocol):
    """Reads the values of scalars."""

    plain: dict[str, Any]
    """The value of each plain scalar without a tag, by its text. May raise ValueError."""
    barred_in_flow: str
    """A character that plain scalars between brackets may not contain. Empty for none."""

    def tagged(self, text: str, tag: str) -> Any:
        """Return the value of a scalar with a tag. May raise ValueError."""
        ...

    def key(self, value: Any) -> str:
        """Return a key as text. May raise ValueError."""
        ...


class Item(NamedTuple):
    """A document, or one item of its list of objects."""

    number: int | None
    """The index of the item, from 0; None for the document."""
    value: Any


class Reader:
    """Reads one document.

    Problems that leave the rest readable, such as a key given twice, are collected in `problems`.
    """

    def __init__(
        self, text: bytes, scalars: Scalars, *, placed: bool = False, split: str = ""
    ) -> None:
        """Prepare to read.

        Args:
            text: One document of YAML, in UTF-8.
            scalars: Reads the values of scalars.
            placed: Whether to return mappings and lists with their places. Defaults to False.
            split: The field of the document's mapping whose items are yielded one by one, instead
                of being kept. Defaults to "": none.
        """
        self.problems: list[Problem] = []
        self.empty = True
        """Whether the document is empty, without even a null."""
        self._text = mark_colons(text)
        self._marks = Marks(self._text) if self._text is not text else None
        self._scalars = scalars
        self._placed = placed
        self._split = split
        self._anchors: dict[str, _Anchor] = {}
        self._ready: list[Any] = []
        self._stack: list[_Frame] = []
        self._frame = _Frame([], is_map=False)
        self._root = self._frame.value
        self._nodes = 0
        self._nodes_before = 0
        self._aliased = 0
        self._index = 0
        self._deepest = 0

    def document(self) -> Any:
        """Return the document's value.

        Raises:
            YamlProblems: It cannot be read.
        """
        return [item.value for item in self.items()][-1]

    def items(self) -> Iterator[Item]:
        """Yield the items of the split field, and finally the document without them.

        Raises:
            YamlProblems: The document cannot be read. Items yielded before are valid.
        """
        for _ in self._events():
            while self._ready:
                self._nodes_before = self._nodes
                yield Item(self._index, self._ready.pop())
                self._index += 1
        yield Item(None, self._root[0] if self._root else None)

    def _events(self) -> Iterator[None]:
        """Process the events, and yield whenever an item may be ready."""
        handlers: dict[type, Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceStartEvent: self._open,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._start,
            DocumentEndEvent: _pass,
            StreamStartEvent: _pass,
            StreamEndEvent: _pass,
        }
        ready = self._ready
        try:
            parser = parser_of(self._text)
            for event in iter(parser.get_event, None):
                handlers[type(event)](event)
                if ready:
                    yield
        except yaml.YAMLError as error:
            raise YamlProblems([*self.problems, parser_problem(error, self._text)]) from None

    def _start(self, event: Any) -> None:
        if self._root:
            raise self._fatal(event, SECOND_DOCUMENT)

    def _scalar(self, event: Any) -> None:
        self._count(1, event)
        tag = event.tag
        text = event.value if self._marks is None else unmarked(event.value)
        value: Any
        try:
            if tag is not None:
                value = self._scalars.tagged(text, tag)
            elif event.implicit[0]:
                value = self._plain(text)
            else:
                value = text
        except (ValueError, yaml.YAMLError) as error:
            value = None
            reason = error.problem if isinstance(error, yaml.MarkedYAMLError) else error
            self._problem(event, str(reason))
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(value, 1, -1)
        if not self._stack:
            self.empty = text == "" and tag is None and event.implicit[0]
        self._add(value, event)

    def _plain(self, text: str) -> Any:
        barred = self._scalars.barred_in_flow
        if barred and barred in text and self._frame.event and self._frame.event.flow_style:
            raise ValueError(f"plain text with a `{barred}` between brackets: put it in quotes")
        return self._scalars.plain[text]

    def _open(self, event: Any) -> None:
        depth = len(self._stack) + 1
        if depth > MAX_DEPTH:
            raise self._fatal(event, f"lists and maps are nested more than {MAX_DEPTH} deep")
        self._count(1, event)
        self.empty = False
        is_map = type(event) is MappingStartEvent
        frame = _Frame(self._container(event, is_map=is_map), is_map=is_map)
        if event.anchor is not None:
            frame.anchor = self._anchors[event.anchor] = _Anchor(frame.value, 0, self._deepest)
            frame.nodes_before = self._nodes - 1
            self._deepest = depth
        elif not is_map and depth == 2 and self._split and self._frame.key == self._split:  # noqa: PLR2004
            frame.value = self._ready
            frame.places = []
        self._deepest = max(self._deepest, depth)
        frame.event = event
        self._stack.append(self._frame)
        self._frame = frame

    def _container(self, event: Any, *, is_map: bool) -> Any:
        if not self._placed:
            return {} if is_map else []
        return PlacedMap(self._place(event)) if is_map else PlacedList(self._place(event))

    def _close(self, _event: Any) -> None:
        frame = self._frame
        anchor = frame.anchor
        if anchor is not None:
            height = self._deepest - len(self._stack)
            self._deepest = max(self._deepest, anchor.height)
            anchor.height = height
            anchor.nodes = self._nodes - frame.nodes_before
        self._frame = self._stack.pop()
        value = frame.value
        if value is self._ready:
            value = self._container(frame.event, is_map=False)
        self._add(value, frame.event)

    def _alias(self, event: Any) -> None:
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            raise self._fatal(event, "found undefined alias")
        if not anchor.nodes:
            self._problem(event, "this alias contains itself")
            self._add(None, event)
            return
        depth = len(self._stack) + 1 + anchor.height
        if depth > MAX_DEPTH:
            raise self._fatal(event, f"lists and maps are nested more than {MAX_DEPTH} deep")
        self._deepest = max(self._deepest, depth)
        self._count(anchor.nodes, event)
        self._aliased += anchor.nodes
        if self._aliased > MAX_NODES:
            raise self._fatal(event, f"aliases expand to more than {MAX_NODES} values")
        self._add(anchor.value, event)

    def _add(self, value: Any, event: Any) -> None:
        """Add a complete value to its parent."""
        frame = self._frame
        if not frame.is_map:
            frame.value.append(value)
            if self._placed and self._stack:
                frame.list_places.append(self._place(event))
        elif frame.key is _NO_KEY:
            frame.key = self._key(frame, value, event)
        else:
            if type(frame.key) is str:
                frame.value[frame.key] = value
            elif frame.key is _MERGE:
                self._merge(frame, value, event)
            frame.key = _NO_KEY

    def _key(self, frame: "_Frame", value: Any, event: Any) -> Any:
        if value == "<<" and type(event) is ScalarEvent and _is_merge(event):
            return _MERGE
        try:
            key = self._scalars.key(value)
        except ValueError as error:
            self._problem(event, str(error))
            return _SKIP
        if key in frame.value:
            if key not in frame.merged:
                self._problem(event, "this key is given twice", key)
            frame.merged -= {key}
        if self._placed:
            frame.value.places[key] = self._place(event)
        return key

    def _merge(self, frame: "_Frame", value: Any, event: Any) -> None:
        """Merge the fields of other mappings, as go-yaml v2 does: they replace earlier ones."""
        values = cast("list[Any]", value) if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) for one in values):
            self._problem(event, "`<<` takes a mapping, or a list of mappings")
            return
        for one in reversed(values):
            frame.value.update(one)
            frame.merged |= one.keys()
            if self._placed:
                frame.value.places.update(one.places)

    def _count(self, nodes: int, event: Any) -> None:
        self._nodes += nodes
        if self._nodes - self._nodes_before > MAX_NODES:
            raise self._fatal(event, f"one object has more than {MAX_NODES} values")

    def _problem(self, event: Any, reason: str, key: str = "") -> None:
        place = self._place(event)
        self.problems.append(Problem(*place, reason, join(self._path(), key)))

    def _fatal(self, event: Any, reason: str) -> YamlProblems:
        return YamlProblems([*self.problems, Problem(*self._place(event), reason)])

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        shift = self._marks.before(mark.line, mark.column) if self._marks else 0
        return Place(mark.line + 1, mark.column + 1 - shift)

    def _path(self) -> str:
        path = ""
        for frame in [*self._stack[1:], self._frame]:
            if not frame.is_map:
                index = self._index if frame.value is self._ready else len(frame.value)
                path += f"[{index}]" if frame.event else ""
            elif type(frame.key) is str:
                path = join(path, frame.key)
        return path


class _Anchor:
    """The value of an alias."""

    __slots__ = ("height", "nodes", "value")

    def __init__(self, value: Any, nodes: int, height: int) -> None:
        self.value = value
        self.nodes = nodes
        """The number of its values; 0 while it is being read."""
        self.height = height
        """The number of levels below it, -1 for a scalar; while it is being read, the depth of the
        document before it."""


class _Frame:
    """A list or map that is being read."""

    __slots__ = ("anchor", "event", "is_map", "key", "merged", "nodes_before", "places", "value")

    def __init__(self, value: Any, *, is_map: bool) -> None:
        self.value = value
        self.is_map = is_map
        self.key: Any = _NO_KEY
        """The key of the next value."""
        self.merged: frozenset[str] = _NOTHING
        """The keys that `<<` added, which may be given again."""
        self.anchor: _Anchor | None = None
        self.nodes_before = 0
        self.event: Any = None
        self.places: list[Place] | None = None

    @property
    def list_places(self) -> list[Place]:
        return self.value.places if self.places is None else self.places


_NO_KEY, _MERGE, _SKIP = object(), object(), object()
_NOTHING: frozenset[str] = frozenset()


def _pass(_event: Any) -> None:
    pass


def _is_merge(event: Any) -> bool:
    return bool(event.implicit[0]) or event.tag == "tag:yaml.org,2002:merge"


def parser_of(text: bytes) -> Any:
    """Return the parser of a text: libyaml's, or PyYAML's own."""
    try:
        from yaml._yaml import CParser  # noqa: PLC0415, PyYAML may lack libyaml
    except ImportError:
        from .pure import PureParser  # noqa: PLC0415

        return PureParser(text)
    return CParser(text)
