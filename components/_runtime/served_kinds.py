"""Checks at preview whether the cluster serves a kind of a CustomResourceDefinition.

If it does not, the provider previews the object as a create, and the up fails.
"""

import asyncio
import subprocess
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import settings

from ..core.custom_kinds import unserved
from ..core.findings import Finding
from ..core.metadata import Manifest
from ..errors import ValidationError
from .engine import monitor
from .late_types import read
from .live_metadata import is_answered
from .provider import provider_of

__all__ = ["is_missing", "is_waiting", "may_bring_kinds", "refuse_unserved"]

_BRINGERS = (
    "command:",
    "kubernetes:apiextensions.k8s.io/",
    "kubernetes:helm.sh/",
    "kubernetes:kustomize",
    "kubernetes:yaml",
)
"""Prefixes of the types of resources that may install CustomResourceDefinitions."""

_SECONDS = 10
"""The timeout in seconds for the cluster's answer."""

_asked: "WeakKeyDictionary[object, dict[tuple[object, ...], asyncio.Future[bool]]]" = (
    WeakKeyDictionary()
)
"""The cluster's answers in each run, by its monitor."""


def refuse_unserved(
    made: pulumi.CustomResource,
    manifest: Manifest,
    opts: pulumi.ResourceOptions | None,
    fail: Callable[[Sequence[Finding]], ValidationError],
) -> None:
    """Fail a preview if the cluster does not serve the kind of an object.

    The cluster is not asked if the dry run shows that it does, or if the program may install the
    kind itself: the component has `depends_on`, or the program has a resource that installs kinds.
    Without permissions, `kubectl` or an answer, the check is skipped.

    Args:
        made: The object, as registered.
        manifest: The object.
        opts: The options of the component.
        fail: Makes the component's error.
    """
    engine = monitor()
    if engine is None or not pulumi.runtime.is_dry_run() or is_waiting(opts):
        return

    async def check(metadata: Mapping[str, Any]) -> bool:
        if is_answered(metadata) or may_bring_kinds():
            return True
        version: str = manifest["apiVersion"]
        chosen = await _chosen_cluster(opts)
        if chosen is not None and await _says_missing(engine, chosen, version, manifest["kind"]):
            raise fail([unserved(manifest["kind"], version, manifest["metadata"]["name"])])
        return True

    _: pulumi.Output[bool] = read(made, "metadata", check)


def is_waiting(opts: pulumi.ResourceOptions | None) -> bool:
    """Return whether the component depends on other resources, which may include a controller."""
    return opts is not None and opts.depends_on is not None and opts.depends_on != []


def may_bring_kinds() -> bool:
    """Return whether a resource of the program may install CustomResourceDefinitions."""
    waiting = [settings.get_root_resource()]
    while waiting:
        one = waiting.pop()
        if one is None:
            continue
        if one.pulumi_resource_type.startswith(_BRINGERS):
            return True
        waiting += getattr(one, "_childResources", ())
    return False


async def _chosen_cluster(opts: pulumi.ResourceOptions | None) -> dict[str, str] | None:
    """Return the provider's settings that choose its cluster; None while one is unknown."""
    given = provider_of(opts)
    names = ("kubeconfig", "context", "cluster")
    if given is None:
        config = pulumi.Config("kubernetes")
        return {name: config.get(name) or "" for name in names}
    chosen: dict[str, str] = {}
    for name in names:
        value: pulumi.Output[str | None] = pulumi.Output.from_input(vars(given).get(name))
        if not await value.is_known():
            return None
        chosen[name] = await value.future() or ""
    return chosen


async def _says_missing(engine: object, chosen: dict[str, str], version: str, kind: str) -> bool:
    known = _asked.setdefault(engine, {})
    key = (*chosen.values(), version, kind)
    if key not in known:
        loop = asyncio.get_running_loop()
        known[key] = loop.run_in_executor(None, is_missing, chosen, version, kind)
    return await known[key]


def is_missing(chosen: dict[str, str], version: str, kind: str) -> bool:
    """Return whether the cluster answers that it does not serve a kind."""
    options = [f"--{name}={chosen[name]}" for name in ("context", "cluster") if chosen[name]]
    with _kubeconfig(chosen["kubeconfig"]) as file:
        options += [f"--kubeconfig={file}"] if file else []
        path = f"/apis/{version}"
        command = ["kubectl", "get", "--raw", path, f"--request-timeout={_SECONDS}s", *options]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS + 1,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    if done.returncode:
        return "(NotFound)" in done.stderr
    return f'"kind":"{kind}"' not in done.stdout.replace(" ", "")


@contextmanager
def _kubeconfig(given: str) -> Generator[str, None, None]:
    """Yield the path of a kubeconfig; empty for the default one."""
    if not given or ("\n" not in given and "{" not in given):
        yield str(Path(given).expanduser()) if given else ""
        return
    with TemporaryDirectory() as folder:  # readable only by this user
        file = Path(folder) / "kubeconfig"
        file.write_text(given)
        yield str(file)
