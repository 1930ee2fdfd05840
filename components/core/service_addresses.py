"""A Service's own addresses: its cluster IP, or none, and its external IPs."""

from collections.abc import Sequence

from .addresses import FAMILIES, parse_address, parse_ip
from .deferred import Deferred
from .findings import Finding, forbidden, invalid
from .metadata import Manifest, Plain

_NONE = "None"
"""The clusterIP of a headless Service."""


def add_addresses(args: Plain, kind: str, spec: Manifest, findings: list[Finding]) -> None:
    """Add the cluster IP and the external IPs to a Service's spec.

    Which range cluster IPs come from, and which of them are free, only the cluster knows.
    """
    headless = bool(args.get("headless"))
    if headless and kind != "ClusterIP":
        findings.append(
            forbidden("headless", f"`clusterIP` may not be set to 'None' for {kind} services")
        )
    given: str | Deferred | None = args.get("cluster_ip")
    if headless:
        spec["clusterIP"] = _NONE
        if given is not None:
            reason = "may not be given with `headless`, which means that there is none"
            findings.append(forbidden("cluster_ip", reason, "leave one of the two out"))
    elif given is not None:
        spec["clusterIP"] = _read_cluster_ip(given, args, findings)
    external: Sequence[str | Deferred] = args.get("external_ips") or ()
    if external:
        spec["externalIPs"] = [
            _read_external_ip(address, f"external_ips[{index}]", findings)
            for index, address in enumerate(external)
        ]


def _read_cluster_ip(given: str | Deferred, args: Plain, findings: list[Finding]) -> str | Deferred:
    if isinstance(given, Deferred):
        return given
    if given == _NONE:
        reason = "stands for a Service without an address of its own"
        findings.append(invalid("cluster_ip", given, reason, "use `headless` instead"))
        return given
    parsed = parse_ip(given)
    if isinstance(parsed, str):
        findings.append(invalid("cluster_ip", given, parsed))
        return given
    families: Sequence[str] = args.get("ip_families") or ()
    if families and families[0] in FAMILIES and families[0] != parsed.family:
        reason = f"expected an {families[0]} value as indicated by `ip_families[0]`"
        findings.append(invalid("cluster_ip", given, reason))
    return parsed.text


def _read_external_ip(given: str | Deferred, path: str, findings: list[Finding]) -> str | Deferred:
    if isinstance(given, Deferred):
        return given
    parsed = parse_address(given)
    if isinstance(parsed, str):
        findings.append(invalid(path, given, parsed))
        return given
    return parsed.text
