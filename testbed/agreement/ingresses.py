"""Valid and invalid Ingresses."""

from random import Random
from typing import Any

from . import metadata
from .fields import ABSENT, Fault, assign, repeat, setters
from .server import Object
from .vectors import HOSTS, NAMES, PATHS, PORT_NAMES, PORT_NUMBERS, QUALIFIED_NAMES

_SERVICE = {"service": {"name": "web", "port": {"number": 80}}}
_NAMED = {"service": {"name": "db-2", "port": {"name": "http"}}}
_BUCKET = {"resource": {"apiGroup": "example.com", "kind": "Bucket", "name": "b"}}
_PATH = {"path": "/", "pathType": "Prefix", "backend": _SERVICE}


def valid(random: Random, name: str) -> Object:
    """Return an Ingress that the API server accepts."""
    spec: Object = {}
    if random.random() < 0.3:
        spec["defaultBackend"] = _backend(random)
    if not spec or random.random() < 0.7:
        spec["rules"] = [_rule(random) for _ in range(random.choice((1, 1, 2)))]
    if random.random() < 0.3:
        spec["ingressClassName"] = random.choice(("nginx", "example.com"))
    if random.random() < 0.3:
        spec["tls"] = [{"hosts": ["a.example", "*.b.example"], "secretName": "cert"}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata.valid(random, name),
        "spec": spec,
    }


def _backend(random: Random) -> Object:
    return random.choice((_SERVICE, _SERVICE, _NAMED, _BUCKET))


def _rule(random: Random) -> Object:
    made: Object = {}
    if random.random() < 0.7:
        made["host"] = random.choice(("a.example", "*.b.example", "db"))
    if random.random() < 0.9:
        made["http"] = {"paths": [_path(random) for _ in range(random.choice((1, 1, 2)))]}
    return made


def _path(random: Random) -> Object:
    kind = random.choice(("Prefix", "Exact", "ImplementationSpecific"))
    made: Object = {"pathType": kind, "backend": _backend(random)}
    if kind != "ImplementationSpecific" or random.random() < 0.5:
        made["path"] = random.choice(("/", "/a", "/a/", "/a..b"))
    return made


_BACKEND: dict[str, Any] = {
    "": (None, {}, ABSENT, {**_SERVICE, **_BUCKET}, {"service": None}, {"service": {}}, _BUCKET),
    ".service.name": (*NAMES, ABSENT),
    ".service.port": (
        None,
        {},
        ABSENT,
        {"name": "http", "number": 80},
        {"name": "-", "number": 70000},
    ),
    ".service.port.name": PORT_NAMES,
    ".service.port.number": PORT_NUMBERS,
    ".resource": (None, {}, {"kind": "x", "name": "y"}, {"apiGroup": "", "kind": "x", "name": "y"}),
    ".resource.apiGroup": (*NAMES, None),
}
_RESOURCE: dict[str, Any] = {
    "kind": (*NAMES, ABSENT),
    "name": (*NAMES, ABSENT),
    "apiGroup": (*NAMES, None, ABSENT),
}
_BACKENDS = ("spec.defaultBackend", "spec.rules[*].http.paths[*].backend")


def _resource(random: Random, manifest: Object) -> None:
    """Point at a resource that is nearly valid."""
    field = random.choice(tuple(_RESOURCE))
    odd = ("", ".", "..", "...", "a/b", "a%b", "%", "a.b", "A", "a b")
    pool = _RESOURCE[field] if random.random() < 0.5 else odd
    resource = {**_BUCKET["resource"], field: random.choice(pool)}
    if resource[field] is ABSENT:
        del resource[field]
    if isinstance(manifest.get("spec"), dict):
        manifest["spec"]["defaultBackend"] = {"resource": resource}


def _class(random: Random, manifest: Object) -> None:
    """Name the class in both places."""
    if isinstance(manifest.get("spec"), dict) and isinstance(manifest.get("metadata"), dict):
        manifest["spec"]["ingressClassName"] = random.choice(("a", "b", "", "-", None))
        manifest["metadata"]["annotations"] = {
            metadata.INGRESS_CLASS: random.choice(("a", "b", "", "-", None, "A"))
        }


def _odd_path(random: Random, manifest: Object) -> None:
    """Set a path with segments that lead elsewhere, or similar ones."""
    ends = ("", "/", "/.", "/..", "/./", "/../", "//", "/...", "/%2f", "/%2F", "/a.", "/.a")
    path = {**_PATH, "path": random.choice(("/a", "", "a")) + random.choice(ends)}
    path["pathType"] = random.choice(("Exact", "Prefix", "ImplementationSpecific"))
    assign(random, manifest, "spec.rules[*].http.paths[*]", path)


def _odd_host(random: Random, manifest: Object) -> None:
    """Set a host that is an address, or similar to one."""
    hosts = ("1.2.3.4", "1.2.3", "::1", "01.2.3.4", "1.2.3.4.5", "1.2.3.4.", "*.1.2.3.4", "*", "*.")
    assign(random, manifest, "spec.rules[*].host", random.choice(hosts))


FAULTS: list[Fault] = [
    *setters(
        {
            "spec": (None, {}, ABSENT),
            "spec.rules": ([], None, ABSENT, [{}], [None], [{"host": "a.b"}]),
            "spec.rules[*]": ({}, None),
            "spec.rules[*].host": (*HOSTS, None),
            "spec.rules[*].http": ({}, None, {"paths": []}, {"paths": None}),
            "spec.rules[*].http.paths": ([], None, [{}], [None], [_PATH, _PATH]),
            "spec.rules[*].http.paths[*].path": (*PATHS, ABSENT),
            "spec.rules[*].http.paths[*].pathType": (
                *("Exact", "Prefix", "ImplementationSpecific", "", "exact", "Regex", None, ABSENT),
            ),
            "spec.ingressClassName": (*NAMES, None),
            "spec.tls": ([], None, [{}], [None], [{"hosts": []}]),
            "spec.tls[+].hosts": ([], None, [""], [None], ["a.b", "a.b"], ["-", "*.", "a.b", "A"]),
            "spec.tls[*].hosts[*]": HOSTS,
            "spec.tls[*].secretName": (*NAMES, None),
            "metadata.annotations": (
                *({metadata.INGRESS_CLASS: text} for text in (*NAMES, None)),
                *({key: "x"} for key in QUALIFIED_NAMES[:20]),
            ),
            "status.loadBalancer.ingress[+]": (
                *({"ip": "x"}, {"hostname": "-"}, {}, {"ports": [{"port": 0}]}, {"ip": 5}),
            ),
        }
    ),
    *setters({f"{spot}{field}": pool for spot in _BACKENDS for field, pool in _BACKEND.items()}),
    *(_resource, _resource, _resource, _class, _class, _odd_path, _odd_host),
    *(repeat("spec.rules"), repeat("spec.tls")),
]
