"""What real API servers said of manifests: the unit tier asks `validate` about the same ones.

A recording holds the answers, and the objects that updates were made of. The manifests are made
again from the seed, so that a change of the generator calls for new recordings.
"""

import hashlib
import json
import lzma
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Self

from components.validation import validate

from .compare import REAL, Comparison, dry_run_lies, for_real, update_for_real
from .generator import LAST, Creation, Update, cases
from .server import Answer, Cause, Object

FOLDER = Path(__file__).parent / "recordings"
SEED, COUNT, STORED = 1, 4_000, 30
"""Which manifests are recorded, and how many stored objects of each kind they update."""


@dataclass(frozen=True)
class Recording:
    """The answers of one API server, in the order of the manifests."""

    server: str
    """The API server's version, such as `v1.36.3`."""
    cases: str
    """What the cases hash to, which must be made again as they were."""
    stored: dict[str, list[Object]]
    """The objects that were stored, of each kind."""
    answers: list[Any]

    @classmethod
    def of(
        cls, server: str, stored: dict[str, list[Object]], comparisons: Iterable[Comparison]
    ) -> Self:
        """Make a recording of comparisons that were made of all cases, in their order."""
        kept = {kind: [_without_managers(one) for one in some] for kind, some in stored.items()}
        return cls(server, hash_of_cases(), kept, [_noted(one) for one in comparisons])

    def write(self) -> None:
        """Write it to its file, in place of an older one."""
        FOLDER.mkdir(exist_ok=True)
        text = json.dumps(asdict(self), separators=(",", ":"))
        _file(self.version).write_bytes(lzma.compress(text.encode(), preset=9))

    @classmethod
    def read(cls, version: str) -> Self:
        """Read the recording of a version such as `1.36`."""
        return cls(**json.loads(lzma.decompress(_file(version).read_bytes())))

    @property
    def version(self) -> str:
        """The version of Kubernetes, such as `1.36`."""
        return self.server.removeprefix("v").rpartition(".")[0]

    def compared(self) -> Iterator[Comparison]:
        """Compare every answer with what `validate` says now."""
        for case, noted in zip(recorded_cases(), self.answers, strict=True):
            answer, made = _read(noted)
            manifest, old = self._manifest(case, made)
            findings = validate(manifest, kubernetes_version=self.version, old=old)
            yield Comparison(case.kind, manifest, old, answer, findings)

    def _manifest(
        self, case: Creation | Update, made: Object | None
    ) -> tuple[Object, Object | None]:
        """Return a manifest and the object it updates, as they were when they were recorded."""
        if isinstance(case, Creation):
            lies = dry_run_lies(case.manifest, creates=True)
            return (for_real(case.manifest, f"{REAL}0") if lies else case.manifest), None
        if made is not None:
            return update_for_real(case, made), made
        old = self.stored[case.kind][case.base]
        return case.manifest(old, old["metadata"]["name"]), old


@cache
def recorded_cases() -> list[Creation | Update]:
    """Make the cases of every recording: without the last, where the large ones take long."""
    return list(islice(cases(SEED, COUNT + LAST, STORED), COUNT))


@cache
def hash_of_cases() -> str:
    """Return what all cases hash to."""
    text = json.dumps([asdict(case) for case in recorded_cases()])
    return hashlib.sha256(text.encode()).hexdigest()


def _file(version: str) -> Path:
    return FOLDER / f"{version}.json.xz"


def _noted(one: Comparison) -> Any:
    """Return an answer as JSON: 0 where the API server took it, else what it said against it."""
    if one.answer.accepted:
        said: Any = 0
    elif one.answer.causes:
        said = [[cause.field, cause.message] for cause in one.answer.causes]
    else:
        said = one.answer.message
    made = one.old is not None and one.old["metadata"]["name"].startswith(REAL)
    return {"old": _without_managers(one.old or {}), "said": said} if made else said


def _read(noted: Any) -> tuple[Answer, Object | None]:
    made = noted["old"] if isinstance(noted, dict) else None
    said = noted["said"] if isinstance(noted, dict) else noted
    if said == 0:
        return Answer(200), made
    if isinstance(said, str):
        return Answer(400, message=said), made
    return Answer(422, tuple(Cause(field, message) for field, message in said)), made


def _without_managers(stored: Object) -> Object:
    """Leave out what no manifest has: who wrote which field."""
    kept = deepcopy(stored)
    kept["metadata"].pop("managedFields", None)
    return kept
