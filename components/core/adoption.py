"""Objects that a component adopts instead of creating them, as `adopt` lists them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .arguments import AdoptedArgs, CommonArgs
from .findings import Finding, duplicate, forbidden, invalid, not_supported, required
from .metadata import Manifest
from .unknown import Unknown

URN = "urn:pulumi:"


@dataclass(frozen=True, slots=True)
class Adoption:
    """One object that already exists."""

    path: str
    """The argument that lists it, such as `adopt[0]`."""
    resource: str | None
    """The Pulumi name or URN of the resource in this stack's state that declares it now. None if no
    stack declares it: it is imported from the cluster."""


Adoptions = Mapping[tuple[str, str], Adoption]
"""The adoptions of a component, by kind and name of the object."""


def read_adoptions(
    args: CommonArgs, manifests: Sequence[Manifest], findings: list[Finding]
) -> dict[tuple[str, str], Adoption]:
    """Return the objects that a component adopts.

    Args:
        args: The arguments of the component.
        manifests: The objects that it declares.
        findings: Collects the errors.
    """
    found: dict[tuple[str, str], Adoption] = {}
    names: dict[str, list[str]] = {}
    for manifest in manifests:
        names.setdefault(manifest["kind"], []).append(manifest["metadata"]["name"])
    for index, entry in enumerate(args.adopt):
        path = f"adopt[{index}]"
        kind = entry.kind
        if not isinstance(kind, str):  # already reported
            continue
        name = _name(entry, kind, names.get(kind, []), path, findings)
        resource = entry.resource
        findings.extend(_check_resource(f"{path}.resource", resource, kind))
        if resource is None and isinstance(args.namespace, Unknown):
            reason = "an object is imported by namespace and name: `namespace` must be plain"
            findings.append(forbidden(path, reason))
        if name is None:
            continue
        if (kind, name) in found:
            findings.append(duplicate(f"{path}.name", name))
        found[kind, name] = Adoption(path, resource)
    return found


def not_adopted(adoption: Adoption, kind: str, name: str) -> Finding:
    """Return the error for an object that would be created although `adopt` lists it.

    Args:
        adoption: The entry of `adopt`.
        kind: The kind of the object.
        name: Its Pulumi name.
    """
    return invalid(
        f"{adoption.path}.resource",
        adoption.resource,
        f"{kind} {name} would be created: the stack has no such resource, or the object that it"
        " declares has another namespace or name",
        "`pulumi stack --show-urns` lists the resources; once an object is adopted, or where it has"
        " another name, leave the entry out",
    )


def recorded_before(adoption: Adoption, kind: str, name: str, urn: str) -> Finding:
    """Return the error for an object of `adopt` that the component already declares in the state.

    An alias joins the raw resource and the child only where the child is new: Pulumi would keep the
    child, delete the raw resource, and with it the live object of both.

    Args:
        adoption: The entry of `adopt`.
        kind: The kind of the object.
        name: Its Pulumi name.
        urn: Its URN as a child of the component.
    """
    return forbidden(
        f"{adoption.path}.resource",
        f"the state already holds {kind} {name} for this component, and"
        f' "{adoption.resource}" would be deleted together with the live object',
        f"if the stack still has that resource, first run `pulumi state delete '{urn}'`; once it is"
        " adopted, leave the entry out",
    )


def _name(
    entry: AdoptedArgs, kind: str, names: Sequence[str], path: str, findings: list[Finding]
) -> str | None:
    given = entry.name
    if not names:
        findings.append(
            invalid(f"{path}.kind", kind, "this component declares no object of this kind")
        )
        return None
    if given is None:
        if len(names) == 1:
            return names[0]
        findings.append(required(f"{path}.name", f"one of {', '.join(_first(names))}"))
        return None
    if given not in names:
        findings.append(not_supported(f"{path}.name", given, _first(names)))
        return None
    return given


_MOST_NAMES = 8


def _first(names: Sequence[str]) -> Iterable[str]:
    return names if len(names) <= _MOST_NAMES else [*names[:_MOST_NAMES], "…"]


def _check_resource(path: str, resource: str | None, kind: str) -> list[Finding]:
    if resource is None:
        return []
    if not resource:
        return [required(path, "the Pulumi name or URN of the resource")]
    if not resource.startswith(URN):
        return []
    parts = resource.split("::", 3)
    types = parts[2].split("$") if len(parts) == 4 else [""]  # noqa: PLR2004 - stack, project, …
    if types[-1].rpartition(":")[2] != kind or not types[-1].startswith("kubernetes:"):
        return [invalid(path, resource, f"must be the URN of a Kubernetes {kind}")]
    return []
