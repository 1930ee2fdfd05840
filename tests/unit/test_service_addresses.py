"""The addresses that a Service asks for: its cluster IPs, external IPs, and a load balancer's."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import ExternalService, ExternalServiceSet, SelectorService, ValidationError
from components.testing import render
from tests.unit.outputs import later

PORTS = [{"name": "http", "port": 80}]
LB = {"type": "LoadBalancer"}
NOT_LB = "Forbidden: may only be used when `type` is 'LoadBalancer'"
SYNTAX = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
KEPT = "a live Service keeps its cluster IP, which is"
WAYS_OUT = (
    " (leave `cluster_ip` out, or declare a Service with another `service_name` and move the"
    " clients,"
    " or accept an outage: `pulumi destroy --target` this Service, then `pulumi up`)"
)


def external(**args: Any) -> object:
    return ExternalService("db", {"addresses": ["192.0.2.1"], "ports": PORTS, **args})  # type: ignore[typeddict-item]


def selector(**args: Any) -> object:
    return SelectorService("db", {"selector": {"app": "web"}, "ports": PORTS, **args})  # type: ignore[typeddict-item]


def one_of_set(**args: Any) -> object:
    entry: Any = {"addresses": ["192.0.2.1"], "ports": PORTS, **args}
    return ExternalServiceSet("all", {"services": {"db": entry}})


BUILD: dict[str, Callable[..., object]] = {
    "external": external,
    "selector": selector,
    "one of a set": one_of_set,
}


def spec(build: Callable[..., object], args: dict[str, Any], *, preview: bool) -> dict[str, Any]:
    made = render(lambda: build(**args), preview=preview)
    (found,) = [one["spec"] for one in made if one["kind"] == "Service"]
    return {key: value for key, value in found.items() if key not in ("ports", "selector")}


def refusals(build: Callable[..., object], args: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        render(lambda: build(**args), preview=True)
    return [str(finding).removeprefix("services[db].") for finding in caught.value.findings]


RENDERED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a pinned address": (
        {"cluster_ip": "10.96.0.50"},
        {"type": "ClusterIP", "clusterIP": "10.96.0.50"},
    ),
    "a pinned address in its canonical form": (
        {"cluster_ip": "FD00:10:96:0::5"},
        {"type": "ClusterIP", "clusterIP": "fd00:10:96::5"},
    ),
    "a pinned address of the first family": (
        {"cluster_ip": "10.96.0.50", "ip_families": ["IPv4", "IPv6"]},
        {
            "type": "ClusterIP",
            "clusterIP": "10.96.0.50",
            "ipFamilies": ["IPv4", "IPv6"],
            "ipFamilyPolicy": "PreferDualStack",
        },
    ),
    "a pinned address of a node port": (
        {"cluster_ip": "10.96.0.50", "type": "NodePort"},
        {"type": "NodePort", "clusterIP": "10.96.0.50"},
    ),
    "external IPs, in their order and canonical form": (
        {"external_ips": ["203.0.113.7", "192.0.2.7", "2001:DB8::7"]},
        {"type": "ClusterIP", "externalIPs": ["203.0.113.7", "192.0.2.7", "2001:db8::7"]},
    ),
    "no external IPs": ({"external_ips": []}, {"type": "ClusterIP"}),
    "an outer policy of external IPs": (
        {"external_ips": ["203.0.113.7"], "external_traffic_policy": "Cluster"},
        {
            "type": "ClusterIP",
            "externalIPs": ["203.0.113.7"],
            "externalTrafficPolicy": "Cluster",
        },
    ),
    "an address of a load balancer": (
        {**LB, "load_balancer_ip": "203.0.113.7"},
        {**LB, "loadBalancerIP": "203.0.113.7"},
    ),
    "an address that asks the controller for any": (
        {**LB, "load_balancer_ip": "0.0.0.0"},  # noqa: S104 - controllers read it as "by DHCP"
        {**LB, "loadBalancerIP": "0.0.0.0"},  # noqa: S104
    ),
    "no node ports": (
        {**LB, "allocate_load_balancer_node_ports": False},
        {**LB, "allocateLoadBalancerNodePorts": False},
    ),
    "node ports": (
        {**LB, "allocate_load_balancer_node_ports": True},
        {**LB, "allocateLoadBalancerNodePorts": True},
    ),
}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize(("args", "expected"), RENDERED.values(), ids=RENDERED)
def test_addresses_are_in_the_spec(kind: str, args: Any, expected: Any, preview: bool) -> None:
    assert spec(BUILD[kind], args, preview=preview) == expected


LATE: dict[str, tuple[Callable[[], dict[str, Any]], dict[str, Any]]] = {
    "a pinned address": (
        lambda: {"cluster_ip": later("FD00:10:96::5")},
        {"type": "ClusterIP", "clusterIP": "fd00:10:96::5"},
    ),
    "one of the external IPs": (
        lambda: {"external_ips": ["203.0.113.7", later("192.0.2.7")]},
        {"type": "ClusterIP", "externalIPs": ["203.0.113.7", "192.0.2.7"]},
    ),
    "an address of a load balancer": (
        lambda: {**LB, "load_balancer_ip": later("203.0.113.7")},
        {**LB, "loadBalancerIP": "203.0.113.7"},
    ),
    "whether there are node ports": (
        lambda: {**LB, "allocate_load_balancer_node_ports": later(value=False)},
        {**LB, "allocateLoadBalancerNodePorts": False},
    ),
}


@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize(("args", "expected"), LATE.values(), ids=LATE)
def test_addresses_may_be_outputs(kind: str, args: Callable[[], Any], expected: Any) -> None:
    def build() -> object:
        return BUILD[kind](**args())

    assert spec(build, {}, preview=True) == expected


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "None for an address": (
        {"cluster_ip": "None"},
        [
            (
                'cluster_ip: Invalid value: "None": would make the Service'
                " headless (use `headless` instead)"
            )
        ],
    ),
    "an address of a headless Service": (
        {"cluster_ip": "10.96.0.50", "headless": True},
        [
            (
                "cluster_ip: Forbidden: may not be given with `headless`: a headless Service has"
                " no cluster"
                " IP (leave one of the two out)"
            )
        ],
    ),
    "no address": ({"cluster_ip": ""}, [f'cluster_ip: Invalid value: "": {SYNTAX}']),
    "leading zeros": (
        {"cluster_ip": "010.96.0.50"},
        ['cluster_ip: Invalid value: "010.96.0.50": must not have leading 0s'],
    ),
    "a mapped address": (
        {"cluster_ip": "::ffff:10.96.0.50"},
        ['cluster_ip: Invalid value: "::ffff:10.96.0.50": must not be an IPv4-mapped IPv6 address'],
    ),
    "an address of the other family": (
        {"cluster_ip": "10.96.0.50", "ip_families": ["IPv6", "IPv4"]},
        [
            (
                'cluster_ip: Invalid value: "10.96.0.50": expected an IPv6 value as indicated by'
                " `ip_families[0]`"
            )
        ],
    ),
    "external IPs that nothing can have": (
        {"external_ips": ["x", "203.0.113.7", "127.0.0.1"]},
        [
            f'external_ips[0]: Invalid value: "x": {SYNTAX}',
            (
                'external_ips[2]: Invalid value: "127.0.0.1": may not be in the loopback range'
                " (127.0.0.0/8, ::1/128)"
            ),
        ],
    ),
    "an outer policy without external IPs": (
        {"external_ips": [], "external_traffic_policy": "Cluster"},
        [
            (
                'external_traffic_policy: Invalid value: "Cluster": may only be set for'
                " externally-accessible services"
            )
        ],
    ),
    "what load balancers have": (
        {"load_balancer_ip": "203.0.113.7", "allocate_load_balancer_node_ports": False},
        [f"load_balancer_ip: {NOT_LB}", f"allocate_load_balancer_node_ports: {NOT_LB}"],
    ),
    "a name for an address": (
        {**LB, "load_balancer_ip": "lb.example.com"},
        [f'load_balancer_ip: Invalid value: "lb.example.com": {SYNTAX}'],
    ),
    "one address for several": (
        {"external_ips": "203.0.113.7"},
        ['external_ips: Invalid value: "203.0.113.7": must be a list, not str'],
    ),
}


@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize(("args", "found"), REFUSED.values(), ids=REFUSED)
def test_invalid_addresses_are_refused(kind: str, args: Any, found: list[str]) -> None:
    if "ip_families" in args and kind != "selector":
        args = {**args, "addresses": ["192.0.2.1", "2001:db8::1"]}
    assert refusals(BUILD[kind], args) == found


@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize(
    ("args", "path"),
    [
        (lambda: {"cluster_ip": later("None")}, "cluster_ip"),
        (lambda: {"external_ips": [later("127.0.0.1")]}, "external_ips[0]"),
        (lambda: {**LB, "load_balancer_ip": later("x")}, "load_balancer_ip"),
    ],
)
def test_a_late_address_is_checked(
    kind: str, args: Callable[[], dict[str, Any]], path: str
) -> None:
    (found,) = refusals(lambda: BUILD[kind](**args()), {})
    assert found.startswith(f"{path}: Invalid value: ")


def test_a_secret_address_is_not_shown() -> None:
    secret = "fd00:10:96::zz"  # noqa: S105
    (found,) = refusals(lambda: external(cluster_ip=pulumi.Output.secret(secret)), {})
    assert found == "cluster_ip: Invalid value: [secret]"


@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize("as_output", [False, True])
def test_a_live_service_keeps_its_cluster_ip(
    recorder: Any, answer: Callable[..., None], kind: str, as_output: bool
) -> None:
    answer(clusterIP="10.96.9.9")

    def program() -> object:
        return BUILD[kind](cluster_ip=later("10.96.0.50") if as_output else "10.96.0.50")

    with pytest.raises(ValidationError) as caught:
        recorder(program, preview=True)
    (finding,) = caught.value.findings
    found = str(finding).removeprefix("services[db].")
    assert found == f'cluster_ip: Invalid value: "10.96.0.50": {KEPT} 10.96.9.9{WAYS_OUT}'
    registered = [kind for kind, _ in recorder.names() if kind.startswith("kubernetes:")]
    assert registered == ["kubernetes:core/v1:Service"], "nothing is attached to it"


def test_a_refused_secret_address_is_not_shown(
    answer: Callable[..., None],
) -> None:
    answer(clusterIP="10.96.9.9")
    with pytest.raises(ValidationError) as caught:
        render(lambda: external(cluster_ip=pulumi.Output.secret("10.96.0.50")))
    assert "[secret]" in str(caught.value)
    assert "10.96" not in str(caught.value)


SAME: dict[str, tuple[str | None, str]] = {
    "the same": ("10.96.0.50", "10.96.0.50"),
    "the same, spelled otherwise": ("FD00:10:96:0::5", "fd00:10:96::5"),
    "none pinned": (None, "10.96.0.50"),
    "none known yet": ("10.96.0.50", ""),
}


@pytest.mark.parametrize("kind", BUILD)
@pytest.mark.parametrize(("pinned", "live"), SAME.values(), ids=SAME)
def test_the_address_of_the_live_service_is_accepted(
    answer: Callable[..., None], kind: str, pinned: str | None, live: str
) -> None:
    answer(clusterIP=live)
    assert render(lambda: BUILD[kind](cluster_ip=pinned))


def test_an_address_beside_headless_is_not_asked_of_the_cluster(
    answer: Callable[..., None],
) -> None:
    answer(clusterIP="None", externalIPs=["2001:db8::7"], ipFamilies=["IPv4"])
    shown: list[list[str]] = []

    def program() -> None:
        made: Any = external(headless=True)
        made.hazards.apply(shown.append)

    render(program)
    assert [text.partition(":")[0] for text in shown[0]] == ["no-api-proxy"]
