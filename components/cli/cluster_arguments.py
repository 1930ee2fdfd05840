"""The common part of commands that read a cluster: options that choose it, and errors."""

import argparse
import sys

from .formats.wording import visible
from .live import ProgramError


def add_cluster_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose the cluster."""
    parser.add_argument("--kubeconfig", metavar="FILE", help="the file that kubectl reads")
    parser.add_argument("--context", metavar="NAME", help="the context of kubectl")


def kubectl_options(options: argparse.Namespace) -> list[str]:
    """Return the options of kubectl that choose the cluster."""
    chosen = {"--kubeconfig": options.kubeconfig, "--context": options.context}
    return [f"{option}={value}" for option, value in chosen.items() if value]


def show_error(error: ProgramError) -> None:
    """Write an error to standard error, with unsafe characters escaped."""
    for line in str(error).splitlines():
        print(visible(line), file=sys.stderr)
