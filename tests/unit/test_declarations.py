"""One program, one declaration: components that declare the same thing are refused."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components import (
    ExternalNameService,
    ExternalService,
    ExternalServiceSet,
    SelectorService,
    ValidationError,
    provider,
)
from components._runtime import program_run as _declarations
from components.core.arguments import CommonArgs
from components.testing import render
from tests.unit.outputs import later

PORTS: list[Any] = [{"name": "pg", "port": 5432}]
Build = Callable[..., Any]


class Team(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("acme:index:Team", name)


def external(name: str, opts: Any = None, **args: Any) -> Any:
    given: Any = {"addresses": ["192.0.2.1"], "ports": PORTS, **args}
    return ExternalService(name, given, opts)


def selector(name: str, opts: Any = None, **args: Any) -> Any:
    given: Any = {"selector": {"app": "web"}, "ports": PORTS, **args}
    return SelectorService(name, given, opts)


def alias(name: str, opts: Any = None, **args: Any) -> Any:
    given: Any = {"external_name": "db.example.com", **args}
    return ExternalNameService(name, given, opts)


def entry(name: str, opts: Any = None, **args: Any) -> Any:
    given: Any = {"addresses": ["192.0.2.1"], "ports": PORTS, **args}
    return ExternalServiceSet(name, {"services": {"x": given}}, opts)


def nested(name: str, opts: Any = None, **args: Any) -> Any:
    return external(name, pulumi.ResourceOptions.merge(opts, _inside(f"{name}-team")), **args)


def _inside(team: str) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=Team(team))


FORMS: dict[str, tuple[Build, str, str]] = {
    "ExternalService": (external, 'ExternalService "{}"', ""),
    "SelectorService": (selector, 'SelectorService "{}"', ""),
    "ExternalNameService": (alias, 'ExternalNameService "{}"', ""),
    "an entry of a set": (entry, 'ExternalServiceSet "{}"', "services[x]"),
    "nested": (nested, 'ExternalService "{}"', ""),
}
BILLING: dict[str, Any] = {"service_name": "billing", "namespace": "shop"}
HERE = "already declares the Service shop/billing"
THERE = "already declares this Service in the same namespace"
NODE_TAKEN = "already asks for this node port (choose another, or leave it out)"
NAMED = "has this name (give each component its own name)"
APART = "(choose another `service_name`, or give one a `logical_name` if they are on two clusters)"
CHOOSE = "(choose another `service_name`, or declare it in one place)"


def refused(recorder: Any, program: Callable[[], object], **options: bool) -> list[str]:
    """Return the error of a program, line by line."""
    with pytest.raises(ValidationError) as caught:
        recorder(program, **options)
    head, *lines = str(caught.value).splitlines()
    return [head, *(line.strip() for line in lines)]


def services(recorder: Any) -> list[str]:
    """Return the URN types of the components whose Service was asked for."""
    return [
        request.parent.rpartition("::")[2]
        for request in recorder.requests
        if request.type == "kubernetes:core/v1:Service"
    ]


@pytest.mark.parametrize("first", FORMS)
@pytest.mark.parametrize("second", FORMS)
def test_a_service_declared_by_two_components_is_refused(
    recorder: Any, first: str, second: str
) -> None:
    (one, holder, path), (two, subject, field) = FORMS[first], FORMS[second]

    def program() -> None:
        one("a", **BILLING)
        before = len(recorder.requests)
        two("b", **BILLING)
        assert len(recorder.requests) == before

    expected = (
        f"{subject.format('b')}: {field}{'.' if field else ''}service_name: Duplicate value:"
        f' "billing": {holder.format("a")}{" " if path else ""}{path} {HERE} {CHOOSE}'
    )
    assert refused(recorder, program) == [expected]
    assert not any(request.name == "b" for request in recorder.requests)


@pytest.mark.parametrize("first", FORMS)
@pytest.mark.parametrize("second", FORMS)
@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("late", ["a", "b", "ab"])
def test_a_second_declaration_in_a_late_namespace_is_refused(
    recorder: Any, first: str, second: str, preview: bool, late: str
) -> None:
    """The late one is refused, whichever comes first; its Service is not asked for."""

    def args(name: str) -> dict[str, Any]:
        namespace = later("shop") if name in late else "shop"
        return {"service_name": "billing", "namespace": namespace, "logical_name": name}

    def program() -> None:
        FORMS[first][0]("a", **args("a"))
        FORMS[second][0]("b", **args("b"))

    (error,) = refused(recorder, program, preview=preview)
    assert error.startswith(FORMS[first if late == "a" else second][1].format(late[-1]))
    assert error.endswith(f"{THERE} {CHOOSE}")
    assert late[-1] not in services(recorder)


@pytest.mark.parametrize("first", FORMS)
@pytest.mark.parametrize("second", FORMS)
@pytest.mark.parametrize("late", ["", "a", "b", "ab"])
@pytest.mark.parametrize("preview", [False, True])
def test_one_name_in_two_namespaces_is_accepted(
    first: str, second: str, late: str, preview: bool
) -> None:
    def args(name: str) -> dict[str, Any]:
        namespace = later(f"team-{name}") if name in late else f"team-{name}"
        return {"service_name": "billing", "namespace": namespace, "logical_name": name}

    def program() -> None:
        FORMS[first][0]("a", **args("a"))
        FORMS[second][0]("b", **args("b"))

    made = render(program, preview=preview)
    assert [one["kind"] for one in made].count("Service") == 2


def test_two_late_namespaces_need_a_logical_name(recorder: Any) -> None:
    """Pulumi would refuse them after the first has been made: both are called `~/db`."""

    def program() -> None:
        for team in ("a", "b"):
            external(team, service_name="db", namespace=later(team))

    (error,) = refused(recorder, program)
    assert error == (
        'ExternalService "b": service_name: Duplicate value: "db": ExternalService "a" has this'
        " name too, and both namespaces are Outputs (give one of the two a `logical_name`)"
    )


def test_a_namespace_that_is_not_known_yet_is_compared_when_it_is(
    recorder: Any, unknown: Callable[[], pulumi.Output[Any]]
) -> None:
    def program() -> None:
        external("a", service_name="billing", namespace=unknown())
        selector("b", **BILLING)

    recorder(program, preview=True)


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_a_second_declaration_in_the_providers_namespace_is_refused(
    recorder: Any, preview: bool, own: bool
) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(provider=provider("quick")) if own else None
        external("a", opts, service_name="billing")
        selector("b", opts, service_name="billing")

    (error,) = refused(recorder, program, preview=preview)
    assert error == (
        'SelectorService "b": service_name: Duplicate value: "billing": ExternalService "a"'
        f" {THERE} {CHOOSE}"
    )


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("named", ["a", "b"])
def test_a_namespace_known_from_the_clusters_answer_is_compared(
    recorder: Any, preview: bool, named: str
) -> None:
    """Which namespace a kubeconfig gives is known when the cluster, or its mock, has answered."""

    def program() -> None:
        for name, build in (("a", external), ("b", selector)):
            given = {"namespace": "default"} if name == named else {}
            build(name, service_name="billing", **given)

    (error,) = refused(recorder, program, preview=preview)
    assert error.endswith(f"{THERE} {CHOOSE}")


@pytest.mark.parametrize("preview", [False, True])
def test_mocks_do_not_know_the_namespace_of_a_provider(preview: bool) -> None:
    def program() -> None:
        own = kubernetes.Provider("own", namespace="shop")
        quick = provider("quick", namespace=later("shop"))
        for name, given in (("own", own), ("quick", quick)):
            opts = pulumi.ResourceOptions(provider=given)
            args: Any = {"service_name": "billing", "logical_name": name}
            external(f"a-{name}", opts, **args)
            selector(f"b-{name}", opts, **args, namespace="default")

    assert len(render(program, preview=preview)) == 6


@pytest.mark.parametrize("configured", [False, True])
def test_a_namespace_given_to_the_provider_is_compared(recorder: Any, configured: bool) -> None:
    def program() -> None:
        opts = None
        if configured:
            pulumi.runtime.set_config("kubernetes:namespace", "shop")
        else:
            opts = pulumi.ResourceOptions(provider=provider("quick", namespace="shop"))
        external("a", opts, service_name="billing")
        with pytest.raises(ValidationError, match=r'"a" already declares the Service shop/billing'):
            selector("b", opts, **BILLING)
        external("c", opts, service_name="billing", namespace="default")

    recorder(program)


@pytest.mark.parametrize("form", FORMS)
def test_one_service_on_two_clusters_is_accepted(form: str) -> None:
    """Two providers are two clusters; `logical_name` keeps Pulumi's names apart."""

    def program() -> None:
        for cluster in ("east", "west"):
            opts = pulumi.ResourceOptions(provider=provider(cluster))
            ports: Any = [{"port": 80, "node_port": 30080}]
            args: Any = {**BILLING, "logical_name": cluster}
            if form != "ExternalNameService":
                args |= {"ports": ports, "type": "NodePort"}
            FORMS[form][0](f"{cluster}-billing", opts, **args)
        external("billing", **BILLING)

    assert [one["kind"] for one in render(program)].count("Service") == 3


def test_two_clusters_and_components_of_two_types_need_no_logical_name() -> None:
    def program() -> None:
        external("a", pulumi.ResourceOptions(provider=provider("east")), **BILLING)
        selector("b", pulumi.ResourceOptions(provider=provider("west")), **BILLING)

    assert len(render(program)) == 3


def test_two_clusters_need_a_logical_name(recorder: Any) -> None:
    """Pulumi would refuse them after the first has been made: both are called `shop/billing`."""

    def program() -> None:
        external("a", pulumi.ResourceOptions(provider=provider("east")), **BILLING)
        external("b", pulumi.ResourceOptions(provider=provider("west")), **BILLING)

    (error,) = refused(recorder, program)
    assert error == (
        'ExternalService "b": service_name: Duplicate value: "billing": ExternalService "a"'
        f" declares a Service shop/billing too, and Pulumi cannot tell the two apart {APART}"
    )


def test_a_logical_name_does_not_allow_a_second_declaration(recorder: Any) -> None:
    def program() -> None:
        external("a", **BILLING, logical_name="east")
        external("b", **BILLING, logical_name="west")

    (error,) = refused(recorder, program)
    assert error.endswith(f"{HERE} {CHOOSE}")


def test_one_provider_given_in_two_ways_is_one_cluster(recorder: Any) -> None:
    def program() -> None:
        given = provider("quick")
        external("a", pulumi.ResourceOptions(provider=given), **BILLING)
        selector("b", pulumi.ResourceOptions(providers=[given]), **BILLING)

    (error,) = refused(recorder, program)
    assert error.endswith(f"{HERE} {CHOOSE}")


def test_a_component_declared_twice_is_refused(recorder: Any) -> None:
    """Pulumi would refuse its URN, late and in its own words."""

    def program() -> None:
        external("billing", namespace="shop")
        external("billing", namespace="shop")

    twin = 'Duplicate value: "billing": another ExternalService "billing"'
    assert refused(recorder, program) == [
        'ExternalService "billing": 2 errors',
        f"name: {twin} {NAMED}",
        f"service_name: {twin} {HERE} {CHOOSE}",
    ]


def test_two_components_of_one_class_and_name_are_refused(recorder: Any) -> None:
    def program() -> None:
        external("db", service_name="orders")
        external("db", service_name="carts")

    (error,) = refused(recorder, program)
    twin = 'Duplicate value: "db": another ExternalService "db"'
    assert error == f'ExternalService "db": name: {twin} {NAMED}'


def test_one_name_is_legal_in_two_classes_and_in_two_parents() -> None:
    def program() -> None:
        external("db", service_name="a")
        selector("db", service_name="b")
        external("db", _inside("one"), service_name="c")
        external("db", _inside("two"), service_name="d")

    assert len(render(program)) == 7


def test_all_errors_are_listed_at_once(recorder: Any) -> None:
    def program() -> None:
        node: Any = {"port": 80, "node_port": 30080}
        selector("a", service_name="web", type="NodePort", ports=[node])
        external("b", **BILLING)
        external("c", **BILLING, type="NodePort", ports=[{**node, "name": "A"}])

    head, name, *duplicates = refused(recorder, program)
    assert head == 'ExternalService "c": 3 errors'
    assert name.startswith('ports[0].name: Invalid value: "A"')
    assert duplicates == [
        f'service_name: Duplicate value: "billing": ExternalService "b" {HERE} {CHOOSE}',
        f'ports[0].node_port: Duplicate value: 30080: SelectorService "a" {NODE_TAKEN}',
    ]


@pytest.mark.parametrize("broken", [{"service_name": 5}, {"namespace": 5}, {"logical_name": 5}])
def test_a_name_that_cannot_be_used_is_not_compared(recorder: Any, broken: Any) -> None:
    def program() -> None:
        external("a", service_name="b")
        selector("b", **broken)

    (error,) = refused(recorder, program)
    assert "must be a string" in error


def test_a_refused_component_declares_nothing() -> None:
    def program() -> None:
        with pytest.raises(ValidationError):
            external("a", **BILLING, addresses=["127.0.0.1"])
        external("b", **BILLING)
        with pytest.raises(ValidationError):
            selector("c", **BILLING, type="NodePort", ports=[{"port": 80, "node_port": 30080}])
        selector("c", type="NodePort", ports=[{"port": 80, "node_port": 30080}])

    assert len(render(program)) == 3


def asks(*numbers: Any, **port: Any) -> dict[str, Any]:
    ports = [{"port": 80 + at, "node_port": number, **port} for at, number in enumerate(numbers)]
    return {"type": "NodePort", "ports": ports}


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
@pytest.mark.parametrize("protocol", ["TCP", "UDP"])
def test_a_node_port_of_two_services_is_refused(recorder: Any, kind: str, protocol: str) -> None:
    """The API server allocates the number, whatever the protocol."""

    def program() -> None:
        external("a", **asks(30080))
        selector("b", **{**asks(30081, 30080, protocol=protocol), "type": kind})

    (error,) = refused(recorder, program)
    twin = 'Duplicate value: 30080: ExternalService "a"'
    assert error == f'SelectorService "b": ports[1].node_port: {twin} {NODE_TAKEN}'


@pytest.mark.parametrize("late", ["a", "b", "ab"])
@pytest.mark.parametrize("preview", [False, True])
def test_a_late_node_port_of_two_services_is_refused(
    recorder: Any, late: str, preview: bool
) -> None:
    def program() -> None:
        for name in ("a", "b"):
            number = later(30080) if name in late else 30080
            port: Any = {"name": "http", "port": 80, "node_port": number}
            external(name, type="NodePort", ports=[port])

    (error,) = refused(recorder, program, preview=preview)
    assert error.startswith(f'ExternalService "{late[-1]}": ports[0].node_port: Duplicate value: 3')
    assert late[-1] not in services(recorder)


def test_a_node_port_used_twice_in_a_set_is_refused(recorder: Any) -> None:
    ports: Any = [{"name": "a", "port": 80, "node_port": 30080}]
    one: Any = {"addresses": ["192.0.2.1"], "type": "NodePort", "ports": ports}

    def program() -> None:
        preset: Any = {**one, "preset": "postgres"}
        ExternalServiceSet("web", {"services": {"x": one, "y": preset}})

    (error,) = refused(recorder, program)
    path = "services[y].ports[0].node_port"
    twin = f"{path}: Duplicate value: 30080: services[x] {NODE_TAKEN}"
    assert error == f'ExternalServiceSet "web": {twin}'


def test_different_and_allocated_node_ports_are_accepted() -> None:
    def program() -> None:
        external("a", **asks(30080))
        external("b", **asks(30081))
        external("c", type="NodePort")
        external("d", type="NodePort")
        both: Any = [
            {"name": "dns", "port": 53, "node_port": 30053, "protocol": "UDP"},
            {"name": "dns-tcp", "port": 53, "node_port": 30053, "protocol": "TCP"},
        ]
        external("e", type="NodePort", ports=both)

    assert len(render(program)) == 10


def test_what_a_transformation_makes_of_a_component_is_compared_in_the_clusters_answer(
    recorder: Any,
) -> None:
    def move(namespace: str) -> pulumi.ResourceOptions:
        def moved(args: Any) -> Any:
            if not args.type_.startswith("kubernetes:"):
                return None
            metadata = {**args.props["metadata"], "namespace": namespace}
            props = {**args.props, "metadata": metadata}
            return pulumi.ResourceTransformationResult(props, args.opts)

        return pulumi.ResourceOptions(transformations=[moved])

    def program(one: str, other: str) -> None:
        external("a", move(one), **BILLING)
        selector("b", move(other), **BILLING)

    assert len(recorder(lambda: program("east", "west"))) == 3
    (error,) = refused(recorder, lambda: program("east", "east"))
    assert error.endswith(f"{THERE} {CHOOSE}")


@pytest.mark.parametrize("transformed", [False, True])
def test_what_a_transform_makes_of_a_component_is_left_to_the_clusters_answer(
    transformed: bool,
) -> None:
    """Mocks know no transforms."""
    metadata = {"name": "billing", "namespace": "shop"}
    service: Any = {"kind": "Service", "metadata": metadata, "spec": {"clusterIP": "10.96.0.9"}}
    opts = pulumi.ResourceOptions(transforms=[lambda _: None] if transformed else None)
    found: list[int] = []

    def program() -> None:
        for kind in (ExternalService, SelectorService):
            entry = _declarations.Declaration(kind, "a", opts).entry()
            found.append(len(entry.declare([service], CommonArgs())))

    render(program)
    assert found == [0, 0 if transformed else 1]


def test_a_secret_namespace_is_not_shown(recorder: Any) -> None:
    def program() -> None:
        external("a", service_name="billing", namespace=pulumi.Output.secret("sesame"))
        selector("b", service_name="billing", namespace=pulumi.Output.secret("sesame"))

    (error,) = refused(recorder, program)
    assert error.endswith(f'"billing": ExternalService "a" {THERE} {CHOOSE}')


def test_a_secret_namespace_of_the_provider_is_not_shown(recorder: Any) -> None:
    def program() -> None:
        pulumi.runtime.set_config("kubernetes:namespace", "sesame")
        external("a", service_name="billing")
        selector("b", service_name="billing")

    (error,) = refused(recorder, program)
    assert error.endswith(f'"billing": ExternalService "a" {THERE} {CHOOSE}')


def test_a_secret_node_port_is_not_shown(recorder: Any) -> None:
    def program() -> None:
        for name in ("a", "b"):
            port: Any = {"name": "x", "port": 80, "node_port": pulumi.Output.secret(30123)}
            external(name, type="NodePort", ports=[port])

    (error,) = refused(recorder, program)
    assert "ports[0].node_port: Duplicate value: [secret]" in error
    assert "30123" not in error


def test_renders_in_a_row_are_separate() -> None:
    def program() -> None:
        external("a", **BILLING)
        selector("b", **asks(30080))

    assert render(program) == render(program)
    render(lambda: selector("c", **BILLING))
    render(lambda: (external("d", **BILLING), render(lambda: external("d", **BILLING))))


def test_nothing_is_kept_alive() -> None:
    alive: list[weakref.ref[Any]] = []

    def program() -> None:
        given = provider("quick")
        team = Team("orders")
        made = external("a", pulumi.ResourceOptions(provider=given, parent=team), **BILLING)
        alive.extend(map(weakref.ref, (given, team, made, pulumi.runtime.settings.get_monitor())))

    render(program)
    render(lambda: external("a", **BILLING))  # the SDK keeps the last monitor
    gc.collect()
    assert [one() for one in alive] == [None] * 4


def test_options_that_the_sdk_refuses_are_left_to_it() -> None:
    def program() -> None:
        with pytest.raises(TypeError, match="resource options"):
            external("a", "shop")

    render(program)


def test_without_a_program_arguments_are_still_checked() -> None:
    pulumi.runtime.settings.reset_options()
    for _ in range(2):
        with pytest.raises(ValidationError, match="ports: Required value"):
            external("a", ports=[])
