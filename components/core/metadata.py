"""Names, labels and annotations of the objects that we declare."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import syntax
from .findings import Finding, forbidden, invalid, required, too_long
from .versions import OLDEST, Rules, rules_of

Plain = Mapping[str, Any]
"""Arguments of a component as plain values, with `Deferred` where one is still to come."""

Manifest = dict[str, Any]
"""A Kubernetes object in its wire form, with camel-cased keys."""

SERVICE_NAME_LABEL = "kubernetes.io/service-name"
MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by"
MANAGED_BY = "k8s-endpoints.pulumi"
HEADLESS_LABEL = "service.kubernetes.io/headless"
SKIP_MIRROR_LABEL = "endpointslice.kubernetes.io/skip-mirror"
FIELD_MANAGER = "k8s-endpoints/"
"""How the name of every stack's field manager begins."""
FIELD_MANAGER_ANNOTATION = "pulumi.com/patchFieldManager"
FORCE_ANNOTATION = "pulumi.com/patchForce"
"""Takes fields over from other field managers."""
MODE_ANNOTATION = "k8s-endpoints.pulumi/endpoint-api"
"""Which objects hold the backends, where these are not slices alone: the next up compares."""

MAX_ANNOTATION_BYTES = 262_144
"""How many bytes the keys and values of an object's annotations may have together."""

MAX_FIELD_MANAGER = 128
"""How many characters the name of a field manager may have."""

RESERVED_ANNOTATIONS = frozenset({FIELD_MANAGER_ANNOTATION, MODE_ANNOTATION})
"""Annotations that the components write, which no user annotation may override."""

RESERVED_LABELS = frozenset(
    {SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL, SKIP_MIRROR_LABEL}
)
"""Labels that tie the objects together, which no user label may override."""


def own_annotations(
    field_manager: str, *, skip_await: bool = False, forced: bool = False
) -> Manifest:
    """Return the annotations that every object of a component carries, unless the user sets them.

    Args:
        field_manager: The stack's field manager.
        skip_await: Whether Pulumi does not wait until the object is ready.
        forced: Whether fields are taken over from other field managers.
    """
    return {
        FIELD_MANAGER_ANNOTATION: field_manager,
        "pulumi.com/deletionPropagationPolicy": "background",
        **({"pulumi.com/skipAwait": "true"} if skip_await else {}),
        **({FORCE_ANNOTATION: "true"} if forced else {}),
    }


_LARGEST_ANNOTATIONS = {
    **own_annotations("x" * MAX_FIELD_MANAGER, skip_await=True, forced=True),
    MODE_ANNOTATION: "Endpoints",
}
"""All that a component may write itself, so that the user's budget is the same in all stacks."""


def naming_argument(kind: str) -> str:
    """Return the argument that names the objects of a component, by the kind of one of them."""
    return "policy_name" if kind.endswith("Policy") else "service_name"


def takes_adoptions(kind: str) -> bool:
    """Return whether the component of an object has the argument `adopt`."""
    return not kind.endswith("Policy")


def read_service_name(args: Plain, component_name: str, findings: list[Finding]) -> str:
    """Give the Service's name: `service_name`, or the component's name where that is not given.

    A name is a DNS-1035 label; from Kubernetes 1.36 on it may also start with a digit (KEP-5311),
    which is taken only where `kubernetes_version` says so.
    """
    given = args.get("service_name")
    name: str = component_name if given is None else given
    if given is None and any(finding.path == "service_name" for finding in findings):
        return name
    relaxed = read_rules(args, findings).relaxed_service_names
    reasons = (syntax.dns_label if relaxed else syntax.dns_1035_label)(name)
    remedy = "it stands in for `service_name`; give one" if given is None else ""
    findings.extend(invalid("service_name", name, reason, remedy) for reason in reasons)
    return name


def read_rules(args: Plain, findings: list[Finding]) -> Rules:
    """Give the rules of `kubernetes_version`: what is legal on all versions where it is not given.

    A version that cannot be used is found once.
    """
    text: str | None = args.get("kubernetes_version")
    try:
        return rules_of(text)
    except ValueError:
        problem = invalid("kubernetes_version", text, f"must be a version from {OLDEST} on")
        if problem not in findings:
            findings.append(problem)
        return rules_of(None)


def read_metadata(args: Plain, name: str, findings: list[Finding]) -> Manifest:
    """Give the metadata of a Service: name, namespace, the user's labels and annotations."""
    metadata: Manifest = {"name": name}
    namespace = args.get("namespace")
    if namespace is not None:
        metadata["namespace"] = namespace
        if isinstance(namespace, str):
            findings.extend(
                invalid("namespace", namespace, why) for why in syntax.dns_label(namespace)
            )
    if labels := _read_labels(args.get("labels") or {}, "labels", findings):
        metadata["labels"] = labels
        findings.extend(
            forbidden(f"labels[{key}]", "the component sets this label itself")
            for key in sorted(RESERVED_LABELS & labels.keys())
        )
    if annotations := _read_annotations(args.get("annotations") or {}, findings):
        metadata["annotations"] = annotations
    return metadata


def read_selector(args: Plain, findings: list[Finding]) -> Manifest:
    """Give the labels by which a Service selects its Pods; at least one is required."""
    selector: Plain = args.get("selector") or {}
    if not selector and not any(finding.path == "selector" for finding in findings):
        findings.append(
            required("selector", remedy="for backends outside the cluster use ExternalService")
        )
    return _read_labels(selector, "selector", findings)


def _read_labels(labels: Plain, path: str, findings: list[Finding]) -> Manifest:
    for key, value in labels.items():
        findings.extend(invalid(path, key, reason) for reason in syntax.qualified_name(key))
        if isinstance(value, str):
            findings.extend(
                invalid(f"{path}[{key}]", value, why) for why in syntax.label_value(value)
            )
    return dict(labels)


def _read_annotations(annotations: Plain, findings: list[Finding]) -> Manifest:
    for key in annotations:
        lowered = key.lower()
        findings.extend(
            invalid("annotations", key, reason) for reason in syntax.qualified_name(lowered)
        )
        if key in RESERVED_ANNOTATIONS:
            findings.append(
                forbidden(f"annotations[{key}]", "the component sets this annotation itself")
            )
    reserved = _size({k: v for k, v in _LARGEST_ANNOTATIONS.items() if k not in annotations})
    left = MAX_ANNOTATION_BYTES - reserved
    if _size(annotations) > left:
        remedy = (
            f"an object has {MAX_ANNOTATION_BYTES}, the component writes up to {reserved} itself"
        )
        findings.append(replace(too_long("annotations", left), remedy=remedy))
    return dict(annotations)


def _size(annotations: Plain) -> int:
    """Return the bytes of all keys and values, as far as they are known."""
    return sum(
        syntax.size(key) + (syntax.size(value) if isinstance(value, str) else 0)
        for key, value in annotations.items()
    )
