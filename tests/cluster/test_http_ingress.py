"""`HttpIngress` on a real control plane: live objects, no wait for Endpoints, renames, TLS."""

import time

import pytest

from testbed.cluster import get, names, uids, versions
from testbed.stack import Stack
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

PROGRAM = """
    import pulumi
    from components import ExternalService, HttpIngress, route_backend

    home = ExternalService("home", {{
        "namespace": "{namespace}",
        "addresses": ["192.0.2.40"],
        "ports": [{{"name": "http", "port": 80, "target_port": 8123}}],
    }})
    HttpIngress("{name}", {{
        "namespace": "{namespace}",
        "ingress_name": "web",
        "class_name": "traefik",
        "cluster_issuer": "letsencrypt",
        "rules": [{{"host": "{host}", "backend": route_backend(home)}}],
    }})
    secured = {{"hostname": "home.lan", "ca_secret": "home-ca"}}
    HttpIngress("nginx", {{
        "namespace": "{namespace}",
        "class_name": "nginx",
        "rules": [{{
            "host": "nginx.example.com",
            "backend": route_backend(home),
            "paths": [{{"path": "/tls", "backend": {{**route_backend(home), "tls": secured}}}}],
        }}],
    }})
"""


def test_an_ingress_does_not_wait_for_endpoints_and_survives_a_rename(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    started = time.monotonic()
    stack.write(PROGRAM.format(namespace=namespace, name="a", host="a.example.com")).up()
    assert time.monotonic() - started < 50  # where the provider waits, it is 60 and more
    before = uids(cluster, "ingresses", namespace)
    found = get(cluster, "ingresses", namespace, "web")
    (rule,) = found["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": "home", "port": {"name": "http"}}
    assert found["spec"]["tls"] == [{"hosts": ["a.example.com"], "secretName": "web-tls"}]
    annotations = found["metadata"]["annotations"]
    assert annotations["cert-manager.io/cluster-issuer"] == "letsencrypt"

    found = get(cluster, "ingresses", namespace, "nginx-home-http")
    (path,) = found["spec"]["rules"][0]["http"]["paths"]
    assert path["path"] == "/tls"
    secret = found["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-ssl-secret"]
    assert secret == f"{namespace}/home-ca"

    unchanged = versions(cluster, "ingresses,services", namespace)
    stack.write(PROGRAM.format(namespace=namespace, name="b", host="a.example.com")).up()
    assert versions(cluster, "ingresses,services", namespace) == unchanged

    stack.write(PROGRAM.format(namespace=namespace, name="b", host="b.example.com")).up()
    assert uids(cluster, "ingresses", namespace) == before
    stack.destroy()
    assert names(cluster, "ingresses,services", namespace) == []
