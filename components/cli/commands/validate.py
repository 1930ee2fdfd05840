"""`validate`: reports what the API server would refuse in manifests, and what will not work.

Exit codes: 0 without errors, 1 with errors (`--fail-on` sets the severity), 2 if something could
not be read or written, including the baseline. Unreadable parts are listed on standard error, with
line and column, and the rest is validated.
"""

import argparse
import sys
from io import TextIOWrapper

from ...core.versions import NEWEST, OLDEST, rules_of
from ..baseline import BaselineError, read_baseline, without_known, write_baseline
from ..examples import show_examples
from ..formats import FORMATS, PLACED
from ..formats.wording import count, visible
from ..results import FAIL_ON, HAZARD_CODES, validate_files

_EVERY_VERSION = "all"


EXAMPLES = """\
examples:
  %(prog)s manifests/                         files and folders
  helm template chart/ | %(prog)s -           standard input
  %(prog)s manifests/ --kubernetes-version 1.32 --fail-on warning
  %(prog)s manifests/ -o sarif > found.sarif  for code scanning
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    show_examples(parser, EXAMPLES)
    parser.set_defaults(refuse=parser.error)
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="YAML or JSON; a folder, for all *.yaml, *.yml and *.json below it; or - for standard"
        " input",
    )
    parser.add_argument(
        "--kubernetes-version",
        metavar="VERSION",
        type=_version,
        default=NEWEST,
        help=f"the version whose rules apply, {OLDEST} or newer; `all`: what every version"
        " accepts (default: %(default)s)",
    )
    parser.add_argument(
        "-o",
        "--output",
        choices=list(FORMATS),
        default="text",
        help="the format (default: %(default)s)",
    )
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        action="append",
        default=[],
        help="leave out files and folders whose path or name matches; may be repeated",
    )
    parser.add_argument(
        "--kustomize",
        metavar="FOLDER",
        action="append",
        default=[],
        help="validate what `kubectl kustomize` renders of this folder; may be repeated",
    )
    parser.add_argument(
        "--as-folder",
        action="store_true",
        help="also skip what is not a manifest in files given by name, as in folders",
    )
    parser.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        default="error",
        help="the severity from which the exit code is 1 (default: %(default)s)",
    )
    parser.add_argument(
        "--allow-placeholders",
        action="store_true",
        help="skip placeholders that something fills in later, such as ${NAME}",
    )
    parser.add_argument(
        "--no-hazards",
        action="store_true",
        help="report no hazards (what the API server accepts but does not work as intended)",
    )
    known = parser.add_mutually_exclusive_group()
    known.add_argument(
        "--baseline",
        metavar="FILE",
        help="report only findings that this file does not hold, and those of it that are gone",
    )
    known.add_argument(
        "--write-baseline",
        metavar="FILE",
        help="write all findings to this file instead of reporting them",
    )


def run(options: argparse.Namespace) -> int:
    """Validate, write the report, and return the exit code."""
    try:
        return _run(options)
    except BaselineError as error:
        print(visible(str(error)), file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    if not options.files and not options.kustomize:
        options.refuse("nothing to validate: give FILE, or --kustomize FOLDER")
    version: str = options.kubernetes_version
    known = read_baseline(options.baseline) if options.baseline else None
    results = validate_files(
        options.files,
        None if version == _EVERY_VERSION else version,
        exclude=options.exclude,
        as_folder=options.as_folder,
        kustomize=options.kustomize,
        fails_on=options.fail_on,
        allow_placeholders=options.allow_placeholders,
        with_hazards=not options.no_hazards,
        with_places=options.output in PLACED,
    )
    _take_all_characters(sys.stdout)
    _take_all_characters(sys.stderr)
    if options.write_baseline:
        number = write_baseline(options.write_baseline, results.rows)
        print(visible(f"{options.write_baseline}: {count(number, 'finding')} known from now on"))
        results.rows.clear()
    else:
        if known is not None:
            unchecked = HAZARD_CODES if options.no_hazards else ()
            without_known(results, options.baseline, known, unchecked)
        FORMATS[options.output](results, sys.stdout)
    sys.stdout.flush()
    for one in results.unreadable:
        print(visible(str(one)), file=sys.stderr)
    return results.exit_code


def _version(text: str) -> str:
    if text != _EVERY_VERSION:
        try:
            rules_of(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _take_all_characters(stream: object) -> None:
    """Escape characters that the terminal's encoding lacks, instead of failing."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
