"""Files are split into documents as kubectl splits them, and lines are those of the file."""

import codecs
from pathlib import Path
from typing import Any

import pytest

from components.cli.manifests import Entry, Unreadable, places, read


def objects(folder: Path, text: str | bytes) -> list[tuple[int, tuple[int, ...], Any]]:
    return [(one.document, one.item, one.value) for one in entries(folder, text)]


def entries(folder: Path, text: str | bytes) -> list[Entry]:
    found = found_in(folder, text)
    assert not [one for one in found if isinstance(one, Unreadable)]
    return [one for one in found if isinstance(one, Entry)]


def found_in(folder: Path, text: str | bytes) -> list[Entry | Unreadable]:
    file = folder / "given"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read(str(file)))


A, B, C = {"kind": "A"}, {"kind": "B"}, {"kind": "C"}

FILES: dict[str, tuple[str | bytes, list[tuple[int, tuple[int, ...], Any]]]] = {
    "nothing": ("", []),
    "blank lines": ("\n \n\t\n", []),
    "a comment": ("# a\n", []),
    "a line": ("---", []),
    "one": ("kind: A", [(0, (), A)]),
    "one after a line": ("# x\n---\nkind: A\n", [(0, (), A)]),
    "two": ("kind: A\n---\nkind: B\n", [(0, (), A), (1, (), B)]),
    "a comment on the line": ("kind: A\n--- # b\nkind: B", [(0, (), A), (1, (), B)]),
    "empty ones count": (
        "---\n---\nkind: A\n---\n# x\n---\nkind: B\n---\n",
        [(1, (), A), (3, (), B)],
    ),
    "an end": ("kind: A\n...\n---\nkind: B\n...\n", [(0, (), A), (1, (), B)]),
    "carriage returns": (b"kind: A\r\n---\r\nkind: B\r\n", [(0, (), A), (1, (), B)]),
    "null": ("kind: A\n---\n~\n---\nnull\n", [(0, (), A), (1, (), None), (2, (), None)]),
    "scalars and lists": ("a\n---\n5\n---\n[a]\n", [(0, (), "a"), (1, (), 5), (2, (), ["a"])]),
    "a byte order mark": (codecs.BOM_UTF8 + b"kind: A\n", [(0, (), A)]),
    "a byte order mark and JSON": (codecs.BOM_UTF8 + b'{"kind": "A"}', [(0, (), A)]),
    "UTF-16": ("kind: A\n---\nkind: B\n".encode("utf-16"), [(0, (), A), (1, (), B)]),
    "UTF-16, big end first": (
        codecs.BOM_UTF16_BE + "kind: Ä\n".encode("utf-16-be"),
        [(0, (), {"kind": "Ä"})],
    ),
    "JSON": ('{"kind": "A"}', [(0, (), A)]),
    "JSON on several lines": ('\n{\n\t"kind": "A"\n}\n', [(0, (), A)]),
    "JSON after JSON": (
        '{"kind": "A"}{"kind": "B"}\n{"kind": "C"}\n',
        [(0, (), A), (1, (), B), (2, (), C)],
    ),
    "JSON between lines": ('{"kind": "A"}\n---\n{"kind": "B"}', [(0, (), A), (1, (), B)]),
    "JSON and YAML": ('{"kind": "A"}\n---\nkind: B\n', [(0, (), A), (1, (), B)]),
    "braces that are YAML": ("{kind: A}\n", [(0, (), A)]),
    "braces with a comma too many": ('{"kind": "A",}\n', [(0, (), A)]),
    "braces within text": (
        '{"kind": "A", "a": "}\\n{", "b": "} {"}',
        [(0, (), {"kind": "A", "a": "}\n{", "b": "} {"})],
    ),
    "a list": ("kind: List\nitems:\n- kind: A\n- kind: B\n", [(0, (0,), A), (0, (1,), B)]),
    "a list in JSON": (
        '{"items": [{"kind": "A"}, {"kind": "B"}], "kind": "List"}',
        [(0, (0,), A), (0, (1,), B)],
    ),
    "a list whose kind comes last": ("items:\n- kind: A\nkind: List\n", [(0, (0,), A)]),
    "an empty list": ("kind: List\nitems: []\n", []),
    "a list within a list": (
        "kind: List\nitems:\n- kind: A\n- kind: List\n  items:\n  - kind: B\n  - kind: C\n",
        [(0, (0,), A), (0, (1, 0), B), (0, (1, 1), C)],
    ),
    "a list of one kind": (
        "items:\n- metadata: {}\n- kind: A\napiVersion: v1\nkind: ServiceList\n",
        [
            (0, (1,), A),
            (0, (0,), {"metadata": {}, "kind": "Service", "apiVersion": "v1"}),
        ],
    ),
    "a list of values that are not objects": (
        "kind: List\nitems: [~, 5, []]\n",
        [(0, (0,), None), (0, (1,), 5), (0, (2,), [])],
    ),
    "an anchored list": (
        "kind: List\nitems: &a\n- kind: A\nother: *a\n",
        [(0, (0,), A)],
    ),
    "anchors across items": (
        "kind: List\nitems:\n- &a {kind: A}\n- *a\n",
        [(0, (0,), A), (0, (1,), A)],
    ),
    "items that are not a list": (
        "kind: A\nitems: {a: 1}\n",
        [(0, (), {"kind": "A", "items": {"a": 1}})],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FILES.values(), ids=FILES)
def test_a_file_is_split_into_documents(
    tmp_path: Path, text: str | bytes, expected: list[tuple[int, tuple[int, ...], Any]]
) -> None:
    assert objects(tmp_path, text) == expected


BROKEN: dict[str, tuple[str | bytes, list[str], list[int]]] = {
    "a tab": ("a:\n\tb: 1\n", [":2:1: found character that cannot start any token"], []),
    "a bracket": ("a: [\n", [":2:1: did not find expected node content"], []),
    "the second of three": (
        "kind: A\n---\nb: [}\n---\nkind: C\n",
        [":3:5: did not find expected node content"],
        [0, 2],
    ),
    "twice, twice": (
        "a: 1\nb: 1\nb: 2\na: 3\n",
        [":3:1: this key is given twice", ":4:1: this key is given twice"],
        [],
    ),
    "twice in a field": (
        "spec:\n  ports:\n  - port: 1\n    port: 2\nkind: A\napiVersion: b\n",
        [":4:5: spec.ports[0].port: this key is given twice"],
        [],
    ),
    "twice in an item": (
        "kind: List\nitems:\n- kind: A\n- {a: 1, a: 2}\n- kind: C\napiVersion: v1\n",
        [":4:10: items[1].a: this key is given twice"],
        [0, 0],
    ),
    "twice in JSON": ('{\n"a": 1,\n"a": 2}', [":3:1: this key is given twice"], []),
    "JSON that ends": ('{"a": 1', [":2:1: did not find expected ',' or '}'"], []),
    "a line with more": (
        "kind: A\n--- !x\nkind: B\n",
        [":2:5: kubectl accepts only a comment on the line of a `---`"],
        [0, 1],
    ),
    "a directive": ("%YAML 1.1\n---\nkind: A\n", [":1:1: kubectl does not accept directives"], [1]),
    "after the end": (
        "kind: A\n...\nkind: B\n",
        [":3:1: kubectl drops what follows the end of a document"],
        [],
    ),
    "after a flow": ("{kind: A}\nkind: B\n", [":2:1: kubectl drops what follows"], []),
    "an alias of nothing": ("a: *b\n", [":1:4: found undefined alias"], []),
    "itself": ("a: &a\n  b: *a\n", [":2:6: this alias contains itself"], []),
    "a template for a value": (
        "a: {{ .b }}\nc: {{ .d }}\n",
        [":1:5: `{{ ... }}` looks like a template", ":2:5: `{{ ... }}` looks like a template"],
        [],
    ),
    "a template for a key": ("{{ .a }}: b\n", [":1:2: `{{ ... }}` looks like a template"], []),
    "a line end of YAML alone": ("# a\x85# b\x85# c\x85? {}\n: d\n", [":4:3: a key must be"], []),
    "a list for a key": ("a:\n  ? [b]\n  : c\n", [":2:5: a key must be a string in JSON"], []),
    "no UTF-8": (b"a: 1\nb: x\xff\n", [":2:5: byte 0xff is not UTF-8"], []),
    "no UTF-8 in JSON": (b'{"a": "\xe9"}', [":1:8: byte 0xe9 is not UTF-8"], []),
    "NUL": (b"a: 1\nb: \0\n", [":2:4: character U+0000 is not allowed in YAML"], []),
    "a control character": (b"a: \x1b[31m\n", [":1:4: character U+001B is not allowed"], []),
    "UTF-16 without a mark": ("a: 1".encode("utf-16-le"), [":1:2: character U+0000"], []),
    "UTF-16 that is cut off": (codecs.BOM_UTF16_LE + b"a\0b", [": byte 5 is not UTF-16"], []),
}


@pytest.mark.parametrize(("text", "reasons", "left"), BROKEN.values(), ids=BROKEN)
def test_a_broken_document_has_a_position_and_the_rest_is_read(
    tmp_path: Path, text: str | bytes, reasons: list[str], left: list[int]
) -> None:
    found = found_in(tmp_path, text)
    said = [str(one) for one in found if isinstance(one, Unreadable)]
    assert len(said) == len(reasons), said
    for line, reason in zip(said, reasons, strict=True):
        assert line.startswith(f"{tmp_path / 'given'}{reason}"), line
    assert [one.document for one in found if isinstance(one, Entry)] == left


MANIFEST = """\
# a comment
---
kind: Service
metadata:
  name: a
  labels:
    app.kubernetes.io/name: x
    app: y
  annotations: {kubernetes.io/ingress.class: a}
spec:
  ports:
  - name: a

  -
    name: b
  loadBalancerSourceRanges: [
    a,
    b]
"""

PLACES = {
    "": (3, 1),
    "kind": (3, 1),
    "apiVersion": (3, 1),
    "metadata.name": (5, 3),
    "metadata.namespace": (4, 1),
    "metadata.labels": (6, 3),
    "metadata.labels[app]": (8, 5),
    "metadata.labels[app.kubernetes.io/name]": (7, 5),
    "metadata.labels.app.kubernetes.io/name": (7, 5),
    "metadata.labels[none]": (6, 3),
    "annotations.kubernetes.io/ingress.class": (9, 17),
    "metadata.annotations[kubernetes.io/ingress.class]": (9, 17),
    "spec.ports[0].port": (12, 5),
    "spec.ports[1].name": (15, 5),
    "spec.ports[1]": (15, 5),
    "spec.ports[7].name": (11, 3),
    "spec.ports.name": (11, 3),
    "spec.ports[x]": (11, 3),
    "spec.LoadBalancerSourceRanges[1]": (18, 5),
    "spec.type.x": (10, 1),
    "spec..": (10, 1),
    "[": (3, 1),
    "status": (3, 1),
}


@pytest.mark.parametrize(("path", "expected"), PLACES.items(), ids=PLACES)
def test_a_field_has_a_position(tmp_path: Path, path: str, expected: tuple[int, int]) -> None:
    (entry,) = entries(tmp_path, MANIFEST)
    assert places(entry.chunk, {(): [path]})[(), path] == expected


YAML_LIST = """\
kind: ServiceList
items:
- metadata:
    name: a
- kind: List
  items:
  - a: 1
"""
JSON_LIST = """\
{"kind": "ServiceList", "items": [

  {"metadata": {
    "name": "\\ud83d\\ude00"}},
  {"kind": "List", "items": [

  {"a": 1}]}]}
"""


@pytest.mark.parametrize("text", [YAML_LIST, JSON_LIST])
def test_items_of_lists_have_positions_in_yaml_and_json(tmp_path: Path, text: str) -> None:
    chunk = entries(tmp_path, text)[0].chunk
    found = places(chunk, {(0,): ["metadata.name", "kind"], (1, 0): ["a"], (9,): ["a"]})
    lines = {key: place.line for key, place in found.items()}
    assert lines == {((0,), "metadata.name"): 4, ((0,), "kind"): 3, ((1, 0), "a"): 7}


def test_merged_fields_have_positions(tmp_path: Path) -> None:
    text = "x: &x\n  a: 1\n  b: 2\nw:\n  <<: *x\n  b: 3\nz: *x\n"
    (entry,) = entries(tmp_path, text)
    found = places(entry.chunk, {(): ["w.a", "w.b", "z.a", "z"]})
    assert [found[(), path].line for path in ("w.a", "w.b", "z.a", "z")] == [2, 6, 2, 7]
