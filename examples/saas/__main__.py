"""A payment service that is known by its DNS name alone."""

import pulumi

from k8s_endpoints import ExternalNameService

payments = ExternalNameService(
    "payments", {"namespace": "shop", "external_name": "api.payments.example"}
)

pulumi.export("host", payments.host)
