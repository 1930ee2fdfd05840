"""Short forms of findings and of texts, for the tables of rules."""

from components.core.findings import Finding

Expected = list[tuple[str, str, str]]
"""Path, type, and how the detail begins."""


def shown(findings: list[Finding]) -> Expected:
    """Return path, type and detail of all findings."""
    return [(one.path, one.type, one.detail) for one in findings]


def errors(findings: list[Finding]) -> Expected:
    """Return path, type and detail of the errors, without the warnings."""
    return shown([one for one in findings if one.severity == "error"])


def agree(found: Expected, expected: Expected) -> bool:
    """Return whether these are the expected findings, in this order."""
    return len(found) == len(expected) and all(
        one[:2] == other[:2] and one[2].startswith(other[2])
        for one, other in zip(found, expected, strict=True)
    )


LABEL = "a lowercase RFC 1123 label must consist of"
LABEL_1035 = "a DNS-1035 label must consist of"
SUBDOMAIN = "a lowercase RFC 1123 subdomain must consist of"

NAME_PART = "name part must consist of"
NO_NAME_PART = "name part must be non-empty"
LABEL_VALUE = "a valid label must be an empty string or consist of"

NUMBER = "must be between 1 and 65535, inclusive"
LETTER = "must contain at least one letter (a-z)"
CHARACTERS = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
PROTOCOLS = 'supported values: "SCTP", "TCP", "UDP"'

NOT_AN_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"

IMMUTABLE = "field is immutable"

NO_NODE_PORTS = "may not be used when `type` is 'ClusterIP'"
TAKEN = "provided port is already allocated"
ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'"
EXTERNAL = "may not be set for ExternalName services"
EXTERNALLY = "may only be set for externally-accessible services"
HEALTH_CHECK = (
    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
)
