"""ServersTransport of traefik.io/v1alpha1: TLS from Traefik to a Service."""

from ..metadata import Manifest
from ..route_arguments import BackendTlsArgs
from ..unknown import Unknown

__all__ = ["SCHEME", "SERVERS_TRANSPORT", "TRANSPORT", "servers_transport", "transport_reference"]

SERVERS_TRANSPORT = "ServersTransport"
SCHEME = "traefik.ingress.kubernetes.io/service.serversscheme"
"""The annotation of a Service with the protocol that Traefik uses."""
TRANSPORT = "traefik.ingress.kubernetes.io/service.serverstransport"
"""The annotation of a Service that names its ServersTransport."""


def transport_reference(namespace: str, name: str) -> str:
    """Return a Service's reference to a ServersTransport, for its annotation."""
    return f"{namespace}-{name}@kubernetescrd"


def servers_transport(tls: BackendTlsArgs, name: str, namespace: str | Unknown | None) -> Manifest:
    """Render the TLS settings of Traefik for a Service.

    Args:
        tls: The TLS settings.
        name: The name of the Service, and of the object.
        namespace: Their namespace.
    """
    spec: Manifest = {"serverName": tls.hostname}
    for kind, ca in (("configMap", tls.ca_config_map), ("secret", tls.ca_secret)):
        if ca is not None:
            spec["rootCAs"] = [{kind: ca}]
    if not tls.verify:
        spec["insecureSkipVerify"] = True
    metadata: Manifest = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": SERVERS_TRANSPORT,
        "metadata": metadata,
        "spec": spec,
    }
