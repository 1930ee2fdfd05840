"""The file with the last good answers, which replace answers that fail."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, cast

import pulumi
import yaml

from ...types import Backend
from ..errors import SourceError

__all__ = ["Pins"]

_HEAD = """\
# The last good answers of the source `dns`. It rewrites this file when names resolve, and uses it
# when they do not. Commit the file.
"""
_VERSION = 1
_lock = Lock()


class Pins:
    """A file of answers, by query."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def get(self, query: str) -> list[Backend] | None:
        """Return the last good answer to a query, or None if there is none.

        Raises:
            SourceError: The file cannot be used.
        """
        return self._read().get(query)

    def keep(self, query: str, backends: list[Backend]) -> None:
        """Write the answer to a query, unless the file already has it.

        A file that cannot be written causes a warning only, because the answer itself is good.

        Raises:
            SourceError: The file is not a file of answers. It is left unchanged.
        """
        plain = [_plain(backend) for backend in backends]
        with _lock:
            answers = self._read()
            if answers.get(query) == plain:
                return
            text = yaml.safe_dump({"version": _VERSION, "answers": {**answers, query: plain}})
            try:
                self._replace(f"{_HEAD}{text}")
            except OSError as error:
                reason = f"{self.path} cannot be written: {error.strerror}"
                pulumi.log.warn(f"{query}: {reason}; it keeps an older answer")

    def _read(self) -> dict[str, list[Backend]]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeError) as error:
            raise self._unusable(str(error)) from None
        try:
            content: object = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f"line {mark.line + 1}: " if mark else ""
            raise self._unusable(f"{where}not YAML") from None
        if content is None:
            return {}
        if not isinstance(content, dict):
            raise self._unusable("must be a mapping")
        record = cast("dict[str, Any]", content)
        if record.get("version") != _VERSION:
            raise self._unusable(f"must have `version: {_VERSION}`")
        answers: object = record.get("answers", {})
        if not _are_answers(answers):
            raise self._unusable("`answers` must map queries to lists of backends")
        return cast("dict[str, list[Backend]]", answers)

    def _unusable(self, reason: str) -> SourceError:
        remedy = "restore it from version control, or delete it"
        return SourceError(f"{self.path}: {reason} ({remedy})")

    def _replace(self, text: str) -> None:
        """Write the file atomically."""
        target = self.path.resolve()  # a symbolic link stays a link
        partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with partial.open("x", encoding="utf-8", newline="\n") as sink:
                sink.write(text)
                sink.flush()
                os.fsync(sink.fileno())
            partial.replace(target)
        except OSError:
            with suppress(OSError):
                partial.unlink()
            raise


def _plain(backend: Backend) -> Any:
    """Return a backend in the form of YAML."""
    return {key: str(value) if isinstance(value, str) else value for key, value in backend.items()}


def _are_answers(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(query, str)
        and isinstance(answer, list)
        and all(isinstance(one, dict) and "address" in one for one in cast("list[Any]", answer))
        for query, answer in cast("dict[Any, Any]", value).items()
    )
