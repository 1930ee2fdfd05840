"""Writes the results of a probe, for people and for programs."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TextIO

from ..explanations import Style
from ..formats.wording import count, json_text, visible
from .plan import Target

Results = Sequence[tuple[Target, Mapping[str, Any]]]

_DAY = 86_400
_SOON = 30
"""The number of days before its expiry from which a certificate is reported."""


def write_text(results: Results, source: str, out: TextIO, *, style: Style) -> None:
    """Write a line for each backend, and one with totals.

    Args:
        results: Each target with its result.
        source: The origin of the connections.
        out: The stream to write to.
        style: The style of the text.
    """
    width = max((len(_place(target)) for target, _ in results), default=0)
    for target, result in results:
        ok = bool(result["ok"])
        mark = style.paint("+" if ok else "x", "green" if ok else "red")
        said = [_took(result)] if ok else [str(result["reason"])]
        if "status" in result and ok:
            said.append(f"HTTP {result['status']}")
        said += _certificate(result)
        if target.state not in {"ready", "alias"}:
            said.append(f"{target.state} in its slice")
        place = f"{_place(target):<{width}}"
        out.write(f"{mark} {visible(place)}  {target.kind:<5}  {visible(', '.join(said))}\n")
    answered = sum(bool(result["ok"]) for _, result in results)
    out.write(f"\n{answered} of {count(len(results), 'backend port')} answered, from {source}\n")


def write_json(results: Results, source: str, out: TextIO) -> None:
    """Write one object: `source`, and `results`, each with a target and its result."""
    rows = [{**asdict(target), **result} for target, result in results]
    out.writelines(json_text({"source": source, "results": rows}, indent=2))
    out.write("\n")


def _place(target: Target) -> str:
    address = f"[{target.address}]" if ":" in target.address else target.address
    return f"{address}:{target.port}"


def _took(result: Mapping[str, Any]) -> str:
    steps: Mapping[str, float] = result["ms"]
    return ", ".join(f"{step} {ms:.1f} ms" for step, ms in steps.items())


def _certificate(result: Mapping[str, Any]) -> list[str]:
    if "expires" not in result:
        return []
    days = int((result["expires"] - time.time()) / _DAY)
    return [f"certificate ends in {days} days{' (soon)' if days < _SOON else ''}"]
