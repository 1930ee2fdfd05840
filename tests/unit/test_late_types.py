"""Children that take their typed classes late are, to all who look, what typed ones are."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pulumi.runtime.rpc import UNKNOWN

from components import EndpointApi, ExternalService
from components._runtime import late_types
from components.testing import KubernetesMocks, render
from tests.unit.conftest import Recorder, typed_at_once
from tests.unit.outputs import later
from tests.unit.test_render_monitor import observe, shown
from tools.paths import ROOT

PORTS: list[Any] = [{"name": "pg", "port": 5432}]
NEVER_OURS = "kubernetes:discovery.k8s.io/v1beta1:EndpointSlice"
"""An alias of the typed slice: no component has ever registered that kind."""


DRESSES = st.sampled_from([None, "later", "secret", "unknown"])


@st.composite
def declarations(draw: st.DrawFn) -> dict[str, Any]:
    """Return arguments; a dress says how a value is given."""
    numbers = draw(st.sets(st.integers(1, 9), min_size=1, max_size=3))
    return {
        "addresses": [f"192.0.2.{one}" for one in numbers],
        "backend": draw(DRESSES),
        "label": draw(DRESSES),
        "namespace": draw(st.sampled_from([None, "shop"])),
        "endpoint_api": draw(st.sampled_from(list(EndpointApi))),
        "type": draw(st.sampled_from(["ClusterIP", "NodePort", "LoadBalancer"])),
        "waits": draw(st.booleans()),
    }


def declared(drawn: dict[str, Any], unknown: Callable[[], Any] | None) -> ExternalService:
    """Declare a Service; `unknown` makes unknown Outputs, and there are none without it."""

    def dressed(value: object, dress: str | None) -> Any:
        if dress == "unknown" and unknown:
            return unknown()
        output = later(value)
        return {None: value, "secret": pulumi.Output.secret(output)}.get(dress, output)

    late = {"id": "late", "address": dressed("192.0.2.77", drawn["backend"])}
    first = [k8s.core.v1.ConfigMap("first", data={})] if drawn["waits"] else []
    arguments: Any = {
        "backends": [*({"address": one} for one in drawn["addresses"]), late],
        "ports": PORTS,
        "labels": {"team": dressed("data", drawn["label"])},
        "annotations": {"example.com/camelCase": "kept"},
        "endpoint_api": drawn["endpoint_api"],
        "type": drawn["type"],
        **({"namespace": drawn["namespace"]} if drawn["namespace"] else {}),
    }
    return ExternalService("db", arguments, pulumi.ResourceOptions(depends_on=first))


def every_output(made: ExternalService) -> list[Any]:
    service = made.service
    outputs: list[Any] = [service.api_version, service.kind, service.metadata, service.spec]
    outputs += [service.status, service.id, service.urn, service.metadata.name]
    outputs += [service.metadata["annotations"], service.spec.ports[0].port]
    for one in made.slices:
        outputs += [one.api_version, one.kind, one.metadata, one.address_type, one.endpoints]
        outputs += [one.ports, one.urn, one.endpoints[0].addresses]
    if made.legacy_endpoints is not None:
        outputs += [made.legacy_endpoints.metadata, made.legacy_endpoints.subsets]
    return [*outputs, made.cluster_ip, made.host, made.node_ports, made.load_balancer, made.hazards]


def assert_same_both_ways(run: Callable[[dict[str, Any]], object]) -> None:
    """Compare what a function returns of any declaration, typed late and typed at once."""

    @given(declarations())
    @hypothesis_settings(max_examples=40)
    def compare(drawn: dict[str, Any]) -> None:
        late = run(drawn)
        with typed_at_once():
            assert late == run(drawn)

    compare()


@pytest.mark.parametrize("when", ["at once", "registered"])
@pytest.mark.parametrize("preview", [False, True])
def test_outputs_are_those_of_typed_children(
    unknown: Callable[[], Any], *, preview: bool, when: str
) -> None:
    def run(drawn: dict[str, Any]) -> str:
        def program(told: Callable[..., None]) -> None:
            made = declared(drawn, unknown if preview else None)
            if when == "at once":
                told(*every_output(made))
            else:
                looked = made.service.urn.apply if drawn["waits"] else made.service_name.apply
                told(looked(lambda _: pulumi.Output.all(*every_output(made))))

        manifests, seen = observe(program, None, preview=preview)
        assert len(seen) > 15 or when == "registered"
        return shown([sorted(map(shown, manifests)), seen])

    assert_same_both_ways(run)


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.usefixtures("aliases")
def test_requests_are_those_of_typed_children(unknown: Callable[[], Any], *, preview: bool) -> None:
    """What engine and transforms see: all but one alias, which has never matched an object."""

    def run(drawn: dict[str, Any]) -> dict[str, Any]:
        recorder = Recorder()
        recorder(lambda: declared(drawn, unknown if preview else None), preview=preview)
        for request in recorder.requests:
            kept = [one for one in request.aliases if one.spec.type != NEVER_OURS]
            request.ClearField("sourcePosition")
            del request.aliases[:]
            request.aliases.extend(kept)
        found = {request.name: request for request in recorder.requests}
        assert "default/db" in found or "shop/db" in found
        return found

    assert_same_both_ways(run)


def program(name: str = "db", **settings: Any) -> ExternalService:
    return ExternalService(name, {"addresses": ["192.0.2.1"], "ports": PORTS, **settings})


def test_children_are_instances_of_their_classes() -> None:
    def check() -> None:
        made = program(endpoint_api="Both")
        assert type(made.service) is k8s.core.v1.Service
        assert [type(one) for one in made.slices] == [k8s.discovery.v1.EndpointSlice]
        assert type(made.legacy_endpoints) is k8s.core.v1.Endpoints
        assert made.service is made.service

    render(check)


def test_a_legacy_transformation_is_given_the_typed_child() -> None:
    seen: list[type] = []

    def look(args: pulumi.ResourceTransformationArgs) -> None:
        seen.append(type(args.resource))

    def transformed() -> None:
        opts = pulumi.ResourceOptions(transformations=[look])
        ExternalService("db", {"addresses": ["192.0.2.1"], "ports": PORTS}, opts)

    render(transformed)
    assert seen == [ExternalService, k8s.core.v1.Service, k8s.discovery.v1.EndpointSlice]


def test_who_finds_a_child_in_other_ways_may_look_too() -> None:
    found: list[Any] = []

    async def run() -> None:
        made = program()
        (child,) = await made.cluster_ip.resources()
        assert not isinstance(child, k8s.core.v1.Service)
        found.append(await child.metadata.name.future())  # type: ignore[attr-defined]
        assert isinstance(child, k8s.core.v1.Service)
        with pytest.raises(AttributeError, match="spek"):
            child.spek  # type: ignore[attr-defined] # noqa: B018
        with pytest.raises(AttributeError, match="_hidden"):
            made.slices[0]._hidden  # type: ignore[attr-defined] # noqa: B018

    render(run)
    assert found == ["db"]


def test_looking_needs_no_event_loop_and_leaves_none_behind() -> None:
    """Outputs are of the loop in which they are used."""
    seen: list[Any] = []

    async def run() -> None:
        made = program()

        async def look() -> object:
            return [type(made.service), made.slices[0].endpoints]

        await asyncio.to_thread(lambda: seen.append(type(made.service)))
        await asyncio.to_thread(lambda: asyncio.run(look()))
        seen.append(await made.service.spec.type.future())
        seen.append(await made.slices[0].address_type.future())
        seen.append(made)

    render(run)
    assert seen[:3] == [k8s.core.v1.Service, "ClusterIP", "IPv4"]
    assert [type(one) for one in seen[3].slices] == [k8s.discovery.v1.EndpointSlice]


def test_threads_may_look_at_one_child() -> None:
    failures: list[BaseException] = []

    def look(made: ExternalService, barrier: threading.Barrier) -> None:
        barrier.wait()
        try:
            assert type(made.service) is k8s.core.v1.Service
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    def run() -> None:
        for number in range(20):
            made = program(service_name=f"db-{number}", name=f"db-{number}")
            barrier = threading.Barrier(4)
            threads = [threading.Thread(target=look, args=(made, barrier)) for _ in range(4)]
            for one in threads:
                one.start()
            for one in threads:
                one.join()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        render(run)
    finally:
        sys.setswitchinterval(interval)
    assert not failures


@pytest.mark.parametrize("element", [None, UNKNOWN])
def test_a_list_with_an_element_that_is_none_or_unknown_has_models(
    monkeypatch: pytest.MonkeyPatch, element: object
) -> None:
    observed = KubernetesMocks._observed

    def answered(mocks: KubernetesMocks, manifest: dict[str, Any]) -> dict[str, Any]:
        state = observed(mocks, manifest)
        if manifest["kind"] == "EndpointSlice":
            state["endpoints"] = [element, *state["endpoints"]]
        return state

    monkeypatch.setattr(KubernetesMocks, "_observed", answered)

    async def run() -> None:
        made = program()
        (child,) = [one for one in made._childResources if "Slice" in one.pulumi_resource_type]
        await child.urn.future()
        found = await made.slices[0].endpoints[1].addresses.future()
        assert found == ["192.0.2.1"]

    render(run, preview=True)


@pytest.mark.parametrize("lacking", ["pulumi._types", "pulumi.runtime.rpc", "version", "signature"])
def test_an_sdk_that_lacks_what_is_needed_has_typed_children(
    monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    def without(name: str) -> Any:
        if name == lacking:
            raise ImportError(name)
        return sys.modules[name]

    monkeypatch.setattr(late_types, "import_module", without)
    if lacking == "version":
        monkeypatch.setattr("importlib.metadata.version", lambda _: "5.0.0")
    if lacking == "signature":
        monkeypatch.setattr("pulumi.runtime.rpc.translate_output_properties", lambda value: value)
    assert late_types._sdk.__wrapped__() is None
    monkeypatch.undo()
    assert late_types._sdk.__wrapped__() is not None


LOADED = """
import sys
from components import ExternalService, ExternalServiceSet
from components.testing import render

def program():
    args = {"addresses": ["192.0.2.1"], "ports": [{"name": "pg", "port": 5432}]}
    one = ExternalService("db", args)
    one.cluster_ip.apply(lambda _: one.host)
    ExternalServiceSet("all", {"services": {"other": args}})
    return one.service if "look" in sys.argv else None

render(program)
print(sorted(name for name in sys.modules if name.endswith(("core.v1._inputs", "meta.v1.outputs"))))
"""


@pytest.mark.parametrize("look", [False, True])
def test_only_a_program_that_looks_loads_the_models(look: bool) -> None:
    command = [sys.executable, "-c", LOADED, *(["look"] if look else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ("core.v1._inputs" in done.stdout) is look
    assert done.stdout == "[]\n" or look


def test_a_child_that_fails_has_outputs_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object, args: pulumi.runtime.MockResourceArgs) -> Any:
        raise ValueError(f"no room for {args.name}")

    monkeypatch.setattr(KubernetesMocks, "new_resource", full)

    seen: list[str] = []

    async def run() -> None:
        with pytest.raises(ValueError, match="no room") as caught:
            await program().service.spec.future()
        seen.append(str(caught.value))

    with pytest.raises(ValueError, match="no room"):
        render(run)
    assert seen
