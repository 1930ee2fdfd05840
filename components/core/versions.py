"""What the versions of Kubernetes validate differently."""

from dataclasses import dataclass
from functools import lru_cache

OLDEST = "1.30"
NEWEST = "1.37"
"""The newest version with known rules, which also apply to later versions."""

_Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one version, or the rules that satisfy several versions."""

    strict_addresses: bool
    """No leading zeros and no IPv4-mapped IPv6 in addresses and CIDRs, and no bits beyond a CIDR's
    prefix (`StrictIPCIDRValidation`, on from 1.36). If off, these are only warnings."""
    relaxed_service_names: bool
    """A Service's name may begin with a digit (KEP-5311, on from 1.36)."""
    traffic_distributions: tuple[str, ...] | None
    """The values of `spec.trafficDistribution`; None if the field is dropped unread (1.30)."""
    node_hints: bool
    """Whether `hints.forNodes` is validated (from 1.34); before that it is dropped unread."""
    unknown_node_hints: bool
    """`hints.forNodes` may hold anything, as the API does not have it (before 1.33)."""
    sloppy_slices: bool
    """An EndpointSlice's IPv6 addresses need not be canonical, and its endpoints are validated
    before its ports (before 1.33)."""
    no_kubelet_port: bool
    """A LoadBalancer may not have the kubelet's port, 10250 (before 1.33)."""
    relaxed_env_names: bool
    """An environment variable's name is any printable ASCII without `=` (on from 1.32)."""
    endpoints_may_stay: bool
    """What a stored Endpoints or EndpointSlice holds is not validated again by an update that
    leaves it unchanged (from 1.33)."""
    names_may_stay: bool
    """An update may add Services' names that begin with a digit to an Ingress if a rule of the
    stored one has such a name (from 1.34)."""
    default_name_may_stay: bool
    """The same if its default backend has such a name (from 1.35)."""
    service_names_again: bool
    """An update of a Service validates its `generateName` again (before 1.34)."""
    policy_names_again: bool
    """The same for a NetworkPolicy (before 1.36)."""
    names_what_is_missing: bool
    """A missing field of an owner or an Ingress's resource is reported twice (before 1.34). This
    field and those below change wording only, no verdict."""
    at_most_bytes: bool
    """The wording for texts that are too long is "must have at most" a number of bytes (before
    1.32)."""
    counts_characters: bool
    """The wording for parts of a qualified name is "must be no more than" characters (before
    1.35)."""
    generated: bool
    """Generated code validates parts of EndpointSlices and NetworkPolicies after all else, and an
    owner's path includes its index (from 1.37)."""


@lru_cache(maxsize=64)
def rules_of(kubernetes_version: str | None) -> Rules:
    """Return the rules of a version such as "1.37" or "v1.37.2".

    For None: the rules that satisfy every version from 1.30 to 1.37. Versions after 1.37 are
        assumed to have the rules of 1.37.

    Raises:
        ValueError: The text is not a version, or one before 1.30.
    """
    if kubernetes_version is None:
        return _rules(_parse(OLDEST), _parse(NEWEST))
    version = _parse(kubernetes_version)
    if version < _parse(OLDEST):
        raise ValueError(f"kubernetes_version {kubernetes_version!r}: must be {OLDEST} or later")
    return _rules(version, version)


def _rules(lowest: _Version, highest: _Version) -> Rules:
    """Return the rules that satisfy all versions in a range, with the wording of the last."""
    return Rules(
        strict_addresses=highest >= (1, 36),
        relaxed_service_names=lowest >= (1, 36),
        traffic_distributions=_distributions(lowest, highest),
        node_hints=highest >= (1, 34),
        unknown_node_hints=highest < (1, 33),
        sloppy_slices=highest < (1, 33),
        no_kubelet_port=lowest < (1, 33),
        relaxed_env_names=lowest >= (1, 32),
        endpoints_may_stay=lowest >= (1, 33),
        names_may_stay=lowest >= (1, 34),
        default_name_may_stay=lowest >= (1, 35),
        service_names_again=lowest < (1, 34),
        policy_names_again=lowest < (1, 36),
        names_what_is_missing=highest < (1, 34),
        at_most_bytes=highest < (1, 32),
        counts_characters=highest < (1, 35),
        generated=highest >= (1, 37),
    )


def _distributions(lowest: _Version, highest: _Version) -> tuple[str, ...] | None:
    if highest < (1, 31):
        return None
    if lowest < (1, 34):
        return ("PreferClose",)
    return ("PreferClose", "PreferSameZone", "PreferSameNode")


def _parse(text: str) -> _Version:
    major, _, rest = text.removeprefix("v").partition(".")
    minor = rest.partition(".")[0]
    if not all(part.isascii() and part.isdigit() for part in (major, minor)):
        raise ValueError(f"kubernetes_version {text!r}: must be a version such as {NEWEST}")
    return int(major), int(minor)
