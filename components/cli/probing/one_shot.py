"""Probes from a one-shot Pod in the cluster, which is deleted afterwards."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...validation.untyped import items, mapping, text
from ..live import ProgramError
from ..live.interrupts import ending_in_order, held_back
from ..live.programs import failed, run
from . import connections

Manifest = dict[str, Any]

IMAGE = "docker.io/library/python:3.13-slim"
_MOST_BYTES = 100_000
"""The maximum size of a program's argument; the kernel allows 128 KiB."""
_KEPT = 60
"""Seconds after which the cluster deletes a Job that this command could not delete."""
_USER = 65_532
_POLL = 0.5
_PATIENCE = 2.0
"""Seconds that a Job may be without a Pod before the command looks for a reason."""
_IN_TIME = "--request-timeout=20s"
_RUNNING = "it runs, and has not ended"
_HOPELESS = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName"})


def probe_job(
    name: str, image: str, labels: Mapping[str, str], request: Mapping[str, Any], seconds: int
) -> Manifest:
    """Return a Job whose one Pod probes, under the `restricted` Pod security standard.

    Args:
        name: Its name.
        image: An image with `python3`.
        labels: Labels of the Pod, for policies that select it.
        request: The targets, the timeout and the number of parallel connections.
        seconds: The deadline after which the cluster ends it.

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
) -> dict[int, connections.Result]:
    """Return the result of each target by its index, as seen from a Pod of a namespace.

    The Job is always deleted, also on Ctrl-C, SIGTERM and SIGHUP; if this process is killed, the
    cluster deletes it.

    Raises:
        ProgramError: The Pod does not start, or does not finish.
    """
    name = f"k8s-endpoints-probe-{secrets.token_hex(4)}"
    job = probe_job(name, image, labels, request, seconds)
    command = ["kubectl", *kubectl, "--namespace", namespace, _IN_TIME]
    with ending_in_order():
        try:
            with held_back():  # else an interrupt could hide that a Job exists
                _run([*command, "create", "-f", "-"], json.dumps(job))
            _wait(command, name, seconds)
            printed = _run([*command, "logs", f"job/{name}"])
        finally:
            with held_back():
                run([*command, "delete", "job", name, "--ignore-not-found", "--wait=false"])
    try:
        return dict(json.loads(line) for line in printed.splitlines())
    except ValueError as error:
        raise ProgramError(f"the Pod does not print results: {error}") from None


def _wait(command: Sequence[str], job: str, seconds: int) -> None:
    """Wait until the Pod of a Job has ended."""
    started = time.monotonic()
    asked = [*command, "get", "pods", "-l", f"job-name={job}", "-o", "json"]
    reason = "it was not started"
    while (passed := time.monotonic() - started) < seconds:
        pods = [mapping(one) for one in items(mapping(json.loads(_run(asked))).get("items"))]
        for pod in pods:
            status = mapping(pod.get("status"))
            phase = text(status.get("phase"))
            if phase == "Succeeded":
                return
            reason = _reason(status) or (_RUNNING if phase == "Running" else reason)
            if phase == "Failed" or reason in _HOPELESS:
                raise ProgramError(f"the Pod does not probe: {reason}")
        if not pods and passed > _PATIENCE and (refusal := _refusal(command, job)):
            raise ProgramError(f"the cluster refuses the Pod: {refusal}")
        time.sleep(_POLL)
    raise ProgramError(f"the Pod does not probe within {seconds} s: {reason}")


def _refusal(command: Sequence[str], job: str) -> str:
    """Return why a Job has no Pod, if permissions show it."""
    chosen = f"--field-selector=involvedObject.name={job},reason=FailedCreate"
    done = run([*command, "get", "events", chosen, "-o", "json"])
    if done.returncode:
        return ""
    messages = [
        text(mapping(one).get("message"))
        for one in items(mapping(json.loads(done.stdout)).get("items"))
    ]
    return messages[-1] if messages else ""


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
