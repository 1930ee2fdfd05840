"""Valid and invalid Services."""

from random import Random
from typing import Any

from . import metadata
from .fields import ABSENT, Fault, assign, look_up, repeat, setters
from .server import Object
from .vectors import (
    ADDRESSES,
    HOSTS,
    LABEL_VALUES,
    NAMES,
    PORT_NUMBERS,
    PORTS_OR_NAMES,
    PROTOCOLS,
    QUALIFIED_NAMES,
    SOURCE_RANGES,
)

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_FAMILIES = (
    *(["IPv4"], ["IPv6"], ["IPv4", "IPv6"], ["IPv6", "IPv4"], [], ["ipv4"], ["IPv4", "IPv4"], [""]),
    *(
        ["IPv6", "IPv6"],
        ["IPv4", "IPv6", "IPv4"],
        ["IPv4", "x"],
        ["x", "x"],
        ["FQDN"],
        [None],
        None,
    ),
)
_POLICIES = ("SingleStack", "PreferDualStack", "RequireDualStack", "", "singleStack", None, "Dual")
_NODE_PORTS = (30080, 30081, 30085, 30000, 0, 29999, 32768, 80, 1, 65535, 65536, 70000, -1, None)
_FREE = range(30000, 30086)
"""The node ports that the API server does not pick of itself."""
_V4 = "10.96.{}.{}"
_V6 = "fd00:10:96::{:x}"


def valid(random: Random, name: str) -> Object:
    """Return a Service that the API server accepts."""
    kind = random.choices((*_TYPES, "Headless"), (30, 15, 25, 12, 18))[0]
    spec: Object = {}
    if kind == "Headless":
        spec["clusterIP"] = "None"
    elif kind != "ClusterIP" or random.random() < 0.5:
        spec["type"] = kind
    if kind == "ExternalName":
        spec["externalName"] = random.choice(
            ("db.example.com", "db.example.com.", "db", "10.0.0.1")
        )
    if kind not in {"ExternalName", "Headless"} or random.random() < 0.5:
        spec["ports"] = _ports(random, kind)
    _add_families(random, spec, kind)
    _add_traffic(random, spec, kind)
    if random.random() < 0.3:
        spec["selector"] = {"app": name}
    if random.random() < 0.1 and kind != "ExternalName":
        spec["externalIPs"] = metadata.sample(random, 2, "192.0.2.1", "2001:db8::1", "224.0.1.1")
    if random.random() < 0.1:
        spec["publishNotReadyAddresses"] = random.random() < 0.5
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata.valid(random, name),
        "spec": spec,
    }


def is_wanted(manifest: Object, number: int) -> bool:
    """Let some of the Services to be stored have a health check, and some both IP families."""
    spec = manifest["spec"]
    if number % 5 == 2:
        return spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"
    if number % 5 == 3:
        return spec.get("ipFamilyPolicy") in {"PreferDualStack", "RequireDualStack"}
    return True


def _ports(random: Random, kind: str) -> list[Object]:
    numbers = random.sample((80, 443, 53, 1, 65535, 8080, 5432), random.choice((1, 1, 2, 3)))
    ports = [{"port": number, "name": f"p-{number}"} for number in numbers]
    if len(ports) == 1 and random.random() < 0.4:
        del ports[0]["name"]
    for port in ports:
        if random.random() < 0.6:
            port["protocol"] = random.choice(("TCP", "TCP", "UDP", "SCTP"))
        if random.random() < 0.4:
            port["targetPort"] = random.choice((8080, "http", 1, 65535, 0, ""))
        if random.random() < 0.2:
            port["appProtocol"] = random.choice(("http", "kubernetes.io/h2c", "example.com/My"))
        if random.random() < 0.1 and kind in {"NodePort", "LoadBalancer"}:
            port["nodePort"] = random.choice(_FREE)
    return ports


def _add_families(random: Random, spec: Object, kind: str) -> None:
    if kind == "ExternalName" or random.random() < 0.6:
        return
    first, second = random.sample(("IPv4", "IPv6"), 2)
    address = {
        "IPv4": _V4.format(random.randint(1, 254), random.randint(1, 254)),
        "IPv6": _V6.format(random.randint(2, 65000)),
    }
    both = random.random() < 0.5
    if both:
        spec["ipFamilyPolicy"] = random.choice(("PreferDualStack", "RequireDualStack"))
    elif random.random() < 0.5:
        spec["ipFamilyPolicy"] = "SingleStack"
    if random.random() < 0.6:
        spec["ipFamilies"] = [first, second] if both else [first]
    if kind != "Headless" and random.random() < 0.4:
        spec["clusterIP"] = address[first]
        if random.random() < 0.5:
            spec["clusterIPs"] = [address[one] for one in ([first, second] if both else [first])]


def _add_traffic(random: Random, spec: Object, kind: str) -> None:
    if random.random() < 0.3:
        spec["sessionAffinity"] = random.choice(("None", "ClientIP"))
        if random.random() < 0.5:
            spec["sessionAffinityConfig"] = {
                "clientIP": {"timeoutSeconds": random.choice((1, 10800, 86400))}
            }
    if random.random() < 0.2:
        spec["internalTrafficPolicy"] = random.choice(("Cluster", "Local"))
    if random.random() < 0.2:
        spec["trafficDistribution"] = random.choice(
            ("PreferClose", "PreferSameZone", "PreferSameNode")
        )
    if kind in {"NodePort", "LoadBalancer"} and random.random() < 0.5:
        spec["externalTrafficPolicy"] = random.choice(("Cluster", "Local", "Local"))
    if kind != "LoadBalancer":
        return
    if spec.get("externalTrafficPolicy") == "Local" and random.random() < 0.1:
        spec["healthCheckNodePort"] = random.randint(30100, 32700)
    if random.random() < 0.3:
        spec["allocateLoadBalancerNodePorts"] = random.random() < 0.5
    if random.random() < 0.3:
        spec["loadBalancerClass"] = random.choice(("example.com/lb", "internal"))
    if random.random() < 0.3:
        spec["loadBalancerSourceRanges"] = random.sample(
            ("10.0.0.0/8", " 192.0.2.0/24 ", "2001:db8::/32"), 2
        )


_PORT: dict[str, Any] = {
    "name": NAMES,
    "port": PORT_NUMBERS,
    "protocol": PROTOCOLS,
    "targetPort": PORTS_OR_NAMES,
    "appProtocol": QUALIFIED_NAMES,
    "nodePort": _NODE_PORTS,
}

_SPEC: dict[str, Any] = {
    "type": (*_TYPES, "clusterip", "", "Headless", "ClusterIP\n", None),
    "clusterIP": ("", "None", "none", "None ", ABSENT, *ADDRESSES),
    "clusterIPs": (
        *([one] for one in ("None", "", "none", None, *ADDRESSES)),
        *(
            ["10.96.1.1", "fd00:10:96::11"],
            ["10.96.1.2", "10.96.1.3"],
            ["fd00:10:96::12", "10.96.1.4"],
        ),
        *(["None", "None"], ["None", "10.96.1.5"], ["10.96.1.6", "None"], ["10.96.1.7", "x", "y"]),
        *(
            ["10.96.1.8", ""],
            ["", "10.96.1.8"],
            ["10.96.1.9", "fd00:10:96::13", "10.96.1.10"],
            [],
            None,
        ),
        *(["fd00:10:96::14", "fd00:10:96::15"], ["x", "y"], ["", ""], ["10.96.1.11", "10.96.1.11"]),
        *(["10.96.1.12", "::ffff:10.96.1.13"], ["::ffff:10.96.1.14", "fd00:10:96::16"]),
    ),
    "ipFamilies": _FAMILIES,
    "ipFamilyPolicy": _POLICIES,
    "ports": ([], None, [{}], [None], [{}, {}], [{"port": 80}, {"port": 80}], ABSENT),
    "selector": (
        *({key: "x"} for key in QUALIFIED_NAMES),
        *({"a": value} for value in LABEL_VALUES),
        *({}, None, {"-": "-", "/": "/"}),
    ),
    "externalIPs": (
        [],
        None,
        [""],
        [None],
        ["10.0.0.1", "10.0.0.1"],
        ["x", "0.0.0.1", "127.0.0.1", "::1"],
    ),
    "externalIPs[+]": ADDRESSES,
    "externalName": (*HOSTS, ABSENT, None),
    "loadBalancerIP": ADDRESSES,
    "loadBalancerSourceRanges": ([], None, [""], [None], ["x", "y"]),
    "loadBalancerSourceRanges[+]": SOURCE_RANGES,
    "loadBalancerClass": (*QUALIFIED_NAMES, None),
    "allocateLoadBalancerNodePorts": (True, False, None),
    "externalTrafficPolicy": ("Cluster", "Local", "", "local", "None", None),
    "internalTrafficPolicy": ("Cluster", "Local", "", "local", "None", None),
    "healthCheckNodePort": _NODE_PORTS,
    "trafficDistribution": (
        *("PreferClose", "PreferSameZone", "PreferSameNode", "preferclose", "", "Auto", None),
    ),
    "sessionAffinity": ("None", "ClientIP", "", "clientIP", "none", "Cookie", None),
    "sessionAffinityConfig": ({}, None, {"clientIP": {}}, {"clientIP": None}),
    "sessionAffinityConfig.clientIP.timeoutSeconds": (
        *(0, 1, -1, 86400, 86401, 10800, 2**31 - 1, -(2**31), None),
    ),
    "publishNotReadyAddresses": (True, False, None),
    "endpoints": ([], ["10.0.0.1"]),
}


def _affinity(random: Random, manifest: Object) -> None:
    """Ask for affinity, with any time."""
    if isinstance(manifest.get("spec"), dict):
        seconds = random.choice(_SPEC["sessionAffinityConfig.clientIP.timeoutSeconds"])
        config = random.choice(({"clientIP": {"timeoutSeconds": seconds}}, {"clientIP": {}}, {}))
        manifest["spec"].update(sessionAffinity="ClientIP", sessionAffinityConfig=config)


def _type(random: Random, manifest: Object) -> None:
    """Make it a Service of another type, with all that it had."""
    if isinstance(manifest.get("spec"), dict):
        manifest["spec"]["type"] = random.choice(_TYPES)


def _health_check(random: Random, manifest: Object) -> None:
    """Make it a Service whose health-check port counts."""
    if isinstance(manifest.get("spec"), dict):
        manifest["spec"].update(
            type=random.choice(("LoadBalancer", "LoadBalancer", "NodePort")),
            externalTrafficPolicy=random.choice(("Local", "Local", "Cluster")),
            healthCheckNodePort=random.choice(_NODE_PORTS),
        )


def _health_check_taken(random: Random, manifest: Object) -> None:
    """Ask for the same node port twice, or nearly so."""
    _health_check(random, manifest)
    port = random.randint(30100, 32700)
    assign(random, manifest, "spec.healthCheckNodePort", port)
    assign(random, manifest, "spec.ports[*].nodePort", random.choice((port, port, port + 1)))


def _health_check_changed(random: Random, manifest: Object) -> None:
    """Ask for another health-check port where there may be one."""
    assign(random, manifest, "spec.type", "LoadBalancer")
    assign(random, manifest, "spec.externalTrafficPolicy", "Local")
    assign(random, manifest, "spec.healthCheckNodePort", random.randint(30100, 32700))


def _family_released(random: Random, manifest: Object) -> None:
    """Keep only the first of several families, or of addresses, or both."""
    for field in random.choice((("ipFamilies",), ("clusterIPs",), ("ipFamilies", "clusterIPs"))):
        values = look_up(manifest, f"spec.{field}")
        if isinstance(values, list):
            del values[1:]


def _load_balancer(random: Random, manifest: Object) -> None:
    """Make it a load balancer with a source range in one of its two places."""
    if isinstance(manifest.get("spec"), dict) and isinstance(manifest.get("metadata"), dict):
        manifest["spec"]["type"] = "LoadBalancer"
        ranges = random.choices(SOURCE_RANGES, k=random.choice((1, 1, 2)))
        if random.random() < 0.5:
            manifest["spec"]["loadBalancerSourceRanges"] = ranges
        else:
            manifest["metadata"]["annotations"] = {metadata.SOURCE_RANGES: ",".join(ranges)}


def _families_and_addresses(random: Random, manifest: Object) -> None:
    """Set all fields about families at random: each is valid, but they need not agree."""
    if not isinstance(manifest.get("spec"), dict):
        return
    addresses = [_V4.format(random.randint(1, 9), 9), _V6.format(random.randint(9, 99))]
    addresses += [_V4.format(random.randint(10, 19), 9), "None"]
    choice = {
        "ipFamilies": metadata.sample(random, 2, "IPv4", "IPv6") or ABSENT,
        "ipFamilyPolicy": random.choice((*_POLICIES[:3], ABSENT)),
        "clusterIP": random.choice((*addresses, "", ABSENT)),
        "clusterIPs": random.sample(addresses, random.choice((0, 1, 1, 2, 2, 3))) or ABSENT,
    }
    if random.random() < 0.6 and isinstance(choice["clusterIPs"], list):
        choice["clusterIP"] = choice["clusterIPs"][0]
    for field, value in choice.items():
        if value is ABSENT:
            manifest["spec"].pop(field, None)
        else:
            manifest["spec"][field] = value


def _kubelet_port(random: Random, manifest: Object) -> None:
    """Open the port of the kubelet, by a load balancer or otherwise."""
    assign(random, manifest, "spec.type", random.choice(_TYPES))
    assign(random, manifest, "spec.ports[*].port", 10250)


def _node_ports(random: Random, manifest: Object) -> None:
    """Set the same or different node ports on two ports."""
    if isinstance(manifest.get("spec"), dict):
        number = random.choice(_NODE_PORTS)
        numbers = random.choices((80, 81), k=2)
        protocols = random.choices(("TCP", "UDP"), k=2)
        manifest["spec"].update(
            type=random.choice(("NodePort", "NodePort", "LoadBalancer", "ClusterIP")),
            ports=[
                {"name": name, "port": port, "protocol": protocol, "nodePort": node_port}
                for name, port, protocol, node_port in zip(
                    "ab", numbers, protocols, (number, random.choice((number, 30084))), strict=True
                )
            ],
        )


FAULTS: list[Fault] = [
    *setters({f"spec.{field}": pool for field, pool in _SPEC.items()}),
    *setters({f"spec.ports[*].{field}": pool for field, pool in _PORT.items()}),
    *setters(
        {
            "metadata.annotations": (
                *(
                    {metadata.SOURCE_RANGES: text}
                    for text in ("", " 10.0.0.0/8 ,x", "10.0.0.0/8, ", ",")
                ),
                *({metadata.SOURCE_RANGES: text} for text in SOURCE_RANGES),
            )
        }
    ),
    *setters({"spec": (None, {}, ABSENT), "spec.ports[*]": (None, {}, {"port": 80})}),
    *(_health_check_taken, *[_health_check_changed] * 6),
    *[_family_released] * 8,
    *(_affinity, _type, _type, _health_check, _load_balancer, _load_balancer, _kubelet_port),
    *(*[_families_and_addresses] * 5, _node_ports),
    *(repeat("spec.ports"), repeat("spec.ports", name="other"), repeat("spec.ports", port=81)),
    *(repeat("spec.ports", name="other", protocol=one) for one in ("UDP", "SCTP", "", "x")),
    repeat("spec.ports", name=""),
]
