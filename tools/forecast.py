"""What `make up` says first: how long it will take, and why."""

import os
from collections.abc import Sequence

from .parts import Part

_SECONDS = {
    "pulumi": 60,
    "pulumi-language-python": 5,
    "pulumi-resource-kubernetes": 162,
    "kubectl": 23,
    "etcd": 13,
    "kube-apiserver": 162,
    "kube-controller-manager": 98,
    "kube-scheduler": 6,
    "kwok": 41,
    "kwokctl": 4,
}
"""How long each build took on 2 idle cores, one after another, with empty caches of Go."""

_SECONDS_OF_OTHERS = 40
_MEASURED_ON = 2
_MOST_THAT_HELP = 8
"""Linking runs on one core: with more cores than these, builds get hardly faster."""


def seconds(part: Part) -> float:
    """Return how long the build of a part takes where nothing else runs."""
    return _SECONDS.get(part.name, _SECONDS_OF_OTHERS)


def of_build(missing: Sequence[Part], cores: int | None = None) -> str:
    """Return how long building the missing parts takes.

    Args:
        missing: What has to be built; nothing, where the answer is empty.
        cores: Of the machine. Defaults to None: of this one.
    """
    if not missing:
        return ""
    cores = cores or os.cpu_count() or 1
    alone = sum(map(seconds, missing))
    minutes = max(1, round(alone * _MEASURED_ON / min(cores, _MOST_THAT_HELP) / 60))
    names = ", ".join(part.name for part in missing)
    return (
        f"First, {len(missing)} programs are built from source, once: {names}.\n"
        f"With {cores} cores and empty caches this takes about {minutes} min, with a warm Go build "
        "cache about 2 min;\nlater runs take seconds. Programs on PATH in a usable version are not "
        "built.\n"
        "To see now what will be deployed, run `make demo` in another terminal.\n"
    )
