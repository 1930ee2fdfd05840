"""SARIF 2.1.0, the input of code scanning."""

import os
from typing import Any, TextIO
from urllib.parse import quote

from ..manifests import Place, Unreadable
from ..results import Results
from ..subjects import Row, located
from .wording import MEANINGS, advice, json_text, message, page, repository_path, title

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(results: Results, out: TextIO) -> None:
    """Write the results as one run."""
    codes = sorted({row.finding.code for row in results.rows})
    numbers = {code: number for number, code in enumerate(codes)}
    driver = {
        "name": "k8s-endpoints validate",
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not results.unreadable,
                "exitCode": results.exit_code,
                "toolExecutionNotifications": [_notification(one) for one in results.unreadable],
            }
        ],
        "results": [_result(row, place, numbers) for row, place in located(results.rows)],
    }
    out.writelines(json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1))
    out.write("\n")


def _rule(code: str) -> dict[str, Any]:
    where, advised = page(code), advice(code)
    rule: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": MEANINGS.get(code, code)},
        "help": {"text": f"{advised} See {where}", "markdown": f"{advised} See [{code}]({where})."},
    }
    if where.startswith("https://"):
        rule["helpUri"] = where
    return rule


def _result(row: Row, place: Place, numbers: dict[str, int]) -> dict[str, Any]:
    finding, subject = row.finding, row.subject
    text = f"{finding.path}: {message(finding)}" if finding.path else message(finding)
    return {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        "level": finding.severity,
        "message": {"text": f"{title(subject)}: {text}"},
        "locations": [
            {
                **_location(subject.source, *place),
                "logicalLocations": [
                    {"fullyQualifiedName": f"{title(subject)}.{finding.path}".rstrip(".")}
                ],
            }
        ],
    }


def _notification(one: Unreadable) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": one.reason},
        "locations": [_location(one.source, one.line, one.column)],
    }


def _location(source: str, line: int, column: int) -> dict[str, Any]:
    uri = quote(os.fsencode(repository_path(source).replace(os.sep, "/")))
    region = {"region": {"startLine": line, "startColumn": column}} if line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}
