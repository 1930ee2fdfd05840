"""The cost of one changed backend for kube-proxy, with slices of 100 and of 1000.

Run by `make bench` if network namespaces can be created: one Service with 10 000 backends on the
rig of the data-plane tests, with real kube-proxy in nftables mode. The backends get new addresses
one by one. Measured are the CPU time of kube-proxy and the bytes that it reads, less the cost of
the rig's own marker.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import mean, median
from typing import Any
from urllib.request import ProxyHandler, build_opener

from components import ExternalService
from components.testing import render
from testbed.dataplane import packages
from testbed.dataplane.rig import Rig, start
from tools.console import table

COUNT = 10_000
CHANGES = 15
_METRICS = "http://127.0.0.1:10249/metrics"


@dataclass(frozen=True)
class _Paid:
    """The usage of kube-proxy since its start."""

    cpu: float
    """CPU time in seconds."""
    syncs: float
    """The time to apply changes, in seconds."""

    def __sub__(self, other: "_Paid") -> "_Paid":
        return _Paid(self.cpu - other.cpu, self.syncs - other.syncs)


def main() -> None:
    packages.ensure()
    if reason := packages.unsupported():
        print(f"no figures of kube-proxy: {reason}")
        return
    rows: list[list[str]] = []
    for size in (100, 1000):
        with start(1) as rig:
            rows.append(_measure(rig, size))
    print(f"one of {COUNT} backends changed, means of {CHANGES}")
    head = ["slices of", "slices", "endpoints sent", "JSON, kB", "kube-proxy CPU, ms", "sync, ms"]
    print(table(head, rows))
    print(json.dumps([dict(zip(head, row, strict=True)) for row in rows]))


def _measure(rig: Rig, size: int) -> list[str]:
    before = _manifests(size, 0)
    rig.cluster.kubectl("apply", "--server-side", "-f", "-", given=json.dumps(_list(before)))
    rig.settle()
    idle, changed = [], []
    sent: list[dict[str, Any]] = []
    for number in range(1, CHANGES + 1):
        idle.append(_paid(rig, rig.settle))
        after = _manifests(size, number)
        (written,) = [one for one, old in zip(after, before, strict=True) if one != old]
        sent.append(written)
        changed.append(_paid(rig, partial(_apply, rig, written)))
        before = after
    return [
        str(size),
        str(len(before) - 1),
        f"{median(len(one['endpoints']) for one in sent):.0f}",
        f"{median(len(json.dumps(one)) / 1000 for one in sent):.1f}",
        f"{1000 * (mean(one.cpu for one in changed) - mean(one.cpu for one in idle)):.0f}",
        f"{1000 * (mean(one.syncs for one in changed) - mean(one.syncs for one in idle)):.0f}",
    ]


def _manifests(size: int, changed: int) -> list[dict[str, Any]]:
    """Return the Service and its slices, with the first `changed` backends at other addresses."""
    backends = [
        {"id": f"b{n}", "address": f"10.{200 if n < changed else 100}.{n // 256}.{n % 256}"}
        for n in range(COUNT)
    ]

    def declare() -> None:
        args: Any = {
            "backends": backends,
            "ports": [{"name": "http", "port": 80}],
            "max_endpoints_per_slice": size,
        }
        ExternalService("fleet", args)

    return render(declare)


def _list(manifests: list[dict[str, Any]]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": manifests}


def _apply(rig: Rig, manifest: dict[str, Any]) -> None:
    rig.cluster.kubectl("apply", "--server-side", "-f", "-", given=json.dumps(manifest))
    rig.settle()


def _paid(rig: Rig, act: Callable[[], None]) -> _Paid:
    before = rig.network.node.run(_read)
    act()
    return rig.network.node.run(_read) - before


def _read() -> _Paid:
    with build_opener(ProxyHandler({})).open(_METRICS, timeout=5) as answer:
        text = answer.read().decode()
    return _Paid(
        sum(_values(text, "process_cpu_seconds_total")),
        sum(_values(text, "kubeproxy_sync_proxy_rules_duration_seconds_sum")),
    )


def _values(text: str, name: str) -> Iterator[float]:
    for line in text.splitlines():
        if line.startswith((f"{name} ", f"{name}{{")):
            yield float(line.rpartition(" ")[2])


if __name__ == "__main__":
    main()
