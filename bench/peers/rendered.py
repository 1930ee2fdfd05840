"""Rendered by `components.testing.render`: one of the programs of `bench.programs`."""

import sys

from bench.programs import program
from components.testing import render


def main() -> None:
    form, count = sys.argv[1], int(sys.argv[2])
    text = compile(program(form, count, quick=False), form, "exec")
    if len(render(lambda: exec(text, {}))) != count * 2:  # noqa: S102 - it is ours
        raise RuntimeError("not all objects were rendered")


if __name__ == "__main__":
    main()
