"""Scalars have the values that kubectl gives them; each row was read by kubectl's own code."""

from pathlib import Path
from typing import Any

import pytest

from components._yaml import KUBECTL, Reader, YamlProblems, reader
from components._yaml.pure import PureParser
from components.cli.manifests import Entry, read


def value(text: str) -> Any:
    return Reader(text.encode(), KUBECTL).document()


TEXT = """
    yEs oN tRUE nULL inf nan NaN Infinity << = _1 0o8 0xg 0b2 + . ._5 5,0 1,000 10m 1Gi 1e 1e+ 0x 0b
    0x1p4 12:30:45 1:2 08:00 2001-01-01 2001-1-1 2001-01-01T00:00:00Z 2001-12-14t21:59:43.10-05:00
    1e400 -1e400 .5e400 0x1FFFFFFFFFFFFFFFF +-5 1.2.3 192.0.2.10 1.5.0 2001:db8::1 \uff10 a#b a:b =x
"""


@pytest.mark.parametrize("text", TEXT.split())
def test_a_scalar_stays_text(text: str) -> None:
    assert value(f"a: {text}\n") == {"a": text}


VALUES: list[tuple[Any, str]] = [
    (True, "y Y yes Yes YES on On ON true True TRUE"),
    (False, "n N no No NO off Off OFF false False FALSE"),
    (None, "~ null Null NULL"),
    (0, "0 00 -0 -0.0 0.0 0e0 1e-400"),
    (5, "5 +5 5.0 5. 05 0x5 0X5 0o5 0O5 0b101 0B101 5e0 50e-1 0_5"),
    (8, "08 0_8 8 010 0o10"),
    (-31, "-31 -0x1F -037 -0b11111"),
    (1000, "1000 1_000 1__000 1e3 1E3 1e+3 1000_"),
    (1000.5, "1_000.5 1000.5"),
    (0.5, ".5 0.5 .5_0 5e-1 +.5"),
    (12000, "12e03"),
    (511, "0777 0o777 0x1ff"),
    (9, "09 9"),
    (2**63, "9223372036854775808"),
    (9223372036854776000, "+9223372036854775808"),
    (2**64 - 1, "18446744073709551615 0xffffffffffffffff"),
    (18446744073709552000, "18446744073709551616"),
    (-(2**63), "-9223372036854775808 -0x8000000000000000"),
    (10**20, "1e20"),
    (1e21, "1e21"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(text, expected) for expected, texts in VALUES for text in texts.split()],
)
def test_a_scalar_has_the_value_kubectl_reads(text: str, expected: Any) -> None:
    for found in (
        value(f"a: {text}\n")["a"],
        value(f"[{text}]\n")[0],
        value(f"a: &x {text}\nb: *x\n")["b"],
    ):
        assert (type(found), found) == (type(expected), expected)
    assert value(f"a: '{text}'\n") == {"a": text}
    assert value(f"a: !!str {text}\n") == {"a": text}


OTHERS: dict[str, Any] = {
    "a:": {"a": None},
    "a: ''": {"a": ""},
    "a: !!int '80'": {"a": 80},
    "a: !!float 80": {"a": 80},
    "a: !!float 1.5": {"a": 1.5},
    "a: !!bool 'on'": {"a": True},
    "a: !!null ''": {"a": None},
    "a: !!timestamp 2001-01-01": {"a": "2001-01-01"},
    "a: !!binary aGk=": {"a": "hi"},
    "a: !!binary /w==": {"a": "\ufffd"},
    "a: !mine 80": {"a": "80"},
    "a: ! 80": {"a": "80"},
    "a: !!python/object:os.system x": {"a": "x"},
    "a: !!set {b, c}": {"a": {"b": None, "c": None}},
    "a: |\n  80\n": {"a": "80\n"},
    "a: >-\n  80\n": {"a": "80"},
    "1: a": {"1": "a"},
    "0x10: a": {"16": "a"},
    "yes: a": {"true": "a"},
    "1.50: a": {"1.5": "a"},
    "2001-01-01: a": {"2001-01-01": "a"},
    "? a\n: b": {"a": "b"},
    "&k a: *k": {"a": "a"},
    "a: &x {b: 1}\nc: {<<: *x, d: 2}": {"a": {"b": 1}, "c": {"b": 1, "d": 2}},
    "a: &x {b: 1}\nc: {b: 2, <<: *x}": {"a": {"b": 1}, "c": {"b": 1}},
    "a: &x {b: 1}\nc: {<<: *x, b: 2}": {"a": {"b": 1}, "c": {"b": 2}},
    "a: &x {b: 1}\nc: {<<: [*x, {b: 3, e: 4}]}": {"a": {"b": 1}, "c": {"b": 1, "e": 4}},
    "'<<': {a: 1}": {"<<": {"a": 1}},
    "a: '\\x41\\u00e9'": {"a": "\\x41\\u00e9"},
    'a: "\\x41\\u00e9\\0\\/"': {"a": "Aé\0/"},
}


@pytest.mark.parametrize(("text", "expected"), OTHERS.items(), ids=OTHERS)
def test_tags_keys_and_merges_are_read(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert repr(found) == repr(expected)


REFUSED: dict[str, tuple[int, int, str]] = {
    "a: .inf": (1, 4, "JSON has no number .inf"),
    "a: [.NaN]": (1, 5, "JSON has no number .NaN"),
    "a: !!int x": (1, 4, "this value does not have the type int"),
    "a: !!bool 80": (1, 4, "this value does not have the type bool"),
    "a: !!timestamp x": (1, 4, "this value does not have the type timestamp"),
    "a: !!binary x": (1, 4, "!!binary must hold base64"),
    "~: a": (1, 1, "a key must be a string in JSON"),
    "? [a]\n: b": (1, 3, "a key must be a string in JSON"),
    "a: 1\nb: 2\na: 3": (3, 1, "this key is given twice"),
    "a: {b: 1, 'b': 2}": (1, 11, "this key is given twice"),
    "1: a\n'1': b": (2, 1, "this key is given twice"),
    "<<: 5": (1, 5, "`<<` takes a mapping"),
    "a: {b: /x?y=z}": (1, 8, "plain text with a `?` between brackets"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=REFUSED)
def test_a_value_that_json_lacks_is_a_problem(text: str, expected: tuple[int, int, str]) -> None:
    reading = Reader(text.encode(), KUBECTL)
    reading.document()
    (problem,) = reading.problems
    assert (problem.line, problem.column) == expected[:2]
    assert problem.reason.startswith(expected[2])


def test_json_has_the_same_numbers(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"a": [80.0, 1e3, 1.5, -0.0, 1e20, "\\ud83d\\ude00", "\\ud83d", "\\\\ud83d"]}')
    (entry,) = read(str(file))
    assert isinstance(entry, Entry)
    assert repr(entry.value["a"]) == repr([80, 1000, 1.5, 0, 10**20, "😀", "\ufffd", "\\ud83d"])


def test_without_libyaml_values_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "parser_of", PureParser)
    for text, expected in OTHERS.items():
        assert value(text) == expected, text
    with pytest.raises(YamlProblems) as caught:
        value("a: b\n\tc: d\n")
    assert caught.value.problems[0].line == 2
