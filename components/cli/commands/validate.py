"""`validate`: what the API server would say about manifests, and what will not work.

Exit codes: 0 without errors, 1 with errors (`--fail-on` moves that line), 2 where something could
not be read, whatever else was found. What could not be read is named on standard error, with line
and column, and the rest is judged.
"""

import argparse
import sys
from io import TextIOWrapper

from ...core.versions import NEWEST, OLDEST, rules_of
from ..formats import FORMATS, PLACED
from ..formats.wording import visible
from ..results import FAIL_ON, validate_files

_EVERY_VERSION = "all"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="YAML or JSON; a folder, for all *.yaml, *.yml and *.json below it; or - for standard"
        " input",
    )
    parser.add_argument(
        "--kubernetes-version",
        metavar="VERSION",
        type=_version,
        default=NEWEST,
        help=f"whose rules apply, from {OLDEST} on; `all` for what is legal on every version"
        " (default: %(default)s)",
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
        "--as-folder",
        action="store_true",
        help="pass over what is no manifest in files that are named too, as below a folder",
    )
    parser.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        default="error",
        help="what makes the exit code 1 (default: %(default)s)",
    )
    parser.add_argument(
        "--allow-placeholders",
        action="store_true",
        help="pass over values that something fills in later, such as ${NAME}",
    )
    parser.add_argument(
        "--no-hazards",
        action="store_true",
        help="do not look for what the API server accepts and yet does not work",
    )


def run(options: argparse.Namespace) -> int:
    """Judge, write the report, and give the exit code."""
    version: str = options.kubernetes_version
    results = validate_files(
        options.files,
        None if version == _EVERY_VERSION else version,
        exclude=options.exclude,
        as_folder=options.as_folder,
        fails_on=options.fail_on,
        allow_placeholders=options.allow_placeholders,
        with_hazards=not options.no_hazards,
        with_places=options.output in PLACED,
    )
    _take_all_characters(sys.stdout)
    FORMATS[options.output](results, sys.stdout)
    sys.stdout.flush()
    _take_all_characters(sys.stderr)
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
    """Escape what the terminal's encoding does not have, instead of failing."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
