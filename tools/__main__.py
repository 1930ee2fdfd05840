"""`python3 -m tools COMMAND`: the commands that the Makefile's targets call."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the user's Python may be older
    sys.exit("Python 3.11 or newer is needed; name one with `make PYTHON=python3.12 ...`")

from tools.commands import main

sys.exit(main(sys.argv[1:]))
