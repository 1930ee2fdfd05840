"""Reads the objects for a command from files, a cluster, or a stack."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..topology import Snapshot
from ..validation.untyped import mapping
from .cluster_arguments import add_cluster_arguments, kubectl_options
from .live import ProgramError, Stack
from .live.proxy import Proxy
from .live.snapshots import current_namespace, read_snapshot
from .live.state_objects import read_state
from .manifests import Entry, Source, Unreadable, read, sources


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose the objects."""
    parser.add_argument("-n", "--namespace", default="", help="the namespace of the Services")
    parser.add_argument(
        "-f",
        "--file",
        dest="files",
        metavar="FILE",
        action="append",
        default=[],
        help="read manifests instead of a cluster: a file, a folder, or - for standard input; may"
        " be repeated",
    )
    parser.add_argument(
        "-s",
        "--stack",
        help="read the state of a Pulumi stack instead of a cluster, as its last update left it",
    )
    parser.add_argument(
        "-C",
        "--cwd",
        metavar="FOLDER",
        type=Path,
        default=Path(),
        help="the folder of the stack's project (default: this one)",
    )
    add_cluster_arguments(parser)


def is_cluster(options: argparse.Namespace) -> bool:
    """Return whether the objects come from a cluster."""
    return not options.files and options.stack is None


def chosen_namespace(options: argparse.Namespace) -> str:
    """Return the chosen namespace; empty for all, and for files."""
    if options.all_namespaces:
        return ""
    given: str = options.namespace
    if not given and is_cluster(options):
        return current_namespace(kubectl_options(options))
    return given


def read_objects(
    options: argparse.Namespace, namespace: str, client_namespace: str = ""
) -> Snapshot:
    """Read the objects.

    Args:
        options: The options of the command.
        namespace: The namespace of a cluster to read; empty for all.
        client_namespace: The client's namespace, if it differs. Defaults to none.

    Raises:
        ProgramError: They cannot be read.
    """
    if options.files and options.stack is not None:
        raise ProgramError("-f and --stack exclude each other")
    if options.files:
        return _of_files(options.files)
    if options.stack is not None:
        return read_state(Stack(options.cwd, options.stack))
    with Proxy(kubectl_options(options)) as proxy:
        return read_snapshot(proxy, namespace, client_namespace).snapshot


def _of_files(files: Sequence[str]) -> Snapshot:
    entries: list[Mapping[str, Any]] = []
    unreadable: list[Unreadable] = []
    for source in sources(files, ()):
        for entry in read(source) if isinstance(source, Source) else (source,):
            if isinstance(entry, Entry):
                entries.append(mapping(entry.value))
            elif isinstance(entry, Unreadable):
                unreadable.append(entry)
    if unreadable:
        raise ProgramError("\n".join(map(str, unreadable)))
    return Snapshot(entries)
