"""TLS from the controller of an Ingress to backends: Traefik's, and ingress-nginx'."""

from collections.abc import Callable
from typing import Any

import pytest

from components import (
    ExternalService,
    HttpIngress,
    ValidationError,
    route_backend,
    traefik_annotations,
)
from components.core.arguments import typed
from components.core.findings import Finding
from components.core.http_ingress import plan_http_ingress
from components.core.objects.servers_transport import SCHEME, TRANSPORT
from components.core.route_arguments import HttpIngressArgs
from components.testing import render
from components.validation.hazards import hazards as hazards_of_manifests
from tests.unit.outputs import later

BOTH = pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
NAS: dict[str, Any] = {"service_name": "nas", "port": 443}
HTTP: dict[str, Any] = {"service_name": "web", "port_name": "http"}
VERIFIED = {"hostname": "nas.lan", "ca_secret": "nas-ca"}
UNVERIFIED = {"hostname": "nas.lan", "verify": False}
NGINX = "nginx.ingress.kubernetes.io"


def plan(*backends: Any, **args: Any) -> tuple[list[Any], list[str], list[str]]:
    """Return the objects for a host of each backend, the errors, and the codes of hazards."""
    findings: list[Finding] = []
    rules = [{"host": f"{at}.example.com", "backend": one} for at, one in enumerate(backends)]
    given = typed(HttpIngressArgs, {"rules": rules, "namespace": "home", **args})
    made = plan_http_ingress(given, "web", findings)
    return [*made.objects], [*map(str, findings)], [one.code for one in made.hazards]


def nas(**tls: Any) -> dict[str, Any]:
    return {**NAS, "tls": {"hostname": "nas.lan", **tls}}


def wrong(*backends: Any, **args: Any) -> list[str]:
    return plan(*backends, **args)[1]


@pytest.mark.parametrize(
    ("tls", "spec"),
    [
        ({}, {}),
        ({"ca_config_map": "a"}, {"rootCAs": [{"configMap": "a"}]}),
        ({"ca_secret": "a"}, {"rootCAs": [{"secret": "a"}]}),
        ({"verify": False}, {"insecureSkipVerify": True}),
    ],
)
def test_traefik_reads_a_servers_transport_of_the_service(tls: Any, spec: Any) -> None:
    (ingress, transport), findings, _ = plan(nas(**tls), HTTP, class_name="traefik")
    assert findings == []
    assert len(ingress["spec"]["rules"]) == 2
    assert transport == {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "ServersTransport",
        "metadata": {"name": "nas", "namespace": "home"},
        "spec": {"serverName": "nas.lan", **spec},
    }


def test_two_ports_of_a_service_have_one_transport() -> None:
    made, findings, _ = plan(nas(), {**nas(), "port": 8443}, class_name="traefik-internal")
    assert findings == []
    assert [one["kind"] for one in made] == ["Ingress", "ServersTransport"]


def test_two_settings_for_one_service_are_refused_by_traefik() -> None:
    (found,) = wrong(nas(), {**nas(**VERIFIED), "port": 8443}, class_name="traefik")
    assert found.startswith("rules[1].backend.tls: Forbidden: `rules[0].backend.tls` has other")
    other = {**nas(**VERIFIED), "service_name": "other"}
    assert wrong(nas(), other, class_name="traefik") == []


def annotated(annotations: Any, **backend: Any) -> list[str]:
    given = {**nas(), "service_annotations": annotations, **backend}
    return wrong(given, class_name="traefik")


GIVEN = {SCHEME: "https", TRANSPORT: "home-nas@kubernetescrd"}


@pytest.mark.parametrize(
    ("annotations", "backend", "said"),
    [
        ({}, {}, f"Traefik reads it in annotations of the Service, which has no {TRANSPORT}"),
        ({SCHEME: "https"}, {}, "Traefik reads it in annotations of the Service"),
        (
            {**GIVEN, TRANSPORT: "home-other@kubernetescrd"},
            {},
            f'the Service\'s {TRANSPORT} is "home-other@kubernetescrd", another ServersTransport',
        ),
        ({**GIVEN, SCHEME: "http"}, {}, "Traefik connects without TLS: the Service has no"),
        ({TRANSPORT: GIVEN[TRANSPORT]}, {"port": 8443}, "Traefik connects without TLS"),
    ],
)
def test_missing_annotations_of_the_service_are_named(
    annotations: Any, backend: Any, said: str
) -> None:
    (found,) = annotated(annotations, **backend)
    assert found.startswith(f"rules[0].backend.tls: Forbidden: {said}")
    assert found.endswith(
        '(give the component of the Service `annotations` of `traefik_annotations("nas", "home")`)'
    )


@pytest.mark.parametrize(
    ("annotations", "backend"),
    [
        (None, {}),
        (GIVEN, {}),
        (traefik_annotations("nas", "home"), {"port": 8443}),
        ({TRANSPORT: GIVEN[TRANSPORT]}, {"port": 443}),
        (
            {TRANSPORT: GIVEN[TRANSPORT]},
            {"port": 8443, "service_ports": {"https-admin": 8443}},
        ),
        ({**GIVEN, TRANSPORT: "home_nas@kubernetescrd"}, {}),
    ],
    ids=["unknown", "both", "helper", "port 443", "port https-…", "safeNaming"],
)
def test_annotations_that_traefik_understands_are_accepted(annotations: Any, backend: Any) -> None:
    assert annotated(annotations, **backend) == []


def test_a_port_without_tls_beside_one_with_it() -> None:
    plain = {"service_name": "nas", "port": 80, "service_annotations": GIVEN}
    (found,) = wrong(nas(), plain, class_name="traefik")
    assert found.startswith("rules[1].backend.tls: Required value: Traefik speaks TLS to all ports")
    by_port = {**plain, "service_annotations": {TRANSPORT: GIVEN[TRANSPORT]}}
    assert wrong(nas(), by_port, class_name="traefik") == []


def component(namespace: Any, annotations: Any, **args: Any) -> Callable[[], None]:
    def program() -> None:
        given: Any = {
            "namespace": namespace(),
            "addresses": ["192.0.2.42"],
            "ports": [{"name": "https", "port": 443, "target_port": 5001}],
            "annotations": annotations(),
        }
        backend: Any = {**route_backend(ExternalService("nas", given)), "tls": VERIFIED}
        rules = [{"host": "nas.example.com", "backend": backend}]
        every: Any = {"namespace": namespace(), "class_name": "traefik", "rules": rules, **args}
        HttpIngress("web", every)

    return program


@BOTH
@pytest.mark.parametrize("namespace", [str, later], ids=["plain", "late"])
def test_the_helper_annotates_the_service_of_a_component(preview: bool, namespace: Any) -> None:
    def place() -> Any:
        return namespace("home")

    made = render(component(place, lambda: traefik_annotations("nas", place())), preview=preview)
    by_kind = {one["kind"]: one for one in made}
    assert by_kind["ServersTransport"]["metadata"]["namespace"] == "home"
    assert GIVEN.items() <= by_kind["Service"]["metadata"]["annotations"].items()
    assert hazards_of_manifests(made) == []


def test_a_component_without_the_annotations_is_refused() -> None:
    with pytest.raises(ValidationError, match=r'`traefik_annotations\("nas", "home"\)`'):
        render(component(lambda: "home", dict))


def test_ingress_nginx_gets_an_ingress_for_each_setting() -> None:
    backends = nas(**VERIFIED), HTTP, {**nas(**VERIFIED), "service_name": "two"}
    made, findings, hazards = plan(
        *backends,
        {"service_name": "old", "port_name": "https", "tls": UNVERIFIED},
        class_name="nginx",
        cluster_issuer="acme",
        annotations={"cert-manager.io/duration": "2160h", "a": "b"},
    )
    assert findings == []
    assert hazards == ["ingress-nginx-retired", "backend-tls-unverified"]
    assert [one["metadata"]["name"] for one in made] == ["web", "web-nas-443", "web-old-https"]
    hosts = [[rule["host"] for rule in one["spec"]["rules"]] for one in made]
    assert hosts == [["1.example.com"], ["0.example.com", "2.example.com"], ["3.example.com"]]
    assert [one["metadata"]["annotations"] for one in made] == [
        {
            "cert-manager.io/duration": "2160h",
            "a": "b",
            "cert-manager.io/cluster-issuer": "acme",
        },
        {
            "a": "b",
            f"{NGINX}/backend-protocol": "HTTPS",
            f"{NGINX}/proxy-ssl-verify": "on",
            f"{NGINX}/proxy-ssl-secret": "home/nas-ca",
            f"{NGINX}/proxy-ssl-name": "nas.lan",
            f"{NGINX}/proxy-ssl-server-name": "on",
        },
        {"a": "b", f"{NGINX}/backend-protocol": "HTTPS", f"{NGINX}/proxy-ssl-verify": "off"},
    ]
    certificates = [one["spec"]["tls"] for one in made]
    assert certificates[0] == certificates[1] == certificates[2]
    assert certificates[0][0]["secretName"] == "web-tls"


def test_the_only_setting_keeps_the_name() -> None:
    made, findings, _ = plan(nas(**VERIFIED), class_name="nginx", default_backend=nas(**VERIFIED))
    assert findings == []
    (ingress,) = made
    assert ingress["metadata"]["name"] == "web"
    assert ingress["spec"]["defaultBackend"]["service"]["name"] == "nas"


def test_a_host_is_split_by_its_paths() -> None:
    rule = {"host": "a.example.com", "backend": HTTP, "paths": [{"path": "/n", "backend": nas()}]}
    rule["paths"][0]["backend"]["tls"] = VERIFIED  # type: ignore[index]
    made, findings, _ = plan(class_name="nginx", rules=[rule])
    assert findings == []
    paths = [one["spec"]["rules"][0]["http"]["paths"] for one in made]
    assert [[path["path"] for path in one] for one in paths] == [["/"], ["/n"]]


def test_an_error_of_a_split_ingress_names_its_argument() -> None:
    broken = {**nas(**VERIFIED), "port": 0}
    (found,) = wrong(HTTP, broken, class_name="nginx")
    assert found.startswith("rules[1].backend: Required value: port name or number is required")


@pytest.mark.parametrize("class_name", ["traefik", "nginx"])
@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ({"names": ["b"]}, "names: Forbidden: the controller of an Ingress looks for one name"),
        ({"hostname": "A_"}, 'hostname: Invalid value: "A_"'),
        ({"hostname": ""}, 'hostname: Invalid value: ""'),
        ({"ca_secret": "A_"}, 'ca_secret: Invalid value: "A_"'),
    ],
)
def test_invalid_tls_is_refused(class_name: str, tls: Any, said: str) -> None:
    (found,) = wrong(nas(**{**VERIFIED, **tls}), class_name=class_name)
    assert found.startswith(f"rules[0].backend.tls.{said}")
    assert wrong(nas(**VERIFIED), class_name=class_name) == []


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ({"ca_config_map": "a"}, "tls.ca_config_map: Forbidden: ingress-nginx reads CAs from Secr"),
        ({}, "tls.ca_secret: Required value: ingress-nginx verifies by this CA alone"),
        ({**VERIFIED, "hostname": "192.0.2.1"}, "tls.hostname: Invalid value: "),
    ],
)
def test_settings_that_only_traefik_supports_are_refused_for_ingress_nginx(
    tls: Any, said: str
) -> None:
    (found,) = wrong(nas(**tls), class_name="nginx")
    assert found.startswith(f"rules[0].backend.{said}")
    assert wrong(nas(**tls), class_name="traefik") == []


def test_two_sources_of_one_ca_are_refused() -> None:
    (found,) = wrong(nas(**VERIFIED, ca_config_map="b"), class_name="traefik")
    assert found.startswith("rules[0].backend.tls.ca_secret: Forbidden: may not be given with")


def test_two_settings_for_one_port_are_refused_by_ingress_nginx() -> None:
    one, other = nas(**VERIFIED), nas(**{**VERIFIED, "ca_secret": "other"})
    (found,) = wrong(HTTP, one, other, class_name="nginx")
    assert found.startswith("rules[2].backend.tls: Forbidden: another backend has other settings")
    assert wrong(HTTP, one, {**other, "port": 8443}, class_name="nginx") == []


def test_annotations_that_tls_sets_are_not_given_beside_it() -> None:
    given = {f"{NGINX}/backend-protocol": "GRPC", f"{NGINX}/proxy-body-size": "1m"}
    (found,) = wrong(nas(**VERIFIED), class_name="nginx", annotations=given)
    assert found.startswith(f"annotations[{NGINX}/backend-protocol]: Forbidden: `tls` of a backend")
    assert wrong(NAS, class_name="nginx", annotations=given) == []


def test_ingress_nginx_needs_the_namespace_of_the_secret() -> None:
    backends = nas(**VERIFIED), {**nas(**VERIFIED), "service_name": "two"}
    (found,) = wrong(*backends, class_name="nginx", namespace=None)
    assert found.startswith("namespace: Required value: ingress-nginx names a Secret with its")
    assert wrong({**NAS, "tls": UNVERIFIED}, class_name="nginx", namespace=None) == []
    assert wrong(nas(**VERIFIED), class_name="traefik", namespace=None) == []


@pytest.mark.parametrize(
    ("class_name", "said"),
    [
        (None, 'connects to backends (give the class of Traefik or ingress-nginx, such as "trae'),
        ("haproxy", 'backends, and what controllers of class "haproxy" read is unknown (give the'),
    ],
)
def test_other_classes_name_those_that_can(class_name: Any, said: str) -> None:
    (found,) = wrong(nas(**VERIFIED), class_name=class_name)
    assert found.startswith("rules[0].backend.tls: Forbidden: an Ingress does not tell how its")
    assert said in found
    assert found.endswith('or give `api` as "Gateway")')
    assert wrong(NAS, class_name=class_name) == []


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ({"class_name": True}, "rules[0].backend.tls: Forbidden: an Ingress does not tell"),
        ({"hostname": True}, "rules[0].backend.tls.hostname: Invalid value: "),
        ({"ca_secret": True}, "rules[0].backend.tls.ca_secret: Invalid value: "),
        ({}, ""),
    ],
)
def test_the_number_of_ingresses_does_not_depend_on_outputs(late: Any, said: str) -> None:
    def program() -> None:
        def value(name: str, text: str) -> Any:
            return later(text) if name in late else text

        tls = {name: value(name, text) for name, text in VERIFIED.items()}
        class_name = value("class_name", "nginx")
        rules = [{"host": later("a.example.com"), "backend": {**NAS, "tls": tls}}]
        every: Any = {"namespace": "home", "class_name": class_name, "rules": rules}
        HttpIngress("web", every)

    if said:
        with pytest.raises(ValidationError) as caught:
            render(program)
        assert str(caught.value.findings[0]).startswith(said)
    else:
        assert [one["kind"] for one in render(program)] == ["Ingress"]


def test_unverified_backends_are_a_hazard() -> None:
    def codes(class_name: str, tls: Any) -> list[str]:
        return plan({**NAS, "tls": tls}, class_name=class_name)[2]

    assert codes("traefik", UNVERIFIED) == ["backend-tls-unverified"]
    assert codes("traefik", VERIFIED) == []
    assert codes("nginx", VERIFIED) == ["ingress-nginx-retired"]


@BOTH
def test_children_are_attributes(preview: bool) -> None:
    found: list[Any] = []

    def program() -> None:
        rules: Any = [
            {"host": "a.example.com", "backend": HTTP},
            {"host": "b.example.com", "backend": nas(**VERIFIED)},
        ]
        for name in ("nginx", "traefik"):
            every: Any = {"namespace": "home", "class_name": name, "rules": rules}
            found.append(HttpIngress(name, every))

    render(program, preview=preview)
    nginx, traefik = found
    assert len(nginx.ingresses) == 2
    assert nginx.ingresses[0] is nginx.ingress
    assert nginx.servers_transports == []
    assert traefik.ingresses == [traefik.ingress]
    assert len(traefik.servers_transports) == 1


def test_two_ingresses_may_not_declare_the_transport_of_one_service() -> None:
    def program(*tls: Any) -> Callable[[], None]:
        def run() -> None:
            for at, one in enumerate(tls):
                rules: Any = [{"host": "a.example.com", "backend": {**NAS, **one}}]
                HttpIngress(f"web-{at}", {"class_name": "traefik", "rules": rules})

        return run

    with pytest.raises(ValidationError, match="object_name: Duplicate value"):
        render(program({"tls": VERIFIED}, {"tls": VERIFIED}))
    assert len(render(program({"tls": VERIFIED}, {}))) == 3


def test_late_settings_of_one_service_are_compared_when_they_arrive() -> None:
    def program(*hostnames: Any) -> Callable[[], None]:
        def run() -> None:
            tls = [{"hostname": build()} for build in hostnames]
            rules: Any = [
                {"host": f"{at}.example.com", "backend": {**NAS, "tls": one}}
                for at, one in enumerate(tls)
            ]
            HttpIngress("web", {"class_name": "traefik", "rules": rules})

        return run

    def late() -> Any:
        return later("a")

    assert len(render(program(late, lambda: "a"))) == 2
    assert len(render(program(lambda: "a", late))) == 2
    with pytest.raises(ValidationError, match="has other settings for this Service"):
        render(program(late, lambda: "b"))
