"""Ingress: what the API server refuses, on create and on update."""

from typing import Any

import pytest

from components.core.findings import FORBIDDEN, INVALID, NOT_SUPPORTED, REQUIRED
from components.validation import validate
from components.validation.kinds import ingress
from tests.unit.validation.expected import (
    LABEL,
    LABEL_1035,
    LETTER,
    NUMBER,
    SUBDOMAIN,
    Expected,
    agree,
    errors,
)

Spec = dict[str, Any]

WILDCARD = (
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which"
    " must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric"
    " character (e.g. '*.example.com', regex used for validation is"
    " '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
NOT_A_NAME = "must be a DNS name, not an IP address"
NEITHER = "either `defaultBackend` or `rules` must be specified"
TOO_LONG_NAME = "must be no more than 253 characters"
SUB253 = ".".join(["a" * 63] * 3 + ["a" * 61])

BACKEND = {"service": {"name": "web", "port": {"number": 80}}}
HOST = "spec.rules[0].host"
PATH = "spec.rules[0].http.paths[0]"
DEFAULT = "spec.defaultBackend"


def manifest(spec: Spec, annotations: dict[str, str] | None = None) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": "web"}
    if annotations is not None:
        metadata["annotations"] = annotations
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": spec,
    }


def paths(*given: dict[str, Any], host: str = "") -> Spec:
    rule: dict[str, Any] = {"http": {"paths": list(given)}}
    return {"rules": [{**rule, "host": host} if host else rule]}


def path(text: str | None, kind: str | None = "Prefix", **fields: Any) -> Spec:
    given = {"path": text, "pathType": kind, "backend": BACKEND, **fields}
    return paths({key: value for key, value in given.items() if value is not None})


def host(name: str) -> Spec:
    return {"rules": [{"host": name}]}


def service(name: str = "web", **port: Any) -> Spec:
    return {"defaultBackend": {"service": {"name": name, "port": port or {"number": 80}}}}


def resource(**fields: Any) -> Spec:
    return {"defaultBackend": {"resource": {"kind": "StorageBucket", "name": "assets", **fields}}}


def tls(*hosts: str, **fields: Any) -> Spec:
    return {"defaultBackend": BACKEND, "tls": [{"hosts": list(hosts), **fields}]}


ACCEPTED: dict[str, Spec] = {
    "a default backend": {"defaultBackend": BACKEND},
    "a rule for nothing": {"rules": [{}]},
    "a rule that is null": {"rules": [None]},
    "a host of one label": host("x"),
    "a long host": host(SUB253),
    "a wildcard": host("*.example.com"),
    "a host that is nearly an address": host("1.2.3"),
    "a path": path("/"),
    "an escaped path": path("/a%20b"),
    "dots in a path": path("/a/..b/.c"),
    "any path for a controller": path("/a//b/../%2f", "ImplementationSpecific"),
    "no path for a controller": path(None, "ImplementationSpecific"),
    "a Service's name in digits": service("9svc"),
    "a port's name": {"defaultBackend": {"service": {"name": "web", "port": {"name": "http"}}}},
    "a port's number": service(number=65535),
    "a resource": resource(apiGroup="k8s.example.com"),
    "a resource of no group": resource(),
    "a resource of any name": resource(kind="A b", name="é"),
    "a wildcard in TLS": tls("*.example.com", "x"),
    "no Secret": tls("x", secretName=""),
    "an IngressClass": {"defaultBackend": BACKEND, "ingressClassName": "nginx.org"},
}

REFUSED: dict[str, tuple[Spec, Expected]] = {
    "nothing": ({}, [("spec", INVALID, NEITHER)]),
    "no rules": ({"rules": []}, [("spec", INVALID, NEITHER)]),
    "TLS alone": ({"tls": [{}]}, [("spec", INVALID, NEITHER)]),
    "an address as host": (host("192.0.2.1"), [(HOST, INVALID, NOT_A_NAME)]),
    "an address with zeros": (host("010.0.0.1"), [(HOST, INVALID, NOT_A_NAME)]),
    "an IPv6 address as host": (
        host("2001:db8::1"),
        [(HOST, INVALID, NOT_A_NAME), (HOST, INVALID, SUBDOMAIN)],
    ),
    "upper case in a host": (host("Example.com"), [(HOST, INVALID, SUBDOMAIN)]),
    "a host with a port": (host("example.com:80"), [(HOST, INVALID, SUBDOMAIN)]),
    "a host that ends in a dot": (host("example.com."), [(HOST, INVALID, SUBDOMAIN)]),
    "a host that ends in a newline": (host("a.com\n"), [(HOST, INVALID, SUBDOMAIN)]),
    "too long a host": (host(SUB253 + "a"), [(HOST, INVALID, TOO_LONG_NAME)]),
    "a bare wildcard": (host("*"), [(HOST, INVALID, WILDCARD)]),
    "a wildcard in the middle": (host("a.*.com"), [(HOST, INVALID, WILDCARD)]),
    "a wildcard for a part": (host("*a.com"), [(HOST, INVALID, WILDCARD)]),
    "two wildcards": (host("*.*.com"), [(HOST, INVALID, WILDCARD)]),
    "too long a wildcard": (host("*." + SUB253), [(HOST, INVALID, TOO_LONG_NAME)]),
    "no paths": (paths(), [("spec.rules[0].http.paths", REQUIRED, "")]),
    "no paths at all": (
        {"rules": [{"http": {}}]},
        [("spec.rules[0].http.paths", REQUIRED, "")],
    ),
    "no type of path, which hides the rest": (
        path("a", None, backend={}),
        [(f"{PATH}.pathType", REQUIRED, "pathType must be specified")],
    ),
    "another type of path": (
        path("a//", "prefix"),
        [
            (
                f"{PATH}.pathType",
                NOT_SUPPORTED,
                'supported values: "Exact", "ImplementationSpecific", "Prefix"',
            )
        ],
    ),
    "an empty type of path": (path("/", ""), [(f"{PATH}.pathType", NOT_SUPPORTED, "")]),
    "a relative path": (path("a"), [(f"{PATH}.path", INVALID, "must be an absolute path")]),
    "no path": (path(None, "Exact"), [(f"{PATH}.path", INVALID, "must be an absolute path")]),
    "a relative path for a controller": (
        path("a", "ImplementationSpecific"),
        [(f"{PATH}.path", INVALID, "must be an absolute path")],
    ),
    "sequences in a path": (
        path("a//./b/../%2f%2F/.."),
        [
            (f"{PATH}.path", INVALID, "must be an absolute path"),
            (f"{PATH}.path", INVALID, "must not contain '//'"),
            (f"{PATH}.path", INVALID, "must not contain '/./'"),
            (f"{PATH}.path", INVALID, "must not contain '/../'"),
            (f"{PATH}.path", INVALID, "must not contain '%2f'"),
            (f"{PATH}.path", INVALID, "must not contain '%2F'"),
            (f"{PATH}.path", INVALID, "cannot end with '/..'"),
        ],
    ),
    "a path that ends in a dot": (
        path("/.", "Exact"),
        [(f"{PATH}.path", INVALID, "cannot end with '/.'")],
    ),
    "no backend": (
        paths({"path": "/", "pathType": "Prefix"}),
        [(f"{PATH}.backend", INVALID, "resource or service backend is required")],
    ),
    "an empty backend": (
        {"defaultBackend": {}},
        [(DEFAULT, INVALID, "resource or service backend is required")],
    ),
    "two backends in one": (
        {"defaultBackend": {"service": {}, "resource": {}}},
        [(DEFAULT, INVALID, "cannot set both resource and service backends")],
    ),
    "an empty Service": (
        {"defaultBackend": {"service": {}}},
        [
            (f"{DEFAULT}.service.name", REQUIRED, ""),
            (DEFAULT, REQUIRED, "port name or number is required"),
        ],
    ),
    "dots in a Service's name": (
        service("web.v1"),
        [(f"{DEFAULT}.service.name", INVALID, "must not contain dots")],
    ),
    "upper case in a Service's name": (
        service("Web"),
        [(f"{DEFAULT}.service.name", INVALID, LABEL)],
    ),
    "too long a Service's name": (
        service("a" * 64),
        [(f"{DEFAULT}.service.name", INVALID, "must be no more than 63 characters")],
    ),
    "a port by name and number": (
        {"defaultBackend": {"service": {"name": "web", "port": {"name": "Y", "number": -1}}}},
        [(DEFAULT, INVALID, "cannot set both port name & port number")],
    ),
    "a port's number as its name": (
        {"defaultBackend": {"service": {"name": "web", "port": {"name": "8080"}}}},
        [(f"{DEFAULT}.service.port.name", INVALID, LETTER)],
    ),
    "too long a port's name": (
        {"defaultBackend": {"service": {"name": "web", "port": {"name": "a" * 16}}}},
        [(f"{DEFAULT}.service.port.name", INVALID, "must be no more than 15 characters")],
    ),
    "port 0": (service(number=0), [(DEFAULT, REQUIRED, "port name or number is required")]),
    "a port below 0": (
        service(number=-1),
        [(f"{DEFAULT}.service.port.number", INVALID, NUMBER)],
    ),
    "a port above 65535": (
        service(number=65536),
        [(f"{DEFAULT}.service.port.number", INVALID, NUMBER)],
    ),
    "an empty resource": (
        {"defaultBackend": {"resource": {}}},
        [
            (f"{DEFAULT}.resource.kind", REQUIRED, ""),
            (f"{DEFAULT}.resource.name", REQUIRED, ""),
        ],
    ),
    "an empty group": (
        resource(apiGroup=""),
        [(f"{DEFAULT}.resource.apiGroup", INVALID, SUBDOMAIN)],
    ),
    "a resource that is not a segment": (
        resource(kind="a/%b", name=".."),
        [
            (f"{DEFAULT}.resource.kind", INVALID, "may not contain '/'"),
            (f"{DEFAULT}.resource.kind", INVALID, "may not contain '%'"),
            (f"{DEFAULT}.resource.name", INVALID, "may not be '..'"),
        ],
    ),
    "hosts of TLS": (
        tls("x", "", "A", "*a", "192.0.2.1"),
        [
            ("spec.tls[0].hosts[1]", INVALID, SUBDOMAIN),
            ("spec.tls[0].hosts[2]", INVALID, SUBDOMAIN),
            ("spec.tls[0].hosts[3]", INVALID, WILDCARD),
        ],
    ),
    "a Secret": (tls(secretName="A"), [("spec.tls[0].secretName", INVALID, SUBDOMAIN)]),
    "an empty IngressClass": (
        {"defaultBackend": BACKEND, "ingressClassName": ""},
        [("spec.ingressClassName", INVALID, SUBDOMAIN)],
    ),
    "everything at once, in this order": (
        {
            "ingressClassName": "A",
            "tls": [{"secretName": "B"}],
            "rules": [{"host": "x"}, {"host": "C", "http": {}}],
            "defaultBackend": {},
        },
        [
            (DEFAULT, INVALID, "resource or service backend is required"),
            ("spec.rules[1].host", INVALID, SUBDOMAIN),
            ("spec.rules[1].http.paths", REQUIRED, ""),
            ("spec.tls[0].secretName", INVALID, SUBDOMAIN),
            ("spec.ingressClassName", INVALID, SUBDOMAIN),
        ],
    ),
}


@pytest.mark.parametrize("spec", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_valid_ingresses_are_accepted(spec: Spec) -> None:
    assert errors(validate(manifest(spec))) == []
    assert errors(validate(manifest(spec), old=manifest({"rules": [{}]}))) == []


@pytest.mark.parametrize(("spec", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_invalid_ingresses_are_refused(spec: Spec, expected: Expected) -> None:
    found = errors(validate(manifest(spec)))
    assert agree(found, expected), found
    assert errors(validate(manifest(spec), old=manifest({"rules": [{}]}))) == found


CLASS = "kubernetes.io/ingress.class"


@pytest.mark.parametrize(
    ("annotation", "name", "expected"),
    [
        ("nginx", "nginx", []),
        ("nginx", None, []),
        (
            "",
            "nginx",
            [
                (
                    f"annotations.{CLASS}",
                    INVALID,
                    "must match `ingressClassName` when both are specified",
                )
            ],
        ),
    ],
)
def test_the_annotation_is_compared_on_create_alone(
    annotation: str, name: str | None, expected: Expected
) -> None:
    given = manifest({"rules": [{}], "ingressClassName": name}, {CLASS: annotation})
    assert errors(validate(given)) == expected
    assert errors(validate(given, old=manifest({"rules": [{}]}))) == []


@pytest.mark.parametrize("name", ["9svc", "1"])
def test_the_name_of_a_service_is_checked_by_version(name: str) -> None:
    given = manifest(service(name))
    assert errors(validate(given, kubernetes_version="1.36")) == []
    for version in ("1.30", "1.35", None):
        found = errors(validate(given, kubernetes_version=version))
        assert agree(found, [(f"{DEFAULT}.service.name", INVALID, LABEL_1035)]), found


@pytest.mark.parametrize(
    "old",
    [
        service("9svc"),
        paths({"path": "/", "pathType": "Exact", "backend": {"service": {"name": "1"}}}),
    ],
    ids=["the default backend", "a path"],
)
def test_a_stored_name_of_1_36_exempts_others(old: Spec) -> None:
    given = manifest(service("8080"))
    assert errors(validate(given, old=manifest(old), kubernetes_version="1.35")) == []
    stricter = validate(given, old=manifest(service("web")), kubernetes_version="1.35")
    assert [one.code for one in stricter] == ["ingress-service-name"]


def test_a_stored_invalid_secret_exempts_all_secrets() -> None:
    given = manifest(tls("A", secretName="B"))
    old = manifest({"rules": [{}], "tls": [{}, {"secretName": "C"}]})
    assert [one.code for one in validate(given, old=old)] == ["ingress-tls-host"]


BROKEN: dict[str, Any] = {"path": "a", "pathType": "Exact", "backend": {}}


@pytest.mark.parametrize(
    ("stored", "ratchets"),
    [
        (paths(BROKEN, host="*.example.com"), True),
        (paths(BROKEN, host="example.com"), False),
        (host("*"), False),
        (
            # valid since 1.36, but the API server compares with the names before that
            paths(
                {
                    "path": "/",
                    "pathType": "Exact",
                    "backend": {"service": {"name": "9svc", "port": {"number": 1}}},
                },
                host="*.example.com",
            ),
            True,
        ),
    ],
    ids=["a broken wildcard", "a broken host", "a broken name", "a name of 1.36"],
)
def test_a_stored_invalid_wildcard_rule_exempts_such_rules(stored: Spec, ratchets: bool) -> None:
    given = paths(BROKEN, host="*.example.org")
    wildcard = errors(validate(manifest(given), old=manifest(stored)))
    assert [one[0] for one in wildcard] == ([] if ratchets else [f"{PATH}.path", f"{PATH}.backend"])
    assert len(errors(validate(manifest(paths(BROKEN)), old=manifest(stored)))) == 2
    assert errors(validate(manifest(host("*a")), old=manifest(stored))) == [
        (HOST, INVALID, WILDCARD)
    ]


@pytest.mark.parametrize(("spec", "value"), [({}, "null"), ({"rules": []}, "[]")])
def test_an_empty_list_of_rules_is_shown_as_given(spec: Spec, value: str) -> None:
    (found,) = validate(manifest(spec))

    assert found.message == f"Invalid value: {value}: {NEITHER}"


def test_the_status_is_not_validated() -> None:
    status = {"loadBalancer": {"ingress": [{"ip": "x", "hostname": "A", "ports": [{"port": -1}]}]}}
    assert validate({**manifest({"rules": [{}]}), "status": status}) == []


@pytest.mark.parametrize(
    ("spec", "where"),
    [
        ({"rules": {}}, "spec.rules"),
        (path("/", "Prefix", backend=[]), f"{PATH}.backend"),
        (service(number="80"), f"{DEFAULT}.service.port.number"),
        (tls(1), "spec.tls[0].hosts[0]"),  # type: ignore[arg-type]
    ],
)
def test_values_of_a_wrong_type_are_refused(spec: Spec, where: str) -> None:
    found = validate(manifest(spec))
    assert [(one.path, one.code) for one in found] == [(where, "json-type")]


def test_every_rule_is_reached() -> None:
    reached = {one.code for spec, _ in REFUSED.values() for one in validate(manifest(spec))}
    assert set(ingress.RULES) == reached | {"ingress-class-annotation"}
    assert FORBIDDEN not in {one[1] for _, expected in REFUSED.values() for one in expected}
