"""Accounts of a cluster with exactly the permissions that they are given."""

import json
from collections.abc import Sequence
from pathlib import Path

from tools.cluster import Cluster

WRITE = ["get", "list", "watch", "create", "patch", "delete"]
"""What the deployer needs of a kind, as docs/permissions.md says."""


def rule(group: str, resource: str, verbs: Sequence[str] = tuple(WRITE)) -> dict[str, list[str]]:
    """Return one rule of a Role."""
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}


def grant(cluster: Cluster, namespace: str, rules: Sequence[dict[str, list[str]]]) -> None:
    """Let the account `deployer` of a namespace do this there, and nothing else."""
    name = {"name": "deployer", "namespace": namespace}
    group = "rbac.authorization.k8s.io"
    manifests = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": name},
        {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": name, "rules": list(rules)},
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": name,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "deployer"},
            "subjects": [{"kind": "ServiceAccount", **name}],
        },
    ]
    listed = {"apiVersion": "v1", "kind": "List", "items": manifests}
    cluster.kubectl("apply", "-f", "-", given=json.dumps(listed))


def kubeconfig(cluster: Cluster, namespace: str, file: Path) -> Path:
    """Write a kubeconfig of that account."""
    token = cluster.kubectl("create", "token", "deployer", "-n", namespace).strip()
    server = "jsonpath={.clusters[0].cluster.server}"
    view = cluster.kubectl("config", "view", "--raw", "-o", server)
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": view, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    file.write_text(json.dumps(content))
    return file
