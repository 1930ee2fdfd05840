"""Assigns backends to EndpointSlices.

A program does not know the objects of its last run, so the place of a backend must follow from the
backend alone: packing in order would move every later backend when an earlier one is removed. Here
the SHA-256 of a backend's key is its path through a binary trie whose leaves are the slices. A leaf
that grows over the limit splits in two; nothing else moves.

The placement is a public contract: names of slices depend on it, and frozen vectors test it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from hashlib import sha256

DEFAULT_LIMIT = 100
"""The default maximum of endpoints per slice, as in kube-controller-manager."""

MAX_LIMIT = 1000
"""The maximum of endpoints that the API server accepts in one slice."""

_HASH_BITS = 64
_PART = re.compile(r"-[01]+$")


def slices(keys: Iterable[str], limit: int, count: int | None = None) -> dict[str, list[str]]:
    """Place keys into slices.

    Args:
        keys: The keys of the backends; a key given twice counts once. Order does not matter.
        limit: The maximum of keys per slice, unless `count` is given.
        count: Pins the number of slices, a power of two. All slices are then returned, even empty
            ones. One may hold more than `limit`: the caller checks that.

    Returns:
        The sorted keys of each slice by its name in the trie: the bits of the common prefix, such
        as `011`, or the empty string for a slice that is alone. Sorted by name.
    """
    hashed = sorted({(_hash(key), key) for key in keys})
    if count is not None:
        return _pinned(hashed, count.bit_length() - 1)
    placed: dict[str, list[str]] = {}
    _split(hashed, "", limit, placed)
    return placed


def is_part(name: str) -> bool:
    """Return whether a slice's name ends with bits, which means that it is one of several."""
    return _PART.search(name) is not None


def _hash(key: str) -> int:
    return int.from_bytes(sha256(key.encode()).digest()[: _HASH_BITS // 8], "big")


def _split(
    hashed: list[tuple[int, str]], prefix: str, limit: int, placed: dict[str, list[str]]
) -> None:
    if len(hashed) <= limit or len(prefix) == _HASH_BITS:
        if hashed:
            placed[prefix] = sorted(key for _, key in hashed)
        return
    middle = (int(prefix or "0", 2) * 2 + 1) << (_HASH_BITS - len(prefix) - 1)
    cut = bisect_left(hashed, (middle, ""))
    _split(hashed[:cut], prefix + "0", limit, placed)
    _split(hashed[cut:], prefix + "1", limit, placed)


def _pinned(hashed: list[tuple[int, str]], depth: int) -> dict[str, list[str]]:
    placed: dict[str, list[str]] = {
        format(number, f"0{depth}b") if depth else "": [] for number in range(1 << depth)
    }
    for number, key in hashed:
        prefix = format(number >> (_HASH_BITS - depth), f"0{depth}b") if depth else ""
        placed[prefix].append(key)
    return {prefix: sorted(keys) for prefix, keys in placed.items()}
