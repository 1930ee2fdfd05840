"""Mermaid's own parser reads what `diagram` writes: every box, arrow, text and state."""

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from components.topology import Explainer, Snapshot
from components.topology.diagram import Graph, graph_of, mermaid
from tests.support.broken_setups import SETUPS, Manifest, endpoint_slice, in_namespace, service
from tools.paths import TOOLS

SOURCE = Path(__file__).parent / "mermaid"
FILES = ("package.json", "package-lock.json", "parse.js")
SHAPES = {"sound": "round", "broken": "hexagon", "unknown": "stadium", "plain": "square"}
HOSTILE = '"]; click b0 "javascript:x" <script>&lt; %%{init: {}}%% end `#quot; subgraph --> |x|'

Parse = Callable[[Sequence[str]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def parse() -> Parse:
    """Return what the parser makes of texts; its package is installed on first use."""
    if shutil.which("npm") is None:
        if os.environ.get("CI"):
            pytest.fail("Mermaid's parser must be asked in CI: npm is not on PATH")
        pytest.skip("npm is not on PATH")
    folder = installed()

    def run(texts: Sequence[str]) -> list[dict[str, Any]]:
        done = subprocess.run(
            ["node", "parse.js"],
            cwd=folder,
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return run


def installed() -> Path:
    """Return the folder of the parser, installed as the lock file says."""
    content = b"".join((SOURCE / name).read_bytes() for name in FILES)
    folder = TOOLS / f"mermaid-{hashlib.sha256(content).hexdigest()[:8]}"
    if folder.exists():
        return folder
    TOOLS.mkdir(exist_ok=True)
    new = Path(mkdtemp(prefix="mermaid-", dir=TOOLS))
    for name in FILES:
        shutil.copy(SOURCE / name, new)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=new, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    new.rename(folder)
    return folder


def graph(manifests: Sequence[Manifest]) -> Graph:
    explainer = Explainer(Snapshot(list(manifests)))
    return graph_of([explainer.explain(key) for key in explainer.services()])


def hostile() -> Graph:
    bad = in_namespace([service(), endpoint_slice({"name": HOSTILE, "port": 5432})], "shop")
    bad[1]["metadata"]["name"] = HOSTILE
    bad[1]["endpoints"][0]["zone"] = HOSTILE
    return graph(bad)


def many(number: int) -> Graph:
    made: list[Manifest] = []
    for one in range(number):
        name = f"db-{one}"
        port = {"name": "other" if one % 10 == 0 else "pg", "port": 5432}
        pair = [service(name=name), endpoint_slice(port, name=f"{name}-1", label=name)]
        made += in_namespace(pair, f"team-{one % 4}")
    return graph(made)


def expected(of: Graph) -> dict[str, Any]:
    """Return what a picture holds, as the parser names it."""
    nodes: list[dict[str, Any]] = []
    edges: list[list[str]] = []
    groups: list[dict[str, Any]] = []
    for panel in of.panels:
        first = len(nodes)
        for band in panel.bands:
            start = len(nodes)
            for number, box in enumerate(band.boxes, start):
                text = [line for line in (box.title, *box.lines) if line]
                shape, state = SHAPES[box.state], [box.state]
                nodes.append({"id": f"b{number}", "text": text, "shape": shape, "classes": state})
            edges += [[f"b{start + one}", f"b{start + other}"] for one, other in band.edges]
        inside = {f"b{number}" for number in range(first, len(nodes))}
        groups.append({"title": panel.title, "nodes": inside})
    return {"nodes": nodes, "edges": edges, "groups": groups}


def shown(text: str) -> str:
    """Return the text that a reader sees: the parser marks entities, and a browser reads them."""
    return html.unescape(text.replace("ﬂ°°", "&#").replace("¶ß", ";"))


def read(parsed: dict[str, Any]) -> dict[str, Any]:
    assert "error" not in parsed, parsed["error"]
    assert parsed["type"].startswith("flowchart")
    assert not [node for node in parsed["nodes"] if node.get("link")]
    nodes = [
        {**node, "text": [shown(line) for line in re.split("<br ?/?>", node["text"])]}
        for node in parsed["nodes"]
    ]
    for node in nodes:
        node.pop("link", None)
    groups = [{"title": shown(one["title"]), "nodes": {*one["nodes"]}} for one in parsed["groups"]]
    return {"nodes": nodes, "edges": parsed["edges"], "groups": groups}


def test_mermaid_reads_every_diagram(parse: Parse) -> None:
    """Every setup of the table, a cluster of 300 Services, and names that look like markup."""
    graphs = [graph(in_namespace(setup.broken, "shop")) for setup in SETUPS]
    graphs += [many(12), many(300), hostile()]
    found = parse([mermaid(one) for one in graphs])
    for one, parsed in zip(graphs, found, strict=True):
        assert read(parsed) == expected(one)


def test_mermaid_refuses_unescaped_names(parse: Parse) -> None:
    """What the other test passes is not taken for want of a grammar."""
    right = mermaid(many(1))
    wrong, unharmed = parse([right.replace("pg 5432", 'pg "5432"'), right])
    assert "Parse error" in wrong["error"]
    assert "error" not in unharmed
