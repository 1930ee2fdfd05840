"""Profiles the CPU time of Python: cProfile over the programs of `bench.programs`.

`.venv/bin/python -m bench.profiles [count]` writes `bench/profiles/<form>.txt` of a preview, and
`bench/profiles/render.txt` of `components.testing.render`, the thread of the program alone.
"""

import cProfile
import pstats
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cpu import pulumi
from bench.programs import FORMS, NAMESPACE, program
from components.testing import render
from testbed.cluster import throw_away_cluster
from testbed.stack import Stack

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
    _write("render", f"render of {count} Services", _render(count))
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster, TemporaryDirectory() as folder:
        cluster.kubectl("create", "namespace", NAMESPACE)
        for form in FORMS:
            stack = Stack(Path(folder) / form, cluster.parts, cluster.kubeconfig)
            pulumi(stack.write(_HEAD + program(form, count)), "preview")
            stats = pstats.Stats(str(stack.folder / "profile"))
            _write(form, f"preview of {count} Services, {form}", stats)


def _render(count: int) -> pstats.Stats:
    profile = cProfile.Profile()
    text = compile(program("ExternalServiceSet", count, quick=False), "program", "exec")

    def declare() -> None:
        profile.enable()  # from here on, in the program's thread
        exec(text, {})  # noqa: S102 - it is ours

    render(declare)
    return pstats.Stats(profile)


def _write(name: str, title: str, stats: pstats.Stats) -> None:
    text = StringIO()
    stats.stream = text  # type: ignore[attr-defined]
    stats.strip_dirs()
    stats.sort_stats("tottime").print_stats(_SHOWN)
    stats.sort_stats("cumulative").print_stats(_SHOWN * 2)
    (TARGET / f"{name}.txt").write_text(f"{title}\n{_without_date(text.getvalue())}")


def _without_date(text: str) -> str:
    """Return the text without the first line of each list, which contains the file and the time."""
    lines = text.splitlines()
    return "\n".join(line.rstrip() for line in lines if not line.endswith("/profile")) + "\n"


if __name__ == "__main__":
    main()
