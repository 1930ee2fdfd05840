"""Reads and edits the configuration of a stack, `Pulumi.<stack>.yaml`."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SALT = re.compile(r"^encryptionsalt:.*\n?", re.MULTILINE)
_SECURE = re.compile(r"""\bsecure["']?\s*:\s*["']?v\d+:""")
_KEY = re.compile(r"""^(\s+)["']?([^\s"'#-][^"']*?)["']?:(?:\s|$)""")


@dataclass(frozen=True)
class Configuration:
    """The file as text, because the Python that runs `make` may lack a YAML parser."""

    file: Path

    @classmethod
    def of(cls, project: Path, stack: str) -> "Configuration":
        """Return the configuration of a stack of the project in a folder."""
        return cls(project / f"Pulumi.{stack}.yaml")

    @property
    def has_salt(self) -> bool:
        """Return whether a passphrase belongs to it."""
        return bool(_SALT.search(self._text()))

    def secure_keys(self) -> list[str]:
        """Return the keys whose values are encrypted, wholly or in parts."""
        keys = [key for key, text in self._values() if _SECURE.search(text)]
        return keys or (["config"] if _SECURE.search(self._text()) else [])

    def drop_salt(self) -> None:
        """Remove the salt of the passphrase; the engine writes a new one."""
        self._write(_SALT.sub("", self._text()))

    def drop(self, key: str) -> None:
        """Remove a key with its value."""
        text = self._text()
        for found, value in self._values():
            if found == key:
                text = text.replace(value, "", 1)
        self._write(text)

    def _write(self, text: str) -> None:
        """Write the file, or delete it if it is empty."""
        if {line.strip() for line in text.splitlines()} <= {"", "---", "config:", "config: {}"}:
            self.file.unlink(missing_ok=True)
            return
        file = self.file.resolve()
        partial = file.with_name(f"{file.name}.partial")
        partial.write_text(text, encoding="utf-8")
        shutil.copymode(file, partial)
        partial.replace(file)

    def _values(self) -> Iterator[tuple[str, str]]:
        """Yield the keys below `config:`, each with the lines that belong to it."""
        inside, indent, key, lines = False, "", "", list[str]()
        for line in self._text().splitlines(keepends=True):
            if line.strip() and not line[0].isspace() and not line.startswith("#"):
                inside = line.startswith("config:")
            found = _KEY.match(line) if inside else None
            if (found and found[1] == (indent or found[1])) or (key and not inside):
                if key:
                    yield key, "".join(lines)
                key, lines = (found[2], []) if found else ("", [])
                indent = found[1] if found else indent
            if inside:
                lines.append(line)
        if key:
            yield key, "".join(lines)

    def _text(self) -> str:
        try:
            return self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
