"""The object of an `EgressPolicy`: what chosen Pods may reach."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from ..validation.hazards.hazard import Hazard
from .arguments import EgressPolicyArgs, unknown_in
from .checks import check_objects
from .egress_destinations import Reach, read_reach
from .egress_hazards import egress_policy_hazards
from .findings import Finding
from .metadata import Manifest
from .objects.cilium_network_policy import CILIUM, cilium_egress, cilium_network_policy
from .objects.manifest_metadata import check_metadata, put_metadata, read_rules
from .objects.policy_manifest import egress_rules, policy_spec
from .objects.rendering import Rendering
from .unknown import Unknown

__all__ = ["EgressPolicyPlan", "plan_egress_policy"]

_DIGITS = 10
"""Of the hash of the rules, in a policy's name."""

_NOT_IN_RULES = ("app_protocol", "node_port", "hostname", "zone", "node_name")
"""Fields of backends and ports that a policy does not use."""


@dataclass(frozen=True, slots=True)
class EgressPolicyPlan:
    """What an `EgressPolicy` declares."""

    objects: Sequence[Manifest]
    """The policy."""
    hazards: Sequence[Hazard]
    """What is legal but will not work as intended, as far as the arguments tell."""
    is_renamed: bool
    """Whether other rules are another object, because its name holds their hash."""

    @property
    def policy(self) -> Manifest:
        """The policy."""
        return self.objects[0]


def plan_egress_policy(
    args: EgressPolicyArgs,
    component_name: str,
    findings: list[Finding],
    unknown: frozenset[str] = frozenset(),
) -> EgressPolicyPlan:
    """Render the policy of an `EgressPolicy`, and check it.

    What a CiliumNetworkPolicy shares with a NetworkPolicy is checked by the rules of that.

    Args:
        args: The arguments.
        component_name: Begins the policy's name where `policy_name` is not given.
        findings: What is wrong with the form of the arguments; collects what else is wrong. Where
            it is not empty the result is not to be used.
        unknown: The paths of arguments that were not known when the program ran.
    """
    unread = tuple(findings)
    versions = read_rules(args.kubernetes_version, findings)
    check_metadata(args, findings)
    known = len(findings)
    reach = read_reach(args, versions, findings)
    is_read = len(findings) == known
    is_unknown = any(_is_in_rules(path) for path in (*unknown_in(args), *unknown))
    pinned = args.policy_name
    policy = Rendering("networking.k8s.io/v1", "NetworkPolicy")
    is_cilium = args.api == CILIUM
    egress = Unknown("to") if is_cilium else _egress(reach)
    policy.put("spec", policy_spec(args.pod_selector, egress))
    policy.note("spec.podSelector.matchLabels", "pod_selector")
    put_metadata(policy, args)
    is_renamed = pinned is None and not is_unknown
    name = component_name if pinned is None else pinned
    if is_renamed:
        rules = _cilium(args, {}, reach) if is_cilium else policy.manifest
        name = f"{component_name}-{_digest(rules['spec'])}"
    remedy = (
        "the component's name is the default of `policy_name`; set that" if pinned is None else ""
    )
    policy.put("metadata.name", name, "policy_name", remedy=remedy)
    if not is_read:  # of its rules all has been told
        policy.put("spec.egress", Unknown("to"))
    check_objects([policy], versions, findings, unread)
    hazards = egress_policy_hazards(reach, is_updated_in_place=not is_renamed, is_cilium=is_cilium)
    made = policy.manifest
    if is_cilium:
        made = _cilium(args, made["metadata"], reach)
    return EgressPolicyPlan([made], hazards, is_renamed)


def _cilium(args: EgressPolicyArgs, metadata: Manifest, reach: Reach) -> Manifest:
    egress = cilium_egress(reach.rules()) if reach.is_known else Unknown("to")
    return cilium_network_policy(metadata, args.pod_selector, egress)


def _egress(reach: Reach) -> object:
    return egress_rules(reach.rules()) if reach.is_known else Unknown("to")


def _digest(spec: Manifest) -> str:
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def _is_in_rules(path: str) -> bool:
    """Return whether the rules depend on the argument at a path."""
    if path.startswith(("namespace", "labels[", "annotations[")):
        return False
    return path.rpartition(".")[2] not in _NOT_IN_RULES
