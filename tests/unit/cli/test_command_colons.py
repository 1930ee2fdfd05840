"""Plain text in flow collections may end in a colon; each row was read by kubectl's own code."""

from typing import Any

import pytest

from components._yaml import KUBECTL, Reader, YamlProblems, comments, locate, reader
from components._yaml.colons import MARK
from components._yaml.pure import PureParser

READ: dict[str, Any] = {
    "[2001:db8::]": ["2001:db8::"],
    "{ip: fd00::}": {"ip": "fd00::"},
    "[fd00::, b]": ["fd00::", "b"],
    "[fd00:: , b]": [{"fd00:": None}, "b"],
    "[x:]": ["x:"],
    "{x:}": {"x:": None},
    "{a: x:, b: 1}": {"a": "x:", "b": 1},
    "[a: b:]": [{"a": "b:"}],
    "[x::y:]": ["x::y:"],
    "{fd00::}": {"fd00::": None},
    "[[a:]]": [["a:"]],
    "{a: {b: c:}}": {"a": {"b": "c:"}},
    "[-::]": ["-::"],
    "[a::\n ]": [{"a:": None}],
    '["a":]': [{"a": None}],
    '{"a":[1]}': {"a": [1]},
    "{'a':{b: c}}": {"a": {"b": "c"}},
    "[\"x:]\", 'y:,']": ["x:]", "y:,"],
    "|\n  a:]\n": "a:]\n",
    "x:[y]": "x:[y]",
}
REFUSED = ["[::]", "{ip: ::}", "[:]", "[:a]", "{a: :b}", "[- :]", "[a:]]", '{"a"::b}']


def value(text: str) -> Any:
    return Reader(f"spec: {text}\n".encode(), KUBECTL).document()["spec"]


@pytest.mark.parametrize("text", READ)
def test_colons_are_read_as_kubectl_reads_them(text: str) -> None:
    assert value(text) == READ[text]


@pytest.mark.parametrize("text", READ)
def test_colons_are_read_alike_without_libyaml(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "parser_of", PureParser)
    assert value(text) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_kubectl_refuses_stays_refused(text: str) -> None:
    with pytest.raises(YamlProblems):
        value(text)


def test_a_text_with_the_mark_itself_is_left_alone() -> None:
    assert value(f'["{MARK}", a]') == [MARK, "a"]
    with pytest.raises(YamlProblems):
        value(f'["{MARK}", a:]')


def test_columns_are_those_of_the_file() -> None:
    text = b"spec: {a: [x:, y:], b: 1}\nc: d\n"
    found = Reader(text, KUBECTL, placed=True).document()
    assert locate(found, "spec.b") == (1, 21)
    assert locate(found, "spec.a[1]") == (1, 16)
    assert locate(found, "c") == (2, 1)


def test_comments_keep_their_columns_too() -> None:
    ((place, text, _),) = comments(b"a: [x:, y:] # b:]\n")
    assert (place, text) == ((1, 13), "# b:]")
