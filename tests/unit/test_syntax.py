"""Forms of names: the API server's rules and its wording, at both edges of every limit."""

from collections.abc import Callable, Sequence

import pytest

from components.core import syntax

LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must"
    " start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for"
    " validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
LABEL_1035 = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
    " alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123',"
    " regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
    " and must start and end with an alphanumeric character (e.g. 'example.com', regex used for"
    " validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
NAME_PART = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
    " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
    " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
TWO_SLASHES = (
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and"
    " end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used"
    " for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain"
    " prefix and '/' (e.g. 'example.com/MyName')"
)
LABEL_VALUE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.',"
    " and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or"
    " '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
CHARACTERS = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
LETTER = "must contain at least one letter (a-z)"
CONSECUTIVE = "must not contain consecutive hyphens"
EDGE_HYPHEN = "must not begin or end with a hyphen"
IANA_LONG = "must be no more than 15 characters"
KELVIN = "\u212a"  # KELVIN SIGN, which lower() makes an ASCII k

Judge = Callable[[str], Sequence[str]]
A63, A64 = "a" * 63, "a" * 64
SUB253 = ".".join(["a" * 63] * 3 + ["a" * 61])

ROWS: list[tuple[Judge, str, list[str]]] = [
    (syntax.dns_label, "a", []),
    (syntax.dns_label, "8080", []),
    (syntax.dns_label, "a-b", []),
    (syntax.dns_label, A63, []),
    (syntax.dns_label, A64, ["must be no more than 63 characters"]),
    (syntax.dns_label, "A" * 64, ["must be no more than 63 characters", LABEL]),
    (syntax.dns_label, "", [LABEL]),
    (syntax.dns_label, "-a", [LABEL]),
    (syntax.dns_label, "a-", [LABEL]),
    (syntax.dns_label, "A", [LABEL]),
    (syntax.dns_label, "a_b", [LABEL]),
    (syntax.dns_label, "a\n", [LABEL]),
    (syntax.dns_label, "é", [LABEL]),
    (syntax.dns_label, "\uff11", [LABEL]),
    (syntax.dns_label, KELVIN, [LABEL]),
    (syntax.dns_label, "a.b", ["must not contain dots"]),
    (syntax.dns_1035_label, "a", []),
    (syntax.dns_1035_label, A63, []),
    (syntax.dns_1035_label, A64, ["must be no more than 63 characters"]),
    (syntax.dns_1035_label, "9svc", [LABEL_1035]),
    (syntax.dns_1035_label, "a.b", [LABEL_1035]),
    (syntax.dns_1035_label, "A", [LABEL_1035]),
    (syntax.dns_1035_label, "a_b", [LABEL_1035]),
    (syntax.dns_1035_label, "a-", [LABEL_1035]),
    (syntax.dns_1035_label, "", [LABEL_1035]),
    (syntax.dns_1035_label, "a\n", [LABEL_1035]),
    (syntax.dns_subdomain, "db", []),
    (syntax.dns_subdomain, "9svc.x", []),
    (syntax.dns_subdomain, "10.0.0.1", []),
    (syntax.dns_subdomain, A64, []),
    (syntax.dns_subdomain, SUB253, []),
    (syntax.dns_subdomain, SUB253 + "a", ["must be no more than 253 characters"]),
    (syntax.dns_subdomain, "a..b", [SUBDOMAIN]),
    (syntax.dns_subdomain, "a.", [SUBDOMAIN]),
    (syntax.dns_subdomain, ".", [SUBDOMAIN]),
    (syntax.dns_subdomain, "DB.example.com", [SUBDOMAIN]),
    (syntax.dns_subdomain, "a_b.example.com", [SUBDOMAIN]),
    (syntax.dns_subdomain, "*.example.com", [SUBDOMAIN]),
    (syntax.dns_subdomain, "a.b\n", [SUBDOMAIN]),
    (syntax.qualified_name, "app", []),
    (syntax.qualified_name, "My_Name.1", []),
    (syntax.qualified_name, "example.com/My_Name.1", []),
    (syntax.qualified_name, A63, []),
    (syntax.qualified_name, f"{SUB253}/{A63}", []),
    (syntax.qualified_name, A64, ["name part must be no more than 63 bytes"]),
    (syntax.qualified_name, f"{SUB253}a/x", ["prefix part must be no more than 253 bytes"]),
    (syntax.qualified_name, "Foo.IO/Bar", [f"prefix part {SUBDOMAIN}"]),
    (syntax.qualified_name, "/a", ["prefix part must be non-empty"]),
    (syntax.qualified_name, "", ["name part must be non-empty", NAME_PART]),
    (syntax.qualified_name, "a/", ["name part must be non-empty", NAME_PART]),
    (syntax.qualified_name, "a/b/c", [TWO_SLASHES]),
    (syntax.qualified_name, "-a", [NAME_PART]),
    (syntax.qualified_name, "a\n", [NAME_PART]),
    (syntax.qualified_name, KELVIN, [NAME_PART]),
    (syntax.qualified_name, "é" * 32, ["name part must be no more than 63 bytes", NAME_PART]),
    (syntax.label_value, "", []),
    (syntax.label_value, "My_Value.1", []),
    (syntax.label_value, A63, []),
    (syntax.label_value, A64, ["must be no more than 63 bytes"]),
    (syntax.label_value, "a b", [LABEL_VALUE]),
    (syntax.label_value, "_", [LABEL_VALUE]),
    (syntax.label_value, "a\n", [LABEL_VALUE]),
    (syntax.label_value, "\n", [LABEL_VALUE]),
    (syntax.label_value, KELVIN, [LABEL_VALUE]),
    (syntax.iana_service_name, "http", []),
    (syntax.iana_service_name, "a23456789012345", []),
    (syntax.iana_service_name, "1-a", []),
    (syntax.iana_service_name, "a23456789012345x", [IANA_LONG]),
    (syntax.iana_service_name, "A" * 16, [IANA_LONG, CHARACTERS, LETTER]),
    (syntax.iana_service_name, "8080", [LETTER]),
    (syntax.iana_service_name, "", [CHARACTERS, LETTER]),
    (syntax.iana_service_name, "a\n", [CHARACTERS]),
    (syntax.iana_service_name, "é", [CHARACTERS, LETTER]),
    (syntax.iana_service_name, "a--b", [CONSECUTIVE]),
    (syntax.iana_service_name, "-a", [EDGE_HYPHEN]),
    (syntax.iana_service_name, "a-", [EDGE_HYPHEN]),
    (syntax.iana_service_name, "-", [LETTER, EDGE_HYPHEN]),
]


@pytest.mark.parametrize(
    ("judge", "value", "reasons"),
    [pytest.param(*row, id=f"{row[0].__name__} {row[1][:20]!a} of {len(row[1])}") for row in ROWS],
)
def test_reasons_against_a_name(judge: Judge, value: str, reasons: list[str]) -> None:
    assert list(judge(value)) == reasons


@pytest.mark.parametrize(
    ("number", "taken"),
    [(-1, False), (0, False), (1, True), (65535, True), (65536, False), (2**40, False)],
)
def test_port_numbers(number: int, taken: bool) -> None:
    assert syntax.port_number(number) == (
        [] if taken else ["must be between 1 and 65535, inclusive"]
    )


def test_text_that_is_not_unicode_is_validated() -> None:
    lone = "\ud800"
    judges: list[tuple[Judge, list[str]]] = [
        (syntax.dns_label, [LABEL]),
        (syntax.dns_1035_label, [LABEL_1035]),
        (syntax.dns_subdomain, [SUBDOMAIN]),
        (syntax.label_value, [LABEL_VALUE]),
        (syntax.qualified_name, [NAME_PART]),
        (syntax.iana_service_name, [CHARACTERS, LETTER]),
    ]
    for judge, reasons in judges:
        assert list(judge(lone)) == reasons, judge.__name__
