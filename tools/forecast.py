"""The first output of `make up`: how long it will take, and why."""

import os
from collections.abc import Sequence

from .parts import Part

_SECONDS = {
    "pulumi": 107,
    "pulumi-language-python": 9,
    "pulumi-resource-kubernetes": 116,
    "kubectl": 62,
    "etcd": 16,
    "kube-apiserver": 135,
    "kube-controller-manager": 53,
    "kube-scheduler": 6,
    "kwok": 14,
    "kwokctl": 5,
}
"""The seconds of each build on 2 idle cores, one after another, with empty Go caches: estimated
from builds of all that took 488 to 537 s."""

_SECONDS_OF_OTHERS = 40
_MEASURED_ON = 2
_MOST_THAT_HELP = 8
"""The maximum of useful cores, because linking runs on one core."""


def seconds(part: Part) -> float:
    """Return the seconds that the build of a part takes on an idle machine."""
    return _SECONDS.get(part.name, _SECONDS_OF_OTHERS)


def of_build(missing: Sequence[Part], cores: int | None = None) -> str:
    """Return a text about the build time of the missing parts, empty if none is missing.

    Args:
        missing: The parts to build.
        cores: The number of cores. Defaults to None: those of this machine.
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
