"""Compares the Service that the cluster returned with the declared one.

Server-side apply is an upsert: if the Service already exists, fields of other owners survive. The
result is known at preview, from a server-side dry run, before anything is written.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pulumi

from ..core.findings import Finding, invalid
from ..core.metadata import Manifest
from ..core.ownership import refused_owners
from ..errors import ValidationError
from ..validation.hazards.declared import CO_OWNED
from ..validation.hazards.hazard import Hazard
from ..validation.hazards.traffic import FAMILY_UNSERVED
from .engine import monitor
from .hazard_log import HazardLog
from .late_types import read
from .live_addresses import keep_cluster_ip, unserved_external_ips
from .live_metadata import owners_besides_ours
from .service_updates import foreign_selector, primary_family


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
        service: pulumi.CustomResource,
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
        owned = read(service, "metadata", self._check_owners)
        confirmed = owned.apply(self._confirm_later)
        self.confirmed = keep_cluster_ip(confirmed, service, declared, self._error)
        """The Service's name, known once the returned Service matches the declared one. Objects
        that attach to the Service take its name from here, so that none attaches to a foreign one.
        Fails with a `ValidationError` if they differ."""

    def hazards(self, known: pulumi.Output[Sequence[Hazard]]) -> pulumi.Output[list[str]]:
        """Return all hazards as text: those of the arguments, and those of the cluster."""

        def combine(
            hazards: Sequence[Hazard],
            metadata: Mapping[str, Any],
            spec: Mapping[str, Any],
        ) -> list[str]:
            found = [*hazards, *self._of_families(spec), *self._of_owners(metadata)]
            return [str(hazard) for hazard in found]

        return known.apply(
            lambda hazards: read(
                self._service,
                "metadata",
                lambda metadata: read(
                    self._service, "spec", lambda spec: combine(hazards, metadata, spec)
                ),
            )
        )

    def watch(self, made: pulumi.CustomResource, manifest: Manifest) -> None:
        """Refuse an object behind the Service if another stack or resource declares it."""
        kind, name = manifest["kind"], manifest["metadata"]["name"]

        def check(metadata: Mapping[str, Any]) -> str | pulumi.Output[str]:
            return refuse_owners(made, owners_besides_ours(metadata), kind, name, self._error)

        if monitor():
            read(made, "metadata", check)

    def warn_later(self, known: pulumi.Output[Sequence[Hazard]]) -> None:
        """Warn of hazards that appear only when all arguments are known."""
        known.apply(self._log.show)

    def _confirm_later(self, _name: str) -> str | pulumi.Output[str]:
        return read(self._service, "spec", self._confirm)

    def _confirm(self, spec: Mapping[str, Any]) -> str | pulumi.Output[str]:
        name: str = self._declared["metadata"]["name"]
        self._log.show(self._of_families(spec))
        findings = [*self._changed_headless(spec), *self._lost_primary(spec)]
        if findings:
            raise self._error(findings)
        found: Mapping[str, str] = spec.get("selector") or {}
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

    def _changed_headless(self, spec: Mapping[str, Any]) -> list[Finding]:
        declared = self._declared["spec"]
        live = spec.get("clusterIP")
        if declared["type"] == "ExternalName" or not live:
            return []
        wanted = declared.get("clusterIP") == "None"
        if (live == "None") == wanted:
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

    def _lost_primary(self, spec: Mapping[str, Any]) -> list[Finding]:
        """Report a Service of two families that has lost the backends of its primary family."""
        given = _families(spec)
        if len(given) < 2 or not self._families or "ipFamilies" in self._declared["spec"]:  # noqa: PLR2004
            return []
        if given[0] in self._families or spec.get("clusterIP") == "None":
            return []
        return [primary_family(given[0], given[1])]

    def _of_families(self, spec: Mapping[str, Any]) -> list[Hazard]:
        given = _families(spec)
        if given and any(family not in given for family in self._families):
            return [FAMILY_UNSERVED, *unserved_external_ips(spec)]
        return unserved_external_ips(spec)

    def _of_owners(self, metadata: Mapping[str, Any]) -> list[Hazard]:
        return [CO_OWNED] if owners_besides_ours(metadata) else []

    def _check_owners(self, metadata: Mapping[str, Any]) -> str | pulumi.Output[str]:
        """Refuse a Service that another component, stack or resource declares.

        A namespace from the provider is known only now. A dry run does not show conflicts between
        owners.
        """
        known, namespace = metadata.get("name"), metadata.get("namespace")
        if known and namespace:
            twice = self._declare(known, namespace)
            if twice:
                raise self._error(twice)
        name = self._declared["metadata"]["name"]
        owners = owners_besides_ours(metadata)
        confirmed = refuse_owners(self._service, owners, "Service", name, self._error)
        if isinstance(confirmed, str):
            self._log.show([CO_OWNED] if owners else [])
        return confirmed


def refuse_owners(
    made: pulumi.CustomResource,
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


def _families(spec: Mapping[str, Any]) -> list[str]:
    return list(spec.get("ipFamilies") or [])
