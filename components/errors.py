"""The one error that components raise for bad input."""

from collections.abc import Sequence

import pulumi

from .core.findings import Finding

__all__ = ["ValidationError"]


class ValidationError(pulumi.RunError):
    """Arguments of a component cannot be used; nothing of it has been registered.

    It lists everything that is wrong at once. Being a `pulumi.RunError` it ends a program with
    this text alone, without a traceback.

    Attributes:
        component: The component's class, such as `ExternalService`.
        name: The component's name in the program.
        findings: What is wrong: field path, reason and remedy of each.
    """

    component: str
    name: str
    findings: tuple[Finding, ...]

    def __init__(self, component: str, name: str, findings: Sequence[Finding]) -> None:
        self.component = component
        self.name = name
        self.findings = tuple(findings)
        subject = f'{component} "{name}"'
        if len(self.findings) == 1:
            super().__init__(f"{subject}: {self.findings[0]}")
        else:
            lines = "".join(f"\n  {finding}" for finding in self.findings)
            super().__init__(f"{subject}: {len(self.findings)} errors{lines}")
