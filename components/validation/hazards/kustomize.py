"""Hazards of a Kustomization: changes to its objects that break them."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.findings import Finding, quote
from ..untyped import mapping, text
from .hazard import Catalogue

HAZARDS = Catalogue("Kustomize")
KUSTOMIZE_SELECTOR = HAZARDS.hazard(
    "kustomize-selector",
    "{file} adds the selector {labels} to this Service: the endpoints controller then writes slices"
    " for the Pods that have these labels, and none where there are none, beside those declared",
    "list the labels under `labels` without `includeSelectors`, or the Service in a Kustomization"
    " of its own",
    "A Kustomization adds a selector to a Service that has none.",
)
KUSTOMIZE_RENAMES = HAZARDS.hazard(
    "kustomize-renames",
    "{file} renames the Service to {name}, and leaves the label kubernetes.io/service-name of this"
    " slice as it is: the slice belongs to no Service",
    "leave namePrefix and nameSuffix out, or replace the label in the Kustomization too",
    "A Kustomization renames a Service, and its slices stay behind.",
)

_SERVICE_NAME = "kubernetes.io/service-name"
_SERVICE = ("v1", "Service")
_SLICE = ("discovery.k8s.io/v1", "EndpointSlice")


def kustomize_hazards(
    manifest: Mapping[str, Any],
    file: str,
    selector: Mapping[str, str],
    affixes: tuple[str, str],
    services: frozenset[str],
) -> Iterator[Finding]:
    """Yield the hazards of a Kustomization for one of its objects.

    Args:
        manifest: The object.
        file: The Kustomization.
        selector: The labels that it adds to selectors.
        affixes: The prefix and suffix that it adds to names.
        services: The names of the Services that it lists.
    """
    key = manifest.get("apiVersion"), manifest.get("kind")
    spec = mapping(manifest.get("spec"))
    if key == _SERVICE and selector and _is_selectorless(spec):
        added = ", ".join(f"{label}: {quote(value)}" for label, value in selector.items())
        yield KUSTOMIZE_SELECTOR.at("spec", {"file": file, "labels": added})
    labels = mapping(mapping(manifest.get("metadata")).get("labels"))
    name = text(labels.get(_SERVICE_NAME))
    if key == _SLICE and any(affixes) and name in services:
        renamed = quote(f"{affixes[0]}{name}{affixes[1]}")
        path = f"metadata.labels[{_SERVICE_NAME}]"
        yield KUSTOMIZE_RENAMES.at(path, {"file": file, "name": renamed})


def served_names(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of the Service that a slice or Endpoints belongs to."""
    metadata = mapping(manifest.get("metadata"))
    if manifest.get("kind") == "Endpoints":
        yield text(metadata.get("name"))
    else:
        yield text(mapping(metadata.get("labels")).get(_SERVICE_NAME))


def _is_selectorless(spec: Mapping[str, Any]) -> bool:
    return (
        bool(spec.get("ports")) and not spec.get("selector") and spec.get("type") != "ExternalName"
    )
