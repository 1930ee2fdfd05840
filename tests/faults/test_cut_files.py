"""State files that a kill or a full disk left truncated: `make up` repairs them, and so does what
docs/recovery.md says.
"""

import json
import socket
from collections.abc import Callable

import pytest

from testbed.stack import Stack
from tests.faults.twenty_services import (
    assert_converged,
    program,
    recover,
    recover_by_hand,
    services,
)
from tools.cluster import Cluster

pytestmark = pytest.mark.both_kinds

DEAD = {"pid": 2**22 + 1, "username": "tester", "hostname": socket.gethostname()}
"""The holder of a lock; no process has such a number."""

CHECKPOINT = "stacks/tests/test.json"
LOCK = "locks/organization/tests/test/0.json"

CUT = {
    "the checkpoint, empty": {CHECKPOINT: ""},
    "the checkpoint, cut": {CHECKPOINT: '{"version":4,"checkpoint":{"stack":"org'},
    "what is noted of it, empty": {f"{CHECKPOINT}.attrs": ""},
    "what is noted of it, cut": {f"{CHECKPOINT}.attrs": '{"user.cache_control":"","user.co'},
    "what is noted of the whole, empty": {"meta.yaml.attrs": ""},
    "the copy before it": {f"{CHECKPOINT}.bak": "", f"{CHECKPOINT}.bak.attrs": ""},
    "checkpoint and copy": {CHECKPOINT: "", f"{CHECKPOINT}.bak": '{"version":4,"che'},
    "a lock that got no name": {f"{LOCK}.18ea180ef19328da.tmp": ""},
    "a lock, empty": {LOCK: ""},
    "a lock, cut": {LOCK: '{"pid":12'},
    "a lock that nothing is noted of": {LOCK: json.dumps(DEAD), f"{LOCK}.attrs": ""},
}


BY_HAND = [what for what in CUT if "lock" not in what and "and copy" not in what]
"""What docs/recovery.md covers; `make up` covers the others as well."""

WAYS = {
    **{what: (files, recover) for what, files in CUT.items()},
    **{f"{what}, by hand": (CUT[what], recover_by_hand) for what in BY_HAND},
}


@pytest.mark.parametrize(("files", "repair"), WAYS.values(), ids=WAYS)
def test_truncated_files_are_repaired_and_nothing_is_lost(
    cluster: Cluster,
    stack: Stack,
    namespace: str,
    files: dict[str, str],
    repair: Callable[[Stack], float],
) -> None:
    declared = services(namespace, 0, count=2)
    stack.write(program(declared)).up()
    for name, content in files.items():
        file = stack.folder / "state" / ".pulumi" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    repair(stack)

    assert_converged(cluster, stack, namespace, declared)
