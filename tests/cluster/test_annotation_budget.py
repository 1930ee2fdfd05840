"""The annotations that users may add fit into objects that the API server accepts."""

from collections.abc import Callable

from components.core.metadata import MAX_FIELD_MANAGER
from components.core.objects.manifest_metadata import LARGEST_ANNOTATIONS, annotation_bytes
from testbed.cluster import get
from testbed.stack import Stack
from tests.support.programs import external_service
from tools.cluster import Cluster

LIMIT = 262_144
LEFT = LIMIT - annotation_bytes(LARGEST_ANNOTATIONS)


def test_annotations_up_to_the_limit_fit_beside_the_longest_field_manager(
    cluster: Cluster, new_stack: Callable[..., Stack], namespace: str
) -> None:
    project = "p" * 100
    name = "s" * (MAX_FIELD_MANAGER - len(f"k8s-endpoints/{project}/"))
    stack = new_stack(project=project, name=name)
    note = "x" * (LEFT - len("note"))
    program = external_service(
        "db",
        namespace=namespace,
        addresses=["192.0.2.10"],
        ports=[{"name": "a", "port": 80}],
        endpoint_api="Endpoints",
        annotations={"note": note},
    )
    assert stack.write(program).up()["created"] == 4
    annotations = get(cluster, "service", namespace, "db")["metadata"]["annotations"]
    assert annotations["note"] == note
    assert annotation_bytes(annotations) <= LIMIT
    refused = stack.write(program.replace(note, f"{note}x")).run("preview")
    assert f"annotations: Too long: may not be more than {LEFT} bytes" in refused.stdout
