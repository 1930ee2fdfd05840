"""A client of the API server that asks quickly: raw JSON over connections that stay open."""

import http.client
import json
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import yaml

Object = dict[str, Any]

PLURALS = {
    "Service": "api/v1/namespaces/{namespace}/services",
    "Endpoints": "api/v1/namespaces/{namespace}/endpoints",
    "EndpointSlice": "apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices",
    "Ingress": "apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses",
    "NetworkPolicy": "apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
    "Deployment": "apis/apps/v1/namespaces/{namespace}/deployments",
    "PodDisruptionBudget": "apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets",
    "HorizontalPodAutoscaler": (
        "apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers"
    ),
    "HTTPRoute": "apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/httproutes",
    "TCPRoute": "apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/tcproutes",
    "ReferenceGrant": (
        "apis/gateway.networking.k8s.io/v1beta1/namespaces/{namespace}/referencegrants"
    ),
    "BackendTLSPolicy": (
        "apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/backendtlspolicies"
    ),
}
"""Where the API server has the objects of a kind."""


@dataclass(frozen=True)
class Cause:
    """One reason of a refusal."""

    field: str
    message: str


@dataclass(frozen=True)
class Answer:
    """What the API server said to a request."""

    status: int
    causes: tuple[Cause, ...] = ()
    message: str = ""
    stored: Object = field(default_factory=dict)
    """The object as the API server has it, where it took the request."""
    warnings: tuple[str, ...] = ()
    """What it warned of, in the headers of its answer."""

    @property
    def accepted(self) -> bool:
        """Whether it took the request."""
        return self.status in {200, 201}


class ApiServer:
    """The API server that a kubeconfig with a client certificate names."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        self._address = urlsplit(cluster["server"])
        self._context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self._context.load_cert_chain(user["client-certificate"], user["client-key"])
        self._threads = threading.local()
        self._connections: list[http.client.HTTPSConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()

    def create(
        self, manifest: Mapping[str, Any], kind: str, namespace: str, *, dry: bool
    ) -> Answer:
        """Create an object, or ask whether it could be."""
        path = PLURALS[kind].format(namespace=namespace)
        return self._ask("POST", path + _query(dry=dry), manifest)

    def replace(
        self, manifest: Mapping[str, Any], kind: str, namespace: str, name: str, *, dry: bool
    ) -> Answer:
        """Replace an object, or ask whether it could be."""
        path = f"{PLURALS[kind].format(namespace=namespace)}/{name}"
        return self._ask("PUT", path + _query(dry=dry), manifest)

    def get(self, kind: str, namespace: str, name: str) -> Answer:
        """Return an object as it is stored."""
        return self._ask("GET", f"{PLURALS[kind].format(namespace=namespace)}/{name}")

    @property
    def version(self) -> str:
        """The version that it says it is, such as `v1.36.3`."""
        found: str = self._ask("GET", "version").stored["gitVersion"]
        return found

    def schemas(self, group: str) -> Object:
        """Return the OpenAPI schemas of a group such as `api/v1`, by name."""
        found: Object = self._ask("GET", f"openapi/v3/{group}").stored["components"]["schemas"]
        return found

    def ask_service(self, namespace: str, service: str) -> Answer:
        """Ask for a Service and one of its ports, such as `db:http`, through the proxy."""
        return self._ask("GET", f"api/v1/namespaces/{namespace}/services/{service}/proxy/")

    def delete(self, kind: str, namespace: str, name: str) -> Answer:
        """Delete an object."""
        return self._ask("DELETE", f"{PLURALS[kind].format(namespace=namespace)}/{name}")

    def _ask(self, method: str, path: str, manifest: Mapping[str, Any] | None = None) -> Answer:
        body = None if manifest is None else json.dumps(manifest)
        for attempt in (1, 2):
            connection = self._connection()
            try:
                connection.request(method, f"/{path}", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                said = response.headers.get_all("Warning") or ()
                return _answer(response.status, response.read(), tuple(map(_warning, said)))
            except (http.client.HTTPException, OSError):
                connection.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def _connection(self) -> http.client.HTTPSConnection:
        found: http.client.HTTPSConnection | None = getattr(self._threads, "connection", None)
        if found is None:
            host, port = self._address.hostname or "", self._address.port
            found = http.client.HTTPSConnection(host, port, context=self._context, timeout=60)
            self._threads.connection = found
            self._connections.append(found)
        return found


def _query(*, dry: bool) -> str:
    return "?dryRun=All" if dry else ""


def _warning(header: str) -> str:
    """Return the text of a header such as `299 - "text"`."""
    quoted = header.partition(" - ")[2].strip()
    return quoted[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _answer(status: int, body: bytes, warnings: tuple[str, ...]) -> Answer:
    said = json.loads(body)
    if status in {200, 201}:
        return Answer(status, stored=said, warnings=warnings)
    causes = (said.get("details") or {}).get("causes") or []
    return Answer(
        status,
        tuple(Cause(cause.get("field", ""), cause.get("message", "")) for cause in causes),
        said.get("message", ""),
    )
