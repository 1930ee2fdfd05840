"""`HttpIngress` with `RouteApi.GATEWAY`: routes, grants, and what is wrong with its arguments."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import (
    ExternalNameService,
    ExternalService,
    HttpIngress,
    RouteApi,
    ValidationError,
    route_backend,
)
from components.core.arguments import typed
from components.core.findings import Finding
from components.core.http_ingress import HttpIngressPlan, plan_http_ingress
from components.core.route_arguments import HttpIngressArgs
from components.core.unknown import Unknown
from components.core.versions import rules_of
from components.testing import render
from components.validation.hazards import hazards as hazards_of_manifests
from components.validation.rendered import RENDERED, validate_rendered
from tests.support.gateway import HTTP_TAKEN, HTTP_VARIANTS
from tests.unit.outputs import later

BOTH = pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
WEB: dict[str, Any] = {"service_name": "web", "port": 80}
RULE: dict[str, Any] = {"host": "www.example.com", "backend": WEB}
GATEWAYS: list[dict[str, Any]] = [{"name": "web", "namespace": "gateways"}]
PORTS: list[Any] = [{"name": "http", "port": 80, "target_port": 8080}]


def plan(**args: Any) -> tuple[HttpIngressPlan, list[str]]:
    findings: list[Finding] = []
    given = {"rules": [RULE], "api": "Gateway", "gateways": GATEWAYS, **args}
    made = plan_http_ingress(typed(HttpIngressArgs, given), "web", findings)
    return made, [str(finding) for finding in findings]


def objects(**args: Any) -> list[Any]:
    made, wrong = plan(**args)
    assert wrong == []
    return [*made.objects]


def test_a_host_is_an_http_route_of_the_gateway() -> None:
    feed = {"path": "/feed", "type": "Exact", "backend": {"service_name": "feeds", "port": 8000}}
    assert objects(rules=[{**RULE, "paths": [feed]}], namespace="shop") == [
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {
                "parentRefs": [{"name": "web", "namespace": "gateways"}],
                "hostnames": ["www.example.com"],
                "rules": [
                    {
                        "matches": [{"path": {"type": "Exact", "value": "/feed"}}],
                        "backendRefs": [{"name": "feeds", "port": 8000}],
                    },
                    {
                        "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                        "backendRefs": [{"name": "web", "port": 80}],
                    },
                ],
            },
        }
    ]


def test_each_of_several_hosts_has_a_route_of_its_own() -> None:
    rules = [RULE, {"host": "*.example.com", "backend": WEB}, RULE]
    made = objects(rules=rules, default_backend=WEB)
    assert {one["metadata"]["name"]: one["spec"].get("hostnames") for one in made} == {
        "web": None,
        "web-www.example.com": ["www.example.com"],
        "web-wildcard.example.com": ["*.example.com"],
    }
    (twice,) = [one for one in made if one["metadata"]["name"] == "web-www.example.com"]
    assert len(twice["spec"]["rules"]) == 2


def test_backends_share_requests_by_weight() -> None:
    old, new = {**WEB, "weight": 9}, {"service_name": "new", "port": 80, "weight": 1}
    (route,) = objects(rules=[{"host": "a.example.com", "backends": [old, new]}])
    assert route["spec"]["rules"][0]["backendRefs"] == [
        {"name": "web", "port": 80, "weight": 9},
        {"name": "new", "port": 80, "weight": 1},
    ]


def test_a_listener_is_chosen_by_its_name() -> None:
    (route,) = objects(gateways=[{"name": "web", "section_name": "https"}])
    assert route["spec"]["parentRefs"] == [{"name": "web", "sectionName": "https"}]


def test_a_backend_elsewhere_is_granted_there_once() -> None:
    far = {"service_name": "db", "port": 80, "namespace": "data"}
    near = {**WEB, "namespace": "shop"}
    rules = [{"host": "a.example.com", "backends": [far, near, {**far, "port": 81}]}]
    route, grant = objects(rules=rules, namespace="shop")
    assert route["spec"]["rules"][0]["backendRefs"] == [
        {"name": "db", "namespace": "data", "port": 80},
        {"name": "web", "port": 80},
        {"name": "db", "namespace": "data", "port": 81},
    ]
    assert grant == {
        "apiVersion": "gateway.networking.k8s.io/v1beta1",
        "kind": "ReferenceGrant",
        "metadata": {"name": "web-http-from-shop", "namespace": "data"},
        "spec": {
            "from": [
                {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}
            ],
            "to": [{"group": "", "kind": "Service", "name": "db"}],
        },
    }


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"gateways": []}, "gateways: Required value: the Gateways of the routes"),
        ({"gateways": [{"name": ""}]}, "gateways[0].name: Required value"),
        (
            {"gateways": [{"name": "a", "namespace": "A_"}]},
            'gateways[0].namespace: Invalid value: "A_"',
        ),
        (
            {"gateways": [{"name": "a", "section_name": "A_"}]},
            'gateways[0].section_name: Invalid value: "A_"',
        ),
        ({"gateways": [{"name": "a"}, {"name": "a"}]}, 'gateways[1]: Invalid value: "a"'),
        ({"class_name": "traefik"}, "class_name: Forbidden: a Gateway has the class"),
        (
            {"tls": [{"secret_name": "a"}]},
            "tls: Forbidden: TLS of clients ends at a listener of the Gateway",
        ),
        ({"issuer": "ca"}, "issuer: Forbidden: TLS of clients ends at a listener"),
        ({"cluster_issuer": "ca"}, "cluster_issuer: Forbidden: TLS of clients ends at a"),
        ({"await_ready": True}, "await_ready: Forbidden: a route has no address"),
        ({"rules": []}, "rules: Required value (give at least one host"),
        ({"rules": [{"host": "a.example.com"}]}, "rules[0]: Required value: where its requests go"),
        (
            {"rules": [{"paths": [{"path": "/a"}]}]},
            "rules[0].paths[0].backend: Required value",
        ),
        ({"rules": [{**RULE, "host": "192.0.2.1"}]}, 'rules[0].host: Invalid value: "192.0.2.1"'),
        ({"rules": [{**RULE, "host": "A_"}]}, 'rules[0].host: Invalid value: "A_"'),
        (
            {"rules": [{"paths": [{"path": "a", "backend": WEB}]}]},
            'rules[0].paths[0].path: Invalid value: "a": must be an absolute path',
        ),
        (
            {"rules": [{"paths": [{"path": "/a b", "backend": WEB}]}]},
            'rules[0].paths[0].path: Invalid value: "/a b": must hold only characters of a URL',
        ),
        (
            {"rules": [{"backend": {**WEB, "weight": -1}}]},
            "rules[0].backend.weight: Invalid value: -1",
        ),
        ({"rules": [{"backend": {**WEB, "port": 0}}]}, "rules[0].backend.port: Invalid value: 0"),
        (
            {"rules": [{"backend": {**WEB, "service_name": ""}}]},
            "rules[0].backend.service_name: Required value",
        ),
        (
            {"rules": [{"backend": {"service_name": "a", "port_name": "http"}}]},
            "rules[0].backend.port: Required value: a route names the port of a Service by its",
        ),
        (
            {"default_backend": {**WEB, "is_external_name": True}},
            "default_backend: Forbidden: a Gateway does not lead to an ExternalName Service",
        ),
        (
            {"rules": [{"paths": [{"path": f"/{n}", "backend": WEB} for n in range(17)]}]},
            "rules: Too many: 17: must have at most 16 items",
        ),
        (
            {"default_backend": {**WEB, "namespace": "data"}},
            'namespace: Required value: a backend is in "data"',
        ),
        (
            {"namespace": "a", "default_backend": {**WEB, "namespace": "B_"}},
            'default_backend.namespace: Invalid value: "B_"',
        ),
    ],
)
def test_an_error_names_its_argument_once(args: dict[str, Any], said: str) -> None:
    (found,) = plan(**args)[1]
    assert found.startswith(said)


@pytest.mark.parametrize(
    "args",
    [
        {"gateways": [{"name": "a", "section_name": "x"}, {"name": "a", "section_name": "y"}]},
        {"gateways": [{"name": "a"}, {"name": "a", "namespace": "b"}]},
        {"rules": [{"backend": {**WEB, "weight": 0}}]},
        {"rules": [{"paths": [{"path": f"/{n}", "backend": WEB} for n in range(16)]}]},
        {"rules": [{"paths": [{"path": "/a%20b/~c", "backend": WEB}]}]},
        {"rules": [{"backend": {**WEB, "namespace": "a"}}], "namespace": "a"},
        {
            "rules": [
                {"backend": {"service_name": "a", "port_name": "b", "service_ports": {"b": 1}}}
            ]
        },
    ],
)
def test_near_misses_are_accepted(args: dict[str, Any]) -> None:
    assert plan(**args)[1] == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"gateways": GATEWAYS}, "gateways: Forbidden: an Ingress attaches to no Gateway (give"),
        ({"rules": [{"backend": {**WEB, "weight": 1}}]}, "rules[0].backend.weight: Forbidden"),
        (
            {"rules": [{"backends": [WEB]}]},
            "rules[0].backends[0]: Forbidden: an Ingress leads a path to one Service (give `api`",
        ),
    ],
)
def test_arguments_of_an_ingress_are_refused_with_their_replacement(
    args: dict[str, Any], said: str
) -> None:
    found = plan(**{"api": "Ingress", "gateways": [], **args})[1]
    assert found[0].startswith(said)
    assert 'as "Gateway"' in found[0]


NAS: dict[str, Any] = {
    "service_name": "nas",
    "port_name": "https",
    "service_ports": {"https": 443},
}


def test_tls_to_a_backend_is_a_policy_of_its_port_once() -> None:
    tls = {"hostname": "nas.lan", "ca_config_map": "nas-ca"}
    paths = [{"path": "/a", "backend": {**NAS, "tls": tls}}]
    route, policy = objects(rules=[{"paths": paths, "backend": {**NAS, "tls": tls}}], namespace="a")
    assert route["kind"] == "HTTPRoute"
    assert policy == {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "BackendTLSPolicy",
        "metadata": {"name": "web-nas-https", "namespace": "a"},
        "spec": {
            "targetRefs": [{"group": "", "kind": "Service", "name": "nas", "sectionName": "https"}],
            "validation": {
                "hostname": "nas.lan",
                "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "nas-ca"}],
            },
        },
    }


def test_a_public_ca_and_other_names_of_a_backend_elsewhere() -> None:
    tls = {"hostname": "sni.example.com", "names": ["api.example.com"]}
    rules = [{"backend": {**WEB, "namespace": "data", "tls": tls}}]
    *_, policy = objects(rules=rules, namespace="edge")
    assert policy["metadata"] == {"name": "web-web", "namespace": "data"}
    assert policy["spec"]["targetRefs"] == [{"group": "", "kind": "Service", "name": "web"}]
    assert policy["spec"]["validation"] == {
        "hostname": "sni.example.com",
        "wellKnownCACertificates": "System",
        "subjectAltNames": [{"type": "Hostname", "hostname": "api.example.com"}],
    }


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        (
            {"hostname": "a", "verify": False},
            "rules[0].backend.tls.verify: Forbidden: a Gateway always verifies",
        ),
        (
            {"hostname": "a", "ca_secret": "b"},
            "rules[0].backend.tls.ca_secret: Forbidden: a BackendTLSPolicy reads CAs from Confi",
        ),
        (
            {"hostname": "192.0.2.1"},
            'rules[0].backend.tls.hostname: Invalid value: "192.0.2.1": must be a DNS name in the',
        ),
        ({"hostname": "A_"}, 'rules[0].backend.tls.hostname: Invalid value: "A_"'),
        (
            {"hostname": "a", "ca_config_map": ""},
            "rules[0].backend.tls.ca_config_map: Required value",
        ),
        (
            {"hostname": "a", "names": ["b", "c_"]},
            'rules[0].backend.tls.names[1]: Invalid value: "c_"',
        ),
    ],
)
def test_an_error_of_tls_names_its_argument(tls: dict[str, Any], said: str) -> None:
    (found,) = plan(rules=[{"backend": {**WEB, "tls": tls}}])[1]
    assert found.startswith(said)


def test_one_port_has_one_certificate() -> None:
    one, other = ({**WEB, "tls": {"hostname": name}} for name in ("a", "b"))
    (found,) = plan(rules=[{"backends": [one, other]}])[1]
    assert found.startswith("rules[0].backends[1].tls: Forbidden: `rules[0].backends[0].tls` has")
    assert plan(rules=[{"backends": [one, {**other, "service_name": "api"}]}])[1] == []


def test_late_settings_of_a_certificate_are_compared_when_they_arrive() -> None:
    def backend(at: int, name: str) -> dict[str, Any]:
        path = f"rules[0].backends[{at}].tls.ca_config_map"
        return {**WEB, "tls": {"hostname": name, "ca_config_map": Unknown(path)}}

    assert plan(rules=[{"backends": [backend(0, "a"), backend(1, "a")]}])[1] == []
    (found,) = plan(rules=[{"backends": [backend(0, "a"), backend(1, "b")]}])[1]
    assert found.startswith("rules[0].backends[1].tls: Forbidden: `rules[0].backends[0].tls` has")


def judged(variant: dict[str, Any]) -> set[str]:
    """Return the codes of the rules that the rendered objects break."""
    given = {"rules": [RULE], "api": "Gateway", "gateways": GATEWAYS, "namespace": "edge"}
    made = plan_http_ingress(typed(HttpIngressArgs, {**given, **variant}), "web", [])
    return {
        one.code for manifest in made.objects for one in validate_rendered(rules_of(None), manifest)
    }


def test_variants_break_every_rule_and_those_that_come_near_break_none() -> None:
    broken = {name: judged(one) for name, one in HTTP_VARIANTS.items()}
    assert {name for name, found in broken.items() if not found} == HTTP_TAKEN
    kinds = [
        one
        for key, one in RENDERED.items()
        if key[1] in {"HTTPRoute", "ReferenceGrant", "BackendTLSPolicy"}
    ]
    rules = {code for kind in kinds for code in kind.rules}
    assert rules - set().union(*broken.values()) == set()


def route(
    args: Callable[[], dict[str, Any]],
    *,
    preview: bool = False,
    namespace: Callable[[], Any] = lambda: "home",
) -> list[Any]:
    """Return the rendered routes and grants of a component, and of a Service in a namespace."""

    def program() -> None:
        given: dict[str, Any] = {
            "addresses": ["192.0.2.40"],
            "ports": PORTS,
            "namespace": namespace(),
        }
        backend = route_backend(ExternalService("app", given))  # type: ignore[arg-type]
        rules = [{"host": "a.example.com", "backend": backend}]
        every: Any = {"rules": rules, "api": RouteApi.GATEWAY, "gateways": GATEWAYS, **args()}
        HttpIngress("web", every)

    made = render(program, preview=preview)
    return [one for one in made if one["kind"] in ("HTTPRoute", "ReferenceGrant")]


@BOTH
@pytest.mark.parametrize("namespace", [str, later], ids=["plain", "late"])
def test_components_are_backends_in_their_own_namespace(preview: bool, namespace: Any) -> None:
    made = route(
        lambda: {"namespace": "home"}, preview=preview, namespace=lambda: namespace("home")
    )
    assert [one["kind"] for one in made] == ["HTTPRoute"]
    assert made[0]["spec"]["rules"][0]["backendRefs"] == [{"name": "app", "port": 80}]


@BOTH
def test_components_elsewhere_are_granted(preview: bool) -> None:
    made = {one["kind"]: one for one in route(lambda: {"namespace": "edge"}, preview=preview)}
    backends = made["HTTPRoute"]["spec"]["rules"][0]["backendRefs"]
    assert backends == [{"name": "app", "namespace": "home", "port": 80}]
    assert made["ReferenceGrant"]["metadata"]["namespace"] == "home"
    assert made["ReferenceGrant"]["spec"]["to"] == [{"group": "", "kind": "Service", "name": "app"}]


def test_a_route_whose_namespace_is_late_is_granted_where_its_backend_is() -> None:
    made = {one["kind"]: one for one in route(lambda: {"namespace": later("edge")})}
    assert made["ReferenceGrant"]["metadata"]["name"] == "web-http"
    assert made["ReferenceGrant"]["spec"]["from"][0]["namespace"] == "edge"


def test_a_backend_elsewhere_whose_namespace_is_late_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        route(lambda: {"namespace": "edge"}, namespace=lambda: later("home"))
    (found,) = map(str, caught.value.findings)
    assert found.startswith('rules[0].backend.namespace: Invalid value: "home": the namespace arr')


def test_a_single_late_host_is_accepted_and_one_of_several_refused() -> None:
    def rules(*others: Any) -> dict[str, Any]:
        return {"rules": [{"host": later("a.example.com"), "backend": WEB}, *others]}

    (made,) = route(rules)
    assert (made["metadata"]["name"], made["spec"]["hostnames"]) == ("web", ["a.example.com"])
    with pytest.raises(ValidationError) as caught:
        route(lambda: rules(RULE))
    (found,) = map(str, caught.value.findings)
    assert found.startswith('rules[0].host: Invalid value: "Output": must be a plain string where')


def test_an_alias_component_is_refused() -> None:
    def program() -> None:
        made = ExternalNameService(
            "app", {"external_name": "app.example.com", "ports": [{"name": "web", "port": 8080}]}
        )
        rules = [{"backend": route_backend(made)}]
        args: Any = {"rules": rules, "api": "Gateway", "gateways": GATEWAYS}
        HttpIngress("web", args)

    with pytest.raises(ValidationError, match="does not lead to an ExternalName Service"):
        render(program)


def test_two_components_may_not_declare_one_route() -> None:
    def program() -> None:
        for name in ("a", "b"):
            rules = [RULE, {"host": f"{name}.example.com", "backend": WEB}]
            args: Any = {
                "rules": rules,
                "ingress_name": "web",
                "api": "Gateway",
                "gateways": GATEWAYS,
            }
            HttpIngress(name, args)

    with pytest.raises(ValidationError, match="ingress_name: Duplicate value"):
        render(program)


def test_validation_finds_nothing_in_what_it_renders() -> None:
    def program() -> None:
        home = ExternalService(
            "home", {"addresses": ["192.0.2.40"], "ports": PORTS, "namespace": "home"}
        )
        args: Any = {
            "namespace": "edge",
            "api": "Gateway",
            "gateways": GATEWAYS,
            "rules": [{"host": "a.example.com", "backend": route_backend(home)}],
        }
        HttpIngress("web", args)

    assert hazards_of_manifests(render(program)) == []


@BOTH
def test_outputs_and_children(preview: bool) -> None:
    found: list[Any] = []

    def program() -> None:
        far = {**WEB, "namespace": "data", "tls": {"hostname": "web.example.com"}}
        rules = [{"host": "a.example.com", "backend": far}]
        args: Any = {"rules": rules, "api": "Gateway", "gateways": GATEWAYS, "namespace": "edge"}
        made = HttpIngress("web", args)
        assert made.ingress is None
        assert (len(made.routes), len(made.grants)) == (1, 1)
        assert len(made.tls_policies) == 1
        every = [made.ingress_name, made.namespace, made.hazards, made.load_balancer]
        pulumi.Output.all(*every).apply(found.extend)

    render(program, preview=preview)
    assert found == ["web", "edge", [], []]
