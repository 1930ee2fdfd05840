"""The kinds that are validated: the one list from which all others derive."""

from collections.abc import Mapping

from . import endpoint_slice, endpoints, ingress, network_policy, service
from .kind_spec import KindSpec

SPECS = (service.SPEC, endpoints.SPEC, endpoint_slice.SPEC, ingress.SPEC, network_policy.SPEC)

KINDS: Mapping[tuple[str, str], KindSpec] = {spec.key: spec for spec in SPECS}
"""The validated kinds, by `apiVersion` and `kind`."""
