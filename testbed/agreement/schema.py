"""Puts values of every JSON type into every field that the API server says it has."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from . import golden
from .fields import assign
from .generator import Creation
from .server import ApiServer, Object
from .vectors import TIMES

UNKNOWN = "a"
"""A field that nothing has."""

_OF_THE_ADDRESS = frozenset({"apiVersion", "kind", "metadata.namespace"})
"""What a request says elsewhere too."""

_BASES = {
    "api/v1": (golden.service(), golden.endpoints()),
    "apis/discovery.k8s.io/v1": (golden.slice_("IPv4", "10.0.0.1"),),
    "apis/networking.k8s.io/v1": (golden.ingress(), golden.policy("10.0.0.0/8")),
}
_VALUES: tuple[Any, ...] = (
    *(None, "", "x", "1", 0, 1, -1, 1.5, 1.0, 2**31, 2**63, True, [], {}, [None], [{}], ["x"], [1]),
    *({UNKNOWN: 1}, {UNKNOWN: None}, {UNKNOWN: "b"}, {UNKNOWN: {}}),
)


def typed_manifests(server: ApiServer) -> Iterator[Creation]:
    """Make a manifest for each field of each kind, and each value."""
    random = Random(0)  # noqa: S311
    for group, bases in _BASES.items():
        schemas = server.schemas(group)
        for base in bases:
            for path, is_time in fields(schemas, base["kind"]):
                for value in TIMES if is_time else _VALUES:
                    manifest = deepcopy(base)
                    assign(random, manifest, path, value)
                    yield Creation(base["kind"], manifest)


def fields(schemas: Object, kind: str) -> Iterator[tuple[str, bool]]:
    """Return the path of each field of a kind, and whether it is a time."""
    (root,) = (
        schema
        for schema in schemas.values()
        for known in schema.get("x-kubernetes-group-version-kind", ())
        if known["kind"] == kind
    )
    for path, schema in _below(schemas, root, ""):
        if path not in _OF_THE_ADDRESS:
            yield path, schema.get("format") == "date-time"


def _below(schemas: Object, schema: Object, path: str) -> Iterator[tuple[str, Object]]:
    for name, found in schema.get("properties", {}).items():
        field = f"{path}.{name}" if path else name
        yield from _with_items(schemas, _resolved(schemas, found), field)


def _with_items(schemas: Object, schema: Object, path: str) -> Iterator[tuple[str, Object]]:
    yield path, schema
    if "items" in schema:
        yield from _with_items(schemas, _resolved(schemas, schema["items"]), f"{path}[*]")
    elif isinstance(schema.get("additionalProperties"), dict):
        item = _resolved(schemas, schema["additionalProperties"])
        yield from _with_items(schemas, item, f"{path}.key")
    else:
        yield from _below(schemas, schema, path)


def _resolved(schemas: Object, schema: Object) -> Object:
    reference = schema.get("$ref") or next(
        (one["$ref"] for one in schema.get("allOf", ()) if "$ref" in one), None
    )
    return schemas[reference.rpartition("/")[2]] if reference else schema
