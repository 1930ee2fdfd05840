"""Compares the Service that the cluster returned with the declared one.

Server-side apply is an upsert: if the Service already exists, fields of other owners survive. The
result is known at preview, from a server-side dry run, before anything is written.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, cast

import pulumi
from pulumi_kubernetes import core, meta

from ..core.findings import Finding, invalid
from ..core.metadata import FIELD_MANAGER_ANNOTATION, FORCE_ANNOTATION, Manifest
from ..core.ownership import Entry, other_owners, refused_owners
from ..errors import ValidationError
from ..validation.hazards.declared import CO_OWNED
from ..validation.hazards.hazard import Hazard
from ..validation.hazards.traffic import FAMILY_UNSERVED
from .engine import monitor
from .hazard_log import HazardLog
from .live_addresses import keep_cluster_ip, unserved_external_ips
from .service_updates import foreign_selector, primary_family


class Registered(Protocol):
    """A resource, as registered."""

    @property
    def urn(self) -> pulumi.Output[str]: ...


class Watched(Registered, Protocol):
    """An object of Kubernetes, as registered."""

    @property
    def metadata(self) -> "pulumi.Output[meta.v1.outputs.ObjectMeta]": ...


class Guard:
    """Guards one Service against differences from its declaration, and foreign owners.

    Args:
        component: The component that declares the Service.
        name: The component's name.
        service: The Service, as registered.
        declared: The Service's manifest.
        declare: Declares the Service, by name and namespace, to the program.
        families: The families of its backends; empty if it has none of its own.
        hazards: The hazards that the arguments show.
        path: The component's field that declares the Service, if it declares several.
    """

    def __init__(
        self,
        component: pulumi.ComponentResource,
        name: str,
        service: "core.v1.Service",
        declared: Manifest,
        declare: Callable[[str, str], list[Finding]],
        families: Collection[str] = (),
        hazards: Sequence[Hazard] = (),
        path: str = "",
    ) -> None:
        self._component = component
        self._path = path
        self._name = name
        self._service = service
        self._declared = declared
        self._declare = declare
        self._families = families
        self._log = HazardLog(component, path)
        self._log.show(hazards)
        owned = service.metadata.apply(self._check_owners)
        confirmed = owned.apply(self._confirm_later)
        self.confirmed = keep_cluster_ip(confirmed, service, declared, self._error)
        """The Service's name, known once the returned Service matches the declared one. Objects
        that attach to the Service take its name from here, so that none attaches to a foreign one.
        Fails with a `ValidationError` if they differ."""

    def hazards(self, known: pulumi.Output[Sequence[Hazard]]) -> pulumi.Output[list[str]]:
        """Return all hazards as text: those of the arguments, and those of the cluster."""

        def combine(
            hazards: Sequence[Hazard],
            metadata: "meta.v1.outputs.ObjectMeta",
            spec: "core.v1.outputs.ServiceSpec",
        ) -> list[str]:
            found = [*hazards, *self._of_families(spec), *self._of_owners(metadata)]
            return [str(hazard) for hazard in found]

        return known.apply(
            lambda hazards: self._service.metadata.apply(
                lambda metadata: self._service.spec.apply(
                    lambda spec: combine(hazards, metadata, spec)
                )
            )
        )

    def watch(self, made: Watched, manifest: Manifest) -> None:
        """Refuse an object behind the Service if another stack or resource declares it."""
        kind, name = manifest["kind"], manifest["metadata"]["name"]

        def check(metadata: "meta.v1.outputs.ObjectMeta") -> str | pulumi.Output[str]:
            return refuse_owners(
                cast("pulumi.CustomResource", made),
                owners_besides_ours(metadata),
                kind,
                name,
                self._error,
            )

        if monitor():
            made.metadata.apply(check)

    def warn_later(self, known: pulumi.Output[Sequence[Hazard]]) -> None:
        """Warn of hazards that appear only when all arguments are known."""
        known.apply(self._log.show)

    def _confirm_later(self, _name: str) -> str | pulumi.Output[str]:
        return self._service.spec.apply(self._confirm)

    def _confirm(self, spec: "core.v1.outputs.ServiceSpec") -> str | pulumi.Output[str]:
        name: str = self._declared["metadata"]["name"]
        self._log.show(self._of_families(spec))
        findings = [*self._changed_headless(spec), *self._lost_primary(spec)]
        if findings:
            raise self._error(findings)
        found: Mapping[str, str] = spec.selector or {}
        ours: Mapping[str, Any] = self._declared["spec"].get("selector") or {}
        if not foreign_selector(name, found, [ours], ""):
            return name
        return self._service.urn.apply(
            lambda urn: self._fail(foreign_selector(name, found, [ours], urn))
        )

    def _fail(self, findings: list[Finding]) -> str:
        raise self._error(findings)

    def _error(self, findings: list[Finding]) -> ValidationError:
        placed = [finding.under(self._path) for finding in findings]
        return ValidationError(type(self._component).__name__, self._name, placed)

    def _changed_headless(self, spec: "core.v1.outputs.ServiceSpec") -> list[Finding]:
        declared = self._declared["spec"]
        if declared["type"] == "ExternalName" or not spec.cluster_ip:
            return []
        wanted = declared.get("clusterIP") == "None"
        if (spec.cluster_ip == "None") == wanted:
            return []
        return [
            invalid(
                "headless",
                str(wanted),
                "`headless` cannot change on an existing Service",
                "declare a Service with another `service_name` and move the clients, or accept an"
                " outage: `pulumi destroy --target` this Service, then `pulumi up`",
            )
        ]

    def _lost_primary(self, spec: "core.v1.outputs.ServiceSpec") -> list[Finding]:
        """Report a Service of two families that has lost the backends of its primary family."""
        given = _families(spec)
        if len(given) < 2 or not self._families or "ipFamilies" in self._declared["spec"]:  # noqa: PLR2004
            return []
        if given[0] in self._families or spec.cluster_ip == "None":
            return []
        return [primary_family(given[0], given[1])]

    def _of_families(self, spec: "core.v1.outputs.ServiceSpec") -> list[Hazard]:
        given = _families(spec)
        if given and any(family not in given for family in self._families):
            return [FAMILY_UNSERVED, *unserved_external_ips(spec)]
        return unserved_external_ips(spec)

    def _of_owners(self, metadata: "meta.v1.outputs.ObjectMeta") -> list[Hazard]:
        return [CO_OWNED] if owners_besides_ours(metadata) else []

    def _check_owners(self, metadata: "meta.v1.outputs.ObjectMeta") -> str | pulumi.Output[str]:
        """Refuse a Service that another component, stack or resource declares.

        A namespace from the provider is known only now. A dry run does not show conflicts between
        owners.
        """
        if metadata.name and metadata.namespace:
            twice = self._declare(metadata.name, metadata.namespace)
            if twice:
                raise self._error(twice)
        name = self._declared["metadata"]["name"]
        owners = owners_besides_ours(metadata)
        confirmed = refuse_owners(self._service, owners, "Service", name, self._error)
        if isinstance(confirmed, str):
            self._log.show([CO_OWNED] if owners else [])
        return confirmed


def owners_besides_ours(metadata: "meta.v1.outputs.ObjectMeta") -> list[str]:
    """Return the field managers, other than ours, that own more than metadata; none if forced."""
    if (metadata.annotations or {}).get(FORCE_ANNOTATION) == "true":
        return []
    entries = [
        Entry(
            entry.manager or "",
            cast("Mapping[str, Any]", entry.fields_v1 or {}),
            entry.subresource or "",
        )
        for entry in metadata.managed_fields or []
    ]
    return other_owners(entries, (metadata.annotations or {}).get(FIELD_MANAGER_ANNOTATION))


def refuse_owners(
    made: Registered,
    owners: Collection[str],
    kind: str,
    name: str,
    error: Callable[[list[Finding]], ValidationError],
) -> str | pulumi.Output[str]:
    """Return an object's name, or an Output that fails if another stack or resource declares it.

    Args:
        made: The object, as registered.
        owners: Its field managers besides ours.
        kind: Its kind.
        name: Its name.
        error: Makes the component's error.
    """
    if not refused_owners(owners, kind, name, ""):
        return name

    def fail(urn: str) -> str:
        raise error(refused_owners(owners, kind, name, urn))

    return made.urn.apply(fail)


def _families(spec: "core.v1.outputs.ServiceSpec") -> list[str]:
    return list(spec.ip_families or [])
