"""`explain`: shows the path from a client to the backends of a Service, and its first break.

Exit codes: 0 if traffic flows, 1 if something breaks it, 2 if that is unknown.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from ...topology import Client, Explainer, Explanation, Verdict, changes
from .. import origins
from ..cluster_arguments import kubectl_options, show_error
from ..examples import show_examples
from ..explanations import Style, kubectl_commands, write_rows, write_table, write_tree
from ..formats.wording import visible
from ..live import ProgramError
from ..live.proxy import Proxy
from ..live.watches import Watches

EXAMPLES = """\
examples:
  %(prog)s db -n shop                  the Service db of namespace shop, in kubectl's context
  %(prog)s db -f manifests/            the same from files, without a cluster
  %(prog)s db --from web/frontend-0    what the policies let this Pod reach
  %(prog)s db --from app=web           the same for Pods with a label, in the Service's namespace
  %(prog)s db --stack prod             the Service that a stack's last update left
  %(prog)s db -n shop --watch          follow a rollout or a migration, a line for each event
  %(prog)s --all -n shop               every Service of a namespace, as a table
  %(prog)s --all -A -o json            every Service of the cluster, for programs

exit codes: 0 traffic flows, 1 something breaks it, 2 unknown
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    show_examples(parser, EXAMPLES)
    parser.add_argument("service", metavar="SERVICE", nargs="?", default="", help="its name")
    parser.add_argument(
        "-A", "--all-namespaces", action="store_true", help="with --all: those of all namespaces"
    )
    parser.add_argument("--all", action="store_true", help="every Service, as a table")
    origins.add_arguments(parser)
    parser.add_argument(
        "--from",
        dest="client",
        metavar="CLIENT",
        default="",
        help="the client, for NetworkPolicies: NAMESPACE/POD, KEY=VALUE,... for Pods of the"
        " Service's namespace, or NAMESPACE:KEY=VALUE,...",
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="keep following the path, and print a line for each event that changes it",
    )
    parser.add_argument(
        "--watch-for",
        metavar="SECONDS",
        type=float,
        help="with --watch: end after this time (default: at Ctrl-C)",
    )
    parser.add_argument("--wide", action="store_true", help="list all backends")
    parser.add_argument(
        "-o", "--output", choices=["text", "json"], default="text", help="(default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Explain, write, and return the exit code."""
    try:
        return _run(options)
    except ProgramError as error:
        show_error(error)
        return Verdict.UNKNOWN.exit_code


def _run(options: argparse.Namespace) -> int:
    if bool(options.service) == options.all:
        raise ProgramError("name one Service, or give --all")
    if options.all_namespaces and not options.all:
        raise ProgramError("-A goes with --all")
    namespace = origins.chosen_namespace(options)
    if options.watch:
        return _watch(options, namespace)
    snapshot = origins.read_objects(options, namespace, _client_namespace(options.client))
    kubectl = kubectl_options(options)
    explanations = _explain(Explainer(snapshot), options, namespace)
    commands = [kubectl_commands(one, kubectl) for one in explanations]
    out = sys.stdout
    if options.output == "json":
        write_rows(explanations, commands, out, is_list=options.all)
    elif options.all:
        write_table(explanations, out, style=Style.of(out))
    else:
        write_tree(explanations[0], commands[0], out, style=Style.of(out), is_wide=options.wide)
    out.flush()
    return _exit_code(explanations)


def _watch(options: argparse.Namespace, namespace: str) -> int:
    """Explain, then write a line for each event that changes the path."""
    if not origins.is_cluster(options) or options.all or options.output != "text":
        raise ProgramError("--watch follows one Service of a cluster, as text")
    if _client_namespace(options.client) not in {"", namespace}:
        raise ProgramError("--watch follows one namespace: the client must be in it")
    kubectl = kubectl_options(options)
    out = sys.stdout
    with Proxy(kubectl) as proxy:
        watches = Watches(proxy, namespace)
        (last,) = _explain(Explainer(watches.snapshot), options, namespace)
        write_tree(last, (), out, style=Style.of(out), is_wide=options.wide)
        out.flush()
        for event in watches.events(options.watch_for):
            (now,) = _explain(Explainer(watches.snapshot), options, namespace)
            if found := changes(last, now):
                said = "; ".join(found)
                line = f"{time.strftime('%H:%M:%S')} {event.subject} {event.verb}: {said}"
                out.write(f"{visible(line)}\n")
                out.flush()
            last = now
    return last.verdict.exit_code


def _explain(
    explainer: Explainer, options: argparse.Namespace, namespace: str
) -> Sequence[Explanation]:
    if options.all:
        keys = [key for key in explainer.services() if namespace in {"", key[0]}]
        client = _client(options.client, namespace, explainer)
        return [explainer.explain(key, client) for key in keys]
    if not namespace:
        homes = [home for home, _ in explainer.services(options.service)]
        if len(homes) > 1:
            listed = ", ".join(homes)
            raise ProgramError(f"several namespaces have {options.service}: name one ({listed})")
        namespace = homes[0] if homes else "default"
    client = _client(options.client, namespace, explainer)
    return [explainer.explain((namespace, options.service), client)]


def _client_namespace(given: str) -> str:
    if "=" in given:
        return given.partition(":")[0] if ":" in given.partition("=")[0] else ""
    return given.partition("/")[0] if "/" in given else ""


def _client(given: str, namespace: str, explainer: Explainer) -> Client | None:
    """Return the client that the option names."""
    if not given:
        return None
    home = _client_namespace(given) or namespace
    if not home:
        raise ProgramError("say which namespace the client is in: --from NAMESPACE:KEY=VALUE")
    if "=" not in given:
        name = given.rpartition("/")[2]
        client = explainer.pod(home, name)
        if client is None:
            raise ProgramError(f"there is no Pod {name} in namespace {home} that could be read")
        return client
    listed = given.partition(":")[2] if _client_namespace(given) else given
    pairs = [part.partition("=") for part in listed.split(",")]
    return Client(home, {key.strip(): value.strip() for key, _, value in pairs})


def _exit_code(explanations: Sequence[Explanation]) -> int:
    verdicts = {one.verdict for one in explanations}
    worst = (Verdict.BROKEN, Verdict.UNKNOWN, Verdict.SOUND)
    return next((one for one in worst if one in verdicts), Verdict.SOUND).exit_code
