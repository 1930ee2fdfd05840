"""`render` has a monitor of its own, which answers as the SDK's does."""

import asyncio
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pulumi.runtime.rpc import UNKNOWN

from components import EndpointApi, ExternalService, ExternalServiceSet
from components.testing import render

PORTS = [{"name": "postgres", "port": 5432}]
module = import_module("components.testing.render")


class Random(pulumi.CustomResource):
    """A resource of another provider."""

    size: pulumi.Output[int]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("random:index:Thing", name, {"size": 7, **props}, opts)


class Others(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        pair = {"spec": (1, 2)} if "example.com" in args.typ else {}
        return f"other-{args.name}", {**args.inputs, "size": 3, **pair}

    def call(
        self, args: pulumi.runtime.MockCallArgs
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return {**args.args, "answered": True}, []


def components(told: Callable[..., None]) -> None:
    one = ExternalService("db", {"addresses": ["192.0.2.1"], "ports": PORTS})
    told(one.cluster_ip, one.endpoints, one.service.urn, one.service.id, one.service.spec)
    every = {"a": {"addresses": ["192.0.2.2"], "ports": PORTS, "endpoint_api": EndpointApi.BOTH}}
    ExternalServiceSet("all", {"services": every})


def secrets_and_unknowns(told: Callable[..., None]) -> None:
    thing = Random("thing")
    address = pulumi.Output.secret("192.0.2.3")
    backend = {"id": "late", "address": thing.size.apply(lambda size: f"192.0.2.{size}")}
    late = ExternalService("late", {"backends": [backend], "ports": PORTS})
    hidden = [{"id": "hidden", "address": address}]
    secret = ExternalService("secret", {"backends": hidden, "ports": PORTS})
    told(thing.size, thing.id, late.endpoints, secret.endpoints, secret.host)


def order_and_options(told: Callable[..., None]) -> None:
    first = k8s.core.v1.ConfigMap("first", data={"a": "1"})
    options = pulumi.ResourceOptions(depends_on=[first])
    second = k8s.core.v1.ConfigMap("second", data={"b": first.metadata["name"]}, opts=options)
    ExternalService("db", {"addresses": ["192.0.2.1"], "ports": PORTS}, options)
    got = k8s.core.v1.Service.get("got", "shop/got")
    told(second.data, second.metadata, got.id, pulumi.runtime.invoke("a:b:c", {"x": 1}).value)


def files_and_references(told: Callable[..., None]) -> None:
    thing = Random("thing", source=pulumi.StringAsset("text"))
    holder = Random("holder", thing=thing)
    told(thing.id, holder.id)


def no_kind(told: Callable[..., None]) -> None:
    """A resource of the cluster without a kind is answered by the other mocks, if any."""
    told(Thing((1, 2), kind="").spec)


PROGRAMS = [components, secrets_and_unknowns, order_and_options, files_and_references, no_kind]


def observe(
    program: Callable[..., None], mocks: pulumi.runtime.Mocks | None, *, preview: bool
) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return the manifests of a program, and what its outputs were."""
    seen: list[Any] = []

    async def note(outputs: Sequence[object]) -> None:
        for output in map(pulumi.Output.from_input, outputs):
            known = await output.is_known()
            seen.append((known, await output.is_secret(), await output.future()))

    async def run() -> None:
        waiting: list[Any] = []
        program(lambda *outputs: waiting.append(note(outputs)))
        await asyncio.gather(*waiting)

    return render(run, preview=preview, mocks=mocks), seen


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_monitor_answers_as_the_sdks_does(
    monkeypatch: pytest.MonkeyPatch, program: Callable[..., None], *, others: bool, preview: bool
) -> None:
    ours = observe(program, Others() if others else None, preview=preview)
    as_the_sdk(monkeypatch)
    theirs = observe(program, Others() if others else None, preview=preview)

    assert sorted(map(shown, ours[0])) == sorted(map(shown, theirs[0])), "the SDK's threads race"
    assert shown(ours[1]) == shown(theirs[1])
    assert ours[1]


def as_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render with the SDK's own monitor and loop."""

    def of_the_sdk(mocks: pulumi.runtime.Mocks, _worker: object, **_: object) -> Any:
        return pulumi.runtime.mocks.MockMonitor(mocks)

    monkeypatch.setattr(module, "Monitor", of_the_sdk)
    monkeypatch.setattr(module, "Loop", asyncio.new_event_loop)


class Thing(pulumi.CustomResource):
    """A custom resource of the cluster, whose types the SDK does not know."""

    spec: pulumi.Output[Any]

    def __init__(self, spec: object, kind: str = "Thing") -> None:
        head = {"apiVersion": "example.com/v1", "kind": kind, "status": None}
        super().__init__("kubernetes:example.com/v1:Thing", "thing", {**head, "spec": spec})


TEXTS = st.sampled_from(["", "a", "b", "__internal", "kind", UNKNOWN]) | st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("preview", [False, True])
def test_any_value_is_read_as_the_sdk_reads_it(*, preview: bool) -> None:
    """With the same types: the SDK reads integers of untyped values as floats."""

    @given(VALUES, st.sampled_from(["plain", "secret", "later", "unknown"]))
    @hypothesis_settings(max_examples=100)
    def compare(value: object, kind: str) -> None:
        def program(told: Callable[..., None]) -> None:
            told(Thing(dressed(value, kind, preview=preview)).spec)

        ours = observe(program, None, preview=preview)
        with pytest.MonkeyPatch.context() as patch:
            as_the_sdk(patch)
            theirs = observe(program, None, preview=preview)
        assert shown(ours) == shown(theirs)

    compare()


def shown(value: object) -> str:
    """Return a value as text, with its types, without addresses in memory, and with sorted keys."""
    if isinstance(value, dict):
        items = sorted(f"{key}: {shown(item)}" for key, item in value.items())
        return f"{type(value).__qualname__}({', '.join(items)})"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({', '.join(map(shown, value))})"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def dressed(value: object, kind: str, *, preview: bool) -> object:
    """Return a value as a program may give it, plain or as an Output."""
    if kind == "plain":
        return value
    if kind == "unknown" and preview:
        thing: Any = Random("thing", late=pulumi.output.UNKNOWN)
        return [value, pulumi.Output.from_input(thing.id)]
    output = pulumi.Output.from_input(value)
    return pulumi.Output.secret(output) if kind == "secret" else output


def test_threads_of_a_program_do_not_block_its_loop() -> None:
    happened: list[str] = []

    async def program() -> None:
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow() -> None:
            loop.call_soon_threadsafe(begun.set)

        await asyncio.gather(loop.run_in_executor(None, slow), begun.wait())
        happened.append("both")

    render(program)
    assert happened == ["both"]
