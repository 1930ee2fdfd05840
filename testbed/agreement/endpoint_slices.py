"""Valid and invalid EndpointSlices."""

from random import Random
from typing import Any

from . import metadata
from .fields import ABSENT, Fault, assign, repeat, setter, setters
from .server import Object
from .vectors import (
    ADDRESSES,
    HOSTS,
    LABEL_VALUES,
    NAMES,
    PORT_NUMBERS,
    PROTOCOLS,
    QUALIFIED_NAMES,
)

_GOOD = {
    "IPv4": ("10.0.0.1", "192.0.2.1", "224.0.1.1", "255.255.255.255", "0.0.0.1"),
    "IPv6": ("2001:db8::1", "ff05::1", "::102:304", "fd00::5", "ff0e::1"),
    "FQDN": ("db.example.com", "db.example.com.", "10.0.0.1", "a.b"),
}
_MANAGERS = ("k8s-endpoints.pulumi", "endpointslice-controller.k8s.io", "x")


def valid(random: Random, name: str) -> Object:
    """Return an EndpointSlice that the API server accepts."""
    kind = random.choices(tuple(_GOOD), (45, 40, 15))[0]
    made = metadata.valid(random, name)
    labels = {"kubernetes.io/service-name": "db"}
    if random.random() < 0.3:
        labels["endpointslice.kubernetes.io/managed-by"] = random.choice(_MANAGERS)
    made["labels"] = {**made.get("labels", {}), **labels}
    slice_: Object = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": made,
        "addressType": kind,
        "endpoints": [_endpoint(random, kind) for _ in range(random.choice((0, 1, 1, 2, 3)))],
    }
    if random.random() < 0.8:
        slice_["ports"] = _ports(random)
    return slice_


def _endpoint(random: Random, kind: str) -> Object:
    made: Object = {"addresses": random.sample(_GOOD[kind], random.choice((1, 1, 1, 2)))}
    if random.random() < 0.5:
        made["conditions"] = {
            name: random.choice((True, False, None)) for name in ("ready", "serving", "terminating")
        }
    if random.random() < 0.2:
        made["hostname"] = "db-1"
    if random.random() < 0.2:
        made["nodeName"] = "node-a.example"
    if random.random() < 0.2:
        made["zone"] = random.choice(("a", "", "any Zone"))
    if random.random() < 0.2:
        made["hints"] = {
            "forZones": [{"name": name} for name in metadata.sample(random, 3, *"abc")]
        }
    if random.random() < 0.1:
        made.setdefault("hints", {})["forNodes"] = [{"name": "n-1"}, {"name": "n.2"}]
    if random.random() < 0.1:
        made["targetRef"] = {"kind": "Pod", "name": "Any/Thing"}
    return made


def _ports(random: Random) -> list[Object]:
    ports: list[Object] = []
    for name in metadata.sample(random, 3, "http", "", "8080", "x" * 63):
        port: Object = {"name": name, "port": random.choice((80, 1, 65535))}
        if random.random() < 0.5:
            port["protocol"] = random.choice(("TCP", "UDP", "SCTP", None))
        if random.random() < 0.2:
            port["appProtocol"] = random.choice(("http", "kubernetes.io/ws"))
        if random.random() < 0.1:
            port["port"] = None
        ports.append(port)
    return ports


_ENDPOINT: dict[str, Any] = {
    "addresses": (
        *([], None, ABSENT, [""], [None], ["10.0.0.1"] * 2, ["10.0.0.1"] * 100, ["10.0.0.1"] * 101),
        *(
            ["2001:db8::1"] * 101,
            ["10.0.0.1", "2001:db8::1"],
            ["x", "0.0.0.1", "127.0.0.1", "2001:db8::1"],
        ),
    ),
    "addresses[*]": (*ADDRESSES, *HOSTS),
    "addresses[+]": (*ADDRESSES, *HOSTS),
    "hostname": (*NAMES, None),
    "nodeName": (*NAMES, None),
    "zone": (*LABEL_VALUES, "a" * 300),
    "conditions": ({}, None, {"ready": True}, {"ready": None}),
    "conditions.ready": (True, False, None, "true"),
    "conditions.serving": (True, False, None, 1),
    "conditions.terminating": (True, False, None),
    "targetRef": ({}, None, {"kind": "x", "namespace": "A/b", "uid": ""}),
    "deprecatedTopology": ({"-": "-"}, {f"a-{n}": "" for n in range(17)}, {"a": "b"}, {}, None),
    "hints": ({}, None, {"forZones": []}, {"forNodes": []}, {"forZones": [{}], "forNodes": [{}]}),
    "hints.forZones": (
        *([{"name": value}] for value in LABEL_VALUES),
        *([{"name": f"z{n}"} for n in range(count)] for count in (7, 8, 9, 20)),
        *([{"name": "a"}, {"name": "a"}], [{}, {}], [None], [{"name": "-"}, {"name": "-"}]),
    ),
    "hints.forNodes": (
        *([{"name": value}] for value in NAMES),
        *([{"name": f"n{n}"} for n in range(count)] for count in (7, 8, 9, 20)),
        *([{"name": "a"}, {"name": "a"}], [{}, {}], [None], [{"name": "-"}, {"name": "-"}]),
    ),
}

_PORT: dict[str, Any] = {
    "name": (*NAMES, None, ABSENT),
    "port": (*PORT_NUMBERS, None, ABSENT),
    "protocol": (*PROTOCOLS, ABSENT),
    "appProtocol": (*QUALIFIED_NAMES, None),
}


def _addresses(random: Random, manifest: Object) -> None:
    """Set an endpoint's address to one of the slice's IP family, or a nearly valid one."""
    kind, pool = random.choice((("IPv4", ADDRESSES), ("IPv6", ADDRESSES), ("FQDN", HOSTS)))
    manifest["addressType"] = kind
    addresses = random.choices(pool, k=random.choice((1, 1, 2, 3)))
    manifest["endpoints"] = [{"addresses": addresses}]


def _hints_full(random: Random, manifest: Object) -> None:
    """Add more zones than allowed, so that nodes are not checked, or exactly as many."""
    zones = [{"name": f"z{n}"} for n in range(random.choice((8, 9)))]
    nodes = [{"name": random.choice(NAMES)} for _ in range(random.choice((1, 8, 9)))]
    assign(random, manifest, "endpoints[*].hints", {"forZones": zones, "forNodes": nodes})


def _hints_twice(random: Random, manifest: Object) -> None:
    """Name some zones and nodes more than once."""
    hints = {
        field: [
            {"name": random.choice(("a", "b", "-", ""))} for _ in range(random.choice((0, 2, 3)))
        ]
        for field in ("forZones", "forNodes")
    }
    assign(random, manifest, "endpoints[*].hints", hints)


def _domain(random: Random, manifest: Object) -> None:
    """Set a domain that is too short, too long, or valid."""
    manifest["addressType"] = "FQDN"
    domains = ("", ".", "db", "db.", "a.b", "a.b.", "a" * 64 + ".b", "b." + "a" * 63, "a.b..")
    manifest["endpoints"] = [{"addresses": [random.choice(domains)]}]


_MANY_ENDPOINTS = [{"addresses": ["10.0.0.1"]}] * 1000
_MANY_PORTS = [{"name": f"p{n}", "port": 80} for n in range(20_001)]

LARGE: list[Fault] = [
    *(setter("endpoints", [_MANY_ENDPOINTS]), setter("ports", [_MANY_PORTS[:20_000]])),
    *[setter("endpoints", [[*_MANY_ENDPOINTS, {}]])] * 3,
    *[setter("ports", [_MANY_PORTS])] * 3,
]
"""Faults with the maximum of endpoints and ports, and more."""

FAULTS: list[Fault] = [
    *setters(
        {
            "addressType": ("IPv4", "IPv6", "FQDN", "", "ipv4", "IP", None, ABSENT, "IPv4\n"),
            "endpoints": ([], None, ABSENT, [{}], [None], [{"addresses": []}, {}]),
            "endpoints[*]": (None, {}),
            "ports": ([], None, ABSENT, [{}], [None], [{}, {}], [{"port": 1}, {"port": 2}]),
            "ports[*]": (None, {}),
            "metadata.labels": (
                *({"kubernetes.io/service-name": value} for value in (*LABEL_VALUES, *NAMES)),
            ),
        }
    ),
    *setters({f"endpoints[*].{field}": pool for field, pool in _ENDPOINT.items()}),
    *setters({f"ports[*].{field}": pool for field, pool in _PORT.items()}),
    *(_addresses, _addresses, _addresses, _addresses, _hints_full, _hints_twice, _domain),
    *(repeat("endpoints"), repeat("ports"), repeat("ports", name="other")),
    *(repeat("ports", protocol="UDP"), repeat("ports", name=None), repeat("ports", name="other")),
]
