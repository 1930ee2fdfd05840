"""`orphans`: finds objects that a stack created but that are not in its state.

Exit codes: 0 if there are none left, 1 if some are left, 2 if the stack or the cluster could not be
read.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ...core.orphan_search import Declared, Orphan, find_orphans, known_objects, owner_of
from ..cluster_arguments import add_cluster_arguments, kubectl_options, show_error
from ..examples import show_examples
from ..formats.wording import count, json_text, visible
from ..live import Cluster, ProgramError, Searched, Stack

EXAMPLES = """\
examples:
  %(prog)s --stack prod                what the stack has created and its state does not hold
  %(prog)s --stack prod --adopt        take into the state what the program declares
  %(prog)s --stack prod --delete       delete the rest
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    show_examples(parser, EXAMPLES)
    parser.add_argument("-s", "--stack", default="", help="the stack (default: the selected one)")
    parser.add_argument(
        "-C",
        "--cwd",
        metavar="FOLDER",
        type=Path,
        default=Path(),
        help="the folder of the Pulumi project (default: this one)",
    )
    add_cluster_arguments(parser)
    parser.add_argument(
        "-n",
        "--namespace",
        action="append",
        default=[],
        help="look in this namespace only; may be repeated (default: all you may read)",
    )
    parser.add_argument(
        "--owner",
        action="append",
        default=[],
        help="a former owner of the stack, `<project>/<stack>`; may be repeated. Those in the state"
        " are known",
    )
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--adopt",
        action="store_true",
        help="add those that the program declares to the state, by `pulumi up` of these alone",
    )
    action.add_argument(
        "--delete",
        action="store_true",
        help="delete those that the program does not declare",
    )
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask before a change")
    parser.add_argument(
        "-o", "--output", choices=["text", "json"], default="text", help="(default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Find orphans, list, adopt or delete them as requested, and return the exit code."""
    try:
        return _run(options)
    except ProgramError as error:
        show_error(error)
        return 2


def _run(options: argparse.Namespace) -> int:
    cluster = Cluster(kubectl_options(options))
    if options.output == "json" and (options.adopt or options.delete):
        raise ProgramError("-o json reports, and changes nothing: leave it out")
    found = _find(options, cluster)
    _WRITERS[options.output](found)
    free = [orphan for orphan in found.orphans if not orphan.kept]
    if free and (options.adopt or options.delete):
        if not options.yes and not sys.stdin.isatty():
            raise ProgramError("cannot ask for confirmation here: pass --yes")
        stack = Stack(options.cwd, options.stack)
        declared = stack.declared()
        if options.adopt:
            _adopt(stack, declared, free, asks=not options.yes)
        else:
            _delete(cluster, declared, free, asks=not options.yes)
        found = _find(options, cluster)
        _say(f"{count(len(found.orphans), 'orphan is', 'orphans are')} left")
    if not any(where.everywhere or where.namespaces for where in found.searched.values()):
        raise ProgramError(
            "your permissions do not allow listing any of these objects in any namespace"
        )
    return 1 if found.orphans else 0


@dataclass(frozen=True, slots=True)
class _Found:
    stack: str
    managers: Sequence[str]
    orphans: Sequence[Orphan]
    searched: Mapping[str, Searched]


def _find(options: argparse.Namespace, cluster: Cluster) -> _Found:
    stack = Stack(options.cwd, options.stack)
    known = known_objects(stack.state)
    managers = stack.managers(options.owner)
    searched: dict[str, Searched] = {}
    live = cluster.objects(options.namespace, {key.namespace for key in known}, searched)
    orphans = sorted(
        find_orphans(live, known, managers, stack.claimed(managers)), key=lambda one: one.key
    )
    return _Found(stack.qualified_name, sorted(managers), orphans, searched)


def _adopt(stack: Stack, declared: Declared, free: Sequence[Orphan], *, asks: bool) -> None:
    keys = [orphan.key for orphan in free if orphan.key in declared.urns]
    if not keys:
        _say("the program declares none of them; `--delete` deletes them")
        return
    if not stack.adopt(declared.with_needs(keys), asks=asks):
        raise ProgramError("`pulumi up` failed")


def _delete(cluster: Cluster, declared: Declared, free: Sequence[Orphan], *, asks: bool) -> None:
    chosen = [orphan for orphan in free if not declared.holds(orphan.key)]
    if kept := len(free) - len(chosen):
        _say(f"{count(kept, 'is', 'are')} declared by the program: `--adopt` adopts them")
    for orphan in chosen:
        _say(f"delete {orphan.key}")
    if chosen and asks and input("Delete them? (yes/no) ") != "yes":
        return
    for orphan in chosen:
        if reason := cluster.delete(orphan):
            _say(f"{orphan.key} is not deleted: {reason}")


def _write_text(found: _Found) -> None:
    owners = ", ".join(map(owner_of, found.managers))
    _say(f"stack {found.stack}, owner {owners}")
    for kind, where in found.searched.items():
        _say(f"looked for {kind} {_where(where)}")
    for orphan in found.orphans:
        note = f" (left alone: {orphan.kept})" if orphan.kept else ""
        _say(f"orphan: {orphan.key}, of {orphan.owner}{note}")
    if not found.orphans:
        _say("no orphans")
        return
    _say(
        f"{count(len(found.orphans), 'orphan')}: `--adopt` takes those into the state that the"
        " program declares, `--delete` deletes the others"
    )


def _where(where: Searched) -> str:
    if where.everywhere:
        return "in all namespaces"
    looked = f"in {', '.join(where.namespaces)}" if where.namespaces else "nowhere"
    refused = f"; your permissions exclude {', '.join(where.refused)}" if where.refused else ""
    hidden = "; your permissions hide other namespaces" if where.hidden else ""
    return looked + refused + hidden


def _write_json(found: _Found) -> None:
    document = {
        "stack": found.stack,
        "owners": [owner_of(manager) for manager in found.managers],
        "searched": {kind: asdict(where) for kind, where in found.searched.items()},
        "orphans": [
            {**orphan.key._asdict(), "uid": orphan.uid, "owner": orphan.owner, "kept": orphan.kept}
            for orphan in found.orphans
        ],
    }
    print("".join(json_text(document, indent=2)), flush=True)


_WRITERS = {"text": _write_text, "json": _write_json}


def _say(text: str) -> None:
    print(visible(text), flush=True)
