"""A payment service that has only a DNS name."""

import pulumi

from k8s_endpoints import ExternalNameService

payments = ExternalNameService(
    "payments", {"namespace": "shop", "external_name": "api.payments.example"}
)

pulumi.export("host", payments.host)
