"""What counts as agreement between `validate` and an API server."""

from itertools import islice

import pytest

from components.core.findings import Finding
from testbed.agreement import golden
from testbed.agreement.compare import Comparison, Verdict, dry_run_lies, is_unknowable
from testbed.agreement.generator import Creation, Update, cases
from testbed.agreement.server import Answer, Cause, Object

ACCEPTED = Answer(201)
REFUSED = Answer(422, (Cause("spec.ports", "Required value"),))
TAKEN = Cause("spec.ports[0].nodePort", "Invalid value: 30080: provided port is already allocated")
NODE_PORT = golden.service({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]})
ERROR = Finding("spec.ports", "Required value", code="service-ports-required")
WARNING = Finding("spec.x", "", "unknown field", code="unknown-field", severity="warning")
OURS = Finding("ports[0].port", "Invalid value", code="slice-port-number")


@pytest.mark.parametrize(
    ("answer", "findings", "verdict"),
    [
        (ACCEPTED, [], "both accept"),
        (ACCEPTED, [WARNING], "both accept"),
        (ACCEPTED, [ERROR], "false reject"),
        (ACCEPTED, [OURS], "refused on purpose"),
        (ACCEPTED, [OURS, ERROR], "false reject"),
        (REFUSED, [ERROR], "both refuse"),
        (REFUSED, [], "false accept"),
        (REFUSED, [WARNING], "false accept"),
        (REFUSED, [OURS], "false accept"),
        (Answer(422, (TAKEN,)), [], "only the cluster knows"),
        (Answer(422, (TAKEN, *REFUSED.causes)), [], "false accept"),
        (Answer(400, (), "cannot be handled"), [], "false accept"),
    ],
)
def test_answer_and_findings_make_the_verdict(
    answer: Answer, findings: list[Finding], verdict: Verdict
) -> None:
    assert Comparison("Service", NODE_PORT, None, answer, findings).verdict == verdict


@pytest.mark.parametrize(
    ("answer", "findings", "agrees"),
    [
        (REFUSED, [ERROR], True),
        (REFUSED, [OURS, ERROR], True),
        (REFUSED, [ERROR.under("x"), ERROR], False),
        (Answer(400, (), "cannot be handled"), [ERROR], None),
        (Answer(500, (Cause("", "failed to allocate"),)), [ERROR], None),
        (ACCEPTED, [], None),
    ],
)
def test_the_first_fields_are_compared(
    answer: Answer, findings: list[Finding], agrees: bool | None
) -> None:
    assert Comparison("Service", NODE_PORT, None, answer, findings).first_path is agrees


def _ports(*ports: int) -> Object:
    named = [
        {"name": f"p{one}", "port": one, "nodePort": number} for one, number in enumerate(ports)
    ]
    return golden.service({"type": "NodePort", "ports": named})


@pytest.mark.parametrize(
    ("manifest", "text", "unknowable"),
    [
        (_ports(30080), "Invalid value: 30080: provided port is already allocated", True),
        (_ports(30080, 30080), "Invalid value: 30080: provided port is already allocated", False),
        (_ports(80, 80), "Invalid value: 80: provided port is not in the valid range. The …", True),
        (_ports(70000), "Invalid value: 70000: provided port is not in the valid range. …", False),
        (_ports(-1), "Invalid value: -1: provided port is not in the valid range. The …", False),
        (_ports(0), "Required value", False),
    ],
)
def test_what_only_the_cluster_knows(manifest: Object, text: str, unknowable: bool) -> None:
    assert is_unknowable(Answer(422, (Cause("x", text),)), manifest) is unknowable


@pytest.mark.parametrize(
    ("manifest", "creates", "lies"),
    [
        (_ports(30080), True, False),
        (_ports(80), True, True),
        (_ports(-1), False, True),
        (golden.service({"healthCheckNodePort": 80}), True, True),
        (golden.service(resourceVersion="1"), True, True),
        (golden.service(resourceVersion="1"), False, False),
        ({"kind": "Service", "metadata": None, "spec": []}, True, False),
    ],
)
def test_manifests_that_a_dry_run_answers_wrongly_are_recognized(
    manifest: Object, creates: bool, lies: bool
) -> None:
    assert dry_run_lies(manifest, creates=creates) is lies


def _some(seed: int) -> list[Creation | Update]:
    return list(islice(cases(seed, 20_000, 3), 600))


def test_the_same_seed_makes_the_same_manifests() -> None:
    assert _some(5) == _some(5)
    assert _some(5) != _some(6)


def test_no_manifest_is_part_of_another() -> None:
    creations = [one for one in _some(7) if isinstance(one, Creation)]

    for one in creations:
        one.manifest.clear()

    assert all(one.manifest for one in _some(7) if isinstance(one, Creation))


@pytest.mark.parametrize("count", [1, 100, 200, 1000])
def test_as_many_manifests_as_asked_for(count: int) -> None:
    assert len(list(cases(5, count, 3))) == count
