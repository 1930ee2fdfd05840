"""Compares the addresses of a live Service with the declared ones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

from ..core.addresses import Address, parse_ip
from ..core.findings import HIDDEN, Finding, invalid
from ..core.metadata import Manifest
from ..validation.hazards.declared import EXTERNAL_IP_UNSERVED
from ..validation.hazards.hazard import Hazard
from .late_types import read

_REMEDY = (
    "leave `cluster_ip` out, or declare a Service with another `service_name` and move the clients,"
    " or accept an outage: `pulumi destroy --target` this Service, then `pulumi up`"
)


def keep_cluster_ip(
    confirmed: pulumi.Output[str],
    service: pulumi.CustomResource,
    declared: Manifest,
    error: Callable[[list[Finding]], Exception],
) -> pulumi.Output[str]:
    """Return the confirmed name, which fails if the Service lacks the pinned cluster IP.

    The diff ignores changes of the cluster IP, for which the provider would replace the live
    Service.

    Args:
        confirmed: The Service's name, known once all else has been compared.
        service: The Service, as registered.
        declared: The Service's manifest.
        error: Makes the error of findings.
    """
    pinned: str | pulumi.Output[str] | None = declared["spec"].get("clusterIP")
    if pinned is None or pinned == "None":
        return confirmed
    wanted = pulumi.Output.from_input(pinned)

    async def compare(found: Sequence[str]) -> str:
        name, live, expected = found
        if live in ("", "None") or _canonical(live) == _canonical(expected):
            return name
        reason = f"a live Service keeps its cluster IP, which is {live}"
        finding = invalid("cluster_ip", expected, reason, _REMEDY)
        if await wanted.is_secret():
            reason = "a live Service keeps its cluster IP, and has a different one"
            finding = invalid("cluster_ip", HIDDEN, reason, _REMEDY)
        raise error([finding])

    live = read(service, "spec", lambda spec: spec.get("clusterIP") or "")
    return pulumi.Output.all(confirmed, live, wanted).apply(compare)


def unserved_external_ips(spec: Mapping[str, Any]) -> list[Hazard]:
    """Return the hazard of external IPs whose family the cluster did not give the Service."""
    if spec.get("clusterIP") == "None":
        return []
    given: Sequence[str] = spec.get("ipFamilies") or []
    external: Sequence[str] = spec.get("externalIPs") or []
    parsed = [parse_ip(address) for address in external]
    found = {address.family for address in parsed if isinstance(address, Address)}
    return [EXTERNAL_IP_UNSERVED] if given and not found.issubset(given) else []


def _canonical(address: str) -> str:
    parsed = parse_ip(address)
    return address if isinstance(parsed, str) else parsed.text
