"""Aliases cost few Outputs, and are strings for all who read them."""

import copy
from typing import Any

import pulumi
import pytest

from components import ExternalService
from components._runtime import aliases as module
from components._runtime.aliases import Aliases
from components.testing import render
from tests.unit.outputs import later
from tests.unit.test_output_count import count_outputs

KIND = "kubernetes:core/v1:Service"


class Team(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("k8s-endpoints:index:ExternalService", name, opts=opts)


def urns(count: int) -> list[Any]:
    """Return aliases of a child as the components make them, of at least one."""
    made = Aliases(Team("team"), "k8s-endpoints:index:ExternalService", nested=False)
    return (made.of(KIND, "shop/db", "~/db") or [])[:count]


def external(opts: pulumi.ResourceOptions | None, **args: Any) -> None:
    ports: Any = [{"port": 5432}]
    ExternalService("db", {"addresses": ["192.0.2.1"], "ports": ports, **args}, opts)


def declared(count: int) -> None:
    pulumi.CustomResource(KIND, "db", {}, pulumi.ResourceOptions(aliases=urns(count)))


@pytest.mark.usefixtures("aliases")
def test_an_alias_costs_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    one, five = (count_outputs(monkeypatch, lambda n=n: declared(n)) for n in (1, 5))
    assert five - one == 4


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_requests_are_those_of_plain_strings(
    recorder: Any, monkeypatch: pytest.MonkeyPatch, nested: bool, late: bool
) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(parent=Team("team")) if nested else None
        external(opts, namespace=later("shop") if late else "shop")

    def requested() -> list[tuple[Any, ...]]:
        recorder.requests.clear()
        recorder(program)
        return [(one.name, list(one.aliases), list(one.aliasURNs)) for one in recorder.requests]

    ours = requested()
    monkeypatch.setattr(module, "_known", lambda alias: alias)
    assert ours == requested()
    assert sum(len(aliases) for _, aliases, _ in ours) > 10


@pytest.mark.usefixtures("aliases")
@pytest.mark.parametrize("inherited", [False, True])
def test_a_transformation_sees_plain_strings(inherited: bool) -> None:
    seen: list[Any] = []

    def transform(args: pulumi.ResourceTransformationArgs) -> None:
        if args.type_ == KIND:
            seen.extend(args.opts.aliases or [])

    def program() -> None:
        opts = pulumi.ResourceOptions(transformations=[transform])
        external(pulumi.ResourceOptions(parent=Team("team", opts)) if inherited else opts)

    render(program)
    assert len(seen) > 5
    types = {type(one) for one in seen}
    assert str in types
    assert module._KnownUrn not in types


@pytest.mark.usefixtures("aliases")
def test_an_alias_is_copied_and_combined_like_a_string() -> None:
    combined: list[str] = []

    def program() -> None:
        made = urns(5)
        copies = copy.deepcopy(made)
        assert [type(one) for one in copies] == [str] * 5
        assert copies == made
        assert not hasattr(made[0], "parent")
        pulumi.Output.all(*made).apply(combined.extend)
        pulumi.Output.concat("<", made[0], ">").apply(combined.append)
        assert combined == []

    render(program)
    assert len(combined) == 6
    assert combined[5] == f"<{combined[0]}>"


@pytest.mark.usefixtures("aliases")
def test_an_alias_answers_as_any_output_does() -> None:
    answers: list[Any] = []

    def secret(urn: str) -> pulumi.Output[str]:
        return pulumi.Output.secret(urn)

    async def ask(alias: Any) -> None:
        answers.extend([await alias.is_known(), await alias.is_secret(), await alias.resources()])
        answers.append(await alias.apply(len).future())
        answers.append(await alias.apply(lambda _: {"a": pulumi.Output.secret("x")}).is_secret())
        answers.append(await alias.apply(secret).is_secret())

    async def program() -> None:
        await ask(urns(1)[0])

    render(program)

    length = len("urn:pulumi:stack::project::k8s-endpoints:index:X")
    assert answers[:3] == [True, False, set()]
    assert answers[3] > length
    assert answers[4:] == [False, True]
