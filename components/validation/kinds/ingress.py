"""Ingress of networking.k8s.io/v1 (`ValidateIngressCreate`, `ValidateIngressUpdate`).

Whether the IngressClass, the Services and the Secrets exist is not validated. An update does not
compare the class with the old annotation, and tolerates errors of the stored object.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...core import syntax
from ...core.findings import NULL, Finding, invalid, not_supported, required
from ...core.rules import Rule, RuleBook
from ...core.versions import Rules
from .. import object_meta
from ..ip import parse_sloppy_ip
from ..object_set import ObjectSet, namespace_of
from ..shapes import INT32, STRING, STRINGS, ListOf, Struct
from ..untyped import mapping
from ..walk import Decoded, against, below, each
from .kind_spec import KindSpec

_BACKEND = Struct(
    {
        "service": Struct({"name": STRING, "port": Struct({"name": STRING, "number": INT32})}),
        "resource": Struct({"apiGroup": STRING, "kind": STRING, "name": STRING}),
    }
)
_PATH = Struct({"path": STRING, "pathType": STRING, "backend": _BACKEND})
_RULE = Struct({"host": STRING, "http": Struct({"paths": ListOf(_PATH)})})
_LOAD_BALANCER = Struct(
    {
        "ip": STRING,
        "hostname": STRING,
        "ports": ListOf(Struct({"port": INT32, "protocol": STRING, "error": STRING})),
    }
)

SHAPE = Struct(
    {
        "apiVersion": STRING,
        "kind": STRING,
        "metadata": object_meta.SHAPE,
        "spec": Struct(
            {
                "ingressClassName": STRING,
                "defaultBackend": _BACKEND,
                "tls": ListOf(Struct({"hosts": STRINGS, "secretName": STRING})),
                "rules": ListOf(_RULE),
            }
        ),
        "status": Struct({"loadBalancer": Struct({"ingress": ListOf(_LOAD_BALANCER)})}),
    }
)

RULES = RuleBook()
EMPTY = RULES.rule("ingress-empty", "There is a default backend or at least one rule.")
HOST_ADDRESS = RULES.rule("ingress-host-address", "A rule's host is a name, not an IP address.")
HOST = RULES.rule("ingress-host", "A rule's host without `*` is an RFC 1123 subdomain.")
HOST_WILDCARD = RULES.rule(
    "ingress-host-wildcard", "A rule's host with `*` is `*.` and an RFC 1123 subdomain."
)
PATHS = RULES.rule("ingress-paths", "A rule's `http` has at least one path.")
PATH_TYPE_REQUIRED = RULES.rule("ingress-path-type-required", "Every path has a `pathType`.")
PATH_TYPE = RULES.rule(
    "ingress-path-type", "A path's type is `Exact`, `Prefix` or `ImplementationSpecific`."
)
PATH_ABSOLUTE = RULES.rule(
    "ingress-path-absolute", "A path begins with `/`; `ImplementationSpecific` may have none."
)
PATH_SEQUENCE = RULES.rule(
    "ingress-path-sequence",
    "A path `Exact` or `Prefix` has no `//`, `/./`, `/../`, `%2f` or `%2F`.",
)
PATH_END = RULES.rule(
    "ingress-path-end", "A path `Exact` or `Prefix` does not end with `/..` or `/.`."
)
BACKEND_BOTH = RULES.rule("ingress-backend-both", "A backend is not both a Service and a resource.")
BACKEND_NONE = RULES.rule("ingress-backend-none", "A backend is a Service or a resource.")
SERVICE_NAME_REQUIRED = RULES.rule("ingress-service-name-required", "A backend's Service is named.")
SERVICE_NAME = RULES.rule(
    "ingress-service-name", "A backend's Service is a DNS-1035 label, from 1.36 an RFC 1123 one."
)
PORT_BOTH = RULES.rule(
    "ingress-port-both", "A backend's port is not given by name and number at once."
)
PORT_NONE = RULES.rule("ingress-port-none", "A backend's port is given by name or number.")
PORT_NAME = RULES.rule("ingress-port-name", "The name of a backend's port is an IANA service name.")
PORT_NUMBER = RULES.rule("ingress-port-number", "The number of a backend's port is 1 to 65535.")
RESOURCE_GROUP = RULES.rule(
    "ingress-resource-group", "The API group of a backend's resource is an RFC 1123 subdomain."
)
RESOURCE_KIND_REQUIRED = RULES.rule(
    "ingress-resource-kind-required", "The kind of a backend's resource is given."
)
RESOURCE_KIND = RULES.rule(
    "ingress-resource-kind", "The kind of a backend's resource can be a segment of a URL."
)
RESOURCE_NAME_REQUIRED = RULES.rule(
    "ingress-resource-name-required", "A backend's resource is named."
)
RESOURCE_NAME = RULES.rule(
    "ingress-resource-name", "The name of a backend's resource can be a segment of a URL."
)
TLS_HOST = RULES.rule("ingress-tls-host", "A TLS host without `*` is an RFC 1123 subdomain.")
TLS_HOST_WILDCARD = RULES.rule(
    "ingress-tls-host-wildcard", "A TLS host with `*` is `*.` and an RFC 1123 subdomain."
)
TLS_SECRET = RULES.rule(
    "ingress-tls-secret", "The name of a TLS Secret is an RFC 1123 subdomain or empty."
)
CLASS_NAME = RULES.rule(
    "ingress-class-name", "The name of the IngressClass is an RFC 1123 subdomain."
)
CLASS_ANNOTATION = RULES.rule(
    "ingress-class-annotation",
    "On create, annotation `kubernetes.io/ingress.class` equals `spec.ingressClassName`.",
)

_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
_FORBIDDEN_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_FORBIDDEN_ENDS = ("/..", "/.")
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_RESOURCE_FIELDS = (
    ("kind", RESOURCE_KIND, RESOURCE_KIND_REQUIRED),
    ("name", RESOURCE_NAME, RESOURCE_NAME_REQUIRED),
)


@dataclass(frozen=True, slots=True)
class _Leniency:
    """What is tolerated, by version and by the stored object of an update."""

    service_name: Callable[[str], list[str]]
    """Returns the reasons against the name of a backend's Service."""
    wordy: bool = False
    """A missing field of a resource is reported twice."""
    any_secret: bool = False
    """Names of Secrets are not validated."""
    any_wildcard_rule: bool = False
    """Of rules for a wildcard host only the host is validated."""


def validate(new: Decoded, old: Decoded | None, rules: Rules, findings: list[Finding]) -> None:
    """Validate an Ingress that is created, or, given `old`, updated."""
    object_meta.check_metadata(new, old, syntax.dns_subdomain, rules, findings, rename=True)
    spec: Decoded = new.get("spec", {})
    leniency = _leniency(None if old is None else old.get("spec", {}), rules)
    findings += below("spec", _spec(spec, leniency))
    if old is None:
        findings += _class_annotation(new.get("metadata", {}).get("annotations", {}), spec)


def _leniency(old_spec: Decoded | None, rules: Rules) -> _Leniency:
    relaxed = syntax.dns_label if rules.relaxed_service_names else syntax.dns_1035_label
    wordy = rules.names_what_is_missing
    if old_spec is None:
        return _Leniency(relaxed, wordy)
    return _Leniency(
        syntax.dns_label if any(map(_only_relaxed, _kept_names(old_spec, rules))) else relaxed,
        wordy,
        any_secret=any(map(_tls_secret, old_spec.get("tls", ()))),
        any_wildcard_rule=any(map(_is_broken_wildcard, old_spec.get("rules", ()))),
    )


def _kept_names(spec: Decoded, rules: Rules) -> Iterator[str]:
    """Yield the Services' names of a stored Ingress in the fields that the version looks at."""
    backends: list[Decoded] = []
    if rules.default_name_may_stay:
        backends.append(spec.get("defaultBackend", {}))
    if rules.names_may_stay:
        for rule in spec.get("rules", ()):
            paths: list[Decoded] = rule.get("http", {}).get("paths", [])
            backends += [path.get("backend", {}) for path in paths]
    return (backend["service"].get("name", "") for backend in backends if "service" in backend)


def _only_relaxed(name: str) -> bool:
    """Return whether it is a Service's name only by the rules of 1.36."""
    return bool(syntax.dns_1035_label(name)) and not syntax.dns_label(name)


def _is_broken_wildcard(rule: Decoded) -> bool:
    """Return whether a stored rule for a wildcard host is invalid by the rules before 1.36."""
    return "*" in rule.get("host", "") and bool(_http(rule, _Leniency(syntax.dns_1035_label)))


def _spec(spec: Decoded, leniency: _Leniency) -> list[Finding]:
    findings: list[Finding] = []
    ingress_rules: list[Decoded] = spec.get("rules", [])
    default = spec.get("defaultBackend")
    if default is not None:
        findings += below("defaultBackend", _backend(default, leniency))
    elif not ingress_rules:
        detail = "either `defaultBackend` or `rules` must be specified"
        given = spec.get("rules", NULL)
        findings.append(invalid("", given, detail, rule=EMPTY))
    findings += each(ingress_rules, partial(_rule, leniency=leniency), "rules")
    findings += each(spec.get("tls", ()), partial(_tls, leniency=leniency), "tls")
    name = spec.get("ingressClassName")
    if name is not None:
        findings += against("ingressClassName", name, syntax.dns_subdomain, CLASS_NAME)
    return findings


def _rule(rule: Decoded, leniency: _Leniency) -> list[Finding]:
    host: str = rule.get("host", "")
    findings: list[Finding] = []
    if host:
        if parse_sloppy_ip(host) is not None:
            detail = "must be a DNS name, not an IP address"
            findings.append(invalid("host", host, detail, rule=HOST_ADDRESS))
        findings += _host("host", host, HOST, HOST_WILDCARD)
    if not (leniency.any_wildcard_rule and "*" in host):
        findings += _http(rule, leniency)
    return findings


def _host(path: str, host: str, rule: Rule, wildcard: Rule) -> list[Finding]:
    if "*" in host:
        return against(path, host, syntax.wildcard_subdomain, wildcard)
    return against(path, host, syntax.dns_subdomain, rule)


def _http(rule: Decoded, leniency: _Leniency) -> list[Finding]:
    http = rule.get("http")
    if http is None:
        return []
    paths: list[Decoded] = http.get("paths", [])
    if not paths:
        return [required("http.paths", rule=PATHS)]
    return each(paths, partial(_path, leniency=leniency), "http.paths")


def _path(path: Decoded, leniency: _Leniency) -> list[Finding]:
    kind = path.get("pathType")
    if kind is None:
        detail = "pathType must be specified"
        return [required("pathType", detail, rule=PATH_TYPE_REQUIRED)]
    text: str = path.get("path", "")
    findings: list[Finding] = []
    if kind not in _PATH_TYPES:
        findings.append(not_supported("pathType", kind, _PATH_TYPES, PATH_TYPE))
    elif kind != "ImplementationSpecific":
        findings += _plain_path(text)
    elif text:
        findings += _absolute(text)
    return findings + below("backend", _backend(path.get("backend", {}), leniency))


def _plain_path(path: str) -> list[Finding]:
    """Validate a path of a type that the API server understands: `Exact` or `Prefix`."""
    findings = _absolute(path)
    for sequence in _FORBIDDEN_SEQUENCES:
        if sequence in path:
            detail = f"must not contain '{sequence}'"
            findings.append(invalid("path", path, detail, rule=PATH_SEQUENCE))
    for end in _FORBIDDEN_ENDS:
        if path.endswith(end):
            detail = f"cannot end with '{end}'"
            findings.append(invalid("path", path, detail, rule=PATH_END))
    return findings


def _absolute(path: str) -> list[Finding]:
    if path.startswith("/"):
        return []
    return [invalid("path", path, "must be an absolute path", rule=PATH_ABSOLUTE)]


def _backend(backend: Decoded, leniency: _Leniency) -> list[Finding]:
    """Validate a backend (`validateIngressBackend`)."""
    resource = backend.get("resource")
    service = backend.get("service")
    if resource is not None and service is not None:
        detail = "cannot set both resource and service backends"
        return [invalid("", "", detail, rule=BACKEND_BOTH)]
    if resource is not None:
        return below("resource", _resource(resource, leniency))
    if service is None:
        detail = "resource or service backend is required"
        return [invalid("", "", detail, rule=BACKEND_NONE)]
    name: str = service.get("name", "")
    if not name:
        findings = [required("service.name", rule=SERVICE_NAME_REQUIRED)]
    else:
        findings = against("service.name", name, leniency.service_name, SERVICE_NAME)
    return findings + _port(service.get("port", {}))


def _port(port: Decoded) -> list[Finding]:
    """Validate the port of a Service that is a backend, with paths that begin at the backend."""
    name: str = port.get("name", "")
    number: int = port.get("number", 0)
    if name and number:
        detail = "cannot set both port name & port number"
        return [invalid("", "", detail, rule=PORT_BOTH)]
    if name:
        return against("service.port.name", name, syntax.iana_service_name, PORT_NAME)
    if number:
        return against("service.port.number", number, syntax.port_number, PORT_NUMBER)
    return [required("", "port name or number is required", rule=PORT_NONE)]


def _resource(resource: Decoded, leniency: _Leniency) -> list[Finding]:
    """Validate a reference to any object (`validateIngressTypedLocalObjectReference`)."""
    findings: list[Finding] = []
    group = resource.get("apiGroup")
    if group is not None:
        findings += against("apiGroup", group, syntax.dns_subdomain, RESOURCE_GROUP)
    for field, rule, missing in _RESOURCE_FIELDS:
        value: str = resource.get(field, "")
        if not value:
            detail = f"{field} is required" if leniency.wordy else ""
            findings.append(required(field, detail, rule=missing))
        else:
            findings += against(field, value, syntax.path_segment, rule)
    return findings


def _tls(tls: Decoded, leniency: _Leniency) -> list[Finding]:
    findings = each(tls.get("hosts", ()), _tls_host, "hosts")
    return findings if leniency.any_secret else findings + _tls_secret(tls)


def _tls_host(host: str) -> list[Finding]:
    return _host("", host, TLS_HOST, TLS_HOST_WILDCARD)


def _tls_secret(tls: Decoded) -> list[Finding]:
    name: str = tls.get("secretName", "")
    if not name:
        return []
    return against("secretName", name, syntax.dns_subdomain, TLS_SECRET)


def _class_annotation(annotations: Decoded, spec: Decoded) -> list[Finding]:
    given: str | None = annotations.get(_CLASS_ANNOTATION)
    name: str | None = spec.get("ingressClassName")
    if given is None or name is None or given == name:
        return []
    detail = "must match `ingressClassName` when both are specified"
    path = f"annotations.{_CLASS_ANNOTATION}"
    return [invalid(path, given, detail, rule=CLASS_ANNOTATION)]


def _read_ingress(objects: ObjectSet, index: int, manifest: Mapping[str, Any]) -> None:
    objects.ingresses.append((index, namespace_of(manifest), mapping(manifest.get("spec"))))


SPEC = KindSpec(
    "networking.k8s.io/v1",
    "Ingress",
    "ingresses",
    lambda _: SHAPE,
    RULES,
    validate,
    _read_ingress,
    removed={"extensions/v1beta1": "1.22", "networking.k8s.io/v1beta1": "1.22"},
    guesses={"spec.rules[].http.paths[].pathType": ("Exact", "Prefix", "ImplementationSpecific")},
)
