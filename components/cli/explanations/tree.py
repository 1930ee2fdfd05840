"""The path to one Service as a tree, after its first break."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from ...topology import Backend, Endpoints, Explanation, Path, Port, Problem, Verdict
from ..formats.wording import count, visible
from .style import Colour, Style

_MOST_BACKENDS = 12
_LABEL = 8
_COLOURS: dict[Verdict, Colour] = {
    Verdict.SOUND: "green",
    Verdict.BROKEN: "red",
    Verdict.UNKNOWN: "yellow",
}
_MARKS = {"break": "x", "warning": "!"}


def write_tree(
    explanation: Explanation, commands: Sequence[str], out: TextIO, *, style: Style, is_wide: bool
) -> None:
    """Write an explanation.

    Args:
        explanation: The explanation.
        commands: The kubectl commands that show the same.
        out: The stream to write to.
        style: The style of the text.
        is_wide: Whether all backends are listed.
    """
    out.writelines(f"{line}\n" for line in _head(explanation, style))
    if explanation.path is not None:
        out.write("\n")
        root = _Writer(style, is_wide=is_wide).tree(explanation)
        out.writelines(f"{line}\n" for line in root.lines(style))
    out.writelines(f"{line}\n" for line in _foot(explanation, commands, style))


def _head(explanation: Explanation, style: Style) -> Iterator[str]:
    name = f"Service {explanation.namespace}/{explanation.name}"
    verdict = style.paint(explanation.verdict.value, _COLOURS[explanation.verdict])
    yield f"{style.paint(visible(name), 'bold')}: {verdict}"
    for one in explanation.problems:
        yield from _problem(one, style)
    for text in explanation.unknown:
        yield f"{style.paint('?', 'yellow')} cannot tell {visible(text)}"


def _problem(one: Problem, style: Style) -> Iterator[str]:
    colour: Colour = "red" if one.level == "break" else "yellow"
    code = style.paint(f"[{one.code}]", "faint")
    yield f"{style.paint(_MARKS[one.level], colour)} {visible(one.text)} {code}"
    where = f"{one.subject}, {one.field}" if one.field else one.subject
    yield f"  {'at':<{_LABEL}}{visible(where)}"
    if one.remedy:
        yield f"  {'do':<{_LABEL}}{visible(one.remedy)}"
    if one.page:
        yield style.paint(f"  {'page':<{_LABEL}}{one.page}", "faint")


def _foot(explanation: Explanation, commands: Sequence[str], style: Style) -> Iterator[str]:
    if explanation.unseen:
        yield ""
        for kind, reason in explanation.unseen.items():
            yield f"{style.paint('?', 'yellow')} not seen: {kind}: {visible(reason)}"
    if commands:
        yield ""
        yield "the same with kubectl:"
        for command in commands:
            yield f"  {visible(command)}"


@dataclass
class _Node:
    text: str
    children: list["_Node"] = field(default_factory=list["_Node"])

    def add(self, text: str) -> "_Node":
        node = _Node(text)
        self.children.append(node)
        return node

    def lines(self, style: Style, indent: str = "") -> Iterator[str]:
        yield self.text
        for place, child in enumerate(self.children):
            is_last = place == len(self.children) - 1
            first, *others = child.lines(style)
            yield f"{indent}{style.branch(is_last=is_last)}{first}"
            for line in others:
                yield f"{indent}{style.trunk(is_last=is_last)}{line}"


class _Writer:
    def __init__(self, style: Style, *, is_wide: bool) -> None:
        self._style = style
        self._most = None if is_wide else _MOST_BACKENDS

    def tree(self, explanation: Explanation) -> _Node:
        path = explanation.path
        assert path is not None  # noqa: S101 - the caller looked
        root = _Node(f"client: {visible(path.client or 'any Pod')}")
        for route in path.routes:
            match = f"{route.match} -> " if route.match else ""
            text = f"{route.kind} {route.namespace}/{route.name}: {match}port {route.port or '?'}"
            root.add(f"route {visible(text)}")
        for policy in path.policies:
            name = f"NetworkPolicy {policy.namespace}/{policy.name}"
            text = f"policy {visible(name)} ({policy.direction}): {policy.effect}"
            colour: Colour = "red" if policy.effect == "blocks" else "faint"
            root.add(self._style.paint(text, colour) if policy.effect == "blocks" else text)
        dns = root.add(f"DNS {visible(path.dns)}{self._resolved(path)}")
        service = dns.add(self._service(path))
        for port in path.ports:
            service.add(visible(f"port {port}") if path.external_name else self._port(port))
        for one in path.endpoints:
            self._endpoints(service, one)
        if not path.endpoints and not path.external_name:
            is_unseen = "EndpointSlice" in explanation.unseen
            service.add("EndpointSlices: not seen" if is_unseen else "no EndpointSlice")
        return root

    @staticmethod
    def _resolved(path: Path) -> str:
        if path.external_name:
            return f" -> {visible(path.external_name)}"
        if path.addresses and not path.is_headless:
            return f" -> {visible(', '.join(path.addresses))}"
        return " -> the addresses of the backends" if path.is_headless else ""

    def _service(self, path: Path) -> str:
        kind = "headless" if path.is_headless else path.type
        selector = ",".join(f"{key}={value}" for key, value in path.selector.items())
        given = [kind, f"selects {selector}" if selector else "no selector"]
        if path.type == "LoadBalancer":
            given.append(f"load balancer {', '.join(path.load_balancer) or 'without an address'}")
        name = f"Service {path.namespace}/{path.name}"
        return f"{self._style.paint(visible(name), 'bold')} ({visible(', '.join(given))})"

    def _port(self, port: Port) -> str:
        target = f" -> {port.target}" if port.target not in (None, port.number) else ""
        text = visible(f"port {port}{target}: ")
        if port.backends is None:
            return f"{self._style.paint('?', 'yellow')} {text}backends not known"
        mark: tuple[str, Colour] = ("+", "green") if port.backends else ("x", "red")
        shown = count(port.backends, "backend") if port.backends else "no backend"
        return f"{self._style.paint(*mark)} {text}{shown}"

    def _endpoints(self, service: _Node, one: Endpoints) -> None:
        by = f", by {one.managed_by}" if one.managed_by else ""
        family = f" {one.family}" if one.family else ""
        ports = ", ".join(one.ports) or "no ports"
        node = service.add(visible(f"{one.kind} {one.name}{family}: {ports}{by}"))
        for backend in one.backends[: self._most]:
            node.add(self._backend(backend))
        if more := len(one.backends[self._most :]) if self._most else 0:
            node.add(f"... and {more} more (--wide)")
        if not one.backends:
            node.add("no endpoints")

    def _backend(self, one: Backend) -> str:
        marks: dict[str, tuple[str, Colour]] = {
            "ready": ("+", "green"),
            "draining": ("~", "yellow"),
            "not ready": ("x", "red"),
        }
        mark = marks[one.state] if one.serves else ("x", "red")
        more = [one.state] if one.serves or one.state != "ready" else ["ready", "gets no traffic"]
        more += [f"Pod {one.pod}"] if one.pod else []
        more += [f"zone {one.zone}"] if one.zone else []
        more += [f"node {one.node}"] if one.node else []
        more += [f"hostname {one.hostname}"] if one.hostname else []
        shown = visible(f"{one.address} ({', '.join(more)})")
        return f"{self._style.paint(*mark)} {shown}"
