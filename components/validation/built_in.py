"""The kinds of built-in API groups whose kinds are all known."""

from collections.abc import Mapping

KINDS_OF: Mapping[str, frozenset[str]] = {
    version: frozenset(kinds.split())
    for version, kinds in {
        "v1": "Binding ComponentStatus ConfigMap Endpoints Event LimitRange List Namespace Node"
        " PersistentVolume PersistentVolumeClaim Pod PodTemplate ReplicationController"
        " ResourceQuota Secret Service ServiceAccount Status",
        "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
        "batch/v1": "CronJob Job",
        "discovery.k8s.io/v1": "EndpointSlice",
        "networking.k8s.io/v1": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
        "policy/v1": "Eviction PodDisruptionBudget",
        "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
    }.items()
}
"""All kinds of some built-in versions, by `apiVersion`. A kind that Kubernetes adds later counts
as a misspelling only if it is one letter off."""

_SHORTEST = 5


def kind_meant(version: str, kind: str) -> str:
    """Return the kind of a version that a name misspells by one letter; empty if there is none."""
    known = KINDS_OF.get(version, frozenset())
    if kind in known or len(kind) < _SHORTEST:
        return ""
    return next((one for one in sorted(known) if is_one_letter_off(kind, one)), "")


def is_one_letter_off(one: str, other: str) -> bool:
    """Return whether one letter is added, left out or different, or two neighbours are swapped."""
    if len(one) > len(other):
        one, other = other, one
    at = next((at for at, letter in enumerate(one) if letter != other[at]), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    is_swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return at < len(one) and (is_swapped or one[at + 1 :] == other[at + 1 :])
