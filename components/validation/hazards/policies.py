"""Hazards of a NetworkPolicy: rules without the intended effect, or that match no Pod."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core.findings import quote
from ..object_set import ObjectSet, Policy, Service, Workload
from ..untyped import items, mapping, number, text
from .hazard import Catalogue
from .policy_dns import DNS_PORTS, DnsEgress
from .policy_rules import Labels, matches, selector_labels
from .report import Report
from .selection import shown_difference

HAZARDS = Catalogue("NetworkPolicy")
POLICY_TYPES_MISSING = HAZARDS.hazard(
    "policy-types-missing",
    "without policyTypes, the policy applies to ingress too, and it has no ingress"
    " rules: the Pods accept no connections",
    "set `policyTypes: [Egress]`",
    "Without policyTypes, egress rules isolate ingress as well.",
)
POLICY_RULES_IGNORED = HAZARDS.hazard(
    "policy-rules-ignored",
    "policyTypes does not name {name}: these rules are ignored",
    "add {name} to policyTypes",
    "Rules for a direction that policyTypes does not name are ignored.",
)
POLICY_SELECTS_NOTHING = HAZARDS.hazard(
    "policy-selects-nothing",
    "no Pods of the set have these labels, and {workload} has {labels}: the policy has no effect",
    "select the labels of the Pods, which are those of the template",
    "A policy selects no Pods, and nearly those of a workload.",
)
POLICY_PORT_UNKNOWN = HAZARDS.hazard(
    "policy-port-unknown",
    "no container of the selected Pods has a port {name}: it stays closed",
    "write the name of a port of the containers, or its number",
    "No container of the selected Pods has a port of that name.",
)
POLICY_PORT_ON_BLOCK = HAZARDS.hazard(
    "policy-port-on-block",
    "a named port is looked up on Pods, and addresses of an ipBlock have no named"
    " ports: {name} stays closed",
    "write the port's number",
    "A named port is looked up on Pods: addresses of an ipBlock have none.",
)
POLICY_SERVICE_PORT = HAZARDS.hazard(
    "policy-service-port",
    "{wanted} is a port of Service {service}: policies see the Pods' own port,"
    " {target}, which stays closed",
    "write {target}",
    "Policies see the ports of Pods, not those of a Service.",
)
POLICY_WITHOUT_DNS = HAZARDS.hazard(
    "policy-without-dns",
    "no rule lets the Pods reach DNS, UDP port 53: they cannot resolve the name of any Service",
    "allow UDP and TCP port 53 to the Pods of the cluster's DNS; with NodeLocal DNSCache also to"
    " the ipBlock 169.254.20.10/32",
    "Pods that may not reach DNS cannot resolve the name of any Service.",
)
_EGRESS_ALLOWED = POLICY_TYPES_MISSING.saying(
    "without policyTypes and egress rules, the policy applies to ingress alone:"
    " the Pods may reach everything",
    "set `policyTypes: [Egress]` to let them reach nothing",
)

_MOST_COMPARED = 500
"""The maximum of workloads with one label to check before assuming that a policy selects some."""


class PolicyLinter:
    """Lints policies against a set of objects, which is indexed once."""

    def __init__(self, objects: ObjectSet, dns: DnsEgress) -> None:
        self._objects = objects
        self._dns = dns
        self._by_label: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        for namespace, workloads in objects.workloads.items():
            for workload in workloads:
                for key, value in workload.labels.items():
                    self._by_label[namespace, key, text(value)].append(workload)
        self._by_selector: dict[tuple[str, Labels], list[Service]] = defaultdict(list)
        for service in objects.services.values():
            labels = selector_labels({"matchLabels": service.selector})
            if labels:
                self._by_selector[service.key[0], labels].append(service)

    def lint(self, policy: Policy, report: Report) -> None:
        """Report the hazards of a policy, with what is known of the Pods that it selects."""
        _lint_types(policy, report)
        self._lint_selection(policy, report)
        self._lint_service_ports(policy, report)
        for position, rule in enumerate(map(mapping, items(policy.spec.get("egress")))):
            _lint_named_ports(policy, f"spec.egress[{position}]", rule, report)
        if self._dns.lacks_dns(policy):
            report.add(policy.index, POLICY_WITHOUT_DNS, "spec.egress")

    def _lint_selection(self, policy: Policy, report: Report) -> None:
        """Compare a policy with the workloads of its namespace, if the set has any there.

        Nothing is reported if the namespace has custom resources, which may also create Pods.
        """
        selector = mapping(policy.spec.get("podSelector"))
        workloads = self._objects.workloads.get(policy.namespace)
        if not workloads or not _is_sound(selector):
            return
        selected = self._selected(policy.namespace, selector, workloads)
        if selected is None:
            return
        if not selected:
            if not self._objects.may_hold_more(policy.namespace):
                _lint_miss(policy, mapping(selector.get("matchLabels")), workloads, report)
            return
        _lint_container_ports(policy, selected, report)

    def _selected(
        self, namespace: str, selector: Mapping[str, Any], workloads: Sequence[Workload]
    ) -> list[Workload] | None:
        """Return the workloads whose Pods are selected; None if there are too many to check."""
        candidates = workloads
        for key, value in mapping(selector.get("matchLabels")).items():
            bucket = self._by_label.get((namespace, key, value), ())
            candidates = min(candidates, bucket, key=len)
        if len(candidates) > _MOST_COMPARED:
            return None
        return [workload for workload in candidates if matches(workload.labels, selector)]

    def _lint_service_ports(self, policy: Policy, report: Report) -> None:
        for path, selector, rule in _to_pods(policy):
            labels = selector_labels(selector)
            services = self._by_selector.get((policy.namespace, labels)) if labels else None
            for position, port in enumerate(items(rule.get("ports")) if services else ()):
                wanted = number(mapping(port).get("port"))
                found = _mapped(services or (), wanted)
                if found is not None:
                    report.add(
                        policy.index,
                        POLICY_SERVICE_PORT,
                        f"{path}.ports[{position}].port",
                        wanted=wanted,
                        service=quote(found[0].key[1]),
                        target=found[1],
                    )


def _lint_miss(
    policy: Policy, labels: Mapping[str, Any], workloads: Sequence[Workload], report: Report
) -> None:
    """Report a selector meant for a workload: it contains its name, or differs in one label."""
    meant = [
        one
        for one in workloads
        if one.name in labels.values()
        or sum(one.labels.get(key) == value for key, value in labels.items()) == len(labels) - 1 > 0
    ]
    if len(meant) == 1:
        report.add(
            policy.index,
            POLICY_SELECTS_NOTHING,
            "spec.podSelector",
            workload=quote(meant[0].name),
            labels=shown_difference(meant[0], labels),
        )


def _lint_types(policy: Policy, report: Report) -> None:
    spec = policy.spec
    types = spec.get("policyTypes")
    if items(types):
        for field, name in (("ingress", "Ingress"), ("egress", "Egress")):
            if items(spec.get(field)) and name not in items(types):
                report.add(policy.index, POLICY_RULES_IGNORED, f"spec.{field}", name=name)
    elif items(spec.get("egress")) and not items(spec.get("ingress")):
        report.add(policy.index, POLICY_TYPES_MISSING, "spec.policyTypes")
    elif isinstance(spec.get("egress"), list) and not items(spec.get("egress")):
        report.add(policy.index, _EGRESS_ALLOWED, "spec.policyTypes")


def _lint_named_ports(policy: Policy, path: str, rule: Mapping[str, Any], report: Report) -> None:
    peers = items(rule.get("to"))
    if not peers or not all(mapping(peer).get("ipBlock") is not None for peer in peers):
        return
    for position, port in enumerate(map(mapping, items(rule.get("ports")))):
        if name := text(port.get("port")):
            report.add(
                policy.index,
                POLICY_PORT_ON_BLOCK,
                f"{path}.ports[{position}].port",
                name=quote(name),
            )


def _lint_container_ports(policy: Policy, selected: Sequence[Workload], report: Report) -> None:
    named = [
        (f"spec.ingress[{position}].ports[{place}].port", text(mapping(port).get("port")))
        for position, rule in enumerate(map(mapping, items(policy.spec.get("ingress"))))
        for place, port in enumerate(items(rule.get("ports")))
    ]
    if not any(name for _, name in named):
        return
    names = {name for workload in selected for name in workload.port_names()}
    for path, name in named:
        if name and name not in names:
            report.add(policy.index, POLICY_PORT_UNKNOWN, path, name=quote(name))


def _to_pods(policy: Policy) -> Iterator[tuple[str, object, Mapping[str, Any]]]:
    """Yield every rule for Pods of the namespace, with the selector of the Pods with its ports."""
    selector = policy.spec.get("podSelector")
    for position, rule in enumerate(map(mapping, items(policy.spec.get("ingress")))):
        yield f"spec.ingress[{position}]", selector, rule
    for position, rule in enumerate(map(mapping, items(policy.spec.get("egress")))):
        peers = [mapping(peer) for peer in items(rule.get("to"))]
        if len(peers) == 1 and "namespaceSelector" not in peers[0]:
            yield f"spec.egress[{position}]", peers[0].get("podSelector"), rule


def _mapped(services: Sequence[Service], wanted: int | None) -> tuple[Service, int] | None:
    """Return a Service that maps a port to another number, unless some Pod listens on both."""
    ports = [(service, port) for service in services for port in service.ports]
    if wanted is None or wanted in DNS_PORTS or any(port.dialled == wanted for _, port in ports):
        return None
    for service, port in ports:
        if port.number == wanted and isinstance(port.dialled, int):
            return service, port.dialled
    return None


def _is_sound(selector: Mapping[str, Any]) -> bool:
    labels = selector.get("matchLabels")
    values = mapping(labels).values()
    return labels is None or (
        isinstance(labels, Mapping) and all(isinstance(one, str) for one in values)
    )
