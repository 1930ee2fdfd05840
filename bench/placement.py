"""50 000 plain IPv4 backends: parsed, checked, placed and rendered, on one core.

Run by `make bench`. Prints the time of each of five runs and the peak memory of the process.
"""

import resource
import statistics
import time

from components._runtime.inputs import read
from components.core import arguments
from components.core.arguments import typed
from components.core.external_service import plan_external_service
from components.core.findings import Finding
from components.services.external import ExternalServiceArgs

COUNT = 50_000
RUNS = 5


def main() -> None:
    addresses = [f"10.{n // 65536}.{n // 256 % 256}.{n % 256}" for n in range(1, COUNT + 1)]
    args = {"addresses": addresses, "ports": [{"name": "http", "port": 80}]}
    before = _peak_megabytes()
    times: list[float] = []
    slices = 0
    for _ in range(RUNS):
        begun = time.process_time()
        findings: list[Finding] = []
        inputs = read(ExternalServiceArgs, args)
        given = typed(arguments.ExternalServiceArgs, inputs.values)
        plan = plan_external_service(given, "fleet", findings)
        times.append(time.process_time() - begun)
        slices = len(plan.slices)
    print(f"{COUNT} backends into {slices} slices")
    median = statistics.median(times)
    print(f"CPU: {median:.2f} s, median of {RUNS} runs from {min(times):.2f} to {max(times):.2f} s")
    print(f"peak memory: {_peak_megabytes():.0f} MB, {before:.0f} MB of it before the first run")


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
