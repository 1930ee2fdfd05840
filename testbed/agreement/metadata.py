"""Valid and invalid metadata of objects."""

from collections.abc import Sequence
from random import Random
from typing import Any

from .fields import ABSENT, Fault, assign, setters
from .server import Object
from .vectors import LABEL_VALUES, LOOK_ALIKES, NAMES, QUALIFIED_NAMES, TIMES

SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
INGRESS_CLASS = "kubernetes.io/ingress.class"
_MODE = "service.kubernetes.io/topology-mode"
_HINTS = "service.kubernetes.io/topology-aware-hints"
_LIMIT = 262144

_OWNER = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "u-1"}

_GENERATED = (
    *(name + "-" for name in NAMES),
    *("web-v1.", "web.v1.", "a--", "---", "-.", "a" * 58 + "-", "b" * 62 + "-", "b" * 248 + "-"),
)

_VERSIONS = (
    "v1",
    "apps/v1",
    "a/b/c",
    "apps/",
    "/v1",
    "",
    "/",
    "v1\n",
    "events.k8s.io/v1",
    "apps",
    None,
)

_FIELDS: dict[str, Sequence[Any]] = {
    "metadata.name": NAMES,
    "metadata.generateName": (*NAMES, *_GENERATED),
    "metadata.namespace": ("", None, ABSENT, "Bad_NS", "a.b", "-a", "a" * 64),
    "metadata.labels": (
        *({key: "x"} for key in QUALIFIED_NAMES),
        *({"a": value} for value in LABEL_VALUES),
        *({"A/b": "-"}, {"-": "-", "": ""}, {}, None),
    ),
    "metadata.annotations": (
        *({key: "x"} for key in QUALIFIED_NAMES),
        *({"a": value} for value in (*LOOK_ALIKES, "", None, "\n", "x" * 1000)),
        *({"-": "", "": ""}, {}, None),
        *({_MODE: "Auto"}, {_HINTS: "Auto"}),
    ),
    "metadata.finalizers": (
        *([key] for key in QUALIFIED_NAMES),
        *([one] for one in ("orphan", "kubernetes", "foregroundDeletion", "foo", "x/y")),
        *([], [None], ["x/y", "x/y"], ["x/y", ""], ["foo", "bar", "-"], None),
    ),
    "metadata.ownerReferences": ([], [_OWNER], [_OWNER, _OWNER], [{}], [None], [{}, {}], None),
    "metadata.ownerReferences[+]": (
        *({**_OWNER, "apiVersion": version} for version in _VERSIONS),
        *({**_OWNER, field: ""} for field in _OWNER),
        *(
            {**_OWNER, "controller": True},
            {**_OWNER, "controller": False},
            {**_OWNER, "name": "A/b"},
        ),
        *({**_OWNER, "apiVersion": version, "kind": "Event"} for version in _VERSIONS),
        {**_OWNER, "blockOwnerDeletion": True, "uid": " "},
        {"apiVersion": "", "kind": "", "name": "", "uid": ""},
    ),
    "metadata.ownerReferences[*].controller": (True, True, True, False, None, "true"),
    "metadata.generation": (-1, 0, 5, -(2**63), 2**63 - 1, None),
    "metadata.creationTimestamp": TIMES,
    "metadata.deletionTimestamp": TIMES,
    "metadata.deletionGracePeriodSeconds": (0, 30, -1, None),
    "metadata.uid": ("", None, "u-1"),
    "metadata.resourceVersion": ("", None, "1", "x"),
    "metadata.selfLink": ("/x", "", None),
    "metadata.managedFields": ([], None, [{}], [None]),
    "metadata.managedFields[+]": (
        {
            "manager": "x",
            "operation": "Update",
            "apiVersion": "v1",
            "time": "2026-01-02T03:04:05Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {"f:type": {}}},
        },
        *({"manager": "x", "operation": one} for one in ("Apply", "apply", "", "Patch", None)),
        *({"manager": "x" * count, "operation": "Update"} for count in (128, 129)),
        {"manager": "x\n", "operation": "Update", "apiVersion": "v1"},
        {"manager": "x", "operation": "Update", "fieldsType": "FieldsV2"},
        {"manager": "x", "operation": "Update", "subresource": "s" * 257},
        {"manager": "x", "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": "x"},
        {"manager": "x", "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {"x": 1}},
        {"manager": "x", "operation": "Update", "time": "now"},
    ),
    "metadata.annotations.a": (
        *("x" * (_LIMIT - 1), "x" * _LIMIT, "é" * (_LIMIT // 2), "é" * (_LIMIT // 2 - 1)),
    ),
    "metadata.annotations.-": ("x" * _LIMIT, ""),
    "metadata": (None, {}, ABSENT),
    "status": (None, {}, [], "x", {"unknown": 1}),
}


def _topology(random: Random, manifest: Object) -> None:
    """Ask for topology in both ways, which may not agree."""
    modes = ("Auto", "auto", "Disabled", "", None)
    annotations = {_MODE: random.choice(modes), _HINTS: random.choice(modes)}
    assign(random, manifest, "metadata.annotations", annotations)


def _controllers(random: Random, manifest: Object) -> None:
    """Add some owners, any of which may be the controller; a repeated one counts once."""
    owners = [
        {**_OWNER, "name": random.choice("abc"), "controller": random.choice((True, True, None))}
        for _ in range(3)
    ]
    assign(random, manifest, "metadata.ownerReferences", owners)


def _finalizers(random: Random, manifest: Object) -> None:
    """Set standard finalizers and others, in any order."""
    names = ("orphan", "foregroundDeletion", "kubernetes", "example.com/keep", "foo", "a b")
    assign(random, manifest, "metadata.finalizers", sample(random, 4, *names))


FAULTS: list[Fault] = [*setters(_FIELDS), _topology, _controllers, _finalizers, _finalizers]


def valid(random: Random, name: str) -> Object:
    """Return metadata that every kind accepts."""
    made: Object = {"name": name}
    if random.random() < 0.2:
        made["labels"] = {"app": name, "example.com/Tier": random.choice(("db", "", "A.b_c"))}
    if random.random() < 0.1:
        made["annotations"] = {"Example.com/Note": "any text\n"}
    if random.random() < 0.05:
        made["finalizers"] = ["example.com/keep"]
    if random.random() < 0.05:
        made["ownerReferences"] = [{**_OWNER, "controller": True}]
    return made


def sample(random: Random, most: int, *pool: Any) -> list[Any]:
    """Choose some of a pool, in any order."""
    return random.sample(pool, random.randint(0, min(most, len(pool))))
