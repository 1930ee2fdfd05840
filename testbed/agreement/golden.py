"""The golden vectors: one value in one field each."""

from typing import Any

from .server import Object


def service(spec: Object | None = None, name: str = "golden", **metadata: Any) -> Object:
    """Make a Service of one port."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, **metadata},
        "spec": {"ports": [{"port": 80}], **(spec or {})},
    }


def port(**fields: Any) -> Object:
    """Make a Service whose one port has these fields."""
    return service({"ports": [{"port": 80, **fields}]})


def alias(name: str) -> Object:
    """Make a Service that is a DNS alias."""
    return service({"type": "ExternalName", "externalName": name})


def slice_(kind: str, *addresses: str, **endpoint: Any) -> Object:
    """Make an EndpointSlice of one endpoint."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "golden"},
        "addressType": kind,
        "endpoints": [{"addresses": list(addresses), **endpoint}],
    }


def slice_ports(*ports: Object) -> Object:
    """Make an EndpointSlice with these ports."""
    return {**slice_("IPv4", "10.0.0.1"), "ports": list(ports)}


def endpoints(ip: str = "10.0.0.1", number: int = 80, name: str = "golden") -> Object:
    """Make an Endpoints object of one address."""
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": name},
        "subsets": [{"addresses": [{"ip": ip}], "ports": [{"port": number}]}],
    }


def policy(cidr: str, name: str = "golden") -> Object:
    """Make a NetworkPolicy of one block."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": {"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": cidr}}]}]},
    }


def ingress(backend: str = "web", port_name: str = "http", name: str = "golden") -> Object:
    """Make an Ingress to one Service."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name},
        "spec": {"defaultBackend": {"service": {"name": backend, "port": {"name": port_name}}}},
    }


_SLOPPY = ("010.0.0.1", "::ffff:1.2.3.4")
_NO_ADDRESS = ("fe80::1%eth0", " 1.2.3.4", "1.2.3.4\n", "1.2.3", "[::1]")
_SPECIAL_V4 = ("0.0.0.0", "127.0.0.1", "169.254.169.254", "224.0.0.5")  # noqa: S104
_SPECIAL_V6 = ("::", "::1", "fe80::1", "ff02::1", "ff12::1")
_LONG = "a23456789012345x"
_LABEL_64 = "a" * 64
_BOTH = ["IPv4", "IPv6"]


def _external_ip(ip: str) -> Object:
    return service({"externalIPs": [ip]})


def _affinity(seconds: int, kind: str = "ClientIP") -> Object:
    config = {"clientIP": {"timeoutSeconds": seconds}}
    return service({"sessionAffinity": kind, "sessionAffinityConfig": config})


VECTORS_1_35_REFUSES: list[Object] = [service(name="9svc"), ingress(backend="9svc")]
"""Legal since 1.36."""

VECTORS_1_36_REFUSES: list[Object] = [
    *(slice_("IPv4", ip) for ip in _SLOPPY),
    *(_external_ip(ip) for ip in _SLOPPY),
    *(endpoints(ip) for ip in _SLOPPY),
    *(policy(cidr) for cidr in ("10.0.0.1/8", "10.0.0.0/08", "::ffff:10.0.0.0/104")),
    *(
        service({"type": "LoadBalancer", "loadBalancerSourceRanges": [cidr]})
        for cidr in ("10.0.0.1/8", "10.0.0.0/08", "::ffff:10.0.0.0/104")
    ),
]
"""Legal until 1.35."""

VECTORS_ACCEPTED: list[Object] = [
    *(endpoints(name="9svc.x"), ingress(name="9svc.x"), policy("10.0.0.0/8", name="9svc.x")),
    {**slice_("IPv4", "10.0.0.1"), "metadata": {"name": "9svc.x"}},
    *(port(name="8080"), port(targetPort=8080), port(targetPort=0), port(name=_LONG)),
    slice_ports({"name": "8080", "port": 80}),
    *(_external_ip("2001:DB8::1"), endpoints("2001:DB8::1"), policy("2001:DB8::/32")),
    *(slice_("IPv4", ip) for ip in ("224.0.1.1", "239.1.1.1", "255.255.255.255", "0.0.0.1")),
    *(slice_("IPv6", ip) for ip in ("ff05::1", "ff0e::1", "::102:304")),
    *(alias(name) for name in ("db.example.com.", "db", "10.0.0.1", _LABEL_64)),
    alias("x." + "a" * 251),
    *(slice_("FQDN", name) for name in ("db.example.com.", "10.0.0.1")),
    slice_("IPv4", "10.0.0.1", zone="", hints={"forZones": [{"name": ""}]}),
    slice_ports({"name": "", "port": 80}),
    *(_affinity(86400), _affinity(0, "None")),
    service({"clusterIP": "None", "ipFamilies": _BOTH}),
    slice_ports({"name": "a", "port": 80}, {"name": "b", "port": 80}),
    slice_("IPv4", "10.0.0.1", "10.0.0.1"),
    service(annotations={"Foo.IO/Bar": ""}),
    *(service(annotations={f"{letter}.io/x": ""}) for letter in ("\u212a", "\u0130")),
]

VECTORS_REFUSED: list[Object] = [
    *(service(name=name) for name in ("a.b", "A", "a_b", "a-", "", _LABEL_64)),
    *(port(targetPort="8080"), port(targetPort=_LONG), ingress(port_name=_LONG)),
    *(slice_("IPv6", ip) for ip in ("::ffff:1.2.3.4", "2001:DB8::1", "2001:db8:0:0:0:0:0:1")),
    *(slice_(kind, ip) for kind in _BOTH for ip in _NO_ADDRESS),
    *(make(ip) for make in (_external_ip, endpoints, policy) for ip in _NO_ADDRESS),
    *(slice_("IPv4", ip) for ip in _SPECIAL_V4),
    *(slice_("IPv6", ip) for ip in _SPECIAL_V6),
    *(make(ip) for make in (_external_ip, endpoints) for ip in (*_SPECIAL_V4, *_SPECIAL_V6)),
    *(policy(cidr) for cidr in ("10.0.0.1", "10.0.0.0/255.0.0.0")),
    *(alias(name) for name in ("db.example.com..", ".", "DB.example.com", "a_b.example.com")),
    alias("*.example.com"),
    *(slice_("FQDN", name) for name in ("db", f"{_LABEL_64}.example.com")),
    *(slice_("IPv4", "10.0.0.1", **{name: ""}) for name in ("hostname", "nodeName")),
    *(slice_ports({"port": 80, "appProtocol": ""}), port(port=0), endpoints(number=0)),
    *(_affinity(86401), _affinity(0)),
    service({"externalTrafficPolicy": "Cluster"}),
    service({"ipFamilies": _BOTH}),
    slice_ports({"name": "a", "port": 80}, {"name": "a", "port": 80, "protocol": "UDP"}),
    service(annotations={"service.beta.kubernetes.io/load-balancer-source-ranges": ""}),
    service(labels={"Foo.IO/Bar": ""}),
]

VECTORS_OVER_REFUSED: list[Object] = [
    slice_ports({"name": "a", "port": number}) for number in (0, -1, 70000)
]
"""What the API server takes and we do not, on purpose: no node can serve such a port."""

OF_NO_KIND: list[Object] = [
    *({**service(), "apiVersion": version} for version in ("v2", "apps/v1", "V1", "v1/v1")),
    *({**service(), "kind": kind} for kind in ("service", "Services", "Endpoint", "Pod")),
    {**slice_("IPv4", "10.0.0.1"), "apiVersion": "discovery.k8s.io/v1beta1"},
    {**endpoints(), "kind": "EndpointSlice"},
    {**service(), "kind": ["Service"]},
    {**service(), "apiVersion": 1},
]
"""Of no apiVersion or kind that there is, or not of the two together."""

OF_ANOTHER_VERSION: list[Object] = [
    {**ingress(), "apiVersion": "extensions/v1beta1"},
    {**ingress(), "apiVersion": "networking.k8s.io/v1beta1"},
    {**policy("192.0.2.0/24"), "apiVersion": "extensions/v1beta1"},
    {**endpoints(), "apiVersion": "discovery.k8s.io/v1"},
    {**ingress(), "apiVersion": "v1"},
]
"""Of an apiVersion that was removed, or that is another kind's."""

VECTORS: list[tuple[str, Object]] = [
    *(
        (manifest["kind"], manifest)
        for group in (
            *(VECTORS_1_35_REFUSES, VECTORS_1_36_REFUSES, VECTORS_ACCEPTED, VECTORS_REFUSED),
            VECTORS_OVER_REFUSED,
        )
        for manifest in group
    ),
    *(("Service", manifest) for manifest in OF_NO_KIND),
]
"""All of them, each with the kind whose address it is sent to."""
