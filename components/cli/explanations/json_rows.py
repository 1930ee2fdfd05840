"""JSON: one object for a Service, or an array of them.

`first` is the first break, or null; `problems` has all breaks and weaknesses in the order of the
path. `path` is null if there is no such Service.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from ...topology import Explanation
from ..formats.wording import json_text


def write_rows(
    explanations: Sequence[Explanation],
    commands: Sequence[Sequence[str]],
    out: TextIO,
    *,
    is_list: bool,
) -> None:
    """Write explanations, each with the kubectl commands that show the same."""
    rows = [_row(one, given) for one, given in zip(explanations, commands, strict=True)]
    out.writelines(json_text(rows if is_list else rows[0], indent=2))
    out.write("\n")


def _row(one: Explanation, commands: Sequence[str]) -> dict[str, Any]:
    return {
        "namespace": one.namespace,
        "name": one.name,
        "verdict": one.verdict.value,
        "first": asdict(one.first) if one.first is not None else None,
        "problems": [asdict(problem) for problem in one.problems],
        "unknown": list(one.unknown),
        "unseen": dict(one.unseen),
        "path": asdict(one.path) if one.path is not None else None,
        "commands": list(commands),
    }
