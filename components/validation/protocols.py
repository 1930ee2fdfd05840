"""The protocol of a port of any object."""

from ..core.findings import Finding, not_supported
from ..core.rules import Rule

_PROTOCOLS = ("SCTP", "TCP", "UDP")


def check_protocol(protocol: str, rule: Rule) -> list[Finding]:
    """Validate the field `protocol`."""
    if protocol in _PROTOCOLS:
        return []
    return [not_supported("protocol", protocol, _PROTOCOLS, rule)]
