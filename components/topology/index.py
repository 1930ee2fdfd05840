"""A snapshot, indexed once for all its Services."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ..core.findings import Finding, quote
from ..core.metadata import SERVICE_NAME_LABEL
from ..validation.hazards import hazards
from ..validation.hazards.gateway_routes import ROUTES
from ..validation.hazards.ingresses import service_names
from ..validation.hazards.services import cluster_ips
from ..validation.hazards.set_reader import read_objects
from ..validation.object_set import Key, Service, name_of, namespace_of
from ..validation.untyped import mapping, text
from .causes import Found
from .paths import Routes, gateway_routes, ingress_routes
from .pod_states import Pod, labels_of
from .snapshot import Snapshot

_ALIKE = 0.75
"""The similarity, 0 to 1, from which one name counts as a misspelling of another."""


class Index:
    """The objects of a snapshot, by namespace and Service.

    Args:
        snapshot: The objects.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.manifests = snapshot.manifests
        self.objects = read_objects(self.manifests)
        self.virtual = {
            address: quote(one.key[1])
            for one in self.objects.services.values()
            for address in cluster_ips(one)
        }
        """The Service of each known cluster IP."""
        self.routes: Routes = ingress_routes(self.objects, self.manifests)
        for key, routes in gateway_routes(self.manifests).items():
            self.routes.setdefault(key, []).extend(routes)
        self.pods: dict[str, dict[str, Pod]] = defaultdict(dict)
        """The Pods, by namespace and name."""
        self.slices: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self.classes: list[str] = []
        """The names of all IngressClasses."""
        self.namespaces: dict[str, Mapping[str, Any]] = {}
        """The labels of each namespace."""
        self._read()
        self.findings: dict[Key, list[Found]] = defaultdict(list)
        """The hazards on the path to each Service."""
        self.virtual_findings: dict[Key, list[Finding]] = defaultdict(list)
        """The findings about policies that name a Service's cluster IP, which never matches."""
        for index, finding in hazards(self.manifests):
            for key in self._keys_of(index, finding):
                self.findings[key].append(Found(self.subject(index), finding))

    def subject(self, index: int) -> str:
        """Return an object's kind, namespace and name, such as `Service shop/db`."""
        return subject_of(self.manifests[index])

    def misnamed(self, service: Service) -> Mapping[str, Any] | None:
        """Return a slice with the name of a Service but the label of another one."""
        namespace, name = service.key
        for manifest in self.slices.get(namespace, ()):
            label = text(labels_of(manifest).get(SERVICE_NAME_LABEL))
            called = name_of(manifest)
            if (
                label not in {"", name}
                and (called == name or called.startswith(f"{name}-"))
                and not called.startswith(f"{label}-")
                and (namespace, label) in self.objects.services
            ):
                return manifest
        return None

    def _read(self) -> None:
        for manifest in self.manifests:
            kind, namespace = manifest.get("kind"), namespace_of(manifest)
            if kind == "Pod":
                self.pods[namespace][name_of(manifest)] = manifest
            elif kind == "IngressClass":
                self.classes.append(name_of(manifest))
            elif kind == "Namespace":
                self.namespaces[name_of(manifest)] = labels_of(manifest)
            elif kind == "EndpointSlice":
                self.slices[namespace].append(manifest)

    def _keys_of(self, index: int, finding: Finding) -> Iterator[Key]:
        """Yield the Services whose paths a hazard affects."""
        manifest = self.manifests[index]
        kind, namespace, name = manifest.get("kind"), namespace_of(manifest), name_of(manifest)
        if kind == "Service":
            yield namespace, name
        elif kind == "EndpointSlice":
            label = text(labels_of(manifest).get(SERVICE_NAME_LABEL))
            yield from self._meant(namespace, name, label, label)
        elif kind == "Endpoints":
            yield from self._meant(namespace, name, name, "")
        elif kind == "Ingress":
            yield from self._of_ingress(namespace, mapping(manifest.get("spec")), finding)
        elif kind in ROUTES:
            yield from self._of_route(index, namespace, finding)
        elif finding.code == "policy-cluster-ip":
            for one in self.objects.services.values():
                if any(f"{address} is the " in finding.message for address in cluster_ips(one)):
                    self.virtual_findings[one.key].append(finding)

    def _of_ingress(
        self, namespace: str, spec: Mapping[str, Any], finding: Finding
    ) -> Iterator[Key]:
        """Yield the Services that a hazard of an Ingress names, or all if it names none."""
        keys = [key for key in self.objects.services if key[0] == namespace]
        named = [key for key in keys if quote(key[1]) in finding.message]
        wanted = service_names(spec)
        yield from named or [key for key in keys if key[1] in wanted]

    def _of_route(self, index: int, namespace: str, finding: Finding) -> Iterator[Key]:
        """Yield the Services that a hazard of a route names."""
        led = [key for key, routes in self.routes.items() if any(one == index for one, _ in routes)]
        keys = {*led, *(key for key in self.objects.services if key[0] == namespace)}
        yield from (key for key in sorted(keys) if quote(key[1]) in finding.message)

    def _meant(self, namespace: str, name: str, service: str, label: str) -> Iterator[Key]:
        """Yield the Service of an object, or the one that it is probably meant for."""
        if (namespace, service) in self.objects.services:
            yield namespace, service
            return
        names = [one for home, one in self.objects.services if home == namespace]
        prefixes = [one for one in names if name == one or name.startswith(f"{one}-")]
        if prefixes:
            yield namespace, max(prefixes, key=len)
            return
        for given in filter(None, (label, name)):
            if near := get_close_matches(given, names, 1, _ALIKE):
                yield namespace, near[0]
                return


def subject_of(manifest: Mapping[str, Any]) -> str:
    """Return an object's kind, namespace and name, such as `Service shop/db`."""
    return f"{manifest.get('kind')} {namespace_of(manifest)}/{name_of(manifest)}"
