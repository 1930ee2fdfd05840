"""`provider`: what it passes on, and what components know of it."""

import gc
import json
import weakref
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from google.protobuf.json_format import MessageToDict

from components import ExternalService, ExternalServiceSet, provider
from tests.unit.factories import EXTERNAL as GOOD
from tests.unit.outputs import later

LIMITS = {"qps": 1000, "burst": 2000}

Options = Callable[[pulumi.ProviderResource], pulumi.ResourceOptions]


SETTINGS: dict[str, tuple[Callable[[], dict[str, Any]], dict[str, Any]]] = {
    "nothing": (dict, {}),
    "limits": (
        lambda: {"qps": 5.5, "burst": 10},
        {"kubeClientSettings": {"qps": 5.5, "burst": 10}},
    ),
    "a kubeconfig": (lambda: {"kubeconfig": "~/own"}, {"kubeconfig": "~/own"}),
    "a kubeconfig that is an Output": (
        lambda: {"kubeconfig": later("apiVersion: v1")},
        {"kubeconfig": "apiVersion: v1"},
    ),
    "a context": (lambda: {"context": "west"}, {"context": "west"}),
    "an identifier": (
        lambda: {"cluster_identifier": "west"},
        {"clusterIdentifier": "west"},
    ),
    "a namespace": (lambda: {"namespace": "shop"}, {"namespace": "shop"}),
    "a namespace that is an Output": (
        lambda: {"namespace": later("shop")},
        {"namespace": "shop"},
    ),
    "a directory to render to": (
        lambda: {"render_directory": "out"},
        {"renderYamlToDirectory": "out"},
    ),
}


@pytest.mark.parametrize(("settings", "passed"), SETTINGS.values(), ids=SETTINGS)
def test_a_provider_gets_its_arguments(
    recorder: Any,
    monkeypatch: pytest.MonkeyPatch,
    settings: Callable[[], dict[str, Any]],
    passed: dict[str, Any],
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/of/this/machine")
    recorder(lambda: provider("quick", **settings()))
    (request,) = recorder.requests
    assert (request.type, request.name) == ("pulumi:providers:kubernetes", "quick")
    inputs = MessageToDict(request.object)
    inputs["kubeClientSettings"] = json.loads(inputs["kubeClientSettings"])
    assert inputs == {"kubeconfig": "", "kubeClientSettings": LIMITS, **passed}


def test_options_are_those_of_the_provider(recorder: Any) -> None:
    recorder(lambda: provider("quick", opts=pulumi.ResourceOptions(protect=True)))
    assert recorder.requests[0].protect


HOW: dict[str, Options] = {
    "provider": lambda made: pulumi.ResourceOptions(provider=made),
    "a list": lambda made: pulumi.ResourceOptions(providers=[made]),
    "a mapping": lambda made: pulumi.ResourceOptions(providers={"kubernetes": made}),
    "merged options": lambda made: pulumi.ResourceOptions.merge(
        pulumi.ResourceOptions(providers=[made]), pulumi.ResourceOptions(protect=False)
    ),
    "a component around it": lambda made: pulumi.ResourceOptions(parent=Team(made)),
}


class Team(pulumi.ComponentResource):
    def __init__(self, made: pulumi.ProviderResource) -> None:
        super().__init__("acme:index:Team", "team", None, pulumi.ResourceOptions(providers=[made]))


FORMS: dict[str, Callable[[Any, pulumi.ResourceOptions | None], object]] = {
    "ExternalService": lambda args, opts: ExternalService("db", args, opts),
    "ExternalServiceSet": lambda args, opts: ExternalServiceSet(
        "databases", {"services": {"db": args}}, opts
    ),
}


def children(
    recorder: Any, build: Callable[[], object]
) -> dict[str, tuple[list[str], dict[str, Any]]]:
    """Return what else each child is called, and its annotations, by its Pulumi name."""
    recorder.requests.clear()
    annotations = {
        (one["kind"], one["metadata"]["name"]): one["metadata"].get("annotations")
        for one in recorder(build)
    }
    return {
        request.name: (
            [alias.urn.rpartition("::")[2] or alias.spec.name for alias in request.aliases],
            annotations[request.type.rpartition(":")[2], request.name.rpartition("/")[2]],
        )
        for request in recorder.requests
        if request.type.startswith("kubernetes:")
    }


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
@pytest.mark.parametrize(
    "namespace", [lambda: "shop", lambda: later("shop")], ids=["plain", "late"]
)
def test_a_namespace_may_be_written_out_or_left_to_the_provider(
    recorder: Any, form: Any, how: Options, namespace: Callable[[], Any]
) -> None:
    def opts() -> pulumi.ResourceOptions:
        return how(provider("quick", namespace=namespace()))

    left = children(recorder, lambda: form(GOOD, opts()))
    written = children(recorder, lambda: form({**GOOD, "namespace": namespace()}, opts()))
    assert left == written
    assert len(left) == 2


NAMESPACES: dict[str, tuple[Callable[[], pulumi.ProviderResource | None], str]] = {
    "no provider": (lambda: None, "from-configuration"),
    "one of ours": (lambda: provider("quick", namespace="shop"), "shop"),
    "one of ours, without a namespace": (lambda: provider("quick"), "default"),
    "one of ours, with an empty namespace": (lambda: provider("quick", namespace=""), "default"),
    "one of ours, with an Output": (lambda: provider("quick", namespace=later("shop")), "~"),
    "one of the user's own": (
        lambda: kubernetes.Provider("own", namespace="shop"),
        "from-configuration",
    ),
}


@pytest.mark.parametrize(("make", "expected"), NAMESPACES.values(), ids=NAMESPACES)
def test_the_namespace_in_the_names_of_children(
    recorder: Any, make: Callable[[], pulumi.ProviderResource | None], expected: str
) -> None:
    def program() -> None:
        pulumi.runtime.set_config("kubernetes:namespace", "from-configuration")
        ExternalService("db", GOOD, pulumi.ResourceOptions(provider=make()))  # type: ignore[arg-type]

    assert list(children(recorder, program)) == [f"{expected}/db", f"{expected}/db-ipv4"]


def test_the_provider_of_the_component_goes_before_that_around_it(recorder: Any) -> None:
    def program() -> None:
        around = Team(provider("around", namespace="around"))
        own = provider("own", namespace="own")
        ExternalService("db", GOOD, pulumi.ResourceOptions(parent=around, provider=own))  # type: ignore[arg-type]

    assert list(children(recorder, program)) == ["own/db", "own/db-ipv4"]


def test_a_provider_of_another_package_does_not_count(recorder: Any) -> None:
    class Cloud(pulumi.ProviderResource):
        def __init__(self) -> None:
            super().__init__("cloud", "cloud")

    def program() -> None:
        ours = provider("quick", namespace="shop")
        opts = pulumi.ResourceOptions(provider=Cloud(), providers=[ours])
        ExternalService("db", GOOD, opts)  # type: ignore[arg-type]

    assert list(children(recorder, program)) == ["shop/db", "shop/db-ipv4"]


RENDERS: dict[str, tuple[Callable[[], pulumi.ProviderResource | None], bool, bool]] = {
    "no provider": (lambda: None, False, False),
    "no provider, configured to render": (lambda: None, True, True),
    "one of ours": (lambda: provider("quick"), False, False),
    "one of ours that renders": (lambda: provider("yaml", render_directory="out"), False, True),
    "one of ours, beside a default one that renders": (lambda: provider("quick"), True, False),
    "one of the user's own": (lambda: kubernetes.Provider("own"), False, False),
    "one of the user's own, and configured": (lambda: kubernetes.Provider("own"), True, True),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(("make", "configured", "rendered"), RENDERS.values(), ids=RENDERS)
def test_rendered_objects_have_no_annotations_of_pulumi(
    recorder: Any,
    form: Any,
    make: Callable[[], pulumi.ProviderResource | None],
    configured: bool,
    rendered: bool,
) -> None:
    def program() -> None:
        if configured:
            pulumi.runtime.set_config("kubernetes:renderYamlToDirectory", "out")
        form(GOOD, pulumi.ResourceOptions(provider=make()))

    for _, annotations in children(recorder, program).values():
        assert (annotations is None) == rendered


def test_one_service_on_two_clusters(recorder: Any) -> None:
    def program() -> None:
        for cluster in ("east", "west"):
            opts = pulumi.ResourceOptions(provider=provider(cluster, context=cluster))
            args: Any = {**GOOD, "service_name": "db", "logical_name": cluster}
            ExternalService(f"{cluster}-db", args, opts)

    recorder(program)
    providers = {
        request.name: request.provider.rpartition("::")[0].rpartition("::")[2]
        for request in recorder.requests
        if request.type.startswith("kubernetes:")
    }
    assert providers == {
        f"{cluster}/default/{name}": cluster
        for cluster in ("east", "west")
        for name in ("db", "db-ipv4")
    }


def test_a_provider_that_is_gone_is_forgotten(recorder: Any) -> None:
    made: list[weakref.ref[Any]] = []
    recorder(lambda: made.append(weakref.ref(provider("quick"))))
    gc.collect()
    assert made[0]() is None
