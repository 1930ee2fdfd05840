"""Makes manifests from a seed: valid ones, and ones with one or several faults.

The same seed and count give the same manifests.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

from . import (
    endpoint_slices,
    endpoints,
    ingresses,
    legacy,
    metadata,
    network_policies,
    services,
)
from .fields import Fault, anywhere
from .golden import OF_ANOTHER_VERSION, VECTORS
from .server import Object


@dataclass(frozen=True)
class Kind:
    """How objects of one kind are made."""

    name: str
    weight: int
    """The percentage of manifests of this kind."""
    valid: Callable[[Random, str], Object]
    faults: list[Fault]
    legacy: list[Fault]
    """Faults that older API servers accepted, and this one keeps in stored objects."""


KINDS = (
    Kind("Service", 38, services.valid, services.FAULTS, legacy.SERVICE),
    Kind("EndpointSlice", 20, endpoint_slices.valid, endpoint_slices.FAULTS, legacy.ENDPOINT_SLICE),
    Kind("Endpoints", 12, endpoints.valid, endpoints.FAULTS, legacy.ENDPOINTS),
    Kind("Ingress", 15, ingresses.valid, ingresses.FAULTS, legacy.INGRESS),
    Kind(
        "NetworkPolicy", 15, network_policies.valid, network_policies.FAULTS, legacy.NETWORK_POLICY
    ),
)
_BY_NAME = {kind.name: kind for kind in KINDS}
_WEIGHTS = [kind.weight for kind in KINDS]
_METADATA_SHARE = 0.18
_UPDATES_SHARE = 0.25
LAST = len(endpoint_slices.LARGE) + len(OF_ANOTHER_VERSION)
"""How many manifests come after the random ones."""


@dataclass(frozen=True)
class Creation:
    """A manifest that shall create an object."""

    kind: str
    manifest: Object


@dataclass(frozen=True)
class Update:
    """A manifest that shall replace an object, which is made from the object as it is stored."""

    kind: str
    base: int
    """Which of the stored objects of this kind."""
    seed: int

    def manifest(self, stored: Object, name: str) -> Object:
        """Return the manifest."""
        return _changed(Random(self.seed), _BY_NAME[self.kind], stored, name)  # noqa: S311


def cases(seed: int, count: int, bases: int) -> Iterator[Creation | Update]:
    """Yield `count` cases; updates are of `bases` stored objects of each kind.

    First the golden vectors, last the large ones and those of another version.
    """
    yield from islice(_vectors(), count)
    random = Random(seed)  # noqa: S311
    for number in range(len(VECTORS), count - LAST):
        kind = random.choices(KINDS, _WEIGHTS)[0]
        if random.random() < _UPDATES_SHARE:
            yield Update(kind.name, random.randrange(bases), random.getrandbits(62))
        else:
            yield Creation(kind.name, _broken(random, kind, kind.valid(random, f"x{number}")))
    yield from islice(_last(random), max(0, count - len(VECTORS)))


def _last(random: Random) -> Iterator[Creation]:
    for fault in endpoint_slices.LARGE:
        manifest = endpoint_slices.valid(random, "large")
        fault(random, manifest)
        yield Creation("EndpointSlice", manifest)
    yield from (Creation(one["kind"], deepcopy(one)) for one in OF_ANOTHER_VERSION)


def _vectors() -> Iterator[Creation]:
    return (Creation(kind, deepcopy(manifest)) for kind, manifest in VECTORS)


@dataclass(frozen=True)
class Base:
    """An object that shall be stored, for updates of it."""

    manifest: Object
    deleted: bool
    """Whether it is deleted, and there only for its finalizer."""
    legacy: tuple[Fault, ...]
    """What is done to it once it is stored."""
    seed: int

    def aged(self, stored: Object) -> Object:
        """Return the stored object as an older API server may have left it."""
        manifest = deepcopy(stored)
        for fault in self.legacy:
            fault(Random(self.seed), manifest)  # noqa: S311
        return manifest


def base(seed: int, kind: Kind, number: int) -> Base:
    """Return an object that every API server accepts; every third one is aged."""
    random = Random(f"{seed} {kind.name} {number}")  # noqa: S311
    name = f"base-{kind.name.lower()}-{number}"
    manifest = kind.valid(random, name)
    while kind.name == "Service" and not services.is_wanted(manifest, number):
        manifest = kind.valid(random, name)
    manifest["metadata"].pop("ownerReferences", None)  # or it would be collected as garbage
    manifest["metadata"].pop("finalizers", None)
    _leave_to_the_cluster(manifest)
    if "trafficDistribution" in manifest.get("spec", {}):
        manifest["spec"]["trafficDistribution"] = "PreferClose"
    deleted = number % 5 == 1
    if deleted:
        manifest["metadata"]["finalizers"] = ["example.com/keep"]
    gets_old = number % 3 == 0 and not deleted
    ages = random.sample(kind.legacy, min(2, len(kind.legacy))) if gets_old else []
    return Base(manifest, deleted, tuple(ages), random.getrandbits(60))


def _leave_to_the_cluster(manifest: Object) -> None:
    """Let addresses and ports be allocated: those of the seed may be taken."""
    spec = manifest.get("spec", {})
    if spec.get("clusterIP") != "None":
        spec.pop("clusterIP", None)
    spec.pop("clusterIPs", None)
    spec.pop("healthCheckNodePort", None)
    for port in spec.get("ports", ()):
        port.pop("nodePort", None)


def _broken(random: Random, kind: Kind, manifest: Object) -> Object:
    """Return a manifest with some faults, or none."""
    manifest = deepcopy(manifest)
    for _ in range(random.choices((0, 1, 2, 3, 5), (10, 45, 25, 14, 6))[0]):
        own = random.random() > _METADATA_SHARE
        random.choice(kind.faults if own else metadata.FAULTS)(random, manifest)
    if random.random() < 0.1:
        anywhere(random, manifest)
    return manifest


def _changed(random: Random, kind: Kind, stored: Object, name: str) -> Object:
    """Return a manifest that replaces a stored object."""
    if random.random() < 0.6:
        manifest = deepcopy(stored)
        _forget(random, manifest)
    else:
        manifest = kind.valid(random, name)
    manifest = _broken(random, kind, manifest)
    if random.random() < 0.1:
        random.choice(kind.legacy or kind.faults)(random, manifest)
    if not isinstance(manifest.get("metadata"), dict):
        manifest["metadata"] = {}
    if random.random() < 0.7 or kind.name == "Service":  # which a controller may still change
        manifest["metadata"].pop("resourceVersion", None)
    if random.random() < 0.99:
        manifest["metadata"]["name"] = name  # it is part of the address of the request
    return manifest


def _forget(random: Random, manifest: Object) -> None:
    """Remove what the API server filled in, as in a file under version control."""
    manifest["metadata"].pop("managedFields", None)
    manifest.pop("status", None)
    if random.random() < 0.5:
        for field in ("uid", "creationTimestamp", "generation"):
            manifest["metadata"].pop(field, None)
    spec: Any = manifest.get("spec", {})
    for field in (
        "clusterIP",
        "clusterIPs",
        "ipFamilies",
        "ipFamilyPolicy",
        "internalTrafficPolicy",
    ):
        if random.random() < 0.3:
            spec.pop(field, None)
    if random.random() < 0.3:
        for port in spec.get("ports", ()):
            port.pop("nodePort", None)
