"""Explains why an object could not be created, and what to do about it."""

from collections.abc import Iterable

from .metadata import FIELD_MANAGER, FIELD_MANAGER_ANNOTATION, Manifest

UPSERT_VARIABLE = "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"
"""Makes the provider take over an object that exists, from 4.29 on; before, it always does."""


def already_exists(errors: Iterable[str]) -> bool:
    """Return whether the API server refused a create because the object exists."""
    return any("already exists" in error or "AlreadyExists" in error for error in errors)


def explain_existing(manifest: Manifest) -> str:
    """Return what to do about an object that exists already.

    Args:
        manifest: The object that was to be created.
    """
    metadata: Manifest = manifest.get("metadata") or {}
    kind: str = manifest.get("kind", "object")
    name: str = metadata.get("name", "")
    namespace: str = metadata.get("namespace") or "default"
    key = FIELD_MANAGER_ANNOTATION.replace(".", r"\.")
    show = f"kubectl get {kind.lower()} {name} -n {namespace}"
    parts = (
        f"{kind} {namespace}/{name} exists already; nothing of it has been changed. What to do:",
        "\n  - If an interrupted `pulumi up` of this stack created it: run ",
        f"`{UPSERT_VARIABLE}=true pulumi up` once.",
        "\n  - If a raw resource of this stack, kubectl or Helm declares it, and this component ",
        f'replaces that: name it in `adopt`, as {{"kind": "{kind}", "name": "{name}"}}, with its ',
        '"resource" if it is one of this stack.',
        "\n  - If somebody else owns it: choose another `service_name`.",
        f"\n  `{show} -o jsonpath='{{.metadata.annotations.{key}}}'` shows who owns it, ",
        f"as {FIELD_MANAGER}<owner>. If that is this stack under its old name, also run ",
        "`pulumi config set k8s-endpoints:owner <owner>`.",
    )
    return "".join(parts)
