"""`probe`: connect to the backends of a Service.

The exit code is advice: 0 if all answer, 1 if one does not, 2 if there is no backend to probe.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from ...topology import Explainer, Explanation
from .. import origins
from ..cluster_arguments import kubectl_options, show_error
from ..examples import show_examples
from ..explanations import Style
from ..live import ProgramError
from ..probing import Progress, connections, plan, write_json, write_text
from ..probing.connections import Result, probe_all
from ..probing.one_shot import IMAGE, probe_from_pod

EXAMPLES = """\
examples:
  %(prog)s db -n shop                          connect to every backend, from this machine
  %(prog)s web -f shop.yaml --as https --server-name web.example.com
  %(prog)s db --stack prod -o json
  %(prog)s db -n shop --in-cluster --labels app=checkout

Nothing but the addresses that the Service declares is contacted. What this machine reaches, Pods
need not reach, and the other way round.

exit codes: 0 all answer, 1 some do not, 2 there are no backends
"""


_START = 60
"""The timeout in seconds for the start of a Pod."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    show_examples(parser, EXAMPLES)
    parser.add_argument("service", metavar="SERVICE", help="its name")
    origins.add_arguments(parser)
    parser.set_defaults(all_namespaces=False)
    parser.add_argument(
        "--as",
        dest="kind",
        choices=["tcp", "tls", "http", "https"],
        help="how to connect (default: by the names of the ports, as http or https-web; else tcp)",
    )
    parser.add_argument(
        "--server-name",
        metavar="NAME",
        default="",
        help="the name that certificates must have; without it the chain alone is checked",
    )
    parser.add_argument("--ca", metavar="FILE", type=Path, help="the authorities to trust, in PEM")
    parser.add_argument(
        "--path", type=_path, default="/", help="the path that HTTP requests (default: %(default)s)"
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=3.0,
        help="how long each step may take (default: %(default)s)",
    )
    parser.add_argument(
        "--at-once",
        metavar="NUMBER",
        type=_number,
        default=16,
        help="how many connections at a time (default: %(default)s)",
    )
    pod = parser.add_argument_group("from a Pod")
    pod.add_argument(
        "--in-cluster", action="store_true", help="connect from a Pod, which is then deleted"
    )
    pod.add_argument(
        "--image", default=IMAGE, help="an image that has python3 (default: %(default)s)"
    )
    pod.add_argument(
        "--probe-namespace",
        metavar="NAMESPACE",
        default="",
        help="the Pod's namespace (default: that of the Service)",
    )
    pod.add_argument(
        "--labels",
        metavar="KEY=VALUE,...",
        type=_labels,
        default={},
        help="labels of the Pod, so that the policies of a client hold for it",
    )
    parser.add_argument(
        "-o", "--output", choices=["text", "json"], default="text", help="(default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Probe, write, and return the exit code."""
    try:
        return _run(options)
    except ProgramError as error:
        show_error(error)
        return 2


def _run(options: argparse.Namespace) -> int:
    explanation = _explanation(options)
    targets = list(plan(explanation, options.kind))
    if not targets:
        raise ProgramError(
            f"Service {explanation.namespace}/{explanation.name} declares no backend with a TCP"
            " port: `explain` says why"
        )
    more = {
        "server_name": options.server_name,
        "host": options.server_name,
        "ca": _ca(options.ca),
        "path": options.path,
    }
    asked = [{**asdict(one), **more} for one in targets]
    source, answers = _start(options, explanation.namespace, asked)
    progress = Progress(len(targets), sys.stderr)
    found: dict[int, Result] = {}
    for place, result in answers:
        found[place] = result
        progress.advance()
    progress.end()
    if len(found) < len(targets):
        raise ProgramError("the Pod ended before all backends were asked")
    results = [(target, found[place]) for place, target in enumerate(targets)]
    if options.output == "json":
        write_json(results, source, sys.stdout)
    else:
        write_text(results, source, sys.stdout, style=Style.of(sys.stdout))
    sys.stdout.flush()
    return int(not all(result["ok"] for _, result in results))


def _start(
    options: argparse.Namespace, namespace: str, asked: Sequence[connections.Target]
) -> tuple[str, Iterator[tuple[int, Result]]]:
    """Return the origin of the probes, and the results as they arrive."""
    if not options.in_cluster:
        return "this machine", probe_all(asked, options.timeout, options.at_once)
    home = options.probe_namespace or namespace
    request = {"targets": asked, "timeout": options.timeout, "at_once": options.at_once}
    rounds = 1 + len(asked) // options.at_once
    seconds = _START + int(3 * options.timeout * rounds)
    kubectl = kubectl_options(options)
    found = probe_from_pod(kubectl, home, options.image, options.labels, request, seconds)
    return f"a Pod of namespace {home}", iter(found.items())


def _explanation(options: argparse.Namespace) -> Explanation:
    namespace = origins.chosen_namespace(options)
    explainer = Explainer(origins.read_objects(options, namespace))
    homes = [home for home, _ in explainer.services(options.service) if namespace in {"", home}]
    if len(homes) != 1:
        listed = ", ".join(homes)
        raise ProgramError(
            f"several namespaces have {options.service}: name one ({listed})"
            if homes
            else f"there is no Service {options.service}"
        )
    return explainer.explain((homes[0], options.service))


def _ca(file: Path | None) -> str:
    try:
        return file.read_text() if file is not None else ""
    except (OSError, ValueError) as error:
        raise ProgramError(f"{file}: {error}") from None


def _labels(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(key and mark for key, mark, _ in pairs):
        raise ValueError(text)
    return {key: value for key, _, value in pairs}


def _path(text: str) -> str:
    if not text.startswith("/") or not text.isprintable() or " " in text:
        raise ValueError(text)
    return text


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 60:  # noqa: PLR2004 - a minute
        raise ValueError(text)
    return value


def _number(text: str) -> int:
    value = int(text)
    if not 0 < value <= 256:  # noqa: PLR2004 - threads
        raise ValueError(text)
    return value
