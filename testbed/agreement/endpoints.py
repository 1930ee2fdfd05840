"""Valid and invalid Endpoints."""

from random import Random
from typing import Any

from . import metadata
from .fields import ABSENT, Fault, repeat, setters
from .server import Object
from .vectors import ADDRESSES, NAMES, PORT_NUMBERS, PROTOCOLS, QUALIFIED_NAMES


def valid(random: Random, name: str) -> Object:
    """Return an Endpoints object that the API server accepts."""
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": metadata.valid(random, name),
        "subsets": [_subset(random) for _ in range(random.choice((0, 1, 1, 2)))],
    }


def _subset(random: Random) -> Object:
    addresses = [_address(random) for _ in range(random.choice((1, 1, 2, 3)))]
    made: Object = {random.choice(("addresses", "addresses", "notReadyAddresses")): addresses}
    names = metadata.sample(random, 3, "http", "8080", "x" * 63)
    if names:
        made["ports"] = [{"name": name, "port": random.choice((80, 1, 65535))} for name in names]
    if len(names) == 1 and random.random() < 0.5:
        del made["ports"][0]["name"]
    for port in made.get("ports", ()):
        if random.random() < 0.5:
            port["protocol"] = random.choice(("TCP", "UDP", "SCTP", "", None))
        if random.random() < 0.2:
            port["appProtocol"] = "kubernetes.io/ws"
    return made


def _address(random: Random) -> Object:
    made: Object = {"ip": random.choice(("10.0.0.1", "2001:db8::1", "224.0.1.1", "2001:DB8::1"))}
    if random.random() < 0.2:
        made["hostname"] = random.choice(("db-1", ""))
    if random.random() < 0.2:
        made["nodeName"] = "node-a.example"
    if random.random() < 0.1:
        made["targetRef"] = {"kind": "Pod", "name": "Any/Thing"}
    return made


_ADDRESS: dict[str, Any] = {
    "ip": (*ADDRESSES, ABSENT, None),
    "hostname": (*NAMES, None),
    "nodeName": (*NAMES, None),
    "targetRef": ({}, None, {"kind": "x", "namespace": "A/b", "uid": ""}),
}

_PORT: dict[str, Any] = {
    "name": (*NAMES, None, ABSENT),
    "port": (*PORT_NUMBERS, None, ABSENT),
    "protocol": (*PROTOCOLS, ABSENT),
    "appProtocol": (*QUALIFIED_NAMES, None),
}

_ADDRESS_LISTS = ([], None, ABSENT, [{}], [None], [{"ip": ""}, {"ip": "::1"}])

FAULTS: list[Fault] = [
    *setters(
        {
            "subsets": ([], None, ABSENT, [{}], [None], [{}, {}], [{"ports": [{"port": 80}]}]),
            "subsets[*]": (None, {}, {"addresses": []}),
            "subsets[*].addresses": _ADDRESS_LISTS,
            "subsets[*].notReadyAddresses": _ADDRESS_LISTS,
            "subsets[*].addresses[+].ip": ADDRESSES,
            "subsets[*].notReadyAddresses[+].ip": ADDRESSES,
            "subsets[*].ports": (
                [],
                None,
                ABSENT,
                [{}],
                [None],
                [{}, {}],
                [{"port": 1}, {"port": 2}],
            ),
        }
    ),
    *setters({f"subsets[*].addresses[*].{field}": pool for field, pool in _ADDRESS.items()}),
    *setters(
        {f"subsets[*].notReadyAddresses[*].{field}": pool for field, pool in _ADDRESS.items()}
    ),
    *setters({f"subsets[*].ports[*].{field}": pool for field, pool in _PORT.items()}),
    *setters({f"subsets[*].ports[+].{field}": pool for field, pool in _PORT.items()}),
    repeat("subsets"),
]
