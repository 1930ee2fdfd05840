"""Finds orphans: objects that a stack created but that are not in its state.

A killed update leaves them behind if checkpoints were off, or if the program changed before the
next update.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from .metadata import FIELD_MANAGER, FIELD_MANAGER_ANNOTATION, MANAGED_BY, MANAGED_BY_LABEL
from .ownership import is_of_pulumi, owners, read_entries

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that components declare, as the API serves it."""

    api: str
    """The path of its group and version."""
    resource: str
    labels: str = ""
    """A label selector that matches every object of a component."""

    def path(self, namespace: str = "", name: str = "") -> str:
        """Return the API path of all objects, of those in a namespace, or of one object."""
        scope = f"/namespaces/{namespace}" if namespace else ""
        return f"{self.api}{scope}/{self.resource}{f'/{name}' if name else ''}"


KINDS: Mapping[str, Kind] = {
    "Service": Kind("/api/v1", "services"),
    "EndpointSlice": Kind(
        "/apis/discovery.k8s.io/v1", "endpointslices", f"{MANAGED_BY_LABEL}={MANAGED_BY}"
    ),
    "Endpoints": Kind("/api/v1", "endpoints"),
    "NetworkPolicy": Kind("/apis/networking.k8s.io/v1", "networkpolicies"),
}


class Key(NamedTuple):
    """What identifies an object in a cluster."""

    namespace: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Orphan:
    """A live object that names an owner of the stack but is not in its state."""

    key: Key
    uid: str
    version: str
    """Its `resourceVersion`, with which a delete fails if the object has changed."""
    owner: str
    """The owner in its field manager: `<project>/<stack>` by default."""
    kept: str = ""
    """Why it is neither adopted nor deleted; empty if it may be."""


def find_orphans(
    live: Iterable[tuple[str, Json]],
    known: Collection[Key],
    managers: Collection[str],
    claimed: Collection[str] = (),
) -> Iterator[Orphan]:
    """Return the orphans among live objects.

    Args:
        live: Kind and wire form of each object, with its `managedFields`.
        known: The objects in the stack's state.
        managers: The field managers of the stack, including those of its former names.
        claimed: The managers among them that another stack uses as well.
    """
    for kind, item in live:
        metadata = _mapping(item.get("metadata"))
        key = Key(metadata.get("namespace") or "", kind, metadata.get("name") or "")
        annotated: str = _mapping(metadata.get("annotations")).get(FIELD_MANAGER_ANNOTATION) or ""
        found = owners(read_entries(metadata.get("managedFields") or ()), annotated)
        ours = sorted({*found, annotated} & set(managers))
        if not ours or key in known or _is_derived(metadata):
            continue
        yield Orphan(
            key,
            metadata.get("uid") or "",
            metadata.get("resourceVersion") or "",
            owner_of(ours[0]),
            _why_kept(found, managers, claimed),
        )


def known_objects(deployment: Json) -> set[Key]:
    """Return the objects in an exported state, whichever resource declares them."""
    return {
        _key_of_id(kind, resource.get("id") or "")
        for kind, resource in _objects(deployment.get("resources") or ())
    }


def recorded_managers(deployment: Json) -> set[str]:
    """Return the field managers that a state's objects were created with.

    An object keeps its field manager when its stack is renamed.
    """
    found: set[str] = set()
    for _, resource in _objects(deployment.get("resources") or ()):
        metadata = _mapping(_mapping(resource.get("inputs")).get("metadata"))
        manager = _mapping(metadata.get("annotations")).get(FIELD_MANAGER_ANNOTATION)
        if isinstance(manager, str) and manager.startswith(FIELD_MANAGER):
            found.add(manager)
    return found


@dataclass(frozen=True, slots=True)
class Declared:
    """The objects that a program declares, according to its preview."""

    urns: Mapping[Key, str]
    """The URN of each object whose namespace is known."""
    unplaced: frozenset[tuple[str, str]]
    """Kind and name of each object whose namespace is unknown."""
    needs: Mapping[str, frozenset[str]]
    """The URNs that each resource requires: parent, provider, dependencies."""

    def holds(self, key: Key) -> bool:
        """Return whether an object is declared, or may be."""
        return key in self.urns or (key.kind, key.name) in self.unplaced

    def with_needs(self, keys: Iterable[Key]) -> list[str]:
        """Return the URNs of objects and of everything that they need."""
        pending = [self.urns[key] for key in keys if key in self.urns]
        found: set[str] = set()
        while pending:
            urn = pending.pop()
            if urn not in found:
                found.add(urn)
                pending += self.needs.get(urn, ())
        return sorted(found)


def read_declared(preview: Json) -> Declared:
    """Return the objects that the JSON of a preview holds."""
    urns: dict[Key, str] = {}
    unplaced: set[tuple[str, str]] = set()
    steps = [step for step in preview.get("steps") or () if step.get("newState")]
    for kind, resource in _objects(step["newState"] for step in steps):
        metadata = _mapping(_mapping(resource.get("inputs")).get("metadata"))
        name = str(metadata.get("name"))
        namespace: object = metadata.get("namespace", "default")
        if isinstance(namespace, str) and namespace != _UNKNOWN:
            urns[Key(namespace, kind, name)] = resource["urn"]
        else:
            unplaced.add((kind, name))
    states = [step["newState"] for step in steps]
    needs = {state["urn"]: frozenset(_needs(state)) for state in states}
    return Declared(urns, frozenset(unplaced), needs)


def owner_of(manager: str) -> str:
    """Return the owner that a field manager names."""
    return manager.removeprefix(FIELD_MANAGER)


def _why_kept(found: set[str], managers: Collection[str], claimed: Collection[str]) -> str:
    """Return why an object belongs to others as well as to the stack, or an empty text."""
    others = sorted(found - set(managers))
    if strangers := [manager for manager in others if is_of_pulumi(manager)]:
        return f"{strangers[0]} declares it too"
    if shared := sorted(found & set(claimed)):
        return f"another stack has the owner {owner_of(shared[0])} too"
    if found.isdisjoint(managers):
        return f"written by {others[0] if others else 'an unknown manager'}, not by Pulumi"
    return ""


def _is_derived(metadata: Json) -> bool:
    """Return whether a controller derived it from another object and copied its annotations."""
    references: Iterable[Json] = metadata.get("ownerReferences") or ()
    return any(reference.get("controller") for reference in references)


def _objects(resources: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    for resource in resources:
        type_: str = resource.get("type") or ""
        kind = type_.rpartition(":")[2]
        if type_.startswith("kubernetes:") and kind in KINDS:
            yield kind, resource


def _key_of_id(kind: str, identifier: str) -> Key:
    namespace, _, name = identifier.rpartition("/")
    return Key(namespace or "default", kind, name)


def _needs(state: Json) -> Iterator[str]:
    if parent := state.get("parent"):
        yield parent
    if provider := state.get("provider"):
        yield provider.rpartition("::")[0]
    yield from state.get("dependencies") or ()


_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's placeholder for a string that is not known at preview."""


def _mapping(value: object) -> Json:
    return cast("Json", value) if isinstance(value, Mapping) else {}
