"""The schema that Pulumi's analyzer reads off the components: what other languages see.

A difference from `schema.json` is a change of the public API, described in CHANGELOG. To accept
one: `.venv/bin/python -m tests.unit.test_schema`. Analyzers before `SINCE` cannot read the
components: with these they serve Python programs alone.
"""

import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version
from pulumi.provider.experimental.analyzer import Analyzer
from pulumi.provider.experimental.schema import generate_schema

import components
from components._registry import COMPONENTS as registry  # noqa: N811

SINCE = Version("3.237.0")
"""The first analyzer that knows `NotRequired`."""
READS = Version(metadata.version("pulumi")) >= SINCE

GOLDEN = Path(__file__).with_name("schema.json")
COMPONENTS = [
    getattr(components, name) for name in sorted(component.name for component in registry)
]


def schema() -> dict[str, Any]:
    analyzer = Analyzer("k8s-endpoints")
    found = analyzer.analyze(COMPONENTS)
    package = generate_schema(
        "k8s-endpoints",
        "0.0.0",
        None,
        found["component_definitions"],
        found["type_definitions"],
        found["dependencies"],
    )
    text: dict[str, Any] = package.to_json()
    return text


def test_the_schema_is_the_recorded_one() -> None:
    if READS:
        assert schema() == json.loads(GOLDEN.read_text())
    else:
        with pytest.raises(TypeError):
            schema()


def test_every_component_and_type_is_in_it() -> None:
    found = schema() if READS else json.loads(GOLDEN.read_text())
    assert sorted(found["resources"]) == [
        f"k8s-endpoints:index:{kind.__name__}" for kind in COMPONENTS
    ]
    service = found["resources"]["k8s-endpoints:index:ExternalService"]
    assert service["inputProperties"]["addresses"]["items"]["type"] == "string"
    assert {"host", "clusterIp", "endpoints", "hazards"} <= service["properties"].keys()


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(schema(), indent=2) + "\n")
