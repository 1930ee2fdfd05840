"""The pages in `docs/sources/`: their programs run, their links lead somewhere."""

import io
import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from components.testing import render

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "sources").glob("*.md"))


def programs(page: str) -> list[Any]:
    """Return the Python blocks of a page that use the components, compiled, by line."""
    path = ROOT / "docs" / "sources" / page
    text = path.read_text()
    found = []
    for match in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if re.search(r"^(from|import) components\b", match[1], re.MULTILINE):
            line = text.count("\n", 0, match.start()) + 2
            code = compile("\n" * (line - 1) + match[1], str(path), "exec")
            found.append(pytest.param(code, id=f"{page}:{line}"))
    return found


def declared(code: Any) -> list[dict[str, Any]]:
    return render(lambda: exec(code, {"__name__": "__main__"}))  # noqa: S102


def addresses(manifests: list[dict[str, Any]]) -> list[str]:
    """Return the addresses of all slices, sorted."""
    slices = [one for one in manifests if one["kind"] == "EndpointSlice"]
    return sorted(address for one in slices for e in one["endpoints"] for address in e["addresses"])


@pytest.mark.parametrize("code", programs("own.md"))
def test_a_source_of_ones_own(monkeypatch: pytest.MonkeyPatch, code: Any) -> None:
    asked: list[str] = []

    def answer(url: str, timeout: float) -> io.BytesIO:
        asked.append(url)
        assert timeout
        machines = [{"name": f"db-{n}", "ip": f"192.0.2.{n}"} for n in (2, 1)]
        return io.BytesIO(json.dumps(machines).encode())

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    assert addresses(declared(code)) == ["192.0.2.1", "192.0.2.2"]
    assert asked == ["https://inventory.example/machines?role=postgres"]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_point_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = page.parent / file if file else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def test_the_index_links_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    linked = set(re.findall(r"\]\(sources/([^)/]+\.md)\)", index))
    assert linked == {page.name for page in PAGES}
