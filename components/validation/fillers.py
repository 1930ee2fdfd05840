"""Finds the namespaces into which controllers put objects that a set does not show."""

from collections.abc import Iterator, Mapping
from typing import Any

from .untyped import mapping, text

_TARGETS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("helm.toolkit.fluxcd.io", "HelmRelease"): ("targetNamespace",),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): ("targetNamespace",),
    ("helm.cattle.io", "HelmChart"): ("targetNamespace",),
    ("argoproj.io", "Application"): ("destination", "namespace"),
    ("argoproj.io", "ApplicationSet"): ("template", "spec", "destination", "namespace"),
}
"""The field below `spec` that holds the namespace, by group and kind."""


_IN_THEIR_OWN = frozenset({"HelmRelease", "HelmChart"})
"""The kinds that fill their own namespace if they name no other."""


def filled_namespaces(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the namespace that Flux, k3s or Argo CD fills for this object, if it names one."""
    kind = text(manifest.get("kind"))
    way = _TARGETS.get((text(manifest.get("apiVersion")).partition("/")[0], kind))
    if way is None:
        return
    value: object = manifest.get("spec")
    for field in way:
        value = mapping(value).get(field)
    own = mapping(manifest.get("metadata")).get("namespace") if kind in _IN_THEIR_OWN else ""
    if namespace := text(value) or text(own):
        yield namespace
