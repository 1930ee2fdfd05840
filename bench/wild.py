"""What `validate` says about checkouts of repositories that nobody here wrote: `make wild`.

Prints each code with how often it fired and in how many repositories, so that its precision can be
judged by hand. Nothing of the checkouts is kept.
"""

import os
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from components.cli.results import validate_files

HELP = """\
No checkouts. Clone some repositories with manifests into one folder, and name it:
  make wild CHECKOUTS=folder
Each folder within it counts as one repository."""


def main() -> int:
    """Validate every checkout, and print a table."""
    given = os.environ.get("CHECKOUTS", "")
    folders = sorted(one for one in Path(given).iterdir() if one.is_dir()) if given else []
    if not folders:
        sys.stdout.write(f"{HELP}\n")
        return 0
    fired: Counter[tuple[str, str]] = Counter()
    repositories: dict[str, set[str]] = defaultdict(set)
    sys.stdout.write(f"{'repository':40} {'seconds':>7} {'objects':>7} {'no manifests':>12}\n")
    for folder in folders:
        before = time.process_time()
        found = validate_files([str(folder)], None)
        seconds = time.process_time() - before
        for row in found.rows:
            fired[row.finding.severity, row.finding.code] += 1
            repositories[row.finding.code].add(folder.name)
        strangers = found.strangers.total()
        sys.stdout.write(f"{folder.name:40} {seconds:7.2f} {found.judged:7} {strangers:12}\n")
    sys.stdout.write(f"\n{'code':40} {'severity':8} {'fired':>6} {'in repositories':>15}\n")
    for (severity, code), count in fired.most_common():
        sys.stdout.write(f"{code:40} {severity:8} {count:6} {len(repositories[code]):15}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
