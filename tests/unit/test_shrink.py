"""How much of a result may be gone since the last deployment, over plain values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import ExternalService, ValidationError
from components.core.found import FoundBackend
from components.core.shrink import Found, Record, Watch, at_least, compare
from components.testing import render
from tests.unit.plans import external, texts

WEB = "machines(role=web)"
DB = "machines(role=db)"


def found(query: str, *names: str) -> dict[str, dict[str, str]]:
    return {query: {name: f"192.0.2.{number}" for number, name in enumerate(names, 1)}}


def watch_of(new: Found, share: float = 0.5, **allowed: bool) -> Watch:
    return Watch(new, share, **{"allow_shrink": False, "allow_empty": False, **allowed})


def record_of(old: Found, share: float = 0.5, *, is_secret: bool = False) -> Record:
    return Record(old, at_least(watch_of(old, share)), share, is_secret=is_secret)


def refused(
    old: Found, new: Found, share: float = 0.5, *, is_secret: bool = False, **allowed: bool
) -> list[str]:
    record = record_of(old, share, is_secret=is_secret)
    return [str(one) for one in compare(record, watch_of(new, share, **allowed))]


REMEDY = "(check where they went; if that is intended, set `allow_shrink` for one up)"


def test_a_query_that_shrank_too_much_is_named_with_what_is_gone() -> None:
    (text,) = refused(found(DB, "a", "b", "c"), {DB: {"b": "192.0.2.2"}})
    assert text == (
        f"backends: Forbidden: {DB}: 1 found, 3 at the last deployment; gone: a (192.0.2.1),"
        f" c (192.0.2.3) {REMEDY}"
    )


@pytest.mark.parametrize(
    ("old", "new", "share", "is_refused"),
    [
        ("abcd", "ab", 0.5, False),
        ("abcd", "a", 0.5, True),
        ("abc", "a", 0.5, True),
        ("ab", "a", 0.5, False),
        ("ab", "cd", 0.5, False),
        ("abcd", "efg", 0.5, False),
        ("ab", "abcd", 0.5, False),
        ("", "a", 0.5, False),
        ("", "", 0.5, False),
        ("a", "", 0.5, True),
        ("abcd", "abc", 0.0, True),
        ("abcd", "abcd", 0.0, False),
        ("abcd", "abce", 0.0, False),
        ("abcd", "", 1.0, False),
        ("abcd", "a", 0.75, False),
        ("abcde", "a", 0.75, True),
    ],
)
def test_the_share_that_may_be_gone_is_a_limit(
    old: str, new: str, share: float, is_refused: bool
) -> None:
    assert bool(refused(found(DB, *old), found(DB, *new), share)) == is_refused


def test_each_query_is_judged_by_itself() -> None:
    old = {**found(DB, "a", "b", "c"), **found(WEB, "d", "e", "f")}
    new = {**found(DB, "a"), **found(WEB, "d", "e", "f")}
    (text,) = refused(old, new)
    assert text.startswith(f"backends: Forbidden: {DB}: 1 found, 3 at the last deployment")


def test_queries_that_come_and_go_are_judged_together() -> None:
    old = found(DB, "a", "b", "c")
    (text,) = refused(old, found(WEB, "d"))
    assert text.startswith(
        f"backends: Forbidden: {DB} and {WEB}: 1 found, 3 at the last deployment; gone: a "
    )
    assert refused(old, found(WEB, "a", "b")) == []
    assert refused({**old, **found(WEB, "d")}, old) == []


def test_many_that_are_gone_are_counted() -> None:
    (text,) = refused(found(DB, *(f"m-{number:02}" for number in range(30))), found(DB, "m-00"))
    assert "gone: m-01 (192.0.2.2), m-02 (192.0.2.3), " in text
    assert f", m-20 (192.0.2.21) and 9 more {REMEDY}" in text


def test_an_address_that_is_its_own_id_is_named_once() -> None:
    old = {DB: {"192.0.2.1": "192.0.2.1", "late": ""}}
    (text,) = refused(old, {DB: {}})
    assert "gone: 192.0.2.1, late (" in text


def test_secret_addresses_are_counted_and_not_named() -> None:
    (text,) = refused(found(DB, "a", "b"), found(DB), is_secret=True)
    assert f"{DB}: 0 found, 2 at the last deployment; gone: [2 secret] (" in text


@pytest.mark.parametrize(
    ("stored", "new", "text"),
    [
        ("a", "a", "1 found, 3 to 6 at the last deployment; gone: unknown, because an up with"),
        ("a", "ab", "2 found, 3 to 6 at the last deployment; gone: unknown, because an up with"),
        ("a", "abc", ""),
        ("", "", "0 found, 3 to 6 at the last deployment"),
        ("abcde", "a", "1 found, 5 at the last deployment; gone: b (192.0.2.2), c (192.0.2.3), "),
        ("abcde", "abc", ""),
    ],
)
def test_a_targeted_up_in_between_leaves_the_bounds(stored: str, new: str, text: str) -> None:
    """It stores what it found, although it did not deploy it."""
    record = Record(found(DB, *stored), {DB: 3}, 0.5)
    findings = [str(one) for one in compare(record, watch_of(found(DB, *new)))]
    assert len(findings) == bool(text)
    assert all(text in one for one in findings)


def test_another_share_is_judged_by_what_was_deployed() -> None:
    record = record_of(found(DB, "a", "b", "c", "d"), 0.5)
    assert list(compare(record, watch_of(found(DB, "a", "b", "c"), 0.1)))
    assert not list(compare(record, watch_of(found(DB, "a"), 0.75)))


def test_an_allowed_shrink_is_not_reported() -> None:
    old = found(DB, "a", "b", "c")
    assert refused(old, found(DB, "a"), allow_shrink=True) == []
    assert refused(old, {}, allow_empty=True) == []
    assert refused(old, found(DB, "a"), allow_empty=True) != []


@given(
    st.integers(0, 2000),
    st.integers(0, 2000),
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.1, 1 / 3, 0.5, 0.9, 1.0])),
)
def test_what_shrank_too_much_changes_the_number_that_the_record_holds(
    old: int, new: int, share: float
) -> None:
    """The engine updates a record whose input changed, and only then runs its hook."""

    def counted(count: int) -> Watch:
        return watch_of({DB: {str(number): "" for number in range(count)}}, share)

    record = record_of(counted(old).found, share)
    assert record.is_whole
    before, after = (at_least(counted(count))[DB] for count in (old, new))
    assert before <= old <= record.at_most(DB)
    if list(compare(record, counted(new))):
        assert after < before


def test_one_backend_more_or_less_seldom_changes_the_record() -> None:
    def threshold(count: int) -> int:
        backends = {str(number): "" for number in range(count)}
        return at_least(watch_of({DB: backends}))[DB]

    assert len({threshold(count) for count in range(1, 1001)}) == 9
    assert [threshold(count) for count in (0, 1, 2, 3, 6, 7, 14, 15)] == [0, 1, 1, 3, 3, 7, 7, 15]


PORTS = [{"name": "pg", "port": 5432}]


def planned(**args: Any) -> tuple[Watch | None, list[str]]:
    plan, findings = external({"ports": PORTS, **args})
    return plan.watch, texts(findings)


def test_only_results_of_sources_are_compared() -> None:
    by_hand = {"address": "192.0.2.9"}
    of_source = FoundBackend({"id": "a", "address": "192.0.2.1"}, DB)
    assert planned(backends=[by_hand], addresses=["192.0.2.8"]) == (None, [])
    watch, findings = planned(backends=[by_hand, of_source])
    assert findings == []
    assert watch == Watch({DB: {"a": "192.0.2.1"}}, 0.5, allow_shrink=False, allow_empty=False)


def test_a_share_of_ones_own_compares_all_backends() -> None:
    watch, findings = planned(
        addresses=["192.0.2.8"],
        backends=[FoundBackend({"id": "a", "address": "192.0.2.1"}, DB)],
        max_shrink=0.25,
        allow_shrink=True,
    )
    assert findings == []
    expected = {DB: {"a": "192.0.2.1"}, "": {"192.0.2.8": "192.0.2.8"}}
    assert watch == Watch(expected, 0.25, allow_shrink=True, allow_empty=False)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_share_is_between_nothing_and_everything(share: float) -> None:
    (text,) = planned(addresses=["192.0.2.8"], max_shrink=share)[1]
    assert text.startswith("max_shrink: Invalid value: ")
    assert "must be between 0 and 1: the share of the backends that may be gone" in text


@pytest.mark.parametrize("args", [{}, {"backends": []}, {"addresses": []}])
def test_a_service_may_be_empty_if_allowed(args: Any) -> None:
    manifests = render(lambda: ExternalService("db", {"ports": PORTS, **args, "allow_empty": True}))
    assert [one["kind"] for one in manifests] == ["Service"]
    with pytest.raises(ValidationError, match="or set `allow_empty`"):
        render(lambda: ExternalService("db", {"ports": PORTS, **args}))


@pytest.mark.parametrize("share", [1, 0, 1.0])
def test_a_whole_number_is_a_share(share: Any) -> None:
    args: Any = {"ports": PORTS, "addresses": ["192.0.2.1"], "max_shrink": share}
    assert render(lambda: ExternalService("db", args))


@pytest.mark.parametrize("share", ["0.5", True, None])
def test_a_share_that_is_not_a_number_is_refused(share: Any) -> None:
    args: Any = {"ports": PORTS, "addresses": ["192.0.2.1"], "max_shrink": share}
    if share is None:
        assert render(lambda: ExternalService("db", args))
        return
    with pytest.raises(ValidationError, match=r"max_shrink: Invalid value: .* must be a number"):
        render(lambda: ExternalService("db", args))
