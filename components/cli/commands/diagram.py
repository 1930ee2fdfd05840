"""`diagram`: draws the paths to Services, in Mermaid or SVG."""

import argparse
import sys
from collections.abc import Sequence

from ...topology import Explainer
from ...topology.diagram import DETAILED, graph_of, mermaid, svg
from ...validation.object_set import Key
from .. import origins
from ..cluster_arguments import show_error
from ..examples import show_examples
from ..live import ProgramError

EXAMPLES = f"""\
examples:
  %(prog)s -n shop                     the Services of a namespace, as Mermaid
  %(prog)s -f manifests/ -o svg > shop.svg
  %(prog)s db web --stack prod         two Services that a stack's last update left
  %(prog)s -A -o svg > cluster.svg     a cluster

Up to {DETAILED} Services each has its path; more are grouped by namespace and state.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    show_examples(parser, EXAMPLES)
    parser.add_argument("services", metavar="SERVICE", nargs="*", help="(default: all)")
    parser.add_argument(
        "-A", "--all-namespaces", action="store_true", help="those of all namespaces"
    )
    origins.add_arguments(parser)
    parser.add_argument(
        "--narrow", action="store_true", help="with svg: boxes below one another, for small pages"
    )
    parser.add_argument(
        "-o",
        "--output",
        choices=["mermaid", "svg"],
        default="mermaid",
        help="(default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the diagram, and return 0, or 2 if the objects cannot be read or there are none."""
    try:
        namespace = origins.chosen_namespace(options)
        explainer = Explainer(origins.read_objects(options, namespace))
        keys = _chosen(explainer, namespace, options.services)
    except ProgramError as error:
        show_error(error)
        return 2
    graph = graph_of([explainer.explain(key) for key in keys])
    drawn = mermaid(graph) if options.output == "mermaid" else svg(graph, is_narrow=options.narrow)
    sys.stdout.write(drawn)
    sys.stdout.flush()
    return 0


def _chosen(explainer: Explainer, namespace: str, names: Sequence[str]) -> list[Key]:
    keys = [
        key
        for key in explainer.services()
        if namespace in {"", key[0]} and (not names or key[1] in names)
    ]
    if missing := {*names} - {name for _, name in keys}:
        raise ProgramError(f"there is no Service {', '.join(sorted(missing))}")
    if not keys:
        raise ProgramError("there are no Services")
    return keys
