"""The path from a client to the backends of a Service, and what breaks it.

It is pure: it takes manifests from files or a cluster, and makes no requests.
"""

from .changes import changes
from .explainer import Explainer
from .explanation import Explanation, Verdict
from .model import Backend, Client, Endpoints, Path, Policy, Port, Problem, Route
from .snapshot import Snapshot

__all__ = [
    "Backend",
    "Client",
    "Endpoints",
    "Explainer",
    "Explanation",
    "Path",
    "Policy",
    "Port",
    "Problem",
    "Route",
    "Snapshot",
    "Verdict",
    "changes",
]
