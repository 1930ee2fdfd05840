"""Valid and invalid NetworkPolicies."""

from random import Random
from typing import Any

from . import metadata
from .fields import ABSENT, Fault, assign, repeat, setters
from .server import Object
from .vectors import CIDRS, LABEL_VALUES, PORT_NUMBERS, PORTS_OR_NAMES, PROTOCOLS, QUALIFIED_NAMES

_BLOCKS = (
    {"cidr": "10.0.0.0/8"},
    {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "10.1.1.0/24"]},
    {"cidr": "2001:db8::/32", "except": ["2001:db8:1::/48"]},
)
_SELECTORS = (
    {},
    {"matchLabels": {"app": "db"}},
    {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]},
    {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
)


def valid(random: Random, name: str) -> Object:
    """Return a NetworkPolicy that the API server accepts."""
    spec: Object = {"podSelector": random.choice(_SELECTORS)}
    if random.random() < 0.6:
        spec["ingress"] = [_rule(random, "from") for _ in range(random.choice((0, 1, 2)))]
    if random.random() < 0.6:
        spec["egress"] = [_rule(random, "to") for _ in range(random.choice((0, 1, 2)))]
    if random.random() < 0.6:
        spec["policyTypes"] = metadata.sample(random, 2, "Ingress", "Egress")
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata.valid(random, name),
        "spec": spec,
    }


def _rule(random: Random, side: str) -> Object:
    made: Object = {}
    if random.random() < 0.8:
        made[side] = [_peer(random) for _ in range(random.choice((1, 1, 2)))]
    if random.random() < 0.7:
        made["ports"] = [_port(random) for _ in range(random.choice((1, 1, 2)))]
    return made


def _peer(random: Random) -> Object:
    if random.random() < 0.5:
        return {"ipBlock": random.choice(_BLOCKS)}
    sides = random.choice(
        (("podSelector",), ("namespaceSelector",), ("podSelector", "namespaceSelector"))
    )
    return {side: random.choice(_SELECTORS) for side in sides}


def _port(random: Random) -> Object:
    return random.choice(
        (
            {},
            {"port": 80},
            {"port": "http", "protocol": "TCP"},
            {"protocol": "UDP"},
            {"port": 1, "endPort": 65535, "protocol": "SCTP"},
            {"port": 80, "endPort": 80},
        )
    )


_SELECTOR: dict[str, Any] = {
    "": ({}, None),
    ".matchLabels": (
        *({key: "x"} for key in QUALIFIED_NAMES),
        *({"a": value} for value in LABEL_VALUES),
        *({}, None, {"-": "-"}),
    ),
    ".matchExpressions": ([], None, [{}], [None]),
    ".matchExpressions[+]": (
        *(
            {"key": "a", "operator": operator, "values": values}
            for operator in ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "", "in", None)
            for values in ([], ["x"], None, ["-"], ["x", "x"], [""])
        ),
        *({"key": key, "operator": "Exists"} for key in QUALIFIED_NAMES),
        *({"key": "a", "operator": "In", "values": [value]} for value in LABEL_VALUES),
        *({"key": "-", "operator": "x", "values": ["-"]}, {"operator": "Exists"}),
    ),
}
_SELECTORS_AT = (
    *("spec.podSelector", "spec.ingress[*].from[*].podSelector"),
    *("spec.egress[*].to[*].namespaceSelector",),
)

_PORT: dict[str, Any] = {
    "port": (*PORTS_OR_NAMES, None, ABSENT),
    "protocol": (*PROTOCOLS, ABSENT),
    "endPort": (*PORT_NUMBERS, None, 79, 81),
}

_BLOCK: dict[str, Any] = {
    "": (None, {}, {"cidr": ""}, {"except": ["10.0.0.0/8"]}),
    ".cidr": (*CIDRS, ABSENT),
    ".except": ([], None, [""], [None], ["10.0.0.0/8"], ["10.1.0.0/16", "10.1.0.0/16"]),
    ".except[+]": CIDRS,
}
_PEERS = ([], None, [{}], [None], [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}])


def _expression(random: Random, manifest: Object) -> None:
    """Ask for values that the operator may or may not take."""
    operators = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "")
    expression = {
        "key": random.choice(("a", "a", "", "-", "x.io/a")),
        "operator": random.choice(operators),
        "values": random.choice(([], ["x"], ["-", "x"], None)),
    }
    where = random.choice(_SELECTORS_AT)
    assign(random, manifest, f"{where}.matchExpressions[+]", expression)


def _block(random: Random, manifest: Object) -> None:
    """Set a block with exceptions that may be in it, equal it, or be of the other family."""
    cidr = random.choice(
        (*CIDRS, "10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0", "::/0", "10.1.2.0/24")
    )
    near = (
        "10.1.0.0/16",
        "10.0.0.0/8",
        "10.0.0.0/7",
        "11.0.0.0/16",
        "2001:db8::/33",
        "10.1.2.3/32",
    )
    exceptions = random.choices((*CIDRS, *near, *near, cidr), k=random.choice((0, 1, 1, 2, 3)))
    spot = random.choice(("ingress[*].from[*]", "egress[*].to[*]"))
    assign(random, manifest, f"spec.{spot}", {"ipBlock": {"cidr": cidr, "except": exceptions}})


def _range(random: Random, manifest: Object) -> None:
    """Set a range of ports that may be reversed, or of a named port, or of none."""
    port: Object = {"endPort": random.choice(_PORT["endPort"])}
    if random.random() < 0.9:
        port["port"] = random.choice((80, 80, 443, 0, -1, 65535, 70000, "http", "", "-", None))
    side = random.choice(("ingress", "egress"))
    assign(random, manifest, f"spec.{side}[*].ports[*]", port)


FAULTS: list[Fault] = [
    *setters(
        {
            "spec": (None, {}, ABSENT),
            "spec.policyTypes": (
                *([], None, ["Ingress"], ["Egress"], ["Egress", "Ingress"], ["Egress", "Egress"]),
                *(
                    ["ingress"],
                    [""],
                    ["x", "y"],
                    ["Ingress", "Egress", "Ingress"],
                    ["x", "y", "z"],
                    [None],
                ),
            ),
            "spec.ingress": ([], None, ABSENT, [{}], [None]),
            "spec.egress": ([], None, ABSENT, [{}], [None]),
            "spec.ingress[*].from": _PEERS,
            "spec.egress[*].to": _PEERS,
            "spec.ingress[*].from[*]": ({}, None),
            "spec.egress[*].to[*]": ({}, None, {"ipBlock": {}, "namespaceSelector": {}}),
            "spec.egress[*].ports": ([], None, [{}], [None]),
            "spec.ingress[*].ports": ([], None, [{}], [None]),
        }
    ),
    *setters(
        {f"{spot}{field}": pool for spot in _SELECTORS_AT for field, pool in _SELECTOR.items()}
    ),
    *setters(
        {
            f"spec.{side}[*].ports[*].{field}": pool
            for side in ("ingress", "egress")
            for field, pool in _PORT.items()
        }
    ),
    *setters(
        {
            f"spec.{spot}[*].ipBlock{field}": pool
            for spot in ("ingress[*].from", "egress[*].to")
            for field, pool in _BLOCK.items()
        }
    ),
    *(_block, _block, _block, _range, _range, _expression, _expression),
    *(repeat("spec.ingress"), repeat("spec.egress")),
]
