"""Hooks: when they are registered, and what those of slices and Endpoints do."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi.runtime import settings
from pulumi.runtime.mocks import MockMonitor

from components import _hooks
from components.core.hazards import ID_GIVEN
from components.testing import KubernetesMocks

URN = "urn:pulumi:stack::project::k8s-endpoints:index:ExternalService$kubernetes:core/v1:Service::a"

COMPONENT: Any = object()


class Monitor:
    def RegisterResource(self, request: object) -> None:  # noqa: N802 - as the SDK calls it
        """Registers a resource."""


Warnings = list[tuple[str, object]]


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> Warnings:
    texts: Warnings = []

    def warn(text: str, resource: object = None) -> None:
        texts.append((text, resource))

    monkeypatch.setattr(pulumi.log, "warn", warn)
    return texts


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Stand in for the part of the engine that takes hooks."""
    state = SimpleNamespace(hooks=[], monitor=Monitor())

    class Hook:
        def __init__(self, name: str, callback: Callable[..., Any], opts: Any = None) -> None:
            self.name, self.callback, self.opts = name, callback, opts
            state.hooks.append(self)

    monkeypatch.setattr(pulumi, "ResourceHook", Hook)
    monkeypatch.setattr(settings, "get_monitor", lambda: state.monitor)
    return state


def test_there_are_no_hooks_without_an_engine(engine: SimpleNamespace) -> None:
    engine.monitor = None
    assert _hooks.of_service() is None
    assert _hooks.of_slice("a", [], COMPONENT) is None
    assert _hooks.of_endpoints() is None
    engine.monitor = MockMonitor(KubernetesMocks())
    assert _hooks.of_service() is None
    assert _hooks.of_slice("a", [], COMPONENT) is None
    assert _hooks.of_endpoints() is None
    assert engine.hooks == []


def test_hooks_are_registered_once_a_run(engine: SimpleNamespace) -> None:
    services = [_hooks.of_service(), _hooks.of_service()]
    slices = [_hooks.of_slice(name, [], COMPONENT) for name in ("a", "b")]
    endpoints = [_hooks.of_endpoints(), _hooks.of_endpoints()]
    for first, second in (services, slices, endpoints):
        assert first is second
        assert first is not None
    assert sorted(hook.name for hook in engine.hooks) == [
        "k8s-endpoints:endpoints",
        "k8s-endpoints:service",
        "k8s-endpoints:slice",
    ]
    engine.monitor = Monitor()  # of another run
    assert _hooks.of_service() is not services[0]


def test_what_may_stop_an_update_is_asked_at_preview_too(engine: SimpleNamespace) -> None:
    for binding in (_hooks.of_service(), _hooks.of_slice("a", [], COMPONENT)):
        assert binding is not None
        ((kind, (hook,)),) = [(kind, found) for kind, found in vars(binding).items() if found]
        assert kind == "before_update"
        assert hook.opts.on_dry_run
    waiting = _hooks.of_endpoints()
    assert waiting is not None
    ((kind, (hook,)),) = [(kind, found) for kind, found in vars(waiting).items() if found]
    assert kind == "after_update"
    assert hook.opts is None, "nothing is mirrored at preview"
    assert len(engine.hooks) == 3


MIRROR = {"metadata": {"labels": {"team": "a"}}}
KEPT = {"metadata": {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}}}


@pytest.mark.parametrize(
    ("old", "new", "seconds"),
    [
        (KEPT, MIRROR, [3]),
        (KEPT, {"metadata": {}}, [3]),
        (KEPT, KEPT, []),
        (MIRROR, KEPT, []),
        (MIRROR, MIRROR, []),
        (None, None, []),
    ],
)
def test_slices_wait_until_endpoints_are_mirrored(
    monkeypatch: pytest.MonkeyPatch, old: Any, new: Any, seconds: list[int]
) -> None:
    slept: list[int] = []

    async def sleep(time: int) -> None:
        slept.append(time)

    monkeypatch.setattr(_hooks.asyncio, "sleep", sleep)
    args = pulumi.ResourceHookArgs(
        urn=URN, id="shop/db", name="shop/db", type="", old_inputs=old, new_inputs=new
    )
    with pytest.raises(StopIteration):
        _hooks._await_mirror(args).send(None)
    assert slept == seconds


def of_slices(engine: SimpleNamespace) -> Any:
    (hook,) = [hook for hook in engine.hooks if hook.name == "k8s-endpoints:slice"]
    return hook


def slice_args(name: str, old: Any, new: Any) -> pulumi.ResourceHookArgs:
    def slice_(addresses: Any) -> Any:
        if not isinstance(addresses, list):
            return addresses
        return {"endpoints": [{"addresses": [address]} for address in addresses]}

    return pulumi.ResourceHookArgs(
        urn=URN,
        id="shop/x",
        name=name,
        type="kubernetes:discovery.k8s.io/v1:EndpointSlice",
        old_inputs=slice_(old),
        new_inputs=slice_(new),
        old_outputs=slice_(old),
    )


ONE, TWO, THREE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
MOVES: dict[str, tuple[list[str], Any, Any, bool]] = {
    "nothing": ([ONE, TWO], [ONE], [ONE], False),
    "one more": ([ONE, TWO, THREE], [ONE], [ONE, TWO], False),
    "one is gone": ([TWO], [ONE, TWO], [TWO], False),
    "all are gone": ([], [ONE, TWO], [], False),
    "one has moved to another slice": ([ONE, TWO], [ONE, TWO], [TWO], True),
    "one is replaced": ([THREE, TWO], [ONE, TWO], [THREE, TWO], False),
    "one is gone, another has moved": ([TWO, THREE], [ONE, TWO], [THREE], True),
    "there was nothing": ([ONE], None, [ONE], False),
    "there were no endpoints": ([ONE], {"endpoints": None}, [ONE], False),
    "no addresses are known of": ([], [ONE], [], False),
}


@pytest.mark.parametrize(("placed", "old", "new", "is_move"), MOVES.values(), ids=MOVES)
def test_an_address_that_moves_between_live_slices_is_warned_of(
    engine: SimpleNamespace, warned: Warnings, placed: Any, old: Any, new: Any, is_move: bool
) -> None:
    _hooks.of_slice("shop/db-ipv4-0", placed, COMPONENT)
    _hooks.of_slice("shop/other-ipv4", [ONE, TWO, THREE], COMPONENT)
    of_slices(engine).callback(slice_args("shop/db-ipv4-0", old, new))
    text = f'EndpointSlice "shop/db-ipv4-0": {ID_GIVEN}'
    assert warned == [(text, COMPONENT)] * is_move


def test_a_slice_that_is_not_of_this_program_is_not_judged(
    engine: SimpleNamespace, warned: Warnings
) -> None:
    _hooks.of_slice("a", [ONE], COMPONENT)
    of_slices(engine).callback(slice_args("b", [ONE], []))
    assert warned == []


@pytest.mark.parametrize("new", [pulumi.output.Unknown(), None])
def test_endpoints_that_are_not_known_yet_are_not_judged(
    engine: SimpleNamespace, warned: Warnings, new: Any
) -> None:
    _hooks.of_slice("a", [ONE, TWO], COMPONENT)  # and a third one, which is not known at preview
    of_slices(engine).callback(slice_args("a", [ONE, TWO, THREE], {"endpoints": new}))
    assert warned == []
