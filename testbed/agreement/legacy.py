"""What a cluster may hold from the time of an older API server, which an update may keep."""

from random import Random

from . import metadata
from .fields import Fault, assign, look_up, setter
from .server import Object

_OLD_ADDRESSES = ("010.0.0.1", "::ffff:10.0.0.1", "10.0.0.010", "2001:DB8::1")
_OLD_RANGES = ("10.0.0.1/8", "10.0.0.0/08", "::ffff:10.0.0.0/104", "010.0.0.0/8", "2001:db8::1/32")


def _source_ranges(random: Random, manifest: Object) -> None:
    if look_up(manifest, "spec.type") != "LoadBalancer":
        return  # no older API server would have stored one of another type
    ranges = random.sample(_OLD_RANGES, 2)
    if random.random() < 0.5:
        assign(random, manifest, "spec.loadBalancerSourceRanges", ranges)
    else:
        annotations = {metadata.SOURCE_RANGES: ", ".join(ranges)}
        assign(random, manifest, "metadata.annotations", annotations)


def _slice(random: Random, manifest: Object) -> None:
    manifest["addressType"] = "IPv4"
    addresses = random.sample((*_OLD_ADDRESSES[:3], "10.0.0.1", "127.0.0.1"), 2)
    manifest["endpoints"] = [{"addresses": addresses}, {"addresses": ["10.0.0.1"]}]


def _subset(random: Random, manifest: Object) -> None:
    addresses = [{"ip": ip} for ip in random.sample((*_OLD_ADDRESSES, "127.0.0.1"), 2)]
    manifest["subsets"] = [{"addresses": addresses, "ports": [{"port": 80}]}]


def _selector(random: Random, manifest: Object) -> None:
    values = random.choice((["-"], ["a b", "x"]))
    expression = {"key": "a", "operator": "In", "values": values}
    assign(random, manifest, "spec.podSelector.matchExpressions", [expression])


SERVICE: list[Fault] = [
    setter(
        "spec.externalIPs", tuple([one, two] for one in _OLD_ADDRESSES for two in _OLD_ADDRESSES)
    ),
    _source_ranges,
    setter("spec.trafficDistribution", ("PreferClose",)),
]
ENDPOINT_SLICE: list[Fault] = [_slice]
ENDPOINTS: list[Fault] = [_subset]
INGRESS: list[Fault] = [
    setter("spec.rules[*].host", ("*.", "*.A.b", "*.a_b")),
    setter("spec.tls", tuple([{"secretName": name}] for name in ("A", "a_b", "-", "x/y"))),
    setter(
        "metadata.annotations", ({metadata.INGRESS_CLASS: "A/b"}, {metadata.INGRESS_CLASS: "a"})
    ),
    setter("spec.rules[*].http.paths[*].pathType", ("Regex", "")),
    setter("spec.rules[*].http.paths[*].path", ("/a//b", "/./")),
    *(
        setter(f"spec.{backend}", ({"service": {"name": "9svc", "port": {"number": 80}}},))
        for backend in ("defaultBackend", "rules[*].http.paths[*].backend")
    ),
]
NETWORK_POLICY: list[Fault] = [
    setter("spec.ingress[*].from[*]", tuple({"ipBlock": {"cidr": one}} for one in _OLD_RANGES)),
    setter(
        "spec.egress[*].to[*]",
        tuple({"ipBlock": {"cidr": "0.0.0.0/0", "except": [one]}} for one in _OLD_RANGES[:4]),
    ),
    _selector,
]
