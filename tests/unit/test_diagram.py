"""Pictures: well-formed, states by shape and not by colour alone, readable up to 300 Services."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from components.cli.main import main
from components.topology import Explainer, Snapshot
from components.topology.diagram import DETAILED, Graph, graph_of, mermaid, svg
from tests.support.broken_setups import (
    SETUPS,
    Manifest,
    alias,
    endpoint_slice,
    in_namespace,
    ingress,
    service,
)

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '"]; click b0 "javascript:x" <script>&lt; \x1b[31m `#quot;'


def graph(manifests: list[Manifest]) -> Graph:
    explainer = Explainer(Snapshot(manifests))
    return graph_of([explainer.explain(key) for key in explainer.services()])


def many(number: int) -> list[Manifest]:
    made: list[Manifest] = []
    for one in range(number):
        name, namespace = f"db-{one}", f"team-{one % 4}"
        port = {"name": "other" if one % 10 == 0 else "pg", "port": 5432}
        made += in_namespace(
            [service(name=name), endpoint_slice(port, name=f"{name}-1", label=name)], namespace
        )
    return made


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own


FEW = [
    *in_namespace([service(), endpoint_slice(), ingress({"number": 5432})], "shop"),
    *in_namespace([service(), endpoint_slice({"name": "x", "port": 5432})], "broken"),
    *in_namespace([service()], "unknown"),
    *in_namespace([alias("db.example.com")], "alias"),
]


@pytest.mark.parametrize("is_narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("number", [1, DETAILED, DETAILED + 1, 300])
def test_the_picture_is_well_formed_and_its_text_is_within_it(number: int, is_narrow: bool) -> None:
    root = parsed(svg(graph(many(number)), is_narrow=is_narrow))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [
        (float(one.attrib["x"]), float(one.attrib["y"]))
        for one in root.iter(f"{SVG}text")
        if one.text
    ]
    assert boxes
    assert all(0 < left < width and 0 < top < height for left, top in boxes)
    assert len(set(boxes)) == len(boxes)  # no two texts at one place
    assert height < (6000 if is_narrow else 3000)
    longest = max(len(one.text or "") for one in root.iter(f"{SVG}text"))
    assert longest <= 100


@pytest.mark.parametrize("is_narrow", [False, True], ids=["wide", "narrow"])
def test_titles_and_legend_are_whole(is_narrow: bool) -> None:
    assert "…" not in svg(graph(many(300)), is_narrow=is_narrow)
    long = in_namespace([service(name="d" * 60), endpoint_slice(label="d" * 60)], "shop")
    assert "…" in svg(graph(long), is_narrow=is_narrow)


@pytest.mark.parametrize("is_narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("manifests", [FEW, many(30)], ids=["few", "many"])
def test_boxes_do_not_overlap(manifests: list[Manifest], is_narrow: bool) -> None:
    root = parsed(svg(graph(manifests), is_narrow=is_narrow))
    boxes = []
    for one in root.iter(f"{SVG}rect"):
        if one.attrib["class"].startswith("b "):
            x, y = float(one.attrib["x"]), float(one.attrib["y"])
            boxes.append((x, y, x + float(one.attrib["width"]), y + float(one.attrib["height"])))
    for one in root.iter(f"{SVG}polygon"):
        points = [tuple(map(float, pair.split(","))) for pair in one.attrib["points"].split()]
        xs, ys = zip(*points, strict=True)
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
    assert len(boxes) >= 10
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart, (boxes[place], other)


def test_states_differ_in_shape() -> None:
    picture = svg(graph(FEW))
    assert '<polygon class="b broken"' in picture
    assert '<rect class="b unknown"' in picture
    assert "stroke-dasharray" in picture
    assert "prefers-color-scheme:dark" in picture
    flow = mermaid(graph(FEW))
    assert re.search(r'b\d+\{\{"db<br/>.*:::broken', flow)
    assert re.search(r'b\d+\(\["db<br/>.*:::unknown', flow)
    assert re.search(r'b\d+\("db<br/>.*:::sound', flow)


def test_weaknesses_are_marked() -> None:
    weak = endpoint_slice(conditions={"serving": True})
    flow = mermaid(graph(in_namespace([service(), weak], "shop")))
    assert ":::sound" in flow
    assert "! slice-ready-unset" in flow.replace("#33;", "!")
    assert "#33;" not in mermaid(graph(FEW[:2]))


def test_every_service_of_a_few_has_its_path() -> None:
    flow = mermaid(graph(FEW))
    assert "Ingress outside" in flow
    assert "outside the cluster<br/>db.example.com" in flow
    assert flow.count(" --> ") == 8


def test_many_services_are_grouped_and_broken_ones_stay_visible() -> None:
    flow = mermaid(graph(many(300)))
    assert flow.count("subgraph ") == 4
    assert flow.count(":::sound") == 4
    assert "team-0: 75 Services, 15 broken, 60 sound" in flow
    assert "... and 45 more" in flow
    assert flow.count("\n") < 80
    names = {f"db-{one}" for one in range(0, 300, 10)}
    assert names == {name for name in names if re.search(rf"\b{name}\b", flow)}


def test_a_picture_is_the_same_every_time() -> None:
    assert svg(graph(FEW)) == svg(graph(list(reversed(FEW))))
    assert mermaid(graph(FEW)) == mermaid(graph(list(reversed(FEW))))


def test_nothing_of_a_manifest_is_markup() -> None:
    bad = in_namespace([service(), endpoint_slice({"name": EVIL, "port": 5432})], "shop")
    bad[1]["metadata"]["name"] = EVIL
    bad[1]["endpoints"][0]["zone"] = EVIL
    picture = svg(graph(bad))
    root = parsed(picture)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        *("svg", "style", "rect", "path", "polygon", "text", "title")
    }
    assert "<script" not in picture
    flow = mermaid(graph(bad))
    assert "\x1b" not in flow
    assert '"]; click' not in flow
    labels = re.findall(r'"([^"]*)"', flow)
    assert all(re.fullmatch(r"(?:[^<>`\"]|<br/>)*", label) for label in labels)


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.name)
def test_every_setup_has_a_picture(setup: object) -> None:
    manifests = in_namespace(setup.broken, "shop")  # type: ignore[attr-defined]
    assert parsed(svg(graph(manifests))) is not None
    assert mermaid(graph(manifests)).startswith("flowchart LR\n")


@pytest.fixture
def draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        file = tmp_path / "a.yaml"
        file.write_text(yaml.safe_dump_all(FEW))
        code = main(["diagram", "-f", str(file), *arguments])
        return code, *capsys.readouterr()

    return run


def test_the_command_draws_what_is_asked_for(draw: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = draw()
    assert (code, out) == (0, mermaid(graph(FEW)))
    code, out, _ = draw("-o", "svg")
    assert (code, out) == (0, svg(graph(FEW)))
    assert draw("-o", "svg", "--narrow")[1] == svg(graph(FEW), is_narrow=True)
    code, out, _ = draw("-n", "shop", "db")
    assert code == 0
    assert out.count("subgraph") == 1
    code, out, err = draw("gone")
    assert (code, out) == (2, "")
    assert "there is no Service gone" in err
    assert draw("-n", "nowhere")[0] == 2
