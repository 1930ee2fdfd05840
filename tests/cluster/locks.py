"""Locks as the engine's file backend writes them."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def living_lock(file: Path) -> Iterator[None]:
    """Lock a stack by a process that lives, and whose command line is a `pulumi`'s."""
    sleep = shutil.which("sleep")
    assert sleep
    holder = subprocess.Popen(["pulumi", "60"], executable=sleep)
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "pid": holder.pid,
        "username": "tester",
        "hostname": socket.gethostname(),
        "timestamp": "2026-01-01T00:00:00Z",
    }
    file.write_text(json.dumps(content))
    try:
        yield
    finally:
        file.unlink()
        holder.kill()
        holder.wait()
        assert holder.returncode is not None
