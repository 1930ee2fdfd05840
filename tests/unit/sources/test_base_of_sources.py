"""What all sources share: queries, empty results, errors, retries, and sources of one's own."""

import asyncio
import copy
import pickle
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pulumi
import pytest

from components import Backend
from components.core.found import FoundBackend, query_of
from components.sources import Source, SourceError, _base, read


class Machines:
    """A source that answers from a list; what is an error is raised."""

    def __init__(self, *answers: Any) -> None:
        self.query = "machines(role=postgres)"
        self.answers: Iterator[Any] = iter(answers)
        self.asked = 0

    def __call__(self) -> Iterable[Backend]:
        self.asked += 1
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        yield from answer


GOOD: list[Backend] = [
    {"id": "db-2", "address": "192.0.2.11"},
    {"id": "db-1", "address": "192.0.2.12"},
]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def test_a_class_with_a_query_and_a_call_is_a_source() -> None:
    source: Source = Machines(GOOD)
    assert read(source) == [GOOD[1], GOOD[0]]


def test_backends_without_ids_are_sorted_by_address() -> None:
    texts = ["2001:db8::1", "192.0.2.10", "192.0.2.9"]
    found = read(Machines([{"address": text} for text in texts]))
    assert [one["address"] for one in found] == ["192.0.2.9", "192.0.2.10", "2001:db8::1"]


def test_the_component_checks_unknown_and_wrong_addresses(
    sdk_loop: asyncio.AbstractEventLoop,
) -> None:
    late = pulumi.Output.from_input("192.0.2.1")
    for part in (late.future(), late.is_known(), late.is_secret()):
        sdk_loop.run_until_complete(part)
    found = read(Machines([{"id": "b", "address": "db"}, {"id": "a", "address": late}]))
    assert [one.get("id") for one in found] == ["a", "b"]


def test_an_empty_result_is_an_error_unless_allowed() -> None:
    with pytest.raises(SourceError) as caught:
        read(Machines([]))
    assert str(caught.value) == (
        "machines(role=postgres): nothing found (correct the query, or pass allow_empty=True)"
    )
    assert read(Machines([]), allow_empty=True) == []


def test_a_transient_failure_is_retried_with_growing_pauses(pauses: list[float]) -> None:
    source = Machines(TimeoutError("slow"), ConnectionError("reset"), GOOD)
    assert len(read(source)) == 2
    assert source.asked == 3
    assert pauses == [0.5, 1.0]


def test_a_permanent_failure_is_one_line_without_secrets(pauses: list[float]) -> None:
    error = OSError("cannot open https://me:s3cr3t@inventory.example/:\nrefused")
    source = Machines(*[error] * 2)
    with pytest.raises(SourceError) as caught:
        read(source, attempts=2)
    assert str(caught.value) == (
        "machines(role=postgres): cannot open https://***@inventory.example/: refused"
        " (asked 2 times)"
    )
    assert len(pauses) == 1


def test_a_mistake_in_a_source_is_neither_retried_nor_hidden(pauses: list[float]) -> None:
    source = Machines(KeyError("ip"), GOOD)
    with pytest.raises(KeyError, match="ip"):
        read(source)
    assert source.asked == 1
    assert pauses == []


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("192.0.2.1", "item 1: must be a mapping with an `address`, not str"),
        ({"ip": "192.0.2.1"}, "item 1: must be a mapping with an `address`, not dict"),
        (None, "item 1: must be a mapping with an `address`, not NoneType"),
    ],
)
def test_an_item_that_is_not_a_backend_is_refused_by_index(item: Any, text: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(Machines([GOOD[0], item]))
    assert str(caught.value) == f"machines(role=postgres): {text}"


def test_a_backend_knows_its_query_through_lists_sums_and_changes() -> None:
    found: list[Any] = read(Machines(GOOD))
    kept = [one for one in found if one["id"] == "db-1"] + [{"address": "192.0.2.9"}]
    assert [query_of(one) for one in kept] == ["machines(role=postgres)", ""]
    changed = found[0] | {"state": "Draining"}
    assert changed == {**found[0], "state": "Draining"}
    for one in (
        changed,
        changed.copy(),
        copy.deepcopy(changed),
        pickle.loads(pickle.dumps(changed)),  # noqa: S301 - our own
    ):
        assert one == changed
        assert query_of(one) == "machines(role=postgres)"
    assert query_of({**found[0]}) == ""
    assert isinstance(found[0], FoundBackend)
    assert found[0] == GOOD[1]


def test_items_without_an_address_are_reported_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    _base.report_left_out("aws.instances(role=a)", "without an address", [])
    assert warned == []
    _base.report_left_out("aws.instances(role=a)", "without an address", ["i-2", "i-1"])
    _base.report_left_out("many", "gone", [f"i-{number:02}" for number in range(23)])
    assert warned[0] == "aws.instances(role=a): 2 left out, without an address: i-1, i-2"
    assert warned[1].startswith("many: 23 left out, gone: i-00, i-01, ")
    assert warned[1].endswith(", i-19 and 3 more")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("user arn:aws:iam::123456789012:user/jane may not", "arn:aws:iam::***:user/jane"),
        ("account 123456789012", "account ***"),
        ("key AKIAIOSFODNN7EXAMPLE is unknown", "key *** is unknown"),
        ("key ASIAIOSFODNN7EXAMPLE is unknown", "key *** is unknown"),
        ("http://me:pw@proxy.example:3128 refuses", "http://***@proxy.example:3128 refuses"),
        ("1234567890123 is too long", "1234567890123 is too long"),
        ("i-123456789012 is an instance", "i-123456789012 is an instance"),
        ("a\n  b\tc", "a b c"),
        ("x" * 400, "x" * 300),
    ],
)
def test_a_foreign_text_is_shown_on_one_line_without_secrets(text: str, shown: str) -> None:
    assert shown in _base.one_line(text)
    assert "\n" not in _base.one_line(text)
    assert len(_base.one_line(text)) <= 300


def test_a_missing_extra_is_named() -> None:
    with pytest.raises(SourceError) as caught:
        _base.require("dns.addresses", "no_such_module", "dnspython", "dns")
    assert str(caught.value) == (
        "dns.addresses: needs dnspython (pip install 'k8s-endpoints[dns]')"
    )
    assert _base.require("dns.addresses", "json", "json", "dns").loads("1") == 1
