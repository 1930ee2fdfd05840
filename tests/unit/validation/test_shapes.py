"""The types of fields: what the API server's decoder accepts and refuses."""

from collections.abc import Iterator, Mapping
from enum import Enum, IntEnum
from typing import Any

import pytest

from components.core.findings import INVALID, Finding
from components.validation import shapes, validate
from components.validation.kinds import endpoint_slice, service

Value = Any

TIMES: dict[str, bool] = {
    "2020-01-01T00:00:00Z": True,
    "2020-01-01T00:00:00+01:00": True,
    "2020-01-01T00:00:00-00:00": True,
    "2020-01-01T00:00:00+23:59": True,
    "2020-01-01T00:00:00+24:60": True,
    "2020-01-01T00:00:00.123Z": True,
    "2020-01-01T00:00:00,123Z": True,
    "2020-01-01T00:00:00.1234567890123Z": True,
    "2020-01-01T0:00:00Z": True,
    "2020-02-29T00:00:00Z": True,
    "0000-02-29T00:00:00Z": True,
    "9999-12-31T23:59:59Z": True,
    "2019-02-29T00:00:00Z": False,
    "1900-02-29T00:00:00Z": False,
    "2020-02-30T00:00:00Z": False,
    "2020-04-31T00:00:00Z": False,
    "2020-00-01T00:00:00Z": False,
    "2020-13-01T00:00:00Z": False,
    "2020-01-00T00:00:00Z": False,
    "2020-01-01T24:00:00Z": False,
    "2020-01-01T00:60:00Z": False,
    "2020-01-01T00:00:60Z": False,
    "2020-01-01T00:00:00+25:00": False,
    "2020-01-01T00:00:00+00:61": False,
    "2020-01-01T00:00:00+0100": False,
    "2020-01-01T00:00:00+01": False,
    "2020-01-01T00:00:00+01:00:30": False,
    "2020-01-01T00:00:00.Z": False,
    "2020-01-01T00:00:00": False,
    "2020-01-01T00:00Z": False,
    "2020-01-01": False,
    "2020-1-1T00:00:00Z": False,
    "2020-01-01T00:0:00Z": False,
    "2020-01-01 00:00:00Z": False,
    "2020-01-01t00:00:00Z": False,
    "2020-01-01T00:00:00z": False,
    "2020-01-01T00:00:00 Z": False,
    "2020-01-01T00:00:00Z\n": False,
    "2020-W01-1T00:00:00Z": False,
    "20200101T000000Z": False,
    "10000-01-01T00:00:00Z": False,
    "\uff12020-01-01T00:00:00Z": False,
    "": False,
}

INT32: list[tuple[Value, bool]] = [
    (80, True),
    (None, True),
    (2147483647, True),
    (-2147483648, True),
    (2147483648, False),
    (-2147483649, False),
    (10**5000, False),
    (80.0, False),
    (80.5, False),
    (1e3, False),
    (-0.0, False),
    (float("inf"), False),
    (float("nan"), False),
    (True, False),
    ("80", False),
    ([], False),
    ({}, False),
]
INT64: list[tuple[Value, bool]] = [
    (9223372036854775807, True),
    (-9223372036854775808, True),
    (9223372036854775808, False),
    (1.0, False),
    (True, False),
    ("1", False),
]
INT_OR_STRING: list[tuple[Value, bool]] = [
    (80, True),
    ("http", True),
    (None, True),
    (80.0, False),
    (2147483648, False),
    (True, False),
    ([], False),
    ({}, False),
]
BOOL: list[tuple[Value, bool]] = [
    (True, True),
    (False, True),
    (None, True),
    (0, False),
    (1, False),
    (0.0, False),
    ("true", False),
    ("yes", False),
    ([], False),
]
STRING: list[tuple[Value, bool]] = [
    ("a", True),
    ("", True),
    ("\ud800", True),
    ("\0", True),
    (None, True),
    (1, False),
    (1.5, False),
    (True, False),
    ([], False),
    ({}, False),
]
LIST: list[tuple[Value, bool]] = [
    ([], True),
    (None, True),
    ({}, False),
    ("a", False),
    (1, False),
    (True, False),
]
STRINGS: list[tuple[Value, bool]] = [
    *LIST,
    (["a"], True),
    ([None], True),
    ([1], False),
    ([["a"]], False),
    (["a", {}], False),
]
STRUCT: list[tuple[Value, bool]] = [
    ({}, True),
    (None, True),
    ([], False),
    ("a", False),
    (1, False),
    (True, False),
]
STRING_MAP: list[tuple[Value, bool]] = [
    *STRUCT,
    ({"a": "b"}, True),
    ({"a": None}, True),
    ({"a": 1}, False),
    ({"a": True}, False),
    ({"a": []}, False),
]
ANYTHING: list[tuple[Value, bool]] = [({}, True), ([], True), (1, True), ("a", True), (None, True)]

FIELDS: dict[str, list[tuple[Value, bool]]] = {
    "ports[0].port": INT32,
    "metadata.generation": INT64,
    "metadata.creationTimestamp": [*TIMES.items(), (None, True), (1, False), ({}, False)],
    "endpoints[0].conditions.ready": BOOL,
    "endpoints[0].zone": STRING,
    "endpoints": LIST,
    "endpoints[0].addresses": STRINGS,
    "endpoints[0].targetRef": STRUCT,
    "endpoints[0].deprecatedTopology": STRING_MAP,
    "metadata": STRUCT,
    "metadata.annotations": STRING_MAP,
    "metadata.managedFields[0].fieldsV1": ANYTHING,
}

ROWS = [(path, value, fits) for path, rows in FIELDS.items() for value, fits in rows]


def nest(path: str, value: Value) -> dict[str, Any]:
    """Make an object that holds a value at a path such as `a[0].b`."""
    for part in reversed(path.split(".")):
        name, is_list, _ = part.partition("[0]")
        value = {name: [value] if is_list else value}
    return value


def decoded(manifest: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Finding]]:
    findings: list[Finding] = []
    return shapes.decode(endpoint_slice.SHAPE, manifest, findings), findings


@pytest.mark.parametrize(
    ("path", "value", "fits"),
    ROWS,
    ids=[f"{path}-{index}" for index, (path, *_) in enumerate(ROWS)],
)
def test_a_value_fits_its_field_or_is_refused(path: str, value: Value, fits: bool) -> None:
    _, findings = decoded(nest(path, value))
    assert [finding.code for finding in findings] == ([] if fits else ["json-type"])
    for finding in findings:
        assert finding.path.startswith(path)
        assert finding.type == INVALID
        assert str(finding)


@pytest.mark.parametrize(("value", "fits"), INT_OR_STRING)
def test_a_field_takes_a_number_or_a_name(value: Value, fits: bool) -> None:
    findings: list[Finding] = []
    manifest = {"spec": {"ports": [{"port": 80, "targetPort": value}]}}
    shapes.decode(service.SHAPE, manifest, findings)
    assert [finding.path for finding in findings] == ([] if fits else ["spec.ports[0].targetPort"])


def test_the_wording_is_that_of_the_server() -> None:
    _, findings = decoded({"ports": [{"port": "80"}], "endpoints": {}, "metadata": {"name": 1.5}})
    assert [str(finding) for finding in findings] == [
        'ports[0].port: Invalid value: "80": cannot unmarshal string into a field of type int32',
        "endpoints: Invalid value: cannot unmarshal object into a field of type list",
        (
            "metadata.name: Invalid value: 1.5: cannot unmarshal number into a field of type string"
            " (quote it)"
        ),
    ]


@pytest.mark.parametrize(
    ("annotations", "remedy"),
    [
        ({"a": 9090}, "quote it"),
        ({"a": True}, "quote it"),
        ({"a": 0.5}, "quote it"),
        ({"a": []}, ""),
    ],
)
def test_a_number_in_place_of_text_is_to_be_quoted(
    annotations: dict[str, Any], remedy: str
) -> None:
    _, [finding] = decoded({"metadata": {"annotations": annotations}})
    assert finding.remedy == remedy
    _, [finding] = decoded({"ports": [{"port": "80"}]})
    assert finding.remedy == ""


def test_nulls_are_absent_and_items_zero() -> None:
    manifest = {
        "addressType": None,
        "metadata": {"labels": {"a": None}, "finalizers": [None], "ownerReferences": [None]},
        "endpoints": [None, {"addresses": None, "hints": {"forZones": [None]}}],
    }
    assert decoded(manifest) == (
        {
            "metadata": {"labels": {"a": ""}, "finalizers": [""], "ownerReferences": [{}]},
            "endpoints": [{}, {"hints": {"forZones": [{}]}}],
        },
        [],
    )


def test_an_item_of_the_wrong_type_is_zero_and_its_neighbours_stay() -> None:
    found, findings = decoded({"ports": [5, {"port": 80}], "metadata": {"labels": {"a": 1}}})
    assert found == {"ports": [{}, {"port": 80}], "metadata": {"labels": {"a": ""}}}
    assert [finding.path for finding in findings] == ["ports[0]", "metadata.labels[a]"]


def test_unknown_fields_are_warnings_and_dropped() -> None:
    found, findings = decoded(
        {"Ports": 5, "ports": [{"port": 80, "bogus": {"a": [1]}}], 7: 8, "": 9}
    )
    assert found == {"ports": [{"port": 80}]}
    assert [(finding.path, finding.code, finding.severity) for finding in findings] == [
        (path, "unknown-field", "warning") for path in ("Ports", "ports[0].bogus", "7", "")
    ]


def test_keys_of_a_map_are_what_they_are_in_json() -> None:
    annotations = {2: "a", True: "b", 1.5: "c", "d": "e"}
    found, findings = decoded({"metadata": {"annotations": annotations}})
    assert found["metadata"]["annotations"] == {"2": "a", "true": "b", "1.5": "c", "d": "e"}
    assert findings == []
    _, findings = decoded({"metadata": {"annotations": {None: "a", ("b",): "c"}}})
    assert [finding.code for finding in findings] == ["json-type"] * 2


class Kind(str, Enum):  # noqa: UP042 - users have such ones
    """A text with a name."""

    IPV4 = "IPv4"


class Number(IntEnum):
    """A number with a name."""

    HTTP = 80


class View(Mapping[str, Any]):
    """A mapping that is not a dict."""

    def __init__(self, **fields: Any) -> None:
        self._fields = fields

    def __getitem__(self, key: str) -> Any:
        return self._fields[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def test_subclasses_of_plain_types_count_as_these() -> None:
    manifest = View(
        addressType=Kind.IPV4,
        ports=({"port": Number.HTTP},),
        metadata=View(labels=View(a="b"), name="db"),
    )
    found, findings = decoded(manifest)
    assert findings == []
    assert found == {
        "addressType": "IPv4",
        "ports": [{"port": 80}],
        "metadata": {"labels": {"a": "b"}, "name": "db"},
    }
    assert type(found["addressType"]) is str
    assert type(found["ports"][0]["port"]) is int


def test_the_manifest_is_not_changed() -> None:
    metadata = {"name": None, "labels": {"a": None}}
    decoded({"metadata": metadata, "bogus": 1})
    assert metadata == {"name": None, "labels": {"a": None}}


def endless() -> dict[str, Any]:
    loop: dict[str, Any] = {}
    loop["metadata"] = loop
    loop["bogus"] = loop
    loop["endpoints"] = [loop]
    return loop


def deep(levels: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    "odd",
    [
        {"bogus": deep(100_000)},
        {"metadata": {"managedFields": [{"fieldsV1": deep(100_000)}]}},
        {"endpoints": deep(100_000)},
        {10**5000: 1},
        {"metadata": {"labels": {10**5000: 1, "\ud800": 1, "a\nb": 1}}},
        {"\ud800": 1, "a" * 10_000: 1},
        {"metadata": {"name": "\ud800", "labels": {"\ud800": "\ud800"}}},
        {"metadata": {"generateName": "\ud800" * 30}},
        {"ports": [{"port": 10**5000}]},
        endless(),
    ],
)
@pytest.mark.parametrize("kind", ["EndpointSlice", "Endpoints", "Service"])
def test_odd_input_causes_no_exception(odd: dict[Any, Any], kind: str) -> None:
    version = "discovery.k8s.io/v1" if kind == "EndpointSlice" else "v1"
    manifest = {**odd, "apiVersion": version, "kind": kind}
    findings = [*validate(manifest), *validate(manifest, old=manifest)]
    assert all(len(str(finding).encode()) < 5000 for finding in findings)
    assert all(finding.path.isprintable() for finding in findings)


def test_a_wrong_type_comes_first_and_hides_other_errors_of_its_field() -> None:
    manifest = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "A"},
        "addressType": 4,
    }
    assert [(finding.path, finding.code) for finding in validate(manifest)] == [
        ("addressType", "json-type"),
        ("metadata.name", "metadata-name"),
    ]
