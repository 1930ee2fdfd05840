"""Aliases cost few Outputs, and are strings for all who read them."""

import copy
from typing import Any

import pulumi
import pytest

from components import ExternalService
from components._runtime.aliases import Aliases
from components.testing import render
from tests.unit.test_output_count import count_outputs

KIND = "kubernetes:core/v1:Service"


class Team(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("k8s-endpoints:index:ExternalService", name)


def urns(count: int) -> list[Any]:
    """Return aliases of a child as the components make them, of at least one."""
    made = Aliases(Team("team"), "k8s-endpoints:index:ExternalService", nested=False)
    return (made.of(KIND, "shop/db", "~/db") or [])[:count]


def declared(count: int) -> None:
    pulumi.CustomResource(KIND, "db", {}, pulumi.ResourceOptions(aliases=urns(count)))


@pytest.mark.usefixtures("aliases")
def test_an_alias_costs_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    one, five = (count_outputs(monkeypatch, lambda n=n: declared(n)) for n in (1, 5))
    assert five - one == 4


@pytest.mark.usefixtures("aliases")
def test_a_transformation_reads_strings_and_may_copy_and_combine_them() -> None:
    seen: list[Any] = []
    combined: list[str] = []

    def transform(args: pulumi.ResourceTransformationArgs) -> None:
        if args.type_ == KIND:
            aliases: list[Any] = [*(args.opts.aliases or [])]
            seen.extend([*copy.deepcopy(aliases), *aliases])
            pulumi.Output.all(*aliases).apply(combined.extend)
            pulumi.Output.concat("<", aliases[0], ">").apply(combined.append)

    def program() -> None:
        opts = pulumi.ResourceOptions(transformations=[transform])
        ports: Any = [{"port": 5432}]
        given: Any = {"addresses": ["192.0.2.1"], "ports": ports}
        ExternalService("db", given, opts)

    render(program)

    half = len(seen) // 2
    assert half > 5
    assert all(isinstance(one, str) and one.startswith("urn:pulumi:") for one in seen)
    assert seen[:half] == seen[half:]
    assert [type(one) for one in seen[:half]] == [str] * half
    assert combined == [*seen[:half], f"<{seen[0]}>"]


@pytest.mark.usefixtures("aliases")
def test_an_alias_answers_as_any_output_does() -> None:
    answers: list[Any] = []

    def secret(urn: str) -> pulumi.Output[str]:
        return pulumi.Output.secret(urn)

    async def ask(alias: Any) -> None:
        answers.extend([await alias.is_known(), await alias.is_secret(), await alias.resources()])
        answers.append(await alias.apply(len).future())
        answers.append(await alias.apply(secret).is_secret())

    async def program() -> None:
        await ask(urns(1)[0])

    render(program)

    length = len("urn:pulumi:stack::project::k8s-endpoints:index:X")
    assert answers[:3] == [True, False, set()]
    assert answers[3] > length
    assert answers[4] is True
