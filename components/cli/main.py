"""Chooses the command."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import PurePath
from typing import NoReturn, TextIO

from ..core.findings import printable

COMMANDS: Mapping[str, str] = {
    "validate": "report what the API server would refuse in manifests, and what will not work",
    "explain": "follow the path from a client to the backends of a Service; show what breaks it",
    "diagram": "draw the paths to Services, as Mermaid or SVG",
    "probe": "connect to the backends of a Service, from this machine or from a Pod",
    "completion": "print a script with which a shell completes commands and options",
    "orphans": "find objects that a stack created but its state lacks; adopt or delete them",
}
"""What each command does. The module with its name in `commands` has `configure`, which adds its
arguments, and `run`, which returns the exit code. Only the chosen command is imported."""

_PLUGIN = "kubectl-"
"""The prefix of kubectl's plugins: `kubectl k8s-endpoints` runs `kubectl-k8s_endpoints`."""
_BROKEN_PIPE = 128 + signal.SIGPIPE
_INTERRUPTED = 128 + signal.SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: The arguments after the program's name. Defaults to None: those of this process.

    Returns:
        The exit code: that of the command; 2 for invalid arguments; if the output's reader is gone
            or Ctrl-C was pressed, the code that a shell uses for a process ended by a signal.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = _parser(given).parse_args(given)
        code: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def command_parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of a command's arguments."""
    parser = _Parser(prog=f"{_program()} {name}")
    import_module(f".commands.{name}", __package__).configure(parser)
    return parser


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit with the errors in the arguments, escaped, because they may be any file names."""
        super().error(printable(message))


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=_program(), description="Services whose endpoints live outside the cluster."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, purpose in COMMANDS.items():
        sentence = f"{purpose[0].upper()}{purpose[1:]}."
        command = commands.add_parser(name, help=purpose, description=sentence)
        if name in given[:1]:
            module = import_module(f".commands.{name}", __package__)
            module.configure(command)
            command.set_defaults(run=module.run)
    return parser


def _program() -> str:
    name = PurePath(sys.argv[0]).name
    if name.startswith(_PLUGIN):
        return f"kubectl {name.removeprefix(_PLUGIN).replace('_', '-')}"
    return f"python -m {__name__.partition('.')[0]}" if name == "__main__.py" else name


def _silence(stream: TextIO) -> None:
    """Keep the interpreter from flushing the stream, and from reporting errors, at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
