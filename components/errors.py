"""The error that components raise for invalid arguments."""

from collections.abc import Iterator, Sequence

import pulumi

from .core.findings import Finding, quote
from .core.unknown import contains_output

__all__ = ["ValidationError"]

_MOST_SHOWN = 50
_MOST_TEXT = 20_000
_LONGEST_LINE = 1500


class ValidationError(pulumi.RunError):
    """Arguments of a component are invalid; nothing of it has been registered.

    It lists all errors at once: the first 50 in its text, all of them in `findings`. As a
    `pulumi.RunError` it ends a program with this text alone, without a traceback.

    Attributes:
        component: The component's class, such as `ExternalService`.
        name: The component's name in the program; empty if it is an Output.
        findings: The errors, each with field path, reason and remedy.
    """

    component: str
    name: str
    findings: tuple[Finding, ...]

    def __init__(self, component: str, name: object, findings: Sequence[Finding]) -> None:
        self.component = component
        self.name = name if isinstance(name, str) and not contains_output(name) else ""
        self.findings = tuple(findings)
        subject = f"{component} {quote(self.name)}" if self.name else component
        if len(self.findings) == 1:
            super().__init__(f"{subject}: {_line(self.findings[0])}")
        else:
            lines = "".join(f"\n  {line}" for line in _lines(self.findings))
            super().__init__(f"{subject}: {len(self.findings)} errors{lines}")


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    left = _MOST_TEXT
    for index, finding in enumerate(findings):
        line = _line(finding)
        left -= len(line)
        if index and (index == _MOST_SHOWN or left < 0):
            yield f"… and {len(findings) - index} more"
            return
        yield line


def _line(finding: Finding) -> str:
    """Return a finding as one line of bounded length: its beginning, then reason and remedy."""
    text = str(finding)
    if len(text) <= _LONGEST_LINE:
        return text
    return f"{text[: _LONGEST_LINE // 2]} … {text[-_LONGEST_LINE // 2 :]}"
