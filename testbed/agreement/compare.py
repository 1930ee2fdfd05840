"""Asks the API server and `validate` about the same manifests, and compares what they say."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from typing import Any, Literal

from components.core.findings import Finding
from components.core.versions import NEWEST
from components.validation import validate

from .fields import spots
from .generator import Creation, Update
from .server import Answer, ApiServer, Object
from .store import Store

Verdict = Literal[
    "both accept",
    "both refuse",
    "only the cluster knows",
    "refused on purpose",
    "false accept",
    "false reject",
]

_PORT = r"(?P<port>-?\d+)"
UNKNOWABLE = (
    re.compile(rf"Invalid value: {_PORT}: provided port is not in the valid range\. .*"),
    re.compile(rf"Invalid value: {_PORT}: provided port is already allocated"),
    re.compile(rf"failed to allocate requested HealthCheck NodePort {_PORT}: .*"),
    re.compile(r"Invalid value: .*: failed to allocate IP \S+: .* is not in the valid range.*"),
    re.compile(r"Invalid value: .*: failed to allocate IP \S+: provided IP is already allocated"),
    re.compile(
        r"Invalid value: .*: failed to allocate IP \S+: "
        r"the provided network does not match the current range"
    ),
    re.compile(r"Invalid value: .*: IPv[46] is not configured on this cluster"),
    re.compile(r'Invalid value: "IPv[46]": not configured on this cluster'),
    re.compile(r"Invalid value: .*: this cluster is not configured for dual-stack services"),
)
"""Errors for reasons that no client can know: addresses and ports that are in use, or outside the
cluster's ranges. An invalid port, or one requested twice, is not among them."""

ON_PURPOSE = "slice-port-number"
"""The code of the one rule that is ours and not the API server's."""

REAL = "real-"
"""The prefix of the names of objects that are created for one comparison and then deleted."""

_NODE_PORT_RANGE = range(30_000, 32_768)
_THREADS = 4
_CHUNK = 400


@dataclass(frozen=True)
class Comparison:
    """The answers of both about one manifest."""

    kind: str
    manifest: Object
    old: Object | None
    """The stored object, if the manifest updates one."""
    answer: Answer
    findings: list[Finding]

    @property
    def errors(self) -> list[Finding]:
        """Our errors, without those of our own rules."""
        return [one for one in self.findings if one.severity == "error" and one.code != ON_PURPOSE]

    @property
    def verdict(self) -> Verdict:
        """Whether both agree."""
        refused = any(one.severity == "error" for one in self.findings)
        if self.answer.accepted:
            if not refused:
                return "both accept"
            return "false reject" if self.errors else "refused on purpose"
        if self.errors:
            return "both refuse"
        return (
            "only the cluster knows"
            if is_unknowable(self.answer, self.manifest)
            else "false accept"
        )

    @property
    def first_path(self) -> bool | None:
        """Whether both name the same field first; None if the API server names none."""
        if self.verdict != "both refuse" or is_unknowable(self.answer, self.manifest):
            return None
        if not self.answer.causes or not self.answer.causes[0].field:
            return None
        return self.errors[0].path == self.answer.causes[0].field

    @property
    def every_path(self) -> bool | None:
        """Whether we name every field that the API server names."""
        if self.first_path is None:
            return None
        return {cause.field for cause in self.answer.causes} <= {one.path for one in self.errors}

    @property
    def every_word(self) -> bool | None:
        """Whether our messages are those of the API server, in its order, without repetitions."""
        if self.first_path is None:
            return None
        ours = list(dict.fromkeys((one.path, one.message) for one in self.errors))
        theirs = list(dict.fromkeys((cause.field, cause.message) for cause in self.answer.causes))
        return ours[: len(theirs)] == theirs


def is_unknowable(answer: Answer, manifest: Object) -> bool:
    """Return whether a refusal is only for reasons that no client can know."""
    said = [cause.message for cause in answer.causes] or [answer.message]
    return all(any(_matches(form, text, manifest) for form in UNKNOWABLE) for text in said)


def _matches(form: re.Pattern[str], text: str, manifest: Object) -> bool:
    found = form.fullmatch(text)
    port = found.groupdict().get("port") if found else None
    if port is None:
        return found is not None
    asked = [*_node_ports(manifest["spec"]), manifest["spec"].get("healthCheckNodePort")]
    by_another = "allocated" not in text or asked.count(int(port)) == 1
    return 1 <= int(port) <= 65535 and by_another


class Comparer:
    """Compares manifests with the verdict of one API server."""

    def __init__(
        self, server: ApiServer, namespace: str, store: Store, kubernetes_version: str = NEWEST
    ) -> None:
        self._server = server
        self._namespace = namespace
        self._store = store
        self._validate = partial(validate, kubernetes_version=kubernetes_version)
        self._numbers = count()

    def compare_all(self, cases: Iterable[Creation | Update]) -> Iterator[Comparison]:
        """Compare one after the other, some at the same time."""
        remaining = iter(cases)
        with ThreadPoolExecutor(_THREADS) as pool:
            while chunk := list(islice(remaining, _CHUNK)):
                yield from pool.map(self.compare, chunk)

    def compare(self, case: Creation | Update) -> Comparison:
        """Compare what both say about one case."""
        if isinstance(case, Creation):
            return self.created(case.kind, case.manifest)
        stored = self._store.get(case.kind, case.base)
        manifest = case.manifest(stored, stored["metadata"]["name"])
        if dry_run_lies(manifest, creates=False):
            return self._really_replaced(case)
        return self.replaced(case.kind, manifest, stored)

    def created(self, kind: str, manifest: Object) -> Comparison:
        """Compare what both say about a manifest that creates an object."""
        dry = not dry_run_lies(manifest, creates=True)
        if not dry:
            manifest = for_real(manifest, self._real_name())
        answer = self._server.create(manifest, kind, self._namespace, dry=dry)
        if not dry and answer.accepted:
            self._server.delete(kind, self._namespace, answer.stored["metadata"]["name"])
        return Comparison(kind, manifest, None, answer, self._validate(manifest))

    def replaced(self, kind: str, manifest: Object, old: Object) -> Comparison:
        """Compare what both say about a manifest that updates a stored object."""
        name = old["metadata"]["name"]
        answer = self._server.replace(manifest, kind, self._namespace, name, dry=True)
        return Comparison(kind, manifest, old, answer, self._validate(manifest, old=old))

    def _really_replaced(self, case: Update) -> Comparison:
        """Compare what both say about a manifest that updates an object made for the purpose."""
        name = self._real_name()
        old = self._server.create(
            self._store.fresh(case.kind, case.base, name), case.kind, self._namespace, dry=False
        ).stored
        manifest = update_for_real(case, old)
        answer = self._server.replace(manifest, case.kind, self._namespace, name, dry=False)
        self._server.delete(case.kind, self._namespace, name)
        return Comparison(case.kind, manifest, old, answer, self._validate(manifest, old=old))

    def _real_name(self) -> str:
        return f"{REAL}{next(self._numbers)}"


def dry_run_lies(manifest: Object, *, creates: bool) -> bool:
    """Return whether a dry run may accept a manifest that the API server would refuse.

    A dry run ignores a resourceVersion on create, and whether node ports are in range or the one of
    the health check is in use.
    """
    metadata, spec = manifest.get("metadata"), manifest.get("spec")
    if not isinstance(metadata, dict):
        return False
    if creates and metadata.get("resourceVersion"):
        return True
    if manifest.get("kind") != "Service" or not isinstance(spec, dict):
        return False
    health_check = spec.get("healthCheckNodePort")
    given = _node_ports(spec)
    return health_check in given or any(
        isinstance(one, int) and one != 0 and one not in _NODE_PORT_RANGE
        for one in (*given, health_check)
    )


def _node_ports(spec: Object) -> list[Any]:
    ports = spec.get("ports")
    listed = ports if isinstance(ports, list) else []
    found = [port.get("nodePort") for port in listed if isinstance(port, dict)]
    return [one for one in found if one]


def for_real(manifest: Object, name: str) -> Object:
    """Return the manifest with that name, without fields that keep it or delete it too early."""
    kept = {
        key: value
        for key, value in manifest["metadata"].items()
        if key not in {"finalizers", "ownerReferences"}
    }
    return {**manifest, "metadata": {**kept, "name": name}}


def update_for_real(case: Update, old: Object) -> Object:
    """Return the manifest of a real update, for an object created for it."""
    name = old["metadata"]["name"]
    manifest = for_real(case.manifest(old, name), name)
    manifest["metadata"].pop("resourceVersion", None)  # a controller may have changed it
    return manifest


def shrink(comparer: Comparer, found: Comparison) -> Comparison:
    """Return the comparison of the smallest manifest with the same disagreement."""
    smaller = True
    while smaller:
        smaller = False
        number = 0
        while number < len(spots(found.manifest)):
            candidate = _compared_again(comparer, found, number)
            if candidate is not None and _disagrees_alike(candidate, found):
                found, smaller = candidate, True
            else:
                number += 1
    return found


def _compared_again(comparer: Comparer, found: Comparison, number: int) -> Comparison | None:
    manifest = deepcopy(found.manifest)
    holder, key = spots(manifest)[number]
    if holder is manifest and key in {"apiVersion", "kind"}:
        return None
    del holder[key]
    if found.old is None:
        return comparer.created(found.kind, manifest)
    return comparer.replaced(found.kind, manifest, found.old)


def _disagrees_alike(one: Comparison, other: Comparison) -> bool:
    smaller = len(spots(one.manifest)) < len(spots(other.manifest))
    return (
        smaller
        and (one.verdict, one.first_path) == (other.verdict, other.first_path)
        and (
            [cause.field for cause in one.answer.causes[:1]]
            == [cause.field for cause in other.answer.causes[:1]]
        )
    )
