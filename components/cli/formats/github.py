"""Workflow commands of GitHub Actions, shown as annotations of files."""

from typing import TextIO

from ..results import Results
from ..subjects import located
from .wording import message, repository_path, title, visible


def write(results: Results, out: TextIO) -> None:
    """Write a command for each finding, and for each unreadable part."""
    for row, (line, column) in located(results.rows):
        finding = row.finding
        text = f"{finding.path}: {message(finding)}" if finding.path else message(finding)
        properties = {
            "file": repository_path(row.subject.source),
            "line": str(line),
            "col": str(column),
            "title": f"{title(row.subject)}: {finding.code}",
        }
        out.write(_command(finding.severity, properties, text))
    for one in results.unreadable:
        place = {"line": str(one.line), "col": str(one.column)} if one.line else {}
        properties = {"file": repository_path(one.source), **place, "title": "cannot be read"}
        out.write(_command("error", properties, one.reason))


def _command(name: str, properties: dict[str, str], text: str) -> str:
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {given}::{_data(text)}\n"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
