"""A pair of name servers with both IP families, over TCP and UDP."""

import pulumi

from k8s_endpoints import ExternalService, IpFamily, Protocol

resolver = ExternalService(
    "resolver",
    {
        "namespace": "shop",
        "addresses": ["192.0.2.53", "192.0.2.54", "2001:db8::53", "2001:db8::54"],
        "ip_families": [IpFamily.IPV4, IpFamily.IPV6],
        "ports": [
            {"name": "dns", "port": 53, "protocol": Protocol.UDP},
            {"name": "dns-tcp", "port": 53, "protocol": Protocol.TCP},
        ],
    },
)

pulumi.export("host", resolver.host)
pulumi.export("cluster_ip", resolver.cluster_ip)
