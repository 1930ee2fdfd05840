"""Slices that were edited or deleted by hand: `pulumi up --refresh` repairs exactly these."""

import json

import pytest

from testbed.cluster import get, uids, versions
from testbed.stack import Stack
from tests.faults.twenty_services import assert_converged, counts, program, services
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

KINDS = "services,endpointslices"
EDITED, DELETED = "db-1-ipv4", "db-2-ipv4"

EDITS = {
    "an address": [{"op": "replace", "path": "/endpoints/0/addresses/0", "value": "203.0.113.9"}],
    "readiness": [{"op": "replace", "path": "/endpoints/1/conditions/ready", "value": False}],
    "an endpoint gone": [{"op": "remove", "path": "/endpoints/0"}],
    "a port": [{"op": "replace", "path": "/ports/0/port", "value": 5433}],
    "the label": [
        {"op": "replace", "path": "/metadata/labels/kubernetes.io~1service-name", "value": "other"}
    ],
}


@pytest.mark.parametrize("patch", EDITS.values(), ids=EDITS)
def test_an_edited_and_a_deleted_slice_are_repaired_and_nothing_else_changes(
    cluster: Cluster, stack: Stack, namespace: str, patch: list[dict[str, object]]
) -> None:
    declared = services(namespace, 0, count=6)
    stack.write(program(declared)).up()
    written = versions(cluster, KINDS, namespace)
    made = uids(cluster, KINDS, namespace)
    right = get(cluster, "endpointslice", namespace, EDITED)
    command = ("patch", "endpointslice", EDITED, "-n", namespace, "--type=json", "-p")
    cluster.kubectl(*command, json.dumps(patch))
    cluster.kubectl("delete", "endpointslice", DELETED, "-n", namespace)

    done = stack.run("up", "--yes", "--skip-preview", "--refresh")

    assert done.returncode == 0, done.stdout
    others = 1 + len(declared) + len(made) - 2  # the stack, the components, their other objects
    expected = {"created": 1, "updated": 1, "changes": 2, "unchanged": others}
    assert counts(done.stdout) == expected, done.stdout
    after = versions(cluster, KINDS, namespace)
    assert {name for name in written if after[name] != written[name]} == {EDITED, DELETED}
    now = uids(cluster, KINDS, namespace)
    assert {name for name in made if now[name] != made[name]} == {DELETED}
    repaired = get(cluster, "endpointslice", namespace, EDITED)
    for part in ("endpoints", "ports", "addressType"):
        assert repaired[part] == right[part]
    assert repaired["metadata"]["labels"] == right["metadata"]["labels"]
    assert_converged(cluster, stack, namespace, declared)


def test_an_up_without_refresh_does_not_see_a_deleted_slice(
    cluster: Cluster, stack: Stack, namespace: str
) -> None:
    """Pulumi compares with the state; a refresh shows what changed by hand."""
    stack.write(program(services(namespace, 0, count=3))).up()
    cluster.kubectl("delete", "endpointslice", DELETED, "-n", namespace)

    assert stack.up().keys() == {"unchanged"}
    told = stack.run("refresh", "--preview-only", "--expect-no-changes")

    assert told.returncode != 0
    assert "no changes were expected for refresh but changes were proposed" in told.stdout
