"""The protocol of a port, of whichever object."""

from ..findings import Finding, not_supported

_PROTOCOLS = ("SCTP", "TCP", "UDP")


def check_protocol(protocol: str, code: str) -> list[Finding]:
    """Judge the field `protocol`."""
    if protocol in _PROTOCOLS:
        return []
    return [not_supported("protocol", protocol, _PROTOCOLS, code)]
