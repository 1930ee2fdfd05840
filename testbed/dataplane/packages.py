"""What the tests need of the distribution, such as `ip` and `nft`, and a kernel that allows it."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.console import CommandError, say

_PACKAGES = {"ip": "iproute2", "nft": "nftables", "iptables": "iptables"}
"""The programs, and the package of each on Debian and Ubuntu (and most others)."""

_LOCK = Path("/run/k8s-endpoints-packages.lock")


def ensure() -> None:
    """Install what is missing, as root where there is `apt-get`.

    Raises:
        CommandError: It cannot be installed here; says what a person has to do.
    """
    if sys.platform != "linux" or os.geteuid() or not _missing():
        return
    if not shutil.which("apt-get"):
        raise CommandError(_advice())
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (packages := _missing()):
            return
        say(f"installing {' '.join(packages)} with apt-get")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "--quiet", *command], env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise CommandError(f"apt-get {command[0]} failed:\n{done.stdout}{done.stderr}")


def unsupported() -> str:
    """Return the reason why there can be no rig on this machine, or nothing."""
    if sys.platform != "linux":
        return "network namespaces need Linux"
    if os.geteuid():
        return "network namespaces need root"
    if _missing():
        return _advice()
    name = f"k8s-endpoints-probe-{os.getpid()}"
    try:
        for command in (["ip", "netns", "add", name], ["ip", "netns", "exec", name, *_NFT_PROBE]):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                return f"this kernel or container does not allow it: {done.stderr.strip()}"
    finally:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True)
    return ""


_NFT_PROBE = ("nft", "add table inet probe")


def _missing() -> list[str]:
    return [package for program, package in _PACKAGES.items() if not shutil.which(program)]


def _advice() -> str:
    return f"install the packages {', '.join(_missing())} of your distribution"


if __name__ == "__main__":
    try:
        ensure()
    except CommandError as failure:
        say(f"error: {failure}")
        sys.exit(1)
