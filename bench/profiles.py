"""Where the CPU of a preview goes in Python: cProfile over the programs of `bench.programs`.

`.venv/bin/python -m bench.profiles [count]` writes `bench/profiles/<form>.txt`.
"""

import pstats
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import pulumi
from bench.programs import FORMS, NAMESPACE, program
from tests.support.cluster import throw_away_cluster
from tests.support.stack import Stack

TARGET = Path(__file__).with_name("profiles")
_SHOWN = 40

_HEAD = """
import atexit, cProfile

profile = cProfile.Profile()
atexit.register(lambda: (profile.disable(), profile.dump_stats("profile")))
profile.enable()
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    TARGET.mkdir(exist_ok=True)
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        cluster.kubectl("create", "namespace", NAMESPACE)
        for form in FORMS:
            stack = Stack(Path(folder) / form, cluster.parts, cluster.kubeconfig)
            pulumi(stack.write(_HEAD + program(form, count)), "preview")
            text = StringIO()
            stats = pstats.Stats(str(stack.folder / "profile"), stream=text).strip_dirs()
            stats.sort_stats("tottime").print_stats(_SHOWN)
            stats.sort_stats("cumulative").print_stats(_SHOWN * 2)
            title = f"preview of {count} Services, {form}\n"
            (TARGET / f"{form}.txt").write_text(title + _without_date(text.getvalue()))


def _without_date(text: str) -> str:
    """Leave out the first line of each list, which names the file and the time."""
    lines = text.splitlines()
    return "\n".join(line.rstrip() for line in lines if not line.endswith("/profile")) + "\n"


if __name__ == "__main__":
    main()
