"""Reports how far `validate` and the API server agree, and where they do not."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import get_args

from tools.console import table

from .compare import REAL, Comparer, Comparison, Verdict, shrink
from .server import Object
from .warned import disagreements

LEAST_HITS = 3
"""How many manifests must break each rule, for the comparison to say something about it."""

OF_OLDER_VERSIONS = frozenset({"service-port-kubelet"})
"""Rules that the newest version no longer has."""

_VALUES = re.compile(r'"[^"]*"|\d+')
_SHOWN = 12
_SHRUNK_UP_TO = 4_000


class Tally:
    """Counts what was compared, and keeps what disagrees."""

    def __init__(self, rules: Mapping[str, str]) -> None:
        self._rules = rules
        self._hits: Counter[str] = Counter()
        self._verdicts: Counter[tuple[str, Verdict]] = Counter()
        self._agreeing: Counter[str] = Counter()
        self._with_path = 0
        self.wrong: list[Comparison] = []
        """False accepts and false rejects."""
        self.elsewhere: list[Comparison] = []
        """Refusals for which the two name another field first."""
        self.unwarned: dict[tuple[str, str, str], Object] = {}
        """Warnings of one of the two alone, by kind, each with an object that has it."""

    def add(self, comparisons: Iterable[Comparison]) -> None:
        """Count comparisons."""
        for one in comparisons:
            self._hits.update({finding.code for finding in one.findings})
            self._verdicts[f"{one.kind}{', update' if one.old else ''}", one.verdict] += 1
            if one.verdict in {"false accept", "false reject"}:
                self.wrong.append(one)
            if one.first_path is not None:
                self._with_path += 1
                self._agreeing.update(
                    name
                    for name in ("first_path", "every_path", "every_word")
                    if getattr(one, name)
                )
                if not one.first_path:
                    self.elsewhere.append(one)
            if one.old is None:
                self._add_warnings(one)

    def _add_warnings(self, one: Comparison) -> None:
        for who, text in disagreements(one.manifest, one.findings, one.answer):
            self.unwarned.setdefault((one.kind, who, _VALUES.sub("_", text)), one.manifest)

    @property
    def path_agreement(self) -> float:
        """Which part of the refusals that name a field name the same one first."""
        return self._agreeing["first_path"] / self._with_path

    @property
    def too_few(self) -> dict[str, int]:
        """The rules that were not broken often enough, and how often they were."""
        asked = self._rules.keys() - OF_OLDER_VERSIONS
        return {code: self._hits[code] for code in asked if self._hits[code] < LEAST_HITS}

    def verdicts(self) -> str:
        """Return what was said, by kind, and how often the two name the same fields."""
        verdicts = get_args(Verdict)
        kinds = sorted({kind for kind, _ in self._verdicts})
        rows = [[kind, *(str(self._verdicts[kind, one]) for one in verdicts)] for kind in kinds]
        sums = [sum(self._verdicts[kind, one] for kind in kinds) for one in verdicts]
        rows.append(["all", *map(str, sums)])
        paths = [
            f"{title}: {self._agreeing[name]} of {self._with_path} refusals with a field"
            f" ({self._agreeing[name] / self._with_path:.2%})"
            for name, title in (
                ("first_path", "same field first"),
                ("every_path", "every field of the API server's named"),
                ("every_word", "same fields, words and order"),
            )
        ]
        return "\n".join(
            [
                f"{sum(sums)} manifests",
                table(["", *verdicts], rows),
                "",
                *paths,
            ]
        )

    def coverage(self) -> str:
        """Return how many manifests broke each rule."""
        hits = [[code, str(self._hits[code]), self._rules[code]] for code in sorted(self._rules)]
        return table(["rule", "broken by", "what it asks"], hits)

    def warnings_of_one(self) -> str:
        """Show what one of the two warns of and the other does not, each with an object."""
        return "\n\n".join(
            f"{kind}, {who}: {text}\n  {json.dumps(manifest)}"
            for (kind, who, text), manifest in self.unwarned.items()
        )

    def disagreements(self, comparer: Comparer | None = None) -> str:
        """Return the smallest manifests with different verdicts.

        Args:
            comparer: Who can make them smaller still. Defaults to None: they are shown as they are.
        """
        shown: list[str] = []
        ordered = [*sorted(self.wrong, key=_length), *sorted(self.elsewhere, key=_length)]
        for one in ordered[:_SHOWN]:
            small = _length(one) < _SHRUNK_UP_TO and not _made_for_it(one)
            shown.append(_show(shrink(comparer, one) if comparer and small else one))
        return "\n\n".join(shown)


def _length(one: Comparison) -> int:
    return len(json.dumps(one.manifest))


def _made_for_it(one: Comparison) -> bool:
    """Return whether the object that it updates is gone."""
    return one.old is not None and one.old["metadata"]["name"].startswith(REAL)


def _show(one: Comparison) -> str:
    said = [f"{cause.field}: {cause.message}" for cause in one.answer.causes]
    judged = [f"{finding} [{finding.code}]" for finding in one.findings]
    lines = [
        f"{one.verdict}: {json.dumps(one.manifest)}",
        f"  API server: {one.answer.status} {'; '.join(said) or one.answer.message or 'accepts'}",
        f"  validate: {'; '.join(judged) or 'accepts'}",
    ]
    if one.old is not None:
        lines.append(f"  stored: {json.dumps(one.old)}")
    return "\n".join(lines)
