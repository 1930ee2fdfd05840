"""The network of a rig: a node in the middle, and around it a client, Pods and external hosts.

Every link is numbered alike, by link-local addresses only: the node is `fe80::1` on each, the
other end `fe80::2`, and routes of both families use them. So a whole range is routed to a
namespace, and answered there on every address, without an address per server and without neighbours
to look up.

External hosts stand in the ranges that are reserved for documentation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from .namespaces import Namespace, run_ip

NODE = ("192.0.2.1", "2001:db8::1")
CLIENT = ("10.244.255.2", "fd00:10:244:ffff::2")
CLUSTER_RANGES = ("10.244.0.0/16", "fd00:10:244::/48")
"""All Pods, the client among them, which stands for one."""
POD_RANGES = ("10.244.0.0/17", "fd00:10:244::/49")
"""The Pods of the fake nodes, which have parts of these."""

_DOCUMENTATION = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
_BLOCKS = [
    block for whole in _DOCUMENTATION for block in IPv4Network(whole).subnets(new_prefix=26)
][1:]
"""One for each host; the first is the node's."""


@dataclass(frozen=True)
class Host:
    """A machine outside the cluster, which has many addresses."""

    namespace: Namespace
    number: int

    @property
    def name(self) -> str:
        """What its servers answer with."""
        return f"host-{self.number}"

    @property
    def ranges(self) -> tuple[IPv4Network, IPv6Network]:
        """All its addresses, of both families."""
        return _BLOCKS[self.number - 1], IPv6Network(f"2001:db8:0:{self.number:x}::/64")

    def v4(self, number: int = 1) -> str:
        """Return one of its IPv4 addresses, 1 to 62."""
        return str(self._pick(self.ranges[0], number))

    def v6(self, number: int = 1) -> str:
        """Return one of its IPv6 addresses."""
        return str(self._pick(self.ranges[1], number))

    def _pick(self, block: IPv4Network | IPv6Network, number: int) -> IPv4Address | IPv6Address:
        assert 0 < number < block.num_addresses - 1
        return block[number]


@dataclass(frozen=True)
class Network:
    """The namespaces of one rig."""

    prefix: str
    """What the names of the namespaces begin with, and those of no other rig."""
    size: int
    """How many external hosts there are, 1 to 11."""

    @property
    def node(self) -> Namespace:
        """Where kube-proxy works, and the control plane and CoreDNS run."""
        return Namespace(f"{self.prefix}node")

    @property
    def client(self) -> Namespace:
        """Where a Pod of the cluster would be."""
        return Namespace(f"{self.prefix}client")

    @property
    def pods(self) -> Namespace:
        """Where servers answer on every address that a Pod could have."""
        return Namespace(f"{self.prefix}pods")

    @property
    def hosts(self) -> list[Host]:
        """The machines outside the cluster."""
        numbers = range(1, self.size + 1)
        return [Host(Namespace(f"{self.prefix}host-{number}"), number) for number in numbers]

    def make(self) -> None:
        """Make the namespaces and what links them."""
        assert 1 <= self.size <= len(_BLOCKS)
        leaves = [self.client, self.pods, *(host.namespace for host in self.hosts)]
        run_ip([f"netns add {one.name}" for one in (self.node, *leaves)])
        for one in (self.node, *leaves):
            one.set(ipv6__conf__all__disable_ipv6=0, ipv6__conf__default__disable_ipv6=0)
        self.node.set(ipv4__ip_forward=1, ipv6__conf__all__forwarding=1)
        # Every client that kube-proxy refuses is told so, not one in a second.
        self.node.set(ipv4__icmp_ratelimit=0, ipv6__icmp__ratelimit=0)
        self.node.ip("link set lo up", *(f"address add {address} dev lo" for address in NODE))
        self._link(self.client, "client", CLIENT)
        self.client.ip(*(f"address add {address} dev lo" for address in CLIENT))
        self._link(self.pods, "pods", POD_RANGES)
        for host in self.hosts:
            self._link(host.namespace, host.name, [str(block) for block in host.ranges])
            host.namespace.ip(f"address add {host.v4()} dev lo", f"address add {host.v6()} dev lo")
        # As on any node; the API server looks there for the address that it advertises, and what
        # kube-proxy is to refuse must have somewhere to go.
        self.node.ip(
            "route add 0.0.0.0/0 via inet6 fe80::2 dev host-1",
            "route add ::/0 via fe80::2 dev host-1",
        )

    def _link(self, leaf: Namespace, name: str, ranges: Sequence[str]) -> None:
        """Link a namespace to the node, which finds `ranges` there."""
        self.node.ip(
            f"link add {name} type veth peer name eth0 netns {leaf.name}",
            *_numbered(name, "fe80::1"),
        )
        gateways = ("inet6 fe80::1", "fe80::1")
        leaf.set(ipv6__ip_nonlocal_bind=1)
        leaf.ip(
            "link set lo up",
            *_numbered("eth0", "fe80::2"),
            *(f"route add local {block} dev lo" for block in ranges),
            *(
                f"route add {everything} via {gateway} dev eth0"
                for everything, gateway in zip(("0.0.0.0/0", "::/0"), gateways, strict=True)
            ),
        )
        self.node.ip(
            f"route add {ranges[0]} via inet6 fe80::2 dev {name}",
            f"route add {ranges[1]} via fe80::2 dev {name}",
        )


def _numbered(interface: str, address: str) -> list[str]:
    """Return the commands that set up one end of a link."""
    return [
        f"link set {interface} addrgenmode none",
        f"address add {address}/64 dev {interface} nodad",
        f"link set {interface} up",
    ]
