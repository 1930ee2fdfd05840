"""`ExternalServiceSet`: many Services with external backends in one component."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Optional, TypedDict, TypeVar, cast

import pulumi

from .._registry import token_of
from .._runtime.children import Children
from .._runtime.component import compile_each
from .._runtime.inputs import read
from .._runtime.lazy_outputs import LazyOutputs
from .._runtime.service_component import DeclaredService
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from ..core.findings import required
from ..errors import ValidationError
from ..policies.destinations import egress_destination
from ..policy_types import EgressDestination
from .external import EXTERNAL_SERVICE, ExternalServiceArgs

__all__ = ["ExternalServiceSet", "ExternalServiceSetArgs"]

T = TypeVar("T")


class ExternalServiceSetArgs(TypedDict):
    """Arguments of `ExternalServiceSet`."""

    services: Mapping[str, ExternalServiceArgs]
    """The Services by name, at least one, each with the arguments of an `ExternalService`. The key
    names the Service unless `service_name` is given."""


class ExternalServiceSet(LazyOutputs):
    """Many external Services in one component: cheaper than one `ExternalService` each.

    Objects, names and checks are those of `ExternalService`. A Service may move between both
    components, or to another key if `service_name` is given: its objects stay. Access each service
    by its key, with the attributes of an `ExternalService`: `databases.services["orders-db"].host`.
    """

    service_names: pulumi.Output[dict[str, str]]
    """The Services' names in the cluster, by key."""
    hosts: pulumi.Output[dict[str, str]]
    """`<service>.<namespace>.svc` of each, which clients in the cluster connect to, by key."""
    cluster_ips: pulumi.Output[dict[str, str]]
    """The Services' own addresses, by key; "None" if headless."""
    load_balancers: pulumi.Output[dict[str, list[str]]]
    """The load balancers' addresses and host names, by key; empty until assigned."""
    node_ports: pulumi.Output[dict[str, dict[str, int]]]
    """The ports on every node, by key and name of the port; empty for type ClusterIP."""
    endpoints: pulumi.Output[dict[str, list[str]]]
    """The addresses of the backends, by key."""
    hazards: pulumi.Output[dict[str, list[str]]]
    """What is legal but will not work as intended, by key."""

    def __init__(
        self,
        name: str,
        args: ExternalServiceSetArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare all Services with their slices.

        Args:
            name: The component's name, which no object takes.
            args: The arguments, by the keys of `ExternalServiceSetArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        entries = _entries(name, args)
        drafts = compile_each(ExternalServiceSet, name, EXTERNAL_SERVICE, "services", entries, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("ExternalServiceSet"), name, {}, opts)
        children = Children(self, name, opts)
        self._declared: _DeclaredServices = _DeclaredServices()
        for key, draft in drafts.items():
            path = f"services[{key}]"
            declared = self._declared.by_key[key] = DeclaredService(
                self,
                name,
                draft,
                children.of(path, draft.args.logical_name, draft.plan.adoptions),
                awaited=bool(draft.args.await_ready),
                families=draft.plan.families,
                path=path,
            )
            declared.add_backends(draft)
        self._destinations = {key: egress_destination(entry) for key, entry in entries.items()}
        names = {key: draft.plan.service["metadata"]["name"] for key, draft in drafts.items()}
        self.register_outputs({"service_names": names})

    @property
    def services(self) -> dict[str, DeclaredService]:
        """Each Service by its key, with the attributes of an `ExternalService`."""
        return self._declared.by_key

    @property
    def destinations(self) -> dict[str, EgressDestination]:
        """The backends and ports of each Service by its key, for `to` of an `EgressPolicy`."""
        return self._destinations


class _DeclaredServices:
    """The Services of a set, and the outputs collected from them."""

    def __init__(self) -> None:
        self.by_key: dict[str, DeclaredService] = {}

    @cached_property
    def service_names(self) -> pulumi.Output[dict[str, str]]:
        return self._each(lambda one: one.service_name)

    @cached_property
    def hosts(self) -> pulumi.Output[dict[str, str]]:
        return self._each(lambda one: one.host)

    @cached_property
    def cluster_ips(self) -> pulumi.Output[dict[str, str]]:
        return self._each(lambda one: one.cluster_ip)

    @cached_property
    def load_balancers(self) -> pulumi.Output[dict[str, list[str]]]:
        return self._each(lambda one: one.load_balancer)

    @cached_property
    def node_ports(self) -> pulumi.Output[dict[str, dict[str, int]]]:
        return self._each(lambda one: one.node_ports)

    @cached_property
    def endpoints(self) -> pulumi.Output[dict[str, list[str]]]:
        return self._each(lambda one: one.endpoints)

    @cached_property
    def hazards(self) -> pulumi.Output[dict[str, list[str]]]:
        return self._each(lambda one: one.hazards)

    def _each(
        self, output: Callable[[DeclaredService], pulumi.Output[T]]
    ) -> pulumi.Output[dict[str, T]]:
        return pulumi.Output.all(**{key: output(one) for key, one in self.by_key.items()})


class _Outer(TypedDict):
    """The arguments without the fields of each Service, which are validated separately."""

    services: Mapping[str, object]


def _entries(name: str, args: object) -> dict[str, ExternalServiceArgs]:
    inputs = read(_Outer, args)
    found = cast("dict[str, dict[str, ExternalServiceArgs]]", inputs.values or {})
    entries = found.get("services") or {}
    if not entries and not inputs.findings:
        reason = "must contain at least one service"
        remedy = "add one, or remove the component"
        inputs.findings.append(required("services", reason, remedy))
    if inputs.findings:
        raise ValidationError("ExternalServiceSet", name, inputs.findings)
    return entries
