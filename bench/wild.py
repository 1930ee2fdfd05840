"""Runs `validate` over checkouts of other projects' repositories: `make wild`.

Prints how often each code fired and in how many repositories, so that people can rate its
precision. It also sends every object to its own kube-apiserver, to see if that refuses the reported
errors and accepts everything else. Warnings are tuned on one half of the repositories and measured
on the other. Nothing of the checkouts is kept; `wild.txt` beside this file lists the measured
repositories, with their commits.
"""

import hashlib
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from components.cli.manifests import Entry, Source, read
from components.cli.results import validate_files
from components.validation import KINDS, validate
from components.validation.untyped import mapping
from testbed.agreement.compare import is_unknowable
from testbed.agreement.server import ApiServer
from testbed.cluster import throw_away_cluster

CONFLICT = 409
Half = Literal["tune", "measure"]
HALVES: tuple[Half, Half] = "tune", "measure"
HELP = """\
No checkouts. Clone some repositories with manifests into one folder, and name it:
  make wild CHECKOUTS=folder
Each folder within it counts as one repository. bench/wild.txt lists some, with their commits."""


def half_of(repository: str) -> Half:
    """Return the half that a repository belongs to, by its name, such as `owner/name`."""
    digest = hashlib.sha256(repository.replace("+", "/").encode()).digest()
    return "measure" if digest[0] % 2 else "tune"


def main() -> int:
    """Validate every checkout, and print a table."""
    given = os.environ.get("CHECKOUTS", "")
    folders = sorted(one for one in Path(given).iterdir() if one.is_dir()) if given else []
    if not folders:
        sys.stdout.write(f"{HELP}\n")
        return 0
    with (
        throw_away_cluster(name="k8s-endpoints-wild") as cluster,
        ApiServer(cluster.kubeconfig) as server,
    ):
        _print(folders, Verdicts(server))
    return 0


class Verdicts:
    """Compares the API server's verdicts about objects with those of `validate`."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self.asked = 0
        self.external = 0
        """The number of endpoints objects and Services without a selector."""
        self.refused: Counter[str] = Counter()
        """How many objects with an error of `validate` the API server also refuses, by code."""
        self.taken: Counter[str] = Counter()
        """How many objects with an error of `validate` the API server accepts, by code."""
        self.missed: list[str] = []
        """The API server's errors that `validate` does not report."""

    def ask(self, source: str) -> None:
        """Compare the verdicts about every object of a file."""
        for entry in read(Source(source, is_named=False)):
            manifest = entry.value if isinstance(entry, Entry) else None
            if isinstance(manifest, dict) and _key(manifest) in KINDS:
                self.external += _is_external(manifest)
                self._ask(source, manifest)

    def _ask(self, source: str, manifest: dict[str, Any]) -> None:
        metadata = manifest.get("metadata")
        if not isinstance(metadata, dict) or metadata.get("resourceVersion"):
            return
        moved = {**manifest, "metadata": {**metadata, "namespace": "default"}}
        errors = {one.code for one in validate(moved) if one.severity == "error"}
        answer = self._server.create(moved, moved["kind"], "default", dry=True)
        self.asked += 1
        if answer.accepted:
            self.taken.update(errors)
        elif errors:
            self.refused.update(errors)
        elif answer.status != CONFLICT and not is_unknowable(answer, moved):
            self.missed.append(f"{source}: {answer.message}")


def _key(manifest: dict[str, Any]) -> tuple[object, object]:
    return manifest.get("apiVersion"), manifest.get("kind")


def _is_external(manifest: dict[str, Any]) -> bool:
    """Return whether an object is for backends that are not Pods of the cluster."""
    spec = mapping(manifest.get("spec"))
    if manifest["kind"] != "Service":
        return manifest["kind"] in {"Endpoints", "EndpointSlice"}
    return bool(spec) and (spec.get("type") == "ExternalName" or not spec.get("selector"))


def _print(folders: Sequence[Path], verdicts: Verdicts) -> None:
    fired: Counter[tuple[str, str]] = Counter()
    by_half: Counter[tuple[str, Half]] = Counter()
    repositories: dict[tuple[str, Half], set[str]] = defaultdict(set)
    holders = 0
    sys.stdout.write(
        f"{'repository':40} {'half':7} {'seconds':>7} {'objects':>7} {'no manifests':>12}\n"
    )
    for folder in folders:
        half, known = half_of(folder.name), verdicts.external
        before = time.process_time()
        found = validate_files([str(folder)], None)
        seconds = time.process_time() - before
        for row in found.rows:
            code = row.finding.code
            fired[row.finding.severity, code] += 1
            by_half[code, half] += 1
            repositories[code, half].add(folder.name)
        for source in sorted(found.sources):
            verdicts.ask(source)
        holders += verdicts.external > known
        strangers = found.strangers.total()
        sys.stdout.write(
            f"{folder.name:40} {half:7} {seconds:7.2f} {found.validated:7} {strangers:12}\n"
        )
    head = f"{'code':34} {'severity':8} {'fired':>6} {'tune':>10} {'measure':>10}"
    sys.stdout.write(
        f"\nfired, and / in how many repositories:\n{head} {'refused too':>11} {'taken':>6}\n"
    )
    for (severity, code), count in fired.most_common():
        told = (
            f"{verdicts.refused[code]:11} {verdicts.taken[code]:6}" if severity == "error" else ""
        )
        tune, measure = (
            f"{by_half[code, half]} / {len(repositories[code, half])}" for half in HALVES
        )
        line = f"{code:34} {severity:8} {count:6} {tune:>10} {measure:>10} {told}"
        sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.write(
        f"\n{len(folders)} repositories, {holders} of them with external Services;"
        f" {verdicts.asked} objects asked about\n"
    )
    for one in verdicts.missed:
        sys.stdout.write(f"refused, and not reported: {one}\n")


if __name__ == "__main__":
    sys.exit(main())
