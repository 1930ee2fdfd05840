"""Fake Pods behind the Service `db`; servers answer on their addresses before they are ready."""

import json

from testbed.dataplane.node import wait_for

from .service_under_load import ServiceUnderLoad

DEPLOYMENT = "old"
"""The Deployment of the Pods; not `db`, which is what a `DeployedService` names its own."""

PODS = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {DEPLOYMENT}}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: db}}}}
  template:
    metadata: {{labels: {{app: db}}}}
    spec:
      containers:
      - name: db
        image: db
        ports: [{{name: first, containerPort: 5432}}, {{name: second, containerPort: 5433}}]
"""
CONTROLLERS = "endpointslice.kubernetes.io/managed-by=endpointslice-controller.k8s.io"


def start_pods(steady: ServiceUnderLoad) -> set[str]:
    """Run Pods, and give their addresses."""
    cluster, chosen = steady.rig.cluster, ["-n", steady.namespace]
    cluster.kubectl("apply", "-f", "-", *chosen, given=PODS)
    cluster.kubectl("rollout", "status", f"deployment/{DEPLOYMENT}", "--timeout=20s", *chosen)
    return addresses_of_pods(steady)


def addresses_of_pods(steady: ServiceUnderLoad) -> set[str]:
    path = "jsonpath={.items[*].status.podIP}"
    return set(
        steady.rig.cluster.kubectl("get", "pods", "-o", path, "-n", steady.namespace).split()
    )


def stop_pods(steady: ServiceUnderLoad) -> None:
    """Scale the Pods to 0; those that terminate take connections too, until they are gone."""
    cluster, chosen = steady.rig.cluster, ["-n", steady.namespace]
    cluster.kubectl("scale", f"deployment/{DEPLOYMENT}", "--replicas=0", *chosen)

    def are_gone() -> bool:
        text = cluster.kubectl("get", "endpointslices", "-l", CONTROLLERS, "-o", "json", *chosen)
        return not any(one.get("endpoints") for one in json.loads(text)["items"])

    wait_for("slices without Pods", are_gone)
