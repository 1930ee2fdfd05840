"""From the arguments of a component to a draft of its objects: read, planned and checked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, cast

import pulumi

from ..core.arguments import NamedArgs, typed
from ..core.findings import HIDDEN, Finding
from ..core.metadata import Manifest
from ..core.unknown import is_known
from ..errors import ValidationError
from .inputs import Inputs, check_name, read, substitute
from .program_run import Declaration, Entry


class Plan(Protocol):
    """What a function of the core plans: objects, and what is known of them."""

    @property
    def objects(self) -> Sequence[Manifest]:
        """The objects, the Service first."""
        ...


A = TypeVar("A", bound=NamedArgs)
P = TypeVar("P", bound=Plan)
A_co = TypeVar("A_co", bound=NamedArgs, covariant=True)
P_co = TypeVar("P_co", bound=Plan, covariant=True)

_IDENTITY = ("service_name", "namespace", "logical_name")
"""Arguments without which nobody knows what an object would be called."""


@dataclass(frozen=True, slots=True)
class Blueprint(Generic[A, P]):
    """What a kind of Service is made by."""

    given: type
    """The TypedDict of its arguments."""
    args: type[A]
    """The same as the core takes them."""
    plan: Callable[[A, str, list[Finding], frozenset[str]], P]
    """Plans its objects: arguments, name, findings to add to, paths of arguments that were
    Outputs."""
    named_kinds: frozenset[str] = frozenset()
    """The kinds of objects, beside that of the first, whose names are not made of its name."""


@dataclass(frozen=True, slots=True)
class Draft(Generic[A_co, P_co]):
    """One Service of a component, checked as far as it is known when the program runs."""

    args: A_co
    plan: P_co
    resolved: pulumi.Output[P_co] | None
    """The whole plan, once every argument that was an Output has arrived and been checked. None
    where there was no Output."""
    entry: Entry
    """Declares its objects to the program."""

    def objects(self) -> Iterator[Manifest]:
        """Yield the manifests; their unknown fields are Outputs of the resolved plan."""
        for index, manifest in enumerate(self.plan.objects):
            if self.resolved is None or is_known(manifest):
                yield manifest
            else:
                yield _fill(manifest, self.resolved.apply(partial(_object, index)))

    def output(self, pick: Callable[[P_co], Any]) -> pulumi.Output[Any]:
        """Return something of the whole plan as an Output."""
        if self.resolved is None:
            return pulumi.Output.from_input("").apply(lambda _: pick(self.plan))
        return self.resolved.apply(pick)


def compile_args(
    component: type[pulumi.ComponentResource],
    name: str,
    blueprint: Blueprint[A, P],
    given: object,
    opts: pulumi.ResourceOptions | None,
) -> Draft[A, P]:
    """Make a draft of a component with one Service, of the arguments that it is given.

    Plain values are checked here. The Outputs among them are joined once, and the whole is checked
    again when they have arrived, before anything that depends on it is registered.

    Raises:
        ValidationError: With everything that is wrong.
    """
    fail = partial(ValidationError, component.__name__, name)
    unusable = check_name(name)
    known = _NAMELESS if unusable else name
    declaration = Declaration(component, known, opts)
    findings = unusable or declaration.of_component()
    draft = _draft(known, blueprint, given, findings, fail, declaration.entry())
    if draft is None or findings:
        declaration.withdraw()
        raise fail(findings)
    return draft


_NAMELESS = "nameless"
"""Replaces a component's name that cannot be used, so that nothing else is reported of it."""


def compile_each(
    component: type[pulumi.ComponentResource],
    name: str,
    blueprint: Blueprint[A, P],
    field: str,
    entries: Mapping[str, object],
    opts: pulumi.ResourceOptions | None,
) -> dict[str, Draft[A, P]]:
    """Make drafts of many Services of one component, all errors at once.

    The Outputs of each are joined for themselves: one that is late keeps back no other Service.

    Args:
        component: The component.
        name: The component's name.
        blueprint: What each is made by.
        field: The component's field that holds them, such as `services`.
        entries: The arguments of each by its key, which is its name.
        opts: The options that the component was given.

    Raises:
        ValidationError: With everything that is wrong.
    """
    unusable = check_name(name)
    declaration = Declaration(component, _NAMELESS if unusable else name, opts)
    findings = unusable or declaration.of_component()
    drafts: dict[str, Draft[A, P]] = {}
    for key, given in entries.items():
        path = f"{field}[{key}]"

        def fail(found: Sequence[Finding], path: str = path) -> ValidationError:
            placed = [finding.under(path) for finding in found]
            return ValidationError(component.__name__, name, placed)

        own: list[Finding] = []
        draft = _draft(key, blueprint, given, own, fail, declaration.entry(path))
        findings += [finding.under(path) for finding in own]
        if draft is not None:
            drafts[key] = draft
    if findings:
        declaration.withdraw()
        raise ValidationError(component.__name__, name, findings)
    return drafts


def _draft(
    name: str,
    blueprint: Blueprint[A, P],
    given: object,
    findings: list[Finding],
    fail: Callable[[Sequence[Finding]], ValidationError],
    entry: Entry,
) -> Draft[A, P] | None:
    """Draft one Service, or add to `findings` and return None; `fail` words what shows later."""
    inputs = read(blueprint.given, given)
    if inputs.values is not None:
        args = typed(blueprint.args, inputs.values)
        plan = blueprint.plan(args, name, inputs.findings, frozenset())
        if not any(finding.path in _IDENTITY for finding in inputs.findings):
            inputs.findings += entry.declare(_of_own_name(plan, blueprint), args)
        if not inputs.findings:
            resolved = _resolve(name, blueprint, inputs, fail, entry)
            return Draft(args, plan, resolved, entry)
    findings += inputs.findings
    return None


def _resolve(
    name: str,
    blueprint: Blueprint[A, P],
    inputs: Inputs,
    fail: Callable[[Sequence[Finding]], ValidationError],
    entry: Entry,
) -> pulumi.Output[P] | None:
    """Plan again when every Output has arrived; None where there is none."""
    if not inputs.outputs:
        return None
    paths = frozenset(inputs.outputs)

    def resolve(arrived: dict[str, _ResolvedValue]) -> P:
        found = {path: one.value for path, one in arrived.items()}
        secrets = {path: one.value for path, one in arrived.items() if one.is_secret}
        findings: list[Finding] = []
        values = substitute(inputs.values, found, blueprint.given, findings)
        args = typed(blueprint.args, values)
        whole = blueprint.plan(args, name, findings, paths)
        findings += entry.declare(_of_own_name(whole, blueprint), args, paths)
        if findings:
            raise fail([_hush(finding, secrets) for finding in findings])
        return whole

    joined = {path: _resolved_value(output) for path, output in inputs.outputs.items()}
    return pulumi.Output.all(**joined).apply(resolve)


def _of_own_name(plan: P, blueprint: Blueprint[A, P]) -> list[Manifest]:
    """Return the objects whose names are not made of the name of another one."""
    kinds = {one["kind"] for one in plan.objects[:1]} | blueprint.named_kinds
    return [one for one in plan.objects if one["kind"] in kinds]


def _object(index: int, plan: Plan) -> Manifest:
    return plan.objects[index]


@dataclass(frozen=True, slots=True)
class _ResolvedValue:
    """A value that was an Output. Being no list or dict, it is not taken apart by the SDK."""

    value: Any
    is_secret: bool


def _resolved_value(output: pulumi.Output[Any]) -> pulumi.Output[_ResolvedValue]:
    async def resolved(value: Any) -> _ResolvedValue:
        return _ResolvedValue(value, await output.is_secret())

    return output.apply(resolved)


def _fill(manifest: Manifest, resolved: pulumi.Output[Manifest]) -> Manifest:
    filled: Manifest = {}
    for key, value in manifest.items():
        if is_known(value):
            filled[key] = value
        elif isinstance(value, dict):
            filled[key] = _fill(cast("Manifest", value), _item(resolved, key))
        else:
            filled[key] = _item(resolved, key)
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
