"""Completes command lines, for shells and for kubectl."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from .main import COMMANDS, command_parser


def candidates(words: Sequence[str]) -> list[str]:
    """Return the candidates for the last word; empty if it may be any file or name.

    Args:
        words: The words after the program's name; the last one may be incomplete.
    """
    typed = words[-1] if words else ""
    return sorted({one for one in _all(words) if one.startswith(typed)})


def _all(words: Sequence[str]) -> Iterator[str]:
    if len(words) < 2:  # noqa: PLR2004 - the command itself
        yield from COMMANDS
        return
    if words[0] not in COMMANDS:
        return
    actions = _actions(command_parser(words[0]))
    before = words[-2]
    valued = next((one for one in actions if before in one.option_strings), None)
    if valued is not None and valued.nargs != 0:
        yield from map(str, valued.choices or ())
    elif words[-1].startswith("-"):
        for action in actions:
            yield from action.option_strings
    else:
        for action in actions:
            if not action.option_strings:
                yield from map(str, action.choices or ())


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return list(parser._actions)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


def main_of_kubectl() -> int:
    """Answer kubectl, which runs `kubectl_complete-k8s_endpoints` for its plugin.

    The last line is a directive: 0 lets the shell complete files if there are no candidates.
    """
    for one in candidates(sys.argv[1:]):
        print(one)
    print(":0")
    return 0
