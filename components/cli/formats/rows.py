"""JSON: one array with one object for each finding.

`namespace`, `name` and `kind` are empty if the object has none. `document` counts from 0, including
empty documents. `page` is the address of the code's explanation.
"""

from typing import TextIO

from ..results import Results
from ..subjects import Row
from .wording import json_text, message, page


def write(results: Results, out: TextIO) -> None:
    """Write the findings, one per line."""
    before = "[\n"
    for row in results.rows:
        out.write(before + "".join(json_text(_fields(row))))
        before = ",\n"
    out.write("\n]\n" if results.rows else "[]\n")


def _fields(row: Row) -> dict[str, str | int]:
    subject, finding = row.subject, row.finding
    return {
        "source": subject.source,
        "document": subject.document,
        "kind": subject.kind,
        "namespace": subject.namespace,
        "name": subject.name,
        "severity": finding.severity,
        "path": finding.path,
        "type": finding.type,
        "message": message(finding),
        "code": finding.code,
        "page": page(finding.code),
    }
