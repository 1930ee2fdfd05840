"""Explains why an object could not be written, and what to do."""

import re
from collections.abc import Iterable

from .custom_kinds import CUSTOM_KINDS, explain_unserved
from .metadata import (
    CLUSTER_SCOPED,
    FIELD_MANAGER,
    FIELD_MANAGER_ANNOTATION,
    Manifest,
    naming_argument_of,
    takes_adoptions,
)

UPSERT_VARIABLE = "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"
"""Makes provider 4.29 and later take over an existing object; earlier ones always do."""


def explain(manifest: Manifest, operation: str, errors: Iterable[str]) -> str:
    """Return what to do about a refused write, or an empty text if the error says enough.

    Args:
        manifest: The object that was to be written.
        operation: What failed: `create`, `update` or `delete`.
        errors: The messages of the provider.
    """
    text = "\n".join(errors)
    if operation == "create" and ("already exists" in text or "AlreadyExists" in text):
        return explain_existing(manifest)
    if match := _CONFLICT.search(text):
        if _REPLICAS.search(text):
            return _explain_replicas(manifest, match[1])
        return _explain_conflict(manifest, match[1])
    kind = str(manifest.get("kind"))
    if kind in CUSTOM_KINDS and f'no matches for kind "{kind}"' in text:
        return explain_unserved(kind)
    return ""


_CONFLICT = re.compile(r'conflicts? with "([^"]+)"')
"""Matches the field manager in a conflict of server-side apply."""


_REPLICAS = re.compile(r"conflict with [^\n]*: \.spec\.replicas$", re.MULTILINE)
"""Matches the conflict after an autoscaler or `kubectl scale` has set the number of Pods."""


def _explain_replicas(manifest: Manifest, manager: str) -> str:
    kind, namespace, name = _identity(manifest)
    return (
        f"The field manager {manager} has set the number of Pods of {kind} {namespace}/{name};"
        " nothing has been changed. Leave `replicas` out to keep the live number, or first run"
        f" `kubectl scale {kind.lower()} {name} -n {namespace} --replicas=<replicas>`."
    )


def _explain_conflict(manifest: Manifest, manager: str) -> str:
    kind, _, name = _identity(manifest)
    argument = naming_argument_of(manifest)
    begin = f"{_called(manifest)} has fields of another owner; nothing has been changed."
    if manager.startswith(FIELD_MANAGER):
        owner = manager.removeprefix(FIELD_MANAGER)
        return (
            f"{begin} It belongs to the stack {owner}: choose another `{argument}`. If that is"
            f" this stack under its old name, run `pulumi config set k8s-endpoints:owner {owner}`."
        )
    begin = f"{begin} Its owner is the field manager {manager}: choose another `{argument}`"
    if not takes_adoptions(kind):
        return f"{begin}."
    return (
        f'{begin}, or name it in `adopt`, as {{"kind": "{kind}", "name": "{name}"}}, to take it'
        " over."
    )


def explain_existing(manifest: Manifest) -> str:
    """Return what to do about an object that already exists.

    Args:
        manifest: The object that was to be created.
    """
    kind, namespace, name = _identity(manifest)
    key = FIELD_MANAGER_ANNOTATION.replace(".", r"\.")
    show = f"kubectl get {kind.lower()} {name}{f' -n {namespace}' if namespace else ''}"
    adopt = (
        "\n  - If a raw resource of this stack, kubectl or Helm declares it, and this component ",
        f'replaces that: name it in `adopt`, as {{"kind": "{kind}", "name": "{name}"}}, with its ',
        '"resource" if it is one of this stack.',
    )
    parts = (
        f"{_called(manifest)} already exists; nothing of it has been changed. What to do:",
        "\n  - If an interrupted `pulumi up` of this stack created it: run ",
        f"`{UPSERT_VARIABLE}=true pulumi up` once.",
        *(adopt if takes_adoptions(kind) else ()),
        f"\n  - If it belongs to someone else: choose another `{naming_argument_of(manifest)}`.",
        f"\n  `{show} -o jsonpath='{{.metadata.annotations.{key}}}'` shows who owns it, ",
        f"as {FIELD_MANAGER}<owner>. If that is this stack under its old name, also run ",
        "`pulumi config set k8s-endpoints:owner <owner>`.",
    )
    return "".join(parts)


def _called(manifest: Manifest) -> str:
    kind, namespace, name = _identity(manifest)
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def _identity(manifest: Manifest) -> tuple[str, str, str]:
    """Return kind, namespace and name; without a namespace it is empty."""
    kind: str = manifest.get("kind", "object")
    metadata: Manifest = manifest.get("metadata") or {}
    namespace: str = metadata.get("namespace") or "default"
    return kind, "" if kind in CLUSTER_SCOPED else namespace, metadata.get("name", "")
