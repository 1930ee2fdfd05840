"""The objects of an `EgressPolicy`: what chosen Pods may reach."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from ..validation.hazards.hazard import Hazard
from .arguments import EgressPolicyArgs, unknown_in
from .checks import check_objects
from .egress_destinations import Reach, read_reach
from .egress_hazards import egress_policy_hazards
from .egress_precedence import LAST_PRIORITY, check_precedence, precedence_of
from .findings import Finding, too_many
from .metadata import Manifest
from .objects.cilium_network_policy import CILIUM, cilium_egress, cilium_network_policy
from .objects.cluster_network_policy import (
    CLUSTER,
    MOST_RULES,
    cluster_egress,
    cluster_network_policy,
    deny_egress,
    pods_of,
)
from .objects.manifest_metadata import check_metadata, put_metadata, read_rules
from .objects.policy_manifest import egress_rules, policy_spec
from .objects.rendering import Rendering
from .unknown import Unknown

__all__ = ["EgressPolicyPlan", "plan_egress_policy"]

_DIGITS = 10
"""How many digits of the rules' hash a policy's name contains."""

_NOT_IN_RULES = ("app_protocol", "node_port", "hostname", "zone", "node_name")
"""Fields of backends and ports that a policy does not use."""

_UNKNOWN_RULES = Unknown("to")


@dataclass(frozen=True, slots=True)
class EgressPolicyPlan:
    """What an `EgressPolicy` declares."""

    objects: Sequence[Manifest]
    """The policy, then the ClusterNetworkPolicy that denies all other egress, if there is one."""
    hazards: Sequence[Hazard]
    """What is legal but will not work as intended, as far as the arguments show."""
    is_renamed: bool
    """Whether changed rules make a new object, because the name contains their hash."""
    pods_namespace: str | Unknown | None
    """The namespace of the Pods, as given."""

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

    Fields that other kinds of policy share with a NetworkPolicy are checked by its rules.

    Args:
        args: The arguments.
        component_name: Begins the policy's name where `policy_name` is not given.
        findings: The errors in the form of the arguments; collects all others. The result may be
            used only if it stays empty.
        unknown: The paths of arguments that were not known when the program ran.
    """
    unread = tuple(findings)
    versions = read_rules(args.kubernetes_version, findings)
    check_metadata(args, findings)
    check_precedence(args, findings)
    known = len(findings)
    reach = read_reach(args, versions, findings)
    is_read = len(findings) == known
    paths = (*unknown_in(args), *unknown)
    is_renamed = args.policy_name is None and not any(_is_in_rules(path, args) for path in paths)
    policy = Rendering("networking.k8s.io/v1", "NetworkPolicy")
    rules = _rules(args, reach)
    is_shown = is_read and args.api not in (CILIUM, CLUSTER)
    shown = rules if is_shown else _UNKNOWN_RULES
    policy.put("spec", policy_spec(args.pod_selector, shown))
    policy.note("spec.podSelector.matchLabels", "pod_selector")
    put_metadata(policy, args)
    objects = _objects(args, policy.manifest.get("metadata", {}), rules)
    _name(objects, component_name, args.policy_name, is_renamed=is_renamed)
    pinned = args.policy_name is not None
    remedy = "" if pinned else "the component's name is the default of `policy_name`; set that"
    name = objects[0]["metadata"]["name"]
    policy.put("metadata.name", name, "policy_name", remedy=remedy)
    check_objects([policy], versions, findings, unread)
    if args.api == CLUSTER and reach.is_known:
        _check_count(objects[0]["spec"]["egress"], findings)
    hazards = egress_policy_hazards(args, reach, is_updated_in_place=not is_renamed)
    return EgressPolicyPlan(objects, hazards, is_renamed, args.namespace)


def _rules(args: EgressPolicyArgs, reach: Reach) -> object:
    """Render the rules in the form of the policy's kind."""
    if not reach.is_known:
        return _UNKNOWN_RULES
    if args.api == CLUSTER:
        return cluster_egress(reach.rules(), args.namespace)
    return cilium_egress(reach.rules()) if args.api == CILIUM else egress_rules(reach.rules())


def _objects(args: EgressPolicyArgs, metadata: Manifest, rules: object) -> list[Manifest]:
    """Render the policy in its kind, with all metadata except the name."""
    if args.api == CLUSTER:
        return _of_cluster(args, metadata, rules)
    if args.api == CILIUM:
        return [cilium_network_policy(dict(metadata), args.pod_selector, rules)]
    spec = policy_spec(args.pod_selector, rules)
    made = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    return [{**made, "metadata": dict(metadata), "spec": spec}]


def _of_cluster(args: EgressPolicyArgs, metadata: Manifest, rules: object) -> list[Manifest]:
    """Render the policy that accepts, and one that denies all other egress at a later priority."""
    given = precedence_of(args)
    metadata = {key: value for key, value in metadata.items() if key != "namespace"}
    subject = pods_of(args.namespace, args.pod_selector)
    accepts = cluster_network_policy(dict(metadata), subject, given.tier, given.priority, rules)
    if not given.deny_others:
        return [accepts]
    last = LAST_PRIORITY if given.deny_priority is None else given.deny_priority
    return [
        accepts,
        cluster_network_policy(dict(metadata), subject, given.tier, last, deny_egress()),
    ]


def _name(
    objects: Sequence[Manifest], component_name: str, pinned: str | None, *, is_renamed: bool
) -> None:
    """Name the objects. With `is_renamed`, each name ends with the hash of the object's rules."""
    stem = component_name if pinned is None else pinned
    for made, suffix in zip(objects, ("", "-deny"), strict=False):
        digest = f"-{_digest(made['spec'])}" if is_renamed else ""
        made["metadata"]["name"] = f"{stem}{suffix}{digest}"


def _check_count(rules: Sequence[Manifest], findings: list[Finding]) -> None:
    if len(rules) > MOST_RULES:
        remedy = "let several components with the same `pod_selector` have some of them each"
        findings.append(too_many("to", len(rules), MOST_RULES, remedy))


def _digest(spec: Manifest) -> str:
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def _is_in_rules(path: str, args: EgressPolicyArgs) -> bool:
    """Return whether the rules depend on the argument at a path."""
    if path == "namespace":
        return args.api == CLUSTER
    if path.startswith(("labels[", "annotations[")):
        return False
    return path.rpartition(".")[2] not in _NOT_IN_RULES
