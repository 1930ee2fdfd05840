"""The phases of a migration from external backends to Pods, and the steps between them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .findings import Finding, forbidden
from .metadata import MANAGED_BY, MANAGED_BY_LABEL, SERVICE_NAME_LABEL

__all__ = [
    "Situation",
    "external_share",
    "has_backends",
    "has_drained",
    "has_selector",
    "refused_record",
    "refused_step",
    "situation",
    "unready_ports",
]

_SELECTING = frozenset({"Cutover", "Hybrid", "ShareDraining", "Internal"})
_DRAINED = frozenset({"Draining", "Cutover", "ShareDraining"})

_STEPS: Mapping[str, tuple[str, ...]] = {
    "External": ("Draining", "Hybrid"),
    "Draining": ("Cutover", "External"),
    "Cutover": ("Internal", "ShareDraining", "Draining"),
    "Hybrid": ("ShareDraining", "External"),
    "ShareDraining": ("Internal", "Hybrid", "Cutover"),
    "Internal": ("Cutover", "ShareDraining"),
}
"""The next phases that one up may reach. `Cutover` and `ShareDraining` declare the same objects."""

_MEMBERS = {
    "External": "EXTERNAL",
    "Draining": "DRAINING",
    "Cutover": "CUTOVER",
    "Hybrid": "HYBRID",
    "ShareDraining": "SHARE_DRAINING",
    "Internal": "INTERNAL",
}


def has_selector(phase: str) -> bool:
    """Return whether the Service has its selector in a phase."""
    return phase in _SELECTING


def has_backends(phase: str) -> bool:
    """Return whether external backends are behind the Service in a phase."""
    return phase != "Internal"


def has_drained(phase: str) -> bool:
    """Return whether the external backends are draining in a phase."""
    return phase in _DRAINED


def external_share(phase: str, ready: Mapping[str, int], replicas: int | None) -> dict[str, float]:
    """Return the share of new connections that external backends take, 0 to 1, by IP family.

    Args:
        phase: The phase.
        ready: How many external backends of each family are ready, or would be before they drain.
        replicas: How many Pods are ready, or None if unknown. kube-proxy picks evenly.

    Returns:
        The shares; empty if both sides serve and the number of Pods is not known.
    """
    if phase == "Hybrid":
        if replicas is None:
            return {}
        return {family: count / (count + replicas) for family, count in ready.items() if count}
    return dict.fromkeys(ready, 0.0 if has_selector(phase) else 1.0)


@dataclass(frozen=True, slots=True)
class Situation:
    """The phase of a Service, during a migration or at either end of one."""

    phase: str
    is_migrating: bool
    """Whether a `MigratingService` declares it."""


def situation(phase: str | None, *, selects: bool) -> Situation:
    """Return the situation of a Service.

    Args:
        phase: The phase in its annotation, which every `MigratingService` writes; None for others.
        selects: Whether it has a selector, which decides the end if no phase is given.
    """
    if phase:
        return Situation(phase, is_migrating=True)
    return Situation("Internal" if selects else "External", is_migrating=False)


def refused_step(
    old: Situation, new: Situation, *, selects: bool, name: str, namespace: str
) -> list[Finding]:
    """Return the errors if an up may not lead from one situation to another.

    Args:
        old: Where the Service was at the last deployment.
        new: Where it would be.
        selects: Whether the live Service has a selector, according to the state.
        name: The Service's name.
        namespace: Its namespace.
    """
    if not old.is_migrating and not new.is_migrating:
        return []
    if has_selector(old.phase) and not selects and not has_selector(new.phase):
        return []  # the user removed it by hand, as the error asks
    if old.phase != new.phase and new.phase not in _STEPS.get(old.phase, (new.phase,)):
        return [_jump(old.phase, new.phase, "the last deployment was in")]
    if has_selector(old.phase) and not has_selector(new.phase):
        return [_orphans(old.phase, name, namespace)]
    if new.is_migrating or new.phase in (old.phase, "External"):
        return []
    reason = f"the slices of phase {old.phase} would go without a check that Pods are ready"
    remedy = f"run `pulumi up` with a MigratingService in {_member('Internal')} first"
    return [forbidden("phase", reason, remedy)]


def refused_record(old: str, new: str) -> list[Finding]:
    """Return the errors if an up may not lead to a phase from the last one that was completed.

    Args:
        old: The phase of the last deployment that ended without an error.
        new: The phase that this up declares.
    """
    if old == new or new in _STEPS.get(old, (new,)):
        return []
    if has_selector(old) and not has_selector(new):
        return []  # the Service's own check has passed: the user removed its selector by hand
    return [_jump(old, new, "the last deployment that ended well was in")]


def unready_ports(
    ports: Collection[tuple[str, str]], ready: Collection[tuple[str, str]]
) -> list[Finding]:
    """Return the errors if the external backends may not go: ports for which no Pod is ready.

    Args:
        ports: Name and protocol of the Service's ports.
        ready: Name and protocol of the ports that ready Pods of the selector have.
    """
    missing = sorted(set(ports) - set(ready))
    if not missing:
        return []
    shown = ", ".join(f"{name} ({protocol})" for name, protocol in missing)
    reason = f"no Pod of the selector is ready for {shown}: without the slices nothing would serve"
    remedy = (
        "wait until `kubectl get endpoints` shows Pods for every port, and check `selector` and"
        " `target_port_name`; until then keep the last phase"
    )
    return [forbidden("phase", reason, remedy)]


def _jump(old: str, new: str, subject: str) -> Finding:
    firsts = [one for one in _STEPS[old] if _distance(one, new) == _distance(old, new) - 1]
    reason = f"{subject} phase {old}, and no single step leads from there to {new}"
    remedy = f"run `pulumi up` with {' or '.join(map(_member, firsts))} first"
    return forbidden("phase", reason, remedy)


def _distance(old: str, new: str) -> int:
    """Return how many ups it takes to go from one phase to another."""
    reached, distance = {old}, 0
    while new not in reached:
        reached |= {step for phase in reached for step in _STEPS[phase]}
        distance += 1
    return distance


def _orphans(old: str, name: str, namespace: str) -> Finding:
    where = f"-n {namespace}" if namespace else ""
    chosen = f"{SERVICE_NAME_LABEL}={name},{MANAGED_BY_LABEL}!={MANAGED_BY}"
    reason = (
        f"phase {old} has a selector: the Endpoints and EndpointSlices that Kubernetes wrote for"
        " its Pods would stay, and keep serving them"
    )
    first = "scale the Pods to 0, so that the external backends serve again; " * (old == "Cutover")
    patch = '[{"op":"remove","path":"/spec/selector"}]'
    commands = [
        f"kubectl patch service {name} {where} --type=json -p '{patch}'",
        f"kubectl delete endpoints {name} {where}",
        f"kubectl delete endpointslices {where} -l '{chosen}'",
        "pulumi up --refresh",
    ]
    told = ", ".join(f"`{' '.join(one.split())}`" for one in commands[:-1])
    return forbidden("phase", reason, f"{first}run {told}, then `{commands[-1]}`")


def _member(phase: str) -> str:
    return f"`MigrationPhase.{_MEMBERS[phase]}`"
