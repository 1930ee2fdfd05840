"""`HttpIngress`: its Ingress, its backends, and what is wrong with its arguments."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import (
    DeployedService,
    ExternalNameService,
    ExternalService,
    ExternalServiceSet,
    HttpIngress,
    SelectorService,
    ValidationError,
    route_backend,
)
from components.core.arguments import typed
from components.core.failures import explain
from components.core.findings import Finding
from components.core.http_ingress import HttpIngressPlan, plan_http_ingress
from components.core.ownership import refused_owners
from components.core.route_arguments import HttpIngressArgs
from components.testing import render
from components.validation.hazards import hazards as hazards_of_manifests
from tests.unit.outputs import later

BOTH = pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
WEB: dict[str, Any] = {"service_name": "web", "port_name": "http"}
RULE: dict[str, Any] = {"host": "www.example.com", "backend": WEB}
PORTS: list[Any] = [{"name": "http", "port": 80, "target_port": 8080}]
HOME: dict[str, Any] = {"addresses": ["192.0.2.40"], "ports": PORTS, "namespace": "home"}


def plan(**args: Any) -> tuple[HttpIngressPlan, list[str]]:
    findings: list[Finding] = []
    given = typed(HttpIngressArgs, {"rules": [RULE], **args})
    return plan_http_ingress(given, "web", findings), [str(finding) for finding in findings]


def spec(**args: Any) -> Any:
    made, wrong = plan(**args)
    assert wrong == []
    return made.ingress["spec"]


def ingress(build: Callable[[], Any], *, preview: bool = False, **args: Any) -> Any:
    """Return the Ingress whose only rule has the backend that `build` makes."""

    def program() -> None:
        given: Any = {"rules": [{"host": "a.example.com", "backend": build()}], **args}
        HttpIngress("web", given)

    (found,) = [one for one in render(program, preview=preview) if one["kind"] == "Ingress"]
    return found


def service_of(found: Any) -> Any:
    return found["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]


def refused(build: Callable[[], Any], **args: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        ingress(build, **args)
    return [str(finding) for finding in caught.value.findings]


@BOTH
def test_the_ingress_is_the_planned_one(preview: bool) -> None:
    planned = plan(class_name="traefik")[0].ingress
    args: Any = {"rules": [RULE], "class_name": "traefik"}
    (found,) = render(lambda: HttpIngress("web", args), preview=preview)
    metadata = {
        "name": "web",
        "namespace": "default",
        "annotations": {
            "pulumi.com/deletionPropagationPolicy": "background",
            "pulumi.com/patchFieldManager": "k8s-endpoints/project/stack",
            "pulumi.com/skipAwait": "true",
        },
    }
    assert found == {**planned, "metadata": metadata}


def test_a_hosts_backend_comes_after_its_paths() -> None:
    feed = {"path": "/feed", "type": "Exact", "backend": {"service_name": "feeds", "port": 80}}
    (rule,) = spec(rules=[{**RULE, "paths": [feed]}])["rules"]
    assert rule["host"] == "www.example.com"
    assert rule["http"]["paths"] == [
        {
            "path": "/feed",
            "pathType": "Exact",
            "backend": {"service": {"name": "feeds", "port": {"number": 80}}},
        },
        {
            "path": "/",
            "pathType": "Prefix",
            "backend": {"service": {"name": "web", "port": {"name": "http"}}},
        },
    ]


def test_a_default_backend_needs_no_rules() -> None:
    assert spec(rules=[], default_backend=WEB) == {
        "defaultBackend": {"service": {"name": "web", "port": {"name": "http"}}}
    }


ISSUED = {"hosts": ["www.example.com"], "secretName": "web-tls"}


@pytest.mark.parametrize(
    ("args", "tls", "annotations"),
    [
        ({}, None, {}),
        ({"issuer": "ca"}, [ISSUED], {"cert-manager.io/issuer": "ca"}),
        ({"cluster_issuer": "acme"}, [ISSUED], {"cert-manager.io/cluster-issuer": "acme"}),
        ({"tls": [{}]}, [ISSUED], {}),
        (
            {"tls": [{"secret_name": "own", "hosts": ["*.example.com"]}]},
            [{"hosts": ["*.example.com"], "secretName": "own"}],
            {},
        ),
        (
            {"rules": [RULE, {"backend": WEB}], "issuer": "ca"},
            [ISSUED],
            {"cert-manager.io/issuer": "ca"},
        ),
    ],
)
def test_tls_is_rendered(args: dict[str, Any], tls: Any, annotations: dict[str, str]) -> None:
    made, wrong = plan(**args)
    assert wrong == []
    assert made.ingress["spec"].get("tls") == tls
    assert made.ingress["metadata"].get("annotations", {}) == annotations


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"rules": []}, "rules: Required value (give at least one host"),
        ({"rules": [{"host": "a.example.com"}]}, "rules[0]: Required value: where its requests go"),
        ({"rules": [{**RULE, "host": "192.0.2.1"}]}, 'rules[0].host: Invalid value: "192.0.2.1"'),
        (
            {"rules": [{"paths": [{"path": "a", "backend": WEB}]}]},
            'rules[0].paths[0].path: Invalid value: "a": must be an absolute path',
        ),
        (
            {"rules": [{"backend": {**WEB, "port": 80}}]},
            "rules[0].backend.port: Forbidden: may not be given with `port_name`",
        ),
        (
            {"default_backend": {"service_name": "a"}},
            "default_backend: Required value: the port of the Service (give `port_name`",
        ),
        (
            {"default_backend": {"service_name": "a", "service_ports": {"a": 1, "b": 2}}},
            "default_backend: Required value: the port of the Service (give `port_name` or `port`:",
        ),
        (
            {"default_backend": {"service_name": "A_", "port": 80}},
            'default_backend.service_name: Invalid value: "A_"',
        ),
        (
            {"default_backend": {"service_name": "a", "port": 0}},
            "default_backend: Required value: port name or number is required",
        ),
        (
            {"default_backend": {**WEB, "port_name": "far-too-long-a-name"}},
            'default_backend.port_name: Invalid value: "far-too-long-a-name"',
        ),
        (
            {"namespace": "a", "default_backend": {**WEB, "namespace": "b"}},
            'default_backend.namespace: Invalid value: "b": an Ingress leads to Services of its',
        ),
        ({"issuer": "a", "cluster_issuer": "b"}, "cluster_issuer: Forbidden: may not be given"),
        (
            {"issuer": "a", "annotations": {"cert-manager.io/issuer": "b"}},
            "annotations[cert-manager.io/issuer]: Forbidden: `issuer` sets this annotation",
        ),
        (
            {"issuer": "a", "rules": [{"backend": WEB}]},
            "issuer: Forbidden: a certificate is for hosts, and no rule names one",
        ),
        ({"tls": [{"hosts": ["a_b"]}]}, 'tls[0].hosts[0]: Invalid value: "a_b"'),
        ({"class_name": "A_"}, 'class_name: Invalid value: "A_"'),
        ({"ingress_name": "A_"}, 'ingress_name: Invalid value: "A_"'),
    ],
)
def test_an_error_names_its_argument_once(args: dict[str, Any], said: str) -> None:
    (found,) = plan(**args)[1]
    assert found.startswith(said)


def test_a_backend_in_the_same_namespace_is_accepted() -> None:
    assert plan(namespace="a", default_backend={**WEB, "namespace": "a"})[1] == []


def deployed(**args: Any) -> DeployedService:
    given: Any = {"image": "a", "ports": PORTS, **args}
    return DeployedService("app", given)


def external(**args: Any) -> ExternalService:
    given: Any = {**HOME, **args}
    return ExternalService("app", given)


def of_a_set() -> Any:
    made = ExternalServiceSet("more", {"services": {"app": {**HOME, "namespace": "default"}}})
    return route_backend(made.services["app"])


COMPONENTS: dict[str, Callable[[], Any]] = {
    "DeployedService": lambda: route_backend(deployed()),
    "ExternalService": lambda: route_backend(
        ExternalService("app", {**HOME, "namespace": "default"})
    ),
    "SelectorService": lambda: route_backend(
        SelectorService("app", {"selector": {"a": "b"}, "ports": PORTS}), "http"
    ),
    "ExternalServiceSet": of_a_set,
}


@BOTH
@pytest.mark.parametrize("build", COMPONENTS.values(), ids=COMPONENTS)
def test_components_are_backends(build: Callable[[], Any], preview: bool) -> None:
    found = service_of(ingress(build, preview=preview))
    assert found == {"name": "app", "port": {"name": "http"}}


def test_a_port_number_is_the_services_and_not_the_containers() -> None:
    assert service_of(ingress(lambda: route_backend(deployed(), port=80)))["port"] == {"number": 80}
    (found,) = refused(lambda: route_backend(deployed(), port=8080))
    assert found == (
        "rules[0].backend.port: Invalid value: 8080: the Service has no such port: it has 80"
        " (write the Service's port, not that of its backends)"
    )


def test_an_unknown_port_name_lists_the_known_ones() -> None:
    (found,) = refused(lambda: route_backend(deployed(), "https"))
    assert found.startswith('rules[0].backend.port_name: Unsupported value: "https": supported')


def test_a_port_whose_number_is_an_output_is_not_checked() -> None:
    def build() -> Any:
        ports: list[Any] = [{"name": "http", "port": later(80), "target_port": 8080}]
        return route_backend(deployed(ports=ports), port=81)

    found = ingress(build)
    assert service_of(found)["port"] == {"number": 81}


def test_a_service_of_another_namespace_is_refused_when_its_own_is_known() -> None:
    (found,) = refused(lambda: route_backend(external()), namespace="shop")
    assert found.startswith('rules[0].backend.namespace: Invalid value: "home": an Ingress leads')


def test_an_alias_is_a_hazard_unless_the_controller_takes_it() -> None:
    alias = {**WEB, "is_external_name": True}
    codes = {
        name: [one.code for one in plan(class_name=name, default_backend=alias)[0].hazards]
        for name in ("traefik", "nginx")
    }
    assert codes == {"traefik": ["ingress-external-name"], "nginx": ["ingress-nginx-retired"]}
    assert plan(class_name="traefik")[0].hazards == []


@BOTH
def test_an_alias_component_is_a_hazard(recorder: Any, preview: bool) -> None:
    def program() -> None:
        made = ExternalNameService(
            "app", {"external_name": "app.example.com", "ports": [{"name": "web", "port": 8080}]}
        )
        HttpIngress("web", {"rules": [{"backend": route_backend(made)}]})

    recorder(program, preview=preview)
    assert [text.partition(":")[0] for _, text in recorder.warnings] == ["ingress-external-name"]


def test_validation_finds_nothing_in_what_it_renders() -> None:
    def program() -> None:
        home = ExternalService("home", HOME)
        HttpIngress("web", {"namespace": "home", "rules": [{"backend": route_backend(home)}]})

    assert hazards_of_manifests(render(program)) == []


@BOTH
def test_outputs(preview: bool) -> None:
    found: list[Any] = []

    def program() -> None:
        made = HttpIngress("web", {"rules": [RULE], "namespace": later("shop")})
        every = [made.ingress_name, made.namespace, made.hazards]
        pulumi.Output.all(*every).apply(found.extend)

    render(program, preview=preview)
    assert found == ["web", "shop", []]


@BOTH
def test_the_address_of_an_ingress_is_unknown_at_preview(preview: bool) -> None:
    found: list[Any] = []

    def program() -> None:
        HttpIngress("web", {"rules": [RULE]}).load_balancer.apply(found.append)

    render(program, preview=preview)
    assert found == ([] if preview else [[]])


def test_two_components_may_not_declare_one_ingress() -> None:
    def program() -> None:
        for name in ("a", "b"):
            HttpIngress(name, {"rules": [RULE], "ingress_name": "web"})

    with pytest.raises(ValidationError, match="ingress_name: Duplicate value"):
        render(program)


INGRESS = {"kind": "Ingress", "metadata": {"name": "web", "namespace": "shop"}}


def test_remedies_name_arguments_of_the_ingress() -> None:
    said = [
        explain(INGRESS, "create", ['Apply failed with 1 conflict: conflict with "kubectl"']),
        explain(INGRESS, "create", ['ingresses.networking.k8s.io "web" already exists']),
        *(str(one) for one in refused_owners(["k8s-endpoints/a/b"], "Ingress", "web", "urn:a")),
    ]
    assert len(said) == 3
    for text in said:
        assert "choose another `ingress_name`" in text
        assert "service_name" not in text
        assert "`adopt`" not in text
