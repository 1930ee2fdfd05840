"""Hooks: when they are registered, and what those of slices and Endpoints do."""

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc, settings
from pulumi.runtime.mocks import MockMonitor

from components._runtime import hooks as _hooks
from components.core.adoption import Adoption
from components.core.failures import explain, explain_existing
from components.core.findings import Finding
from components.core.shrink import Watch
from components.errors import ValidationError
from components.testing import KubernetesMocks
from components.validation.hazards import CATALOGUE

URN = "urn:pulumi:stack::project::k8s-endpoints:index:ExternalService$kubernetes:core/v1:Service::a"

COMPONENT: Any = object()


Warnings = list[tuple[str, object]]


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> Warnings:
    texts: Warnings = []

    def warn(text: str, resource: object = None) -> None:
        texts.append((text, resource))

    monkeypatch.setattr(pulumi.log, "warn", warn)
    return texts


ON_ERROR = ["on_error"] if hasattr(pulumi, "ErrorHook") else []
"""The hooks of failures, which SDKs before 3.219 do not have."""


class Monitor:
    """The engine's monitor, as far as hooks ask it."""

    def __init__(self, *, error_hooks: bool) -> None:
        self.features = {"errorHooks": error_hooks}

    def SupportsFeature(self, request: Any) -> SimpleNamespace:  # noqa: N802 - of the protocol
        return SimpleNamespace(hasSupport=self.features[request.id])

    def RegisterResource(self, request: object) -> None:  # noqa: N802 - as the SDK calls it
        """Registers a resource."""


def kinds(binding: pulumi.ResourceHookBinding | None) -> dict[str, list[Any]]:
    """Return the hooks of a binding by when they run."""
    return {kind: found for kind, found in vars(binding).items() if found}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Stand in for the part of the engine that takes hooks."""
    state = SimpleNamespace(hooks=[], monitor=Monitor(error_hooks=True))

    class Hook:
        def __init__(self, name: str, callback: Callable[..., Any], opts: Any = None) -> None:
            self.name, self.callback, self.opts = name, callback, opts
            state.hooks.append(self)

    monkeypatch.setattr(pulumi, "ResourceHook", Hook)
    if ON_ERROR:
        monkeypatch.setattr(pulumi, "ErrorHook", Hook)
    monkeypatch.setattr(settings, "get_monitor", lambda: state.monitor)
    return state


def test_there_are_no_hooks_without_an_engine(engine: SimpleNamespace) -> None:
    engine.monitor = None
    assert _hooks.of_service("s", COMPONENT) is None
    assert _hooks.of_slice("a", [], COMPONENT) is None
    assert _hooks.of_endpoints("e", COMPONENT) is None
    engine.monitor = MockMonitor(KubernetesMocks())
    assert _hooks.of_service("s", COMPONENT) is None
    assert _hooks.of_slice("a", [], COMPONENT) is None
    assert _hooks.of_endpoints("e", COMPONENT) is None
    assert engine.hooks == []


def test_hooks_are_registered_once_a_run(engine: SimpleNamespace) -> None:
    services = [_hooks.of_service("s", COMPONENT), _hooks.of_service("s", COMPONENT)]
    slices = [_hooks.of_slice(name, [], COMPONENT) for name in ("a", "b")]
    parts = [_hooks.of_slice(name, [], COMPONENT) for name in ("a-01", "b-10")]
    endpoints = [_hooks.of_endpoints("e", COMPONENT), _hooks.of_endpoints("e", COMPONENT)]
    for first, second in (services, slices, parts, endpoints):
        assert first is second
        assert first is not None
    assert sorted(hook.name for hook in engine.hooks) == [
        "k8s-endpoints:adopted",
        "k8s-endpoints:created",
        "k8s-endpoints:endpoints",
        *(["k8s-endpoints:failed"] if ON_ERROR else []),
        "k8s-endpoints:record",
        "k8s-endpoints:recorded",
        "k8s-endpoints:service",
        "k8s-endpoints:slice",
    ]
    engine.monitor = Monitor(error_hooks=True)
    assert _hooks.of_service("s", COMPONENT) is not services[0]


@pytest.mark.usefixtures("engine")
def test_hooks_that_may_stop_an_update_run_at_preview_too() -> None:
    found = kinds(_hooks.of_service("s", COMPONENT))
    assert sorted(found) == ["before_update", *ON_ERROR]
    assert found["before_update"][0].opts.on_dry_run
    found = kinds(_hooks.of_slice("shop/db-ipv4", [], COMPONENT))
    assert sorted(found) == ["before_update", *ON_ERROR]
    assert found["before_update"][0].opts.on_dry_run
    found = kinds(_hooks.of_slice("shop/db-ipv4-01", [], COMPONENT))
    assert sorted(found) == ["after_create", "before_update", *ON_ERROR]
    assert found["before_update"][0].opts.on_dry_run
    assert found["after_create"][0].opts.on_dry_run
    found = kinds(_hooks.of_endpoints("e", COMPONENT))
    assert sorted(found) == ["after_update", *ON_ERROR]
    assert found["after_update"][0].opts is None, "nothing is mirrored at preview"


@pytest.mark.usefixtures("engine")
def test_what_is_adopted_is_not_created() -> None:
    plain, adopting = plain_and_adopting()
    assert sorted(kinds(plain)) == ["before_update", *ON_ERROR]
    assert sorted(kinds(adopting)) == ["before_create", "before_update", *ON_ERROR]
    (hook,) = kinds(adopting)["before_create"]
    assert hook.opts.on_dry_run
    with pytest.raises(ValidationError) as caught:
        hook.callback(SimpleNamespace(name="shop/db", type="kubernetes:core/v1:Service"))
    (finding,) = caught.value.findings
    assert finding.path == "adopt[0].resource"
    assert "would be created" in finding.detail


OURS = {"pulumi.com/patchFieldManager": "k8s-endpoints/p/s"}
FORCED = {"pulumi.com/patchForce": "true"}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("annotations", "is_refused"),
    [({}, False), (FORCED, False), ({**OURS, **FORCED}, False), (OURS, True)],
    ids=["raw", "raw, forced", "adopted", "recorded before"],
)
def test_what_the_state_holds_twice_is_not_adopted(
    annotations: dict[str, str], is_refused: bool
) -> None:
    _, adopting = plain_and_adopting()
    hook = kinds(adopting)["before_update"][0]
    assert hook.opts.on_dry_run
    args = SimpleNamespace(
        name="shop/db",
        type="kubernetes:core/v1:Service",
        urn="urn:pulumi:s::p::t::shop/db",
        old_inputs={"metadata": {"annotations": annotations}},
    )
    if not is_refused:
        hook.callback(args)
        return
    with pytest.raises(ValidationError) as caught:
        hook.callback(args)
    (finding,) = caught.value.findings
    assert "first run `pulumi state delete 'urn:pulumi:s::p::t::shop/db'`" in finding.remedy


def plain_and_adopting() -> tuple[Any, Any]:
    plain = _hooks.of_service("shop/db", COMPONENT)

    def fail(findings: list[Finding]) -> ValidationError:
        return ValidationError("ExternalService", "db", findings)

    endpoints = _hooks.of_endpoints("shop/db", COMPONENT)
    _hooks.of_adopted(endpoints, "shop/db", Adoption("adopt[1]", "raw-too"), "Endpoints", fail)
    adopting = _hooks.of_adopted(plain, "shop/db", Adoption("adopt[0]", "raw"), "Service", fail)
    _hooks.of_adopted(endpoints, "shop/db", Adoption("adopt[2]", "raw"), "Endpoints", fail)
    return plain, adopting


def failed(operation: str, *errors: str) -> Any:
    inputs = {"kind": "Service", "metadata": {"name": "db", "namespace": "shop"}}
    return SimpleNamespace(
        failed_operation=operation, errors=list(errors), new_inputs=inputs, name="shop/db"
    )


EXISTS = 'services "db" already exists'


@pytest.mark.parametrize(
    ("args", "is_explained"),
    [
        (failed("create", EXISTS), True),
        (failed("create", "the server is on fire"), False),
        (failed("update", EXISTS), False),
        (failed("delete", EXISTS), False),
        (failed("create"), False),
    ],
)
def test_an_object_that_exists_is_explained_beside_the_providers_message(
    engine: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, args: Any, is_explained: bool
) -> None:
    told: list[tuple[str, object]] = []

    def error(text: str, resource: object = None) -> None:
        told.append((text, resource))

    monkeypatch.setattr(pulumi.log, "error", error)
    _hooks.of_service("shop/db", COMPONENT)
    hooks = [hook for hook in engine.hooks if hook.name == "k8s-endpoints:failed"]
    answers = [hook.callback(args) for hook in hooks]
    assert answers == [False for _ in ON_ERROR], "the provider's own message stays"
    explained = [(explain_existing(args.new_inputs), COMPONENT)] if is_explained else []
    assert told == [one for one in explained for _ in ON_ERROR]


CONFLICT = 'Apply failed with 1 conflict: conflict with "{}": .spec.ports'


@pytest.mark.parametrize(
    ("manager", "advice"),
    [
        (
            "k8s-endpoints/shop/old",
            (
                "It belongs to the stack shop/old: choose another `service_name`. If that is this"
                " stack under its old name, run `pulumi config set k8s-endpoints:owner shop/old`."
            ),
        ),
        (
            "kubectl",
            (
                "Its owner is the field manager kubectl: choose another `service_name`, or name it"
                ' in `adopt`, as {"kind": "Service", "name": "db"}, to take it over.'
            ),
        ),
    ],
)
@pytest.mark.parametrize("operation", ["create", "update"])
def test_a_conflict_of_owners_is_explained(operation: str, manager: str, advice: str) -> None:
    args = failed(operation, CONFLICT.format(manager))
    assert explain(args.new_inputs, operation, args.errors) == (
        f"Service shop/db has fields of another owner; nothing has been changed. {advice}"
    )


def created(name: str, manager: str, annotations: dict[str, str] | None = None) -> Any:
    entry: dict[str, Any] = {"manager": manager, "fieldsV1": {"f:endpoints": {}}}
    metadata = {"name": name, "managedFields": [entry], "annotations": annotations or {}}
    return SimpleNamespace(
        name=f"shop/{name}", urn=f"urn:{name}", new_outputs={"metadata": metadata}
    )


MANAGER = "k8s-endpoints/project/stack"
TAKEN_OVER = {"pulumi.com/patchFieldManager": MANAGER, "pulumi.com/patchForce": "true"}


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (created("db-ipv4-01", "pulumi-kubernetes-1a"), "another Pulumi resource"),
        (created("db-ipv4-01", "k8s-endpoints/other/dev"), "another stack"),
        (created("db-ipv4-01", MANAGER, {"pulumi.com/patchFieldManager": MANAGER}), ""),
        (created("db-ipv4-01", "pulumi-kubernetes-1a", TAKEN_OVER), ""),
        (created("db-ipv4-01", "kubectl"), ""),
        (SimpleNamespace(name="shop/db-ipv4-01", urn="urn:db", new_outputs=None), ""),
    ],
)
@pytest.mark.usefixtures("engine")
def test_an_object_that_another_owner_made_is_refused(args: Any, reason: str) -> None:
    (hook,) = kinds(_hooks.of_slice(args.name, [], COMPONENT))["after_create"]
    if not reason:
        hook.callback(args)
        return
    with pytest.raises(ValidationError, match=reason) as caught:
        hook.callback(args)
    assert caught.value.findings[0].path == "EndpointSlice[db-ipv4-01]"


def test_an_engine_without_error_hooks_is_not_asked_for_them(engine: SimpleNamespace) -> None:
    engine.monitor = Monitor(error_hooks=False)
    assert sorted(kinds(_hooks.of_service("s", COMPONENT))) == ["before_update"]


@pytest.mark.usefixtures("engine")
def test_an_sdk_without_error_hooks_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pulumi, "ErrorHook", raising=False)
    assert sorted(kinds(_hooks.of_service("s", COMPONENT))) == ["before_update"]


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

    monkeypatch.setattr(asyncio, "sleep", sleep)
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
    text = f'EndpointSlice "shop/db-ipv4-0": {CATALOGUE["id-given"]}'
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


class Backends(pulumi.Output[Any]):
    """An Output whose value is known, or not known yet."""

    def __init__(self, value: Any) -> None:
        self._value = value

    async def future(self, with_unknowns: bool | None = None) -> Any:
        assert with_unknowns is None
        return self._value


def watch_of(*names: str) -> Watch:
    found = {"machines(role=db)": dict.fromkeys(names, "")}
    return Watch(found, 0.5, allow_shrink=False, allow_empty=False)


INPUTS: dict[str, Any] = {"atLeast": {"machines(role=db)": 3.0}, "maxShrink": 0.5}
FOUR: dict[str, Any] = {"backends": {"machines(role=db)": dict.fromkeys("abcd", "")}}


def record_hook(engine: SimpleNamespace, watch: Watch | None) -> Callable[..., None]:
    """Return the hook of a record, for what is compared now; None at a preview."""

    def fail(findings: Any) -> ValidationError:
        return ValidationError("ExternalService", "db", findings)

    binding = _hooks.of_record("shop/db", COMPONENT, Backends(watch), fail)
    assert sorted(kinds(binding)) == ["before_update"]
    (hook,) = [hook for hook in engine.hooks if hook.name == "k8s-endpoints:record"]
    assert hook.opts.on_dry_run

    def run(outputs: Any, inputs: Any = INPUTS) -> None:
        args = SimpleNamespace(name="shop/db", old_inputs=inputs, old_outputs=outputs)
        asyncio.run(hook.callback(args))

    return run


def test_a_record_of_too_many_stops_the_update(engine: SimpleNamespace) -> None:
    hook = record_hook(engine, watch_of("a"))
    with pytest.raises(ValidationError) as caught:
        hook(FOUR)
    assert str(caught.value) == (
        'ExternalService "db": backends: Forbidden: machines(role=db): 1 found, 4 at the last'
        " deployment; gone: b, c, d (check where they went; if that is intended, set"
        " `allow_shrink` for"
        " one up)"
    )


@pytest.mark.parametrize("secret", [Backends, rpc.wrap_rpc_secret], ids=["Output", "older SDKs"])
def test_a_record_that_is_secret_is_compared_and_not_shown(
    engine: SimpleNamespace, secret: Any
) -> None:
    hook = record_hook(engine, watch_of("a"))
    with pytest.raises(ValidationError, match=r"gone: \[3 secret\]"):
        hook(
            {"backends": secret(FOUR["backends"])},
            {name: secret(value) for name, value in INPUTS.items()},
        )


@pytest.mark.parametrize(
    ("watch", "outputs"),
    [
        (watch_of("a", "b"), FOUR),
        (None, FOUR),
        (watch_of("a"), {}),
        (watch_of("a"), None),
    ],
    ids=["enough", "not known yet", "no outputs", "none"],
)
def test_a_record_stops_nothing_else(
    engine: SimpleNamespace, watch: Watch | None, outputs: Any
) -> None:
    record_hook(engine, watch)(outputs)
    record_hook(engine, watch_of("a"))(FOUR, {})


def test_there_is_no_record_without_an_engine(engine: SimpleNamespace) -> None:
    engine.monitor = MockMonitor(KubernetesMocks())
    assert _hooks.of_record("shop/db", COMPONENT, Backends(None), ValidationError) is None  # type: ignore[arg-type]
    assert engine.hooks == []
