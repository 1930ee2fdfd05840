"""Manifests under construction, which record the arguments that their fields come from.

Findings about a manifest are reported for the arguments, which are what the user wrote.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..findings import FORBIDDEN, Finding, is_within
from ..metadata import Manifest

__all__ = ["Rendering"]

_Origin = tuple[Sequence[str], str]
"""The arguments that a field comes from, and what to do if they are wrong."""


class Rendering:
    """A manifest and the origins of its fields."""

    def __init__(self, api_version: str, kind: str) -> None:
        self.manifest: Manifest = {"apiVersion": api_version, "kind": kind}
        self._origins: dict[str, _Origin] = {}
        self._items: dict[str, Callable[[int], Mapping[str, str]]] = {}

    def put(self, field: str, value: object, *arguments: str, remedy: str = "") -> None:
        """Set a field, such as `spec.type`, and note the argument that it comes from."""
        *holders, last = field.split(".")
        holder = self.manifest
        for name in holders:
            holder = holder.setdefault(name, {})
        holder[last] = value
        if arguments:
            self.note(field, *arguments, remedy=remedy)

    def note(self, field: str, *arguments: str, remedy: str = "") -> None:
        """Note the arguments of a field, or of what is below it.

        Args:
            field: The field, such as `spec.ports[0]`.
            arguments: The arguments that it comes from. Fields below it belong to the same names in
                snake case below the arguments.
            remedy: What to do if it is wrong.
        """
        self._origins[field.lower()] = arguments, remedy

    def note_items(self, field: str, origins: Callable[[int], Mapping[str, str]]) -> None:
        """Note the arguments of a long list's items, which are computed only if an item is wrong.

        Args:
            field: The list.
            origins: Returns, for the item at an index, the argument of each field below it; the
                empty field is the item itself.
        """
        self._items[field] = origins

    def translate(self, finding: Finding) -> Iterator[Finding]:
        """Yield a finding about the manifest as findings about its arguments."""
        where = finding.at or finding.path
        arguments, remedy, rest = self._origin(where)
        if not arguments:
            name = f"{self.manifest['kind']}[{self.manifest['metadata']['name']}]"
            yield finding.under(name)
        for argument in arguments:
            translated = replace(
                finding,
                path=argument + _snake(rest),
                at="",
                detail=_QUOTED.sub(lambda found: _snake(found[0]), finding.detail),
                remedy=remedy or _REMEDIES.get(finding.code, ""),
            )
            yield _WORDS[finding.code](translated) if finding.code in _WORDS else translated

    def _origin(self, path: str) -> tuple[Sequence[str], str, str]:
        """Return the arguments of a path, the remedy, and the rest of the path below them."""
        lowered = path.lower()
        for field, origins in self._items.items():
            found = re.match(rf"{re.escape(field)}\[(\d+)\]", path)
            if found:
                noted = {
                    field: ((argument,), "") for field, argument in origins(int(found[1])).items()
                }
                return _longest(noted, path[found.end() :].removeprefix("."))
        best = max(
            (field for field in self._origins if is_within(lowered, field)), key=len, default=""
        )
        arguments, remedy = self._origins.get(best, ((), ""))
        return arguments, remedy, path[len(best) :]


def _longest(noted: Mapping[str, _Origin], path: str) -> tuple[Sequence[str], str, str]:
    best = max((field for field in noted if not field or is_within(path, field)), key=len)
    arguments, remedy = noted[best]
    rest = path[len(best) :]
    return arguments, remedy, f".{rest}" if rest and rest[0] not in ".[" else rest


_QUOTED = re.compile(r"`\w+")
_CAMEL = re.compile(r"(?<=[a-z])([A-Z]+)")


def _snake(path: str) -> str:
    """Return a manifest's path in snake case, as arguments are written; keys in brackets stay."""
    field, bracket, rest = path.partition("[")
    return (
        _CAMEL.sub(lambda found: f"_{found[1].lower()}", field)
        + bracket
        + (rest.partition("]")[0] + "]" + _snake(rest.partition("]")[2]) if bracket else "")
    )


def _as_headless(finding: Finding) -> Finding:
    return replace(finding, type=FORBIDDEN, value=None, detail=f"`clusterIP` {finding.detail}")


def _as_port(finding: Finding) -> Finding:
    """Word the finding for a duplicate port as users write ports."""
    port = finding.value
    if not isinstance(port, Mapping):
        return finding
    return replace(finding, value=f"{port['Protocol']} {port['Port']}")


def _as_seconds(finding: Finding) -> Finding:
    return replace(finding, detail="must be greater than 0 and at most 86400")


def _as_number(finding: Finding) -> Finding:
    return replace(finding, detail="must be between 1 and 65535, inclusive")


_WORDS: Mapping[str, Callable[[Finding], Finding]] = {
    "service-affinity-timeout": _as_seconds,
    "service-headless-load-balancer": _as_headless,
    "service-headless-node-port": _as_headless,
    "service-node-port-range": _as_number,
    "service-port-duplicate": _as_port,
}
"""Rewords the findings of some rules for arguments, by code."""

_REMEDIES = {
    "service-traffic-distribution": "requires Kubernetes 1.34: set `kubernetes_version`",
}
"""What to do about an argument that breaks a rule, by code."""
