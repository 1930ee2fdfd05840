"""What all components share: checked arguments, children, lazy outputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, cast

import pulumi

from ._declarations import Declaration, Entry
from ._inputs import Inputs, check_name, read, substitute
from .core.deferred import is_known
from .core.findings import HIDDEN, Finding
from .core.metadata import Manifest, Plain
from .errors import ValidationError


class _Plan(Protocol):
    @property
    def objects(self) -> Sequence[Manifest]: ...


P = TypeVar("P", bound=_Plan)

_IDENTITY = ("service_name", "namespace", "logical_name")
"""Arguments without which nobody knows what an object would be called."""

Planner = Callable[[Plain, str, list[Finding], frozenset[str]], P]
"""A function of the core: arguments, component's name, findings to add to, deferred paths."""


@dataclass(frozen=True, slots=True)
class Planned(Generic[P]):
    """A plan made of checked arguments."""

    plan: P
    """The plan as far as it is known while the program runs."""
    final: pulumi.Output[P] | None
    """The whole plan, once every argument that was an Output has arrived and been checked. None
    where there was no Output."""
    entry: Entry
    """Declares its objects to the program."""

    def fill(self, pick: Callable[[P], Manifest]) -> Manifest:
        """Give a manifest whose unknown fields are Outputs of the whole plan."""
        manifest = pick(self.plan)
        if self.final is None:
            return manifest
        return _fill(manifest, self.final.apply(pick))

    def value(self, pick: Callable[[P], Any]) -> pulumi.Output[Any]:
        """Give something of the whole plan as one Output."""
        if self.final is None:
            return pulumi.Output.from_input("").apply(lambda _: pick(self.plan))
        return self.final.apply(pick)


def plan(
    component: type[pulumi.ComponentResource],
    name: str,
    kind: type,
    args: object,
    planner: Planner[P],
    opts: pulumi.ResourceOptions | None,
) -> Planned[P]:
    """Check a component's arguments and plan its objects.

    Plain values are judged here. The Outputs among them are joined once, and the whole is judged
    again when they have arrived, before anything that depends on it is registered.

    Raises:
        ValidationError: With everything that is wrong.
    """
    fail = partial(ValidationError, component.__name__, name)
    unusable = check_name(name)
    known = _NAMELESS if unusable else name
    declaration = Declaration(component, known, opts)
    findings = unusable or declaration.of_component()
    planned = _plan(known, kind, args, planner, findings, fail, declaration.entry())
    if planned is None or findings:
        declaration.withdraw()
        raise fail(findings)
    return planned


_NAMELESS = "nameless"
"""Stands in for a component's name that cannot be used, so that nothing more is said of it."""


def plan_each(
    component: type[pulumi.ComponentResource],
    name: str,
    kind: type,
    field: str,
    entries: Mapping[str, object],
    planner: Planner[P],
    opts: pulumi.ResourceOptions | None,
) -> dict[str, Planned[P]]:
    """Check and plan many services of one component, all errors at once.

    The Outputs of each are joined for themselves: one that is late keeps back no other service.

    Args:
        component: The component.
        name: The component's name.
        kind: The TypedDict of each one's arguments.
        field: The component's field that holds them, such as `services`.
        entries: The arguments of each by its key.
        planner: Plans one, under its key for a name.
        opts: The options that the component was given.

    Returns:
        The plans by key.

    Raises:
        ValidationError: With everything that is wrong.
    """
    unusable = check_name(name)
    declaration = Declaration(component, _NAMELESS if unusable else name, opts)
    findings = unusable or declaration.of_component()
    every: dict[str, Planned[P]] = {}
    for key, args in entries.items():
        path = f"{field}[{key}]"

        def fail(found: Sequence[Finding], path: str = path) -> ValidationError:
            placed = [finding.under(path) for finding in found]
            return ValidationError(component.__name__, name, placed)

        own: list[Finding] = []
        planned = _plan(key, kind, args, planner, own, fail, declaration.entry(path))
        findings += [finding.under(path) for finding in own]
        if planned is not None:
            every[key] = planned
    if findings:
        declaration.withdraw()
        raise ValidationError(component.__name__, name, findings)
    return every


def _plan(
    name: str,
    kind: type,
    args: object,
    planner: Planner[P],
    findings: list[Finding],
    fail: Callable[[Sequence[Finding]], ValidationError],
    entry: Entry,
) -> Planned[P] | None:
    """Plan one service, or add to `findings` and give None; `fail` words what shows later."""
    inputs = read(kind, args)
    if inputs.values is not None:
        first = planner(inputs.values, name, inputs.findings, frozenset())
        if not any(finding.path in _IDENTITY for finding in inputs.findings):
            inputs.findings += entry.declare(first.objects, inputs.values)
        if not inputs.findings:
            return Planned(first, _complete(name, kind, inputs, planner, fail, entry), entry)
    findings += inputs.findings
    return None


def _complete(
    name: str,
    kind: type,
    inputs: Inputs,
    planner: Planner[P],
    fail: Callable[[Sequence[Finding]], ValidationError],
    entry: Entry,
) -> pulumi.Output[P] | None:
    """Plan again when every Output has arrived; None where there is none."""
    if not inputs.outputs:
        return None
    paths = frozenset(inputs.outputs)

    def complete(arrived: dict[str, _Arrived]) -> P:
        found = {path: one.value for path, one in arrived.items()}
        secrets = {path: one.value for path, one in arrived.items() if one.is_secret}
        findings: list[Finding] = []
        values = substitute(inputs.values, found, kind, findings)
        whole = planner(values, name, findings, paths)
        findings += entry.declare(whole.objects, values, paths)
        if findings:
            raise fail([_hush(finding, secrets) for finding in findings])
        return whole

    joined = {path: _arrival(output) for path, output in inputs.outputs.items()}
    return pulumi.Output.all(**joined).apply(complete)


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A value that was an Output. Being no list or dict, it is not taken apart by the SDK."""

    value: Any
    is_secret: bool


def _arrival(output: pulumi.Output[Any]) -> pulumi.Output[_Arrived]:
    async def arrived(value: Any) -> _Arrived:
        return _Arrived(value, await output.is_secret())

    return output.apply(arrived)


def _fill(manifest: Manifest, final: pulumi.Output[Manifest]) -> Manifest:
    filled: Manifest = {}
    for key, value in manifest.items():
        if is_known(value):
            filled[key] = value
        elif isinstance(value, dict):
            filled[key] = _fill(cast("Manifest", value), _item(final, key))
        else:
            filled[key] = _item(final, key)
    return filled


def _item(output: pulumi.Output[Any], key: str) -> pulumi.Output[Any]:
    return output.apply(lambda value: value[key])


def _hush(finding: Finding, secrets: Mapping[str, object]) -> Finding:
    """Take out of a finding whatever came from a secret."""
    if any(finding.path.startswith(path) for path in secrets):
        return Finding(finding.path, finding.type, "", HIDDEN)
    texts = [text for value in secrets.values() for text in _texts(value)]
    if any(text in str(finding) for text in texts):
        return Finding(finding.path, finding.type, "", HIDDEN)
    return finding


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        value = list(cast("Mapping[str, object]", value).values())
    if isinstance(value, list):
        return [text for item in cast("list[object]", value) for text in _texts(item)]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return [str(value)]
