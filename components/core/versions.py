"""What the versions of Kubernetes judge differently."""

from dataclasses import dataclass

OLDEST = (1, 30)
NEWEST = (1, 36)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one version, or those of all."""

    strict_addresses: bool
    """No leading zeros and no IPv4-mapped IPv6 in addresses and CIDRs, and no bits beyond a CIDR's
    prefix (`StrictIPCIDRValidation`, on from 1.36). Off: merely a warning."""
    relaxed_service_names: bool
    """A Service's name may begin with a digit (KEP-5311, on from 1.36)."""
    traffic_distributions: tuple[str, ...] | None
    """The values of `spec.trafficDistribution`; None where the field is dropped unread (1.30)."""
    node_hints: bool
    """Whether `hints.forNodes` exists (1.34); before that it is dropped unread."""
    sloppy_slices: bool = False
    """An EndpointSlice's IPv6 addresses need not be canonical (before 1.33)."""


def rules_of(kubernetes_version: str | None) -> Rules:
    """Give the rules of a version such as "1.36" or "v1.36.3".

    Of None: what is legal on every version from 1.30 to 1.36. Versions newer than 1.36 have its
    rules, as far as is known.

    Raises:
        ValueError: The text is no version, or one before 1.30.
    """
    if kubernetes_version is None:
        return _EVERY
    version = _parse(kubernetes_version)
    if version < OLDEST:
        raise ValueError(f"kubernetes_version {kubernetes_version!r}: must be 1.30 or later")
    return Rules(
        strict_addresses=version >= (1, 36),
        relaxed_service_names=version >= (1, 36),
        traffic_distributions=_distributions(version),
        node_hints=version >= (1, 34),
        sloppy_slices=version < (1, 33),
    )


_OLD_DISTRIBUTIONS = ("PreferClose",)
_EVERY = Rules(
    strict_addresses=True,
    relaxed_service_names=False,
    traffic_distributions=_OLD_DISTRIBUTIONS,
    node_hints=True,
)


def _distributions(version: tuple[int, int]) -> tuple[str, ...] | None:
    if version < (1, 31):
        return None
    if version < (1, 34):
        return _OLD_DISTRIBUTIONS
    return ("PreferClose", "PreferSameZone", "PreferSameNode")


def _parse(text: str) -> tuple[int, int]:
    major, _, rest = text.removeprefix("v").partition(".")
    minor = rest.partition(".")[0]
    if not all(part.isascii() and part.isdigit() for part in (major, minor)):
        raise ValueError(f"kubernetes_version {text!r}: must be a version such as 1.36")
    return int(major), int(minor)
