"""A one-shot Pod that probes from within the cluster, and leaves nothing behind."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...validation.untyped import items, mapping, text
from ..live import ProgramError
from ..live.programs import failed, run
from . import connections

Manifest = dict[str, Any]

IMAGE = "docker.io/library/python:3.13-slim"
_MOST_BYTES = 100_000
"""The limit of a program's argument; the kernel allows 128 KiB."""
_KEPT = 60
"""Seconds after which the cluster deletes a Job that this command could not delete."""
_USER = 65_532
_POLL = 0.5


def probe_job(
    name: str, image: str, labels: Mapping[str, str], request: Mapping[str, Any], seconds: int
) -> Manifest:
    """Return a Job whose one Pod probes, under the `restricted` Pod security standard.

    Args:
        name: What it is called.
        image: One that has `python3`.
        labels: Labels of the Pod, for policies that select it.
        request: The targets, the timeout and how many at once.
        seconds: After how long the cluster ends it.

    Raises:
        ProgramError: There are too many targets for one Pod.
    """
    given = json.dumps(request, separators=(",", ":"))
    if len(given) > _MOST_BYTES:
        raise ProgramError("that is too much for one Pod: probe fewer backends, or from here")
    source = Path(connections.__file__).read_text()
    container = {
        "name": "probe",
        "image": image,
        "command": ["python3", "-I", "-c", source, given],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"cpu": "1", "memory": "128Mi"},
        },
    }
    pod = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 0,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "k8s-endpoints"}},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": seconds,
            "ttlSecondsAfterFinished": _KEPT,
            "template": {"metadata": {"labels": dict(labels)}, "spec": pod},
        },
    }


def probe_from_pod(
    kubectl: Sequence[str],
    namespace: str,
    image: str,
    labels: Mapping[str, str],
    request: Mapping[str, Any],
    seconds: int,
) -> Iterator[tuple[int, connections.Result]]:
    """Return the result of each target by its position, as a Pod of a namespace sees it.

    The Job is deleted whatever happens; where this process is killed, the cluster does it.

    Raises:
        ProgramError: The Pod does not run, or not to its end.
    """
    name = f"k8s-endpoints-probe-{secrets.token_hex(4)}"
    job = probe_job(name, image, labels, request, seconds)
    command = ["kubectl", *kubectl, "--namespace", namespace]
    try:
        _run([*command, "create", "-f", "-"], json.dumps(job))
        _wait([*command, "get", "pods", "-l", f"job-name={name}", "-o", "json"], seconds)
        for line in _run([*command, "logs", f"job/{name}"]).splitlines():
            place, result = json.loads(line)
            yield place, result
    except ValueError as error:
        raise ProgramError(f"the Pod does not print results: {error}") from None
    finally:
        run([*command, "delete", "job", name, "--ignore-not-found", "--wait=false"])


def _wait(command: Sequence[str], seconds: int) -> None:
    """Wait until the Pod has ended."""
    end = time.monotonic() + seconds
    reason = "it was not started"
    while time.monotonic() < end:
        for pod in map(mapping, items(mapping(json.loads(_run(command))).get("items"))):
            status = mapping(pod.get("status"))
            if status.get("phase") == "Succeeded":
                return
            reason = _reason(status) or reason
            if status.get("phase") == "Failed" or reason in _HOPELESS:
                raise ProgramError(f"the Pod does not probe: {reason}")
        time.sleep(_POLL)
    raise ProgramError(f"the Pod does not probe within {seconds} s: {reason}")


_HOPELESS = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName"})


def _reason(status: Mapping[str, Any]) -> str:
    for container in map(mapping, items(status.get("containerStatuses"))):
        state = mapping(container.get("state"))
        for kind in ("waiting", "terminated"):
            if why := text(mapping(state.get(kind)).get("reason")):
                return why
    for condition in map(mapping, items(status.get("conditions"))):
        if condition.get("status") == "False" and text(condition.get("message")):
            return text(condition.get("message"))
    return text(status.get("reason"))


def _run(command: Sequence[str], given: str | None = None) -> str:
    done = run(command, stdin=given)
    if done.returncode:
        raise ProgramError(failed(command, done))
    return done.stdout
