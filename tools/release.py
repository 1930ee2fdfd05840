"""`python3 -m tools.release v1.2.3`: check that a tag may be released, and print its notes."""

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .console import CommandError, say
from .paths import ROOT

_SECTION = re.compile(r"^## (?P<version>\S+)(?: - (?P<date>.+))?$", re.MULTILINE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Release:
    """The newest version according to the repository."""

    version: str
    urls: Mapping[str, str]
    heading: str
    """The version in the changelog's first section."""
    date: str
    notes: str

    @classmethod
    def read(cls, root: Path = ROOT) -> "Release":
        """Read `pyproject.toml` and the changelog."""
        project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
        changelog = (root / "CHANGELOG.md").read_text()
        first, *rest = _SECTION.finditer(changelog)
        end = rest[0].start() if rest else len(changelog)
        return cls(
            version=project["version"],
            urls=project["urls"],
            heading=first["version"],
            date=first["date"] or "",
            notes=changelog[first.end() : end].strip(),
        )

    def problems(self, tag: str, repository: str) -> list[str]:
        """Return the reasons against a release as `tag`, each with a remedy.

        Args:
            tag: The tag of the commit.
            repository: The address of the repository; empty if unknown.
        """
        found: list[str] = []
        if tag != f"v{self.version}":
            found.append(f"the tag is {tag}: pyproject.toml says version {self.version}")
        if self.heading != self.version:
            found.append(
                f"CHANGELOG.md begins with {self.heading}: begin with `## {self.version} - <date>`"
            )
        elif not _DATE.fullmatch(self.date):
            found.append(f"CHANGELOG.md says `{self.date}`: write the day of the release")
        for name, url in self.urls.items():
            if ".example" in url or not url.startswith(repository):
                found.append(
                    f"project.urls.{name} is {url}: must be at {repository or 'a real address'}"
                )
        return found


def main(tag: str) -> None:
    """Print the notes of a release.

    Raises:
        CommandError: It may not be released; lists the reasons.
    """
    release = Release.read()
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    if problems := release.problems(tag, f"{server}/{name}" if server and name else ""):
        raise CommandError(f"{tag} is not ready:\n" + "\n".join(f"  {one}" for one in problems))
    say(release.notes)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
    except CommandError as failure:
        sys.exit(f"error: {failure}")
