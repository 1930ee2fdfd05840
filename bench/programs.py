"""The programs that are compared: many Services with one slice of 10 each.

The same objects, declared by hand with the typed classes, by an `ExternalService` each, and by one
`ExternalServiceSet`.
"""

_DEFAULT = """
quick = None
"""

_QUICK = """
import pulumi
from components import provider

quick = pulumi.ResourceOptions(provider=provider("quick"))
"""

_SERVICES = """
services = {{
    f"svc-{{i}}": [f"10.{{1 + i // 250}}.{{i % 250}}.{{n}}" for n in range(1, 11)]
    for i in range({count})
}}
"""

_MOVED = """
services["svc-0"][-1] = "10.1.0.200"
"""

_TYPED = """
from pulumi_kubernetes import core, discovery

for name, addresses in services.items():
    service = core.v1.Service(
        name,
        metadata=dict(name=name, namespace="bench"),
        spec=dict(ports=[dict(name="http", port=80, protocol="TCP", target_port=8080)]),
        opts=quick,
    )
    discovery.v1.EndpointSlice(
        name,
        metadata=dict(
            name=f"{name}-ipv4",
            namespace="bench",
            labels={
                "kubernetes.io/service-name": service.metadata.name,
                "endpointslice.kubernetes.io/managed-by": "hand",
            },
        ),
        address_type="IPv4",
        endpoints=[
            dict(
                addresses=[address],
                conditions=dict(ready=True, serving=True, terminating=False),
            )
            for address in addresses
        ],
        ports=[dict(name="http", port=8080, protocol="TCP")],
        opts=quick,
    )
"""

_SINGLE = """
from components import ExternalService

for name, addresses in services.items():
    ExternalService(
        name,
        {
            "namespace": "bench",
            "addresses": addresses,
            "ports": [{"name": "http", "port": 80, "target_port": 8080}],
        },
        quick,
    )
"""

_SET = """
from components import ExternalServiceSet

ExternalServiceSet(
    "all",
    {
        "services": {
            name: {
                "namespace": "bench",
                "addresses": addresses,
                "ports": [{"name": "http", "port": 80, "target_port": 8080}],
            }
            for name, addresses in services.items()
        }
    },
    quick,
)
"""

FORMS = {"typed": _TYPED, "ExternalService": _SINGLE, "ExternalServiceSet": _SET}
"""The programs by name; the first one is the one to compare with."""

NAMESPACE = "bench"
"""The namespace of their objects, which must exist."""


def program(form: str, count: int, *, quick: bool = True, moved: bool = False) -> str:
    """Return a program that declares `count` Services.

    Args:
        form: Its name in `FORMS`.
        count: The number of Services.
        quick: Whether to use the provider with raised client limits. Defaults to True.
        moved: Whether one backend has another address. Defaults to False.
    """
    services = _SERVICES.format(count=count) + (_MOVED if moved else "")
    return (_QUICK if quick else _DEFAULT) + services + FORMS[form]
