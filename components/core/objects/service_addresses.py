"""A Service's own addresses: its cluster IP, unless headless, and its external IPs."""

from ..addresses import parse_address, parse_ip
from ..arguments import TrafficArgs
from ..findings import Finding, forbidden, invalid
from ..unknown import Unknown
from .rendering import Rendering

_NONE = "None"
"""The clusterIP of a headless Service."""


def render_addresses(service: Rendering, args: TrafficArgs, findings: list[Finding]) -> None:
    """Render the cluster IP and the external IPs of a Service.

    The range of cluster IPs, and which of them are free, is known only to the cluster.
    """
    if args.headless:
        service.put("spec.clusterIP", _NONE, "headless")
        service.note("spec.clusterIPs", "headless")
        service.note("spec.clusterIPs[0]", "headless")
        if args.cluster_ip is not None:
            reason = "may not be given with `headless`: a headless Service has no cluster IP"
            findings.append(forbidden("cluster_ip", reason, "leave one of the two out"))
    elif args.cluster_ip is not None:
        service.put("spec.clusterIP", _read_cluster_ip(args.cluster_ip, findings), "cluster_ip")
        service.note("spec.clusterIPs", "cluster_ip")
        service.note("spec.clusterIPs[0]", "cluster_ip")
    if args.external_ips:
        addresses = [
            _read_external_ip(address, f"external_ips[{index}]", findings)
            for index, address in enumerate(args.external_ips)
        ]
        service.put("spec.externalIPs", addresses, "external_ips")


def _read_cluster_ip(given: str | Unknown, findings: list[Finding]) -> str | Unknown:
    if isinstance(given, Unknown):
        return given
    if given == _NONE:
        reason = "would make the Service headless"
        findings.append(invalid("cluster_ip", given, reason, "use `headless` instead"))
        return Unknown("cluster_ip")
    parsed = parse_ip(given)
    if isinstance(parsed, str):
        findings.append(invalid("cluster_ip", given, parsed))
        return Unknown("cluster_ip")
    return parsed.text


def _read_external_ip(given: str | Unknown, path: str, findings: list[Finding]) -> str | Unknown:
    if isinstance(given, Unknown):
        return given
    parsed = parse_address(given)
    if isinstance(parsed, str):
        findings.append(invalid(path, given, parsed))
        return Unknown(path)
    return parsed.text
