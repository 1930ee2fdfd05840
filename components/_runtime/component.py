"""Compiles the arguments of a component into a checked draft of its objects."""

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
    """The result of a planning function of the core."""

    @property
    def objects(self) -> Sequence[Manifest]:
        """The objects, the Service first."""
        ...


A = TypeVar("A", bound=NamedArgs)
P = TypeVar("P", bound=Plan)
A_co = TypeVar("A_co", bound=NamedArgs, covariant=True)
P_co = TypeVar("P_co", bound=Plan, covariant=True)

_IDENTITY = ("service_name", "namespace", "logical_name")
"""Arguments that name the objects."""


@dataclass(frozen=True, slots=True)
class Blueprint(Generic[A, P]):
    """How a kind of component is compiled."""

    given: type
    """The TypedDict of its arguments."""
    args: type[A]
    """The class of the arguments in the core."""
    plan: Callable[[A, str, list[Finding], frozenset[str]], P]
    """Plans the objects from arguments, name, the list that collects findings, and the paths of
    arguments that were Outputs."""
    named_kinds: frozenset[str] = frozenset()
    """The kinds of objects, beside the first one's, whose names do not derive from its name."""


@dataclass(frozen=True, slots=True)
class Draft(Generic[A_co, P_co]):
    """One Service of a component, with all values checked that are known when the program runs."""

    args: A_co
    plan: P_co
    resolved: pulumi.Output[P_co] | None
    """The complete plan, once every Output among the arguments is known and checked. None if there
    was no Output."""
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
        """Return a part of the complete plan as an Output."""
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
    """Return the draft of a component with one Service.

    Plain values are checked here. Outputs are joined once, and everything is checked again when
    they are known, before anything that depends on them is registered.

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
"""Replaces an invalid name of a component, so that nothing else is reported about it."""


def compile_each(
    component: type[pulumi.ComponentResource],
    name: str,
    blueprint: Blueprint[A, P],
    field: str,
    entries: Mapping[str, object],
    opts: pulumi.ResourceOptions | None,
) -> dict[str, Draft[A, P]]:
    """Return the drafts of many Services of one component, or raise all errors at once.

    The Outputs of each Service are joined separately, so that a late one delays no other Service.

    Args:
        component: The component.
        name: The component's name.
        blueprint: How each is compiled.
        field: The component's field that holds them, such as `services`.
        entries: The arguments of each, by its key, which is its name.
        opts: The options of the component.

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
    """Return the draft of one Service, or add to `findings`; `fail` makes later errors."""
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
    """Return the plan made again when all Outputs are known; None if there are none."""
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
    """Return the objects whose names do not derive from another object's name."""
    kinds = {one["kind"] for one in plan.objects[:1]} | blueprint.named_kinds
    return [one for one in plan.objects if one["kind"] in kinds]


def _object(index: int, plan: Plan) -> Manifest:
    return plan.objects[index]


@dataclass(frozen=True, slots=True)
class _ResolvedValue:
    """A value that was an Output, wrapped so that the SDK does not search it for Outputs."""

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
    """Return the finding without values that came from a secret."""
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
