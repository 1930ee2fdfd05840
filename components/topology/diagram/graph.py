"""The contents of a diagram: boxes in three columns, by namespace.

For up to a dozen Services, each is shown with its path: routes, the Service, its endpoints. More
Services are grouped by namespace and state: broken ones have their own boxes, the others lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from ..explanation import Explanation, Verdict
from ..model import Backend, Endpoints, Path

DETAILED = 12
"""The maximum of Services that are shown with their paths."""

State = Literal["sound", "broken", "unknown", "plain"]

_MOST_LINES = 8
_MOST_WEAK = 3
_MOST_BOXES = 12
_MARKS = {"ready": "+", "draining": "~", "not ready": "x"}
_STATES: dict[Verdict, State] = {
    Verdict.SOUND: "sound",
    Verdict.BROKEN: "broken",
    Verdict.UNKNOWN: "unknown",
}
_TITLES: dict[State, str] = {"broken": "broken", "unknown": "cannot tell", "sound": "sound"}


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the diagram."""

    column: int
    title: str
    lines: Sequence[str]
    state: State


@dataclass(frozen=True, slots=True)
class Band:
    """Boxes that belong together; those of a column are stacked."""

    boxes: Sequence[Box]
    edges: Sequence[tuple[int, int]]
    """Pairs of positions in `boxes`."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A namespace."""

    title: str
    bands: Sequence[Band]


@dataclass(frozen=True, slots=True)
class Graph:
    """A diagram."""

    title: str
    panels: Sequence[Panel]


def graph_of(explanations: Sequence[Explanation]) -> Graph:
    """Return the diagram of Services."""
    is_detailed = len(explanations) <= DETAILED
    ordered = sorted(explanations, key=lambda one: (one.namespace, one.name))
    panels: list[Panel] = []
    for namespace, found in groupby(ordered, key=lambda one: one.namespace):
        members = list(found)
        bands = [_detailed(one) for one in members] if is_detailed else [_grouped(members)]
        panels.append(Panel(_title(namespace, members), bands))
    return Graph(_title("", ordered), panels)


def _title(namespace: str, members: Sequence[Explanation]) -> str:
    states = [_STATES[one.verdict] for one in members]
    counts = [
        f"{states.count(state)} {title}" for state, title in _TITLES.items() if state in states
    ]
    number = f"{len(members)} Service{'s' if len(members) != 1 else ''}"
    start = f"namespace {namespace}: " if namespace else ""
    return f"{start}{number}{', ' if counts else ''}{', '.join(counts)}"


def _detailed(one: Explanation) -> Band:
    path = one.path
    service = Box(1, one.name, list(_of_service(one)), _STATES[one.verdict])
    if path is None:
        return Band([service], [])
    into = [
        Box(0, f"{route.kind} {route.name}", [route.match, f"port {route.port}"], "plain")
        for route in path.routes
    ]
    into += [
        Box(
            0,
            f"NetworkPolicy {policy.name}",
            [policy.direction, policy.effect],
            "broken" if policy.effect == "blocks" else "plain",
        )
        for policy in path.policies
    ]
    if not into:
        into = [Box(0, path.client or "any client", [path.dns], "plain")]
    out = [_of_endpoints(endpoints) for endpoints in path.endpoints]
    if path.external_name:
        out = [Box(2, "outside the cluster", [path.external_name], "plain")]
    elif not out:
        is_unseen = "EndpointSlice" in one.unseen
        title = "EndpointSlices: not seen" if is_unseen else "no EndpointSlice"
        out = [Box(2, title, [], "broken" if one.first else "unknown")]
    at = len(into)
    edges = [(place, at) for place in range(at)]
    edges += [(at, at + 1 + place) for place in range(len(out))]
    return Band([*into, service, *out], edges)


def _of_service(one: Explanation) -> Iterator[str]:
    path = one.path
    if path is not None:
        yield ("headless" if path.is_headless else path.type) + _addresses(path)
        for port in () if path.external_name else path.ports:
            mark = "?" if port.backends is None else "+" if port.backends else "x"
            number = "" if port.backends is None else f": {port.backends}"
            yield f"{mark} {port}{number}"
    if one.first is not None:
        yield f"x {one.first.code}"
    elif one.unknown:
        yield f"? {one.unknown[0]}"
    weak = dict.fromkeys(other.code for other in one.problems if other.level == "warning")
    yield from (f"! {code}" for code in list(weak)[:_MOST_WEAK])


def _addresses(path: Path) -> str:
    return f" {path.addresses[0]}" if path.addresses and not path.is_headless else ""


def _of_endpoints(one: Endpoints) -> Box:
    lines = [", ".join(one.ports) or "no ports"]
    lines += [_of_backend(backend) for backend in one.backends[:_MOST_LINES]]
    if more := len(one.backends) - _MOST_LINES:
        lines += [f"... and {more} more"] if more > 0 else []
    serves = any(backend.serves for backend in one.backends)
    return Box(2, f"{one.kind} {one.name}", lines, "plain" if serves else "broken")


def _of_backend(one: Backend) -> str:
    mark = _MARKS[one.state] if one.serves else "x"
    more = one.pod or one.zone
    return f"{mark} {one.address}{f' ({more})' if more else ''}"


def _grouped(members: Sequence[Explanation]) -> Band:
    """Return the Services of a namespace by state, the broken ones each in a box."""
    by_state = {
        state: [one for one in members if _STATES[one.verdict] == state] for state in _TITLES
    }
    broken = by_state["broken"]
    columns = 1 if by_state["unknown"] else 2
    boxes = [
        Box(place % columns, one.name, [f"x {one.first.code}"] if one.first else [], "broken")
        for place, one in enumerate(broken[:_MOST_BOXES])
    ]
    if len(broken) > _MOST_BOXES:
        rest = broken[_MOST_BOXES:]
        boxes.append(Box(0, f"{len(rest)} more broken", list(_names(rest)), "broken"))
    for column, state in ((1, "unknown"), (2, "sound")):
        found = by_state[state]  # type: ignore[index]
        if found:
            title = f"{len(found)} {_TITLES[state]}"  # type: ignore[index]
            boxes.append(Box(column, title, list(_names(found)), _STATES[found[0].verdict]))
    return Band(boxes, [])


def _names(members: Sequence[Explanation]) -> Iterator[str]:
    most = _MOST_LINES * 2
    shown = members if len(members) <= most else members[: most - 1]
    for one in shown:
        ports = one.path.ports if one.path else ()
        backends = max((port.backends or 0 for port in ports), default=0)
        yield f"{one.name} ({backends})" if backends else one.name
    if len(shown) < len(members):
        yield f"... and {len(members) - len(shown)} more"
