"""Placement of backends into slices: one change writes one slice, at any size and in any order."""

import json
import os
import random
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core import slicing
from components.core.slicing import slices

Placement = dict[str, list[str]]

SIZES = [1, 99, 100, 101, 1000, 10_000, 50_000]

KEYS = st.sets(st.integers(0, 400).map(lambda number: f"db-{number}"), max_size=120)
LIMITS = st.integers(1, 12)
COUNTS = st.none() | st.sampled_from([1, 2, 4, 8, 16, 32])


def addresses(count: int) -> list[str]:
    return [f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in range(count)]


def bits(key: str) -> str:
    """The path of a key through the trie, computed here by other means than in the library."""
    return bin(int("1" + sha256(key.encode()).hexdigest(), 16))[3:]


def written(before: Placement, after: Placement) -> set[str]:
    """The slices that going from one placement to the other creates, updates or deletes."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def leaf_changed(before: Placement, after: Placement) -> None:
    """Assert that one slice was written, or that one was split in two or two became one."""
    names = written(before, after)
    created = after.keys() - before.keys()
    deleted = before.keys() - after.keys()
    if len(names) == 1:
        return
    assert len(names) == 3
    assert sorted((len(created), len(deleted))) == [1, 2]
    one, two = sorted((created, deleted), key=len)
    (parent,) = one
    assert all(name.startswith(parent) for name in two)


@given(KEYS, st.integers(401, 999).map(lambda number: f"db-{number}"), LIMITS)
def test_adding_a_key_writes_one_slice_or_splits_one(keys: set[str], new: str, limit: int) -> None:
    leaf_changed(slices(keys, limit), slices(keys | {new}, limit))


@given(KEYS.filter(bool), st.randoms(use_true_random=False), LIMITS)
def test_removing_a_key_writes_one_slice_or_merges_two(
    keys: set[str], rng: random.Random, limit: int
) -> None:
    gone = rng.choice(sorted(keys))
    leaf_changed(slices(keys, limit), slices(keys - {gone}, limit))


@given(KEYS.filter(bool), st.randoms(use_true_random=False), st.sampled_from([1, 2, 4, 8, 64]))
def test_with_a_pinned_count_a_change_writes_exactly_one_slice(
    keys: set[str], rng: random.Random, count: int
) -> None:
    gone = rng.choice(sorted(keys))
    assert len(written(slices(keys, 5, count), slices(keys - {gone}, 5, count))) == 1


@given(st.lists(st.text(max_size=8), max_size=60), st.randoms(use_true_random=False), LIMITS)
def test_order_and_repetition_of_keys_do_not_matter(
    keys: list[str], rng: random.Random, limit: int
) -> None:
    shuffled = keys + keys[: len(keys) // 2]
    rng.shuffle(shuffled)
    assert slices(shuffled, limit) == slices(keys, limit)
    assert list(slices(shuffled, limit)) == list(slices(keys, limit)), "the order of slices"


@given(KEYS, LIMITS, COUNTS)
def test_every_key_has_exactly_one_place_named_by_its_own_hash(
    keys: set[str], limit: int, count: int | None
) -> None:
    placed = slices(keys, limit, count)
    assert sorted(key for members in placed.values() for key in members) == sorted(keys)
    for name, members in placed.items():
        assert members == sorted(members)
        assert all(bits(key).startswith(name) for key in members)
    assert list(placed) == sorted(placed)
    if count is None:
        assert all(1 <= len(members) <= limit for members in placed.values())


@given(KEYS, KEYS, LIMITS, LIMITS, COUNTS, COUNTS)
def test_no_key_moves_between_two_slices_that_both_live_on(
    keys: set[str],
    other: set[str],
    limit: int,
    new_limit: int,
    count: int | None,
    new_count: int | None,
) -> None:
    before = slices(keys, limit, count)
    after = slices(keys | other, new_limit, new_count)
    lasting = before.keys() & after.keys()
    places = {key: name for name in lasting for key in before[name]}
    for name in lasting:
        for key in after[name]:
            assert places.get(key, name) == name


@given(KEYS, LIMITS, st.integers(0, 6))
def test_a_pinned_count_gives_all_names_whatever_the_keys_and_the_limit(
    keys: set[str], limit: int, depth: int
) -> None:
    placed = slices(keys, limit, 2**depth)
    assert list(placed) == [format(n, f"0{depth}b") if depth else "" for n in range(2**depth)]
    assert placed == slices(keys, 1000, 2**depth)


def test_a_pinned_count_keeps_slices_that_are_empty() -> None:
    assert slices([], 100, 4) == {"00": [], "01": [], "10": [], "11": []}
    assert slices([], 100, 1) == {"": []}
    assert slices([], 100) == {}


@pytest.mark.parametrize("size", SIZES)
def test_one_change_among_many_writes_one_slice_or_three(size: int) -> None:
    keys = addresses(size)
    before = slices(keys, 100)
    for change in range(20 if size <= 1000 else 4):
        leaf_changed(before, slices([*keys, f"192.0.2.{change}"], 100))
        gone = change * 7919 % size
        leaf_changed(slices(keys[:gone] + keys[gone + 1 :], 100), before)


@pytest.mark.parametrize("size", SIZES)
def test_no_slice_is_over_the_limit_and_none_is_empty(size: int) -> None:
    placed = slices(addresses(size), 100)
    assert sum(len(members) for members in placed.values()) == size
    assert all(1 <= len(members) <= 100 for members in placed.values())


@pytest.mark.parametrize("size", [1000, 1500, 2000, 2500, 3000, 4000, 5000, 10_000, 50_000])
def test_slices_are_more_than_half_full_on_average(size: int) -> None:
    assert size / len(slices(addresses(size), 100)) / 100 >= 0.55


@pytest.mark.parametrize("size", SIZES)
def test_order_does_not_matter_at_any_size(size: int) -> None:
    keys = addresses(size)
    shuffled = sorted(keys, key=bits)
    assert slices(shuffled, 100) == slices(keys, 100) == slices(reversed(keys), 100)


@pytest.mark.parametrize(
    ("size", "names"),
    [(1, [""]), (99, [""]), (100, [""]), (101, ["0", "1"])],
)
def test_the_first_split_comes_with_the_key_after_the_limit(size: int, names: list[str]) -> None:
    assert list(slices(addresses(size), 100)) == names


def test_a_split_is_create_and_delete_and_never_an_update() -> None:
    before, after = slices(addresses(100), 100), slices(addresses(101), 100)
    assert written(before, after) == {"", "0", "1"}
    assert not before.keys() & after.keys()


FROZEN = {  # never change these: live slices have been named by them
    "192.0.2.10": "0110110110011001",
    "192.0.2.11": "1001100101111100",
    "198.51.100.20": "0001010000001100",
    "2001:db8::10": "0011110001110001",
    "db-1": "0110100000010101",
    "db-2": "0100101000110011",
    "db-3": "1101101110100100",
    "orders-primary": "0110110001011100",
}


def test_frozen_places_of_single_keys() -> None:
    assert {key: bits(key)[:16] for key in FROZEN} == FROZEN
    for key, path in FROZEN.items():
        for depth in range(1, 9):
            placed = slices([key], 1, 2**depth)
            assert [name for name, members in placed.items() if members] == [path[:depth]]


def test_frozen_placement_of_several_keys() -> None:
    assert slices(FROZEN, 1) == {
        "000": ["198.51.100.20"],
        "001": ["2001:db8::10"],
        "010": ["db-2"],
        "011010": ["db-1"],
        "01101100": ["orders-primary"],
        "01101101": ["192.0.2.10"],
        "10": ["192.0.2.11"],
        "11": ["db-3"],
    }
    assert slices(FROZEN, 2) == {
        "00": ["198.51.100.20", "2001:db8::10"],
        "010": ["db-2"],
        "011010": ["db-1"],
        "011011": ["192.0.2.10", "orders-primary"],
        "1": ["192.0.2.11", "db-3"],
    }
    assert slices(FROZEN, 100, 4) == {
        "00": ["198.51.100.20", "2001:db8::10"],
        "01": ["192.0.2.10", "db-1", "db-2", "orders-primary"],
        "10": ["192.0.2.11"],
        "11": ["db-3"],
    }


def test_frozen_slices_of_250_addresses() -> None:
    keys = addresses(250)
    sizes = {name: len(members) for name, members in slices(keys, 100).items()}
    assert sizes == {"00": 60, "01": 62, "10": 66, "11": 62}
    assert slices(keys, 1000) == {"": sorted(keys)}


def test_placement_is_the_same_in_every_process() -> None:
    program = (
        "import json, runpy, sys\n"
        "slices = runpy.run_path(sys.argv[1])['slices']\n"
        "keys = {f'db-{n}' for n in range(500)}\n"
        "print(json.dumps(slices(keys, 100)))\n"
    )
    expected = slices({f"db-{n}" for n in range(500)}, 100)
    for seed in ("0", "1", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", program, slicing.__file__],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout)
        assert found == expected
        assert list(found) == list(expected)


def test_the_limits_are_those_of_kubernetes() -> None:
    assert (slicing.DEFAULT_LIMIT, slicing.MAX_LIMIT) == (100, 1000)
