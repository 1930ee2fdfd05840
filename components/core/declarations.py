"""Registers what the components of one program declare, and finds what is declared twice.

All components of a stack share one field manager, so the API server sees no conflict if two of them
declare the same object: the later one wins. A node port or cluster IP used twice is refused halfway
through an update.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import NamedTuple, cast

from .arguments import ExternalServiceArgs, NamedArgs
from .findings import DUPLICATE, Finding
from .metadata import CLUSTER_SCOPED, Manifest, naming_argument_of
from .presets import ports_by_path

UNKNOWN = "~"
"""Replaces a namespace that is an Output in a child's Pulumi name."""


@dataclass(frozen=True, slots=True)
class ComponentName:
    """The name that Pulumi knows a component by."""

    parent: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a cluster. Without a namespace it is in the provider's, unknown here."""

    cluster: int
    kind: str
    namespace: str | None
    name: str
    is_plain: bool = field(default=True, compare=False)
    """Whether the namespace is plain text in the program: an Output may be a secret."""


@dataclass(frozen=True, slots=True)
class ChildName:
    """The name that Pulumi knows an object by, under a component of one type."""

    parent: int
    component: str
    kind: str
    logical_name: str | None
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class NodePort:
    """A port of every node. The API server gives it to one Service only, for all protocols."""

    cluster: int
    number: int


@dataclass(frozen=True, slots=True)
class ClusterIP:
    """An address of a cluster's Service range."""

    cluster: int
    address: str


Claim = ComponentName | Object | ChildName | NodePort | ClusterIP
"""Something that a program can declare once."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a component declares its objects."""

    parent: int
    """The number of the component that contains it; 0 if there is none."""
    component: str
    """The component's class."""
    cluster: int
    """The number of its provider; 0 for the default one."""
    default_namespace: str | None
    """The namespace in the Pulumi names of objects without one; None for an Output."""
    stated_namespace: str | None
    """The namespace of objects without one, if the program sets it; else None."""


class Declarations:
    """What the components of one run of a program declare.

    Args:
        repeats: Whether a component replaces an earlier one of the same name, as in a test that
            builds one several times.
    """

    def __init__(self, *, repeats: bool = False) -> None:
        self._taken: dict[Claim, _Owner] = {}
        self._components: dict[str, Declaring] | None = {} if repeats else None

    def component(self, label: str) -> "Declaring":
        """Return the object that records what one component declares; errors call it `label`."""
        made = Declaring(label, self._taken)
        if self._components is not None:
            former = self._components.get(label)
            if former:
                former.retire()
            self._components[label] = made
        return made


class Declaring:
    """Records what one component declares."""

    def __init__(self, label: str, taken: "dict[Claim, _Owner]") -> None:
        self._label = label
        self._taken = taken
        self._held: list[Claim] = []
        self._is_retired = False

    def declare(self, claims: Iterable[tuple[Claim, str]], entry: str = "") -> list[Finding]:
        """Record what a component declares, and return an error for each thing declared before.

        If an object is declared twice, nothing else is reported about the two declarations.

        Args:
            claims: What is declared, the most specific first, each with the path of its argument.
            entry: The component's field that declares them, if it has several such fields.
        """
        owner = _Owner(self, entry)
        findings: list[Finding] = []
        twins: set[_Owner] = set()
        for claim, path in () if self._is_retired else claims:
            holder = self._taken.setdefault(claim, owner)
            if holder == owner:
                self._held.append(claim)
            elif holder not in twins:
                findings.append(_taken(claim, path, self._call(holder, owner)))
                if isinstance(claim, Object | ChildName):
                    twins.add(holder)
        return findings

    def withdraw(self) -> None:
        """Remove everything that was declared, because nothing of the component is registered."""
        for claim in self._held:
            self._taken.pop(claim, None)
        self._held = []

    def retire(self) -> None:
        """Remove everything that was declared, and ignore later declarations."""
        self.withdraw()
        self._is_retired = True

    def _call(self, holder: "_Owner", owner: "_Owner") -> str:
        if holder.by is self:
            return holder.entry or "the component itself"
        name = f"{holder.by._label} {holder.entry}".rstrip()  # noqa: SLF001 - another of its kind
        return f"another {name}" if name == f"{self._label} {owner.entry}".rstrip() else name


class _Owner(NamedTuple):
    by: Declaring
    entry: str


def _taken(claim: Claim, path: str, holder: str) -> Finding:
    """Return the error for a claim that `holder` has already declared."""
    other = f"choose another `{path}`"
    match claim:
        case ComponentName(name=name):
            reason = f"{holder} has this name"
            return Finding(path, DUPLICATE, reason, name, "give each component its own name")
        case Object(kind=kind, namespace=namespace, name=name, is_plain=is_plain):
            reason = f"{holder} already declares this {kind} in the same namespace"
            if kind in CLUSTER_SCOPED:
                reason = f"{holder} already declares the {kind} {name}"
            elif namespace and is_plain:
                reason = f"{holder} already declares the {kind} {namespace}/{name}"
            return Finding(path, DUPLICATE, reason, name, f"{other}, or declare it in one place")
        case ChildName(namespace=namespace, name=name) if namespace == UNKNOWN:
            reason = f"{holder} has this name too, and both namespaces are Outputs"
            return Finding(path, DUPLICATE, reason, name, "give one of the two a `logical_name`")
        case ChildName(kind=kind, namespace=namespace, name=name):
            called = f"{namespace}/{name}" if namespace else name
            reason = (
                f"{holder} declares a {kind} {called} too, and Pulumi cannot tell the two apart"
            )
            remedy = f"{other}, or give one a `logical_name` if they are on two clusters"
            return Finding(path, DUPLICATE, reason, name, remedy)
        case NodePort(number=number):
            reason = f"{holder} already asks for this node port"
            return Finding(path, DUPLICATE, reason, number, "choose another, or leave it out")
        case ClusterIP(address=address):
            reason = f"{holder} already asks for this cluster IP"
            return Finding(path, DUPLICATE, reason, address, "choose another, or leave it out")


def claims_of(
    objects: Iterable[Manifest], args: NamedArgs, context: Context, unknown: Container[str] = ()
) -> Iterator[tuple[Claim, str]]:
    """Return what the objects of a component claim, each with the path of its argument.

    Unknown values claim nothing. Slices and Endpoints are named after their Service, so they are
    declared twice only if the Service is.

    Args:
        objects: The objects.
        args: The arguments that they come from.
        context: Where they are declared.
        unknown: The paths of arguments that were Outputs.
    """
    for manifest in objects:
        kind, metadata = manifest["kind"], manifest["metadata"]
        path = naming_argument_of(manifest)
        name: object = metadata["name"]
        if not isinstance(name, str):
            continue
        if kind in CLUSTER_SCOPED:
            yield Object(context.cluster, kind, None, name), path
            yield (
                ChildName(context.parent, context.component, kind, args.logical_name, "", name),
                path,
            )
            continue
        namespace: object = metadata.get("namespace", context.stated_namespace)
        if namespace is None or isinstance(namespace, str):
            is_plain = "namespace" in metadata and "namespace" not in unknown
            yield Object(context.cluster, kind, namespace, name, is_plain), path
        shown: object = metadata.get("namespace", context.default_namespace)
        if not isinstance(shown, str) or "namespace" in unknown:
            shown = UNKNOWN
        child = ChildName(context.parent, context.component, kind, args.logical_name, shown, name)
        yield child, path
    for manifest in objects:
        if manifest["kind"] == "Service":
            yield from _node_ports(manifest["spec"], args, context.cluster)
            yield from _cluster_ips(manifest["spec"], context.cluster)


def _node_ports(spec: Manifest, args: NamedArgs, cluster: int) -> Iterator[tuple[Claim, str]]:
    ports = cast("list[Mapping[str, object]]", spec.get("ports") or [])
    if any("nodePort" in port for port in ports):
        for path, port in zip(ports_by_path(args.ports, _preset(args)), ports, strict=True):
            number = port.get("nodePort")
            if isinstance(number, int) and number:
                yield NodePort(cluster, number), f"{path}.node_port"
    number = spec.get("healthCheckNodePort")
    if isinstance(number, int) and number:
        yield NodePort(cluster, number), "health_check_node_port"


def _preset(args: NamedArgs) -> str | None:
    return args.preset if isinstance(args, ExternalServiceArgs) else None


def _cluster_ips(spec: Manifest, cluster: int) -> Iterator[tuple[Claim, str]]:
    given: list[object] = [spec.get("clusterIP"), *(spec.get("clusterIPs") or [])]
    for address in given:
        if isinstance(address, str) and address not in ("", "None"):
            try:
                text = str(ip_address(address))
            except ValueError:
                continue  # reported elsewhere
            yield ClusterIP(cluster, text), "cluster_ip"
