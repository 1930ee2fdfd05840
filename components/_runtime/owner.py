"""The field manager under which a program's objects are created."""

import pulumi
from pulumi.runtime.config import is_config_secret

from ..core.ownership import check_owner, field_manager

__all__ = ["configured_manager"]

_NAMESPACE = "k8s-endpoints"


def configured_manager() -> str:
    """Return the field manager of new objects, the same for all objects of a stack.

    Pulumi's own managers are random, one for each resource. With these, a resource recovered after
    a lost checkpoint conflicts with itself at its next change, and two stacks share an object
    without an error. The configuration `k8s-endpoints:owner` sets it; it defaults to
    `<project>/<stack>`.

    Raises:
        pulumi.RunError: The configured owner is a secret, or not a valid name of a field manager.
    """
    key = f"{_NAMESPACE}:owner"
    if is_config_secret(key):
        raise pulumi.RunError(
            f"{key}: must not be a secret, because it is written to live objects"
            f" (run `pulumi config set {key} <name>` without --secret)"
        )
    owner = pulumi.Config(_NAMESPACE).get("owner")
    if owner is None:
        return field_manager(f"{pulumi.get_project()}/{pulumi.get_stack()}")
    if reason := check_owner(owner):
        raise pulumi.RunError(f"{key}: {reason}")
    return field_manager(owner)
