"""The precedence of an `EgressPolicy` among the policies of a cluster, and its checks."""

from .arguments import EgressPolicyArgs, PrecedenceArgs
from .findings import Finding, forbidden, invalid, is_within, required
from .objects.cluster_network_policy import CLUSTER

__all__ = ["LAST_PRIORITY", "check_precedence", "precedence_of"]

LAST_PRIORITY = 1000
"""The largest number of a priority, which is evaluated last."""

_RANGE = f"must be between 0 and {LAST_PRIORITY}, inclusive"


def precedence_of(args: EgressPolicyArgs) -> PrecedenceArgs:
    """Return the given precedence, or a stand-in if it is missing."""
    return args.precedence or PrecedenceArgs(priority=0, deny_others=False)


def check_precedence(args: EgressPolicyArgs, findings: list[Finding]) -> None:
    """Check the arguments that only a ClusterNetworkPolicy has or needs.

    Args:
        args: The policy's arguments.
        findings: The errors in their form; collects all others.
    """
    given = args.precedence
    if args.api != CLUSTER:
        if given is not None:
            reason = "only a ClusterNetworkPolicy has a priority"
            findings.append(forbidden("precedence", reason, "set `api` to `EgressApi.CLUSTER`"))
        return
    if args.namespace is None:
        reason = "a ClusterNetworkPolicy is in no namespace: say where the Pods are"
        findings.append(required("namespace", reason))
    if given is None:
        if not any(is_within(finding.path, "precedence") for finding in findings):
            remedy = 'such as {"priority": 100, "deny_others": True}'
            findings.append(required("precedence", "", remedy))
        return
    _check_priorities(given, findings)


def _check_priorities(given: PrecedenceArgs, findings: list[Finding]) -> None:
    if not 0 <= given.priority <= LAST_PRIORITY:
        findings.append(invalid("precedence.priority", given.priority, _RANGE))
        return
    path, last = "precedence.deny_priority", given.deny_priority
    if not given.deny_others:
        if last is not None:
            reason = "may be given with `deny_others` alone"
            findings.append(forbidden(path, reason))
    elif last is not None and not 0 <= last <= LAST_PRIORITY:
        findings.append(invalid(path, last, _RANGE))
    elif last is not None and last <= given.priority:
        reason = "must be greater than `priority`: the rule that denies would come first"
        findings.append(invalid(path, last, reason))
    elif last is None and given.priority == LAST_PRIORITY:
        reason = "must be less than 1000, the priority of the rule that denies"
        findings.append(invalid("precedence.priority", given.priority, reason))
