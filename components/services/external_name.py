"""`ExternalNameService`: a name in the cluster's DNS for a name outside the cluster."""
# No `from __future__ import annotations` here: Pulumi's component analyzer reads real types.

from collections.abc import Mapping, Sequence
from typing import NotRequired, Optional, TypedDict

import pulumi

from .._registry import token_of
from .._runtime.children import Children
from .._runtime.component import Blueprint, compile_args
from .._runtime.service_component import DeclaredService, ServiceComponent
from .._runtime.stack_traces import COMPONENT, short_stack_trace
from ..core import arguments
from ..core.external_name_service import plan_external_name_service
from ..policies.destinations import egress_destination
from ..policy_types import EgressDestination
from ..types import AdoptedObject, ServicePort

__all__ = ["ExternalNameService", "ExternalNameServiceArgs"]


class ExternalNameServiceArgs(TypedDict):
    """Arguments of `ExternalNameService`."""

    external_name: pulumi.Input[str]
    """The DNS name outside the cluster, a lower-case RFC 1123 subdomain; DNS returns it as a
    CNAME."""
    ports: NotRequired[Sequence[ServicePort]]
    """Ports, as information only: DNS does not remap ports. Defaults to none."""
    service_name: NotRequired[str]
    """The Service's name, a DNS-1035 label. Defaults to the component's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """The namespace. Defaults to the provider's."""
    adopt: NotRequired[Sequence[AdoptedObject]]
    """Live objects to take over with their UIDs and connections, in the up that replaces raw
    resources, or objects of kubectl or Helm. Defaults to none."""
    logical_name: NotRequired[str]
    """Separates Services with the same name on two clusters in one stack. Defaults to none."""
    kubernetes_version: NotRequired[str]
    """The cluster's version, such as "1.36", whose rules apply. Defaults to rules that satisfy all
    versions from 1.30 on."""
    labels: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Labels of the Service. Defaults to none."""
    annotations: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Annotations of the Service. Defaults to none."""


EXTERNAL_NAME_SERVICE = Blueprint(
    ExternalNameServiceArgs, arguments.ExternalNameServiceArgs, plan_external_name_service
)


class ExternalNameService(ServiceComponent):
    """A Service of type ExternalName: an alias in the cluster's DNS, which carries no traffic."""

    service_name: pulumi.Output[str]
    """The Service's name in the cluster."""
    namespace: pulumi.Output[str]
    """The Service's namespace."""
    host: pulumi.Output[str]
    """`<service>.<namespace>.svc`, which clients in the cluster connect to."""
    hazards: pulumi.Output[list[str]]
    """What is legal but will not work as intended: code, text and remedy of each."""

    @property
    def destination(self) -> EgressDestination:
        """The name and its ports, for `to` of an `EgressPolicy`."""
        return self._destination

    def __init__(
        self,
        name: str,
        args: ExternalNameServiceArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Declare the Service.

        Args:
            name: The component's name; the Service takes it too unless `service_name` is given.
            args: The arguments, by the keys of `ExternalNameServiceArgs`.
            opts: Pulumi's options for the component, which its objects inherit. Defaults to none.

        Raises:
            ValidationError: Some arguments are invalid. Nothing has been registered.
        """
        draft = compile_args(ExternalNameService, name, EXTERNAL_NAME_SERVICE, args, opts)
        with short_stack_trace(COMPONENT):
            super().__init__(token_of("ExternalNameService"), name, {}, opts)
        self._destination = egress_destination(args)
        children = Children(self, name, opts, draft.args.logical_name, draft.plan.adoptions)
        self._declared = DeclaredService(self, name, draft, children, awaited=False)
        self.register_outputs({"service_name": draft.plan.service["metadata"]["name"]})
