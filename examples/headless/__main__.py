"""Kafka brokers: clients must reach each by its own name, so the Service is headless."""

import pulumi

from k8s_endpoints import Backend, ExternalService, Preset

BROKERS = {"kafka-0": "192.0.2.20", "kafka-1": "192.0.2.21", "kafka-2": "192.0.2.22"}

backends: list[Backend] = [
    {"id": name, "hostname": name, "address": address} for name, address in BROKERS.items()
]
kafka = ExternalService(
    "kafka",
    {"namespace": "shop", "headless": True, "preset": Preset.KAFKA, "backends": backends},
)

bootstrap = [pulumi.Output.concat(name, ".", kafka.host, ":9092") for name in BROKERS]
pulumi.export("bootstrap", pulumi.Output.all(*bootstrap).apply(",".join))
