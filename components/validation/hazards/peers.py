"""Hazards of a NetworkPolicy's peers: they select other Pods than they seem to."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.findings import quote
from ..object_set import ObjectSet, Policy
from ..untyped import items, mapping, text
from .hazard import Catalogue
from .report import Report

HAZARDS = Catalogue("NetworkPolicy")
POLICY_OR = HAZARDS.hazard(
    "policy-or",
    "two peers are alternatives: all Pods of the namespaces above, or Pods with {labels} in the"
    " policy's own namespace, which has none",
    "write both selectors in one peer, without the second dash",
    "Two peers of a rule are alternatives; the selectors of one peer must both match.",
)
POLICY_NAMESPACE_LABEL = HAZARDS.hazard(
    "policy-namespace-label",
    "namespaces have no label `name` by default: the rule matches only those labelled by hand",
    "select the label kubernetes.io/metadata.name, which every namespace has",
    "Namespaces have no label `name` by default.",
)

_DNS = {"kube-dns", "coredns"}
_DNS_HOME = "kube-system"


def lint_peers(policy: Policy, objects: ObjectSet, report: Report) -> None:
    """Report the peers of a policy's rules that select other Pods than they seem to."""
    for path, peers in _rules(policy):
        for position, peer in enumerate(peers):
            place = f"{path}[{position}]"
            labels = mapping(mapping(peer.get("namespaceSelector")).get("matchLabels"))
            name = text(labels.get("name"))
            if name and not _is_labelled(name, objects):
                where = f"{place}.namespaceSelector.matchLabels[name]"
                report.add(policy.index, POLICY_NAMESPACE_LABEL, where)
            before = peers[position - 1] if position else mapping(None)
            if set(before) == {"namespaceSelector"} and set(peer) == {"podSelector"}:
                _lint_pair(policy, place, before, peer, objects, report)


def _is_labelled(name: str, objects: ObjectSet) -> bool:
    """Return whether a namespace has its name as a label: OpenShift gives it to some of its own."""
    label = "name", name
    is_given = label in objects.domains or label in objects.around.namespace_labels
    return is_given or name.startswith("openshift-")


def _lint_pair(
    policy: Policy,
    place: str,
    domain: Mapping[str, Any],
    pods: Mapping[str, Any],
    objects: ObjectSet,
    report: Report,
) -> None:
    """Report a pair of peers whose Pods are not in the policy's own namespace.

    The Pods of the cluster's DNS never are, others are not if the set has workloads in the other
    namespace.
    """
    selector = mapping(pods["podSelector"])
    labels = mapping(selector.get("matchLabels"))
    if not labels or not mapping(domain["namespaceSelector"]):
        return
    is_dns = text(labels.get("k8s-app")) in _DNS and policy.namespace != _DNS_HOME
    workloads = objects.workloads.get(policy.namespace, ())
    is_absent = (
        bool(workloads)
        and not objects.may_hold_more(policy.namespace)
        and not items(selector.get("matchExpressions"))
        and not any(
            all(one.labels.get(key) == value for key, value in labels.items()) for one in workloads
        )
    )
    if is_dns or is_absent:
        shown = ", ".join(f"{key}: {quote(value)}" for key, value in labels.items())
        report.add(policy.index, POLICY_OR, f"{place}.podSelector", labels=shown)


def _rules(policy: Policy) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    for direction, field in (("ingress", "from"), ("egress", "to")):
        for position, rule in enumerate(items(policy.spec.get(direction))):
            peers = [mapping(peer) for peer in items(mapping(rule).get(field))]
            yield f"spec.{direction}[{position}].{field}", peers
