"""The object of an `EgressPolicy`: what chosen Pods may reach."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from . import syntax
from .deferred import Deferred
from .egress_destinations import check_labels, read_reach
from .egress_hazards import egress_policy_hazards
from .findings import Finding, invalid
from .metadata import Manifest, Plain, read_metadata, read_rules
from .objects.cilium_network_policy import cilium_egress, cilium_network_policy
from .objects.network_policy import egress_rules, network_policy
from .refusals import refusals
from .validation.hazards.hazard import Hazard

__all__ = ["EgressPolicyPlan", "plan_egress_policy"]

_DIGITS = 10
"""Of the hash of the rules, in a policy's name."""

_NOT_IN_RULES = ("app_protocol", "node_port", "hostname", "zone", "node_name")
"""Fields of backends and ports that a policy does not use."""


@dataclass(frozen=True, slots=True)
class EgressPolicyPlan:
    """What an `EgressPolicy` declares."""

    policy: Manifest
    hazards: list[Hazard]
    """What is legal and will not work as it looks, as far as the arguments tell."""
    is_renamed: bool
    """Whether other rules are another object, because its name holds their hash."""

    @property
    def objects(self) -> list[Manifest]:
        """The objects that are declared."""
        return [self.policy]


def plan_egress_policy(
    args: Plain,
    component_name: str,
    findings: list[Finding],
    deferred: frozenset[str] = frozenset(),
) -> EgressPolicyPlan:
    """Check the arguments of an `EgressPolicy` and render its policy.

    Args:
        args: The arguments as plain values.
        component_name: Begins the policy's name where `policy_name` is not given.
        findings: Collects what is wrong. Where it is not empty the result is not to be used.
        deferred: The paths of arguments that were not known when the program ran.
    """
    read_rules(args, findings)
    selector: Plain = args["pod_selector"]
    check_labels(selector, "pod_selector", findings)
    is_cilium = args.get("api") == "CiliumNetworkPolicy"
    reach = read_reach(args, findings, knows_names=is_cilium)
    late = any(_is_in_rules(path) for path in (*_deferred_in(args), *deferred))
    pinned: str | None = args.get("policy_name")
    metadata = read_metadata(args, component_name if pinned is None else pinned, findings)
    if is_cilium:
        egress = cilium_egress(reach.rules()) if reach.is_known else Deferred("to")
        policy = cilium_network_policy(metadata, selector, egress)
    else:
        egress = egress_rules(reach.rules()) if reach.is_known else Deferred("to")
        policy = network_policy(metadata, selector, egress)
    is_renamed = pinned is None and not late
    if is_renamed:
        metadata["name"] = f"{component_name}-{_digest(policy['spec'])}"
    remedy = "the component's name stands in for `policy_name`; give one" if pinned is None else ""
    findings.extend(
        invalid("policy_name", metadata["name"], reason, remedy)
        for reason in syntax.dns_subdomain(metadata["name"])
    )
    hazards = egress_policy_hazards(reach, is_updated_in_place=not is_renamed, is_cilium=is_cilium)
    if not findings and not is_cilium:
        findings.extend(refusals([policy], args))
    return EgressPolicyPlan(policy, hazards, is_renamed)


def _digest(spec: Manifest) -> str:
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def _is_in_rules(path: str) -> bool:
    """Return whether the rules depend on the argument at a path."""
    if path.startswith(("namespace", "labels[", "annotations[")):
        return False
    return path.rpartition(".")[2] not in _NOT_IN_RULES


def _deferred_in(value: object) -> Iterator[str]:
    """Return the paths of the arguments that are still to come."""
    if isinstance(value, Deferred):
        yield value.path
    elif isinstance(value, Mapping):
        for item in cast("Mapping[str, object]", value).values():
            yield from _deferred_in(item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _deferred_in(item)
