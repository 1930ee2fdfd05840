"""The page on validation: its table is that of the code, its examples run, its limits hold.

To rewrite the table: `.venv/bin/python -m tests.unit.validation.test_docs`.
"""

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

from components.cli.formats.wording import MEANINGS
from components.validation import KINDS, RULES, validate
from components.validation.hazards import CATALOGUE

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"
SUBJECTS = {
    "kind": "Every manifest",
    "api": "Every manifest",
    "json": "Every manifest",
    "unknown": "Every manifest",
    "metadata": "Metadata",
    "ip": "Addresses and CIDR blocks",
    "cidr": "Addresses and CIDR blocks",
    "service": "Service",
    "slice": "EndpointSlice",
    "endpoints": "Endpoints",
    "ingress": "Ingress",
    "selector": "Label selectors",
    "policy": "NetworkPolicy",
}
"""The heading below which a rule stands, by the first word of its code."""


def tables() -> str:
    """Return the tables of the page as they must be."""
    lines: list[str] = []
    heading = ""
    of_files = {code: line for code, line in MEANINGS.items() if code not in {*RULES, *CATALOGUE}}
    for code, line in [*RULES.items(), *of_files.items()]:
        subject = "Files" if code in of_files else SUBJECTS[code.partition("-")[0]]
        if subject != heading:
            heading = subject
            lines += ["", f"### {subject}", "", "| code | rule |", "|---|---|"]
        anchor = f'<a id="{code}"></a>'
        lines.append(f"| {anchor}`{code}` | {line.replace('|', '&#124;')} |")
    return "\n".join(lines[1:]) + "\n"


def section(heading: str) -> str:
    text = PAGE.read_text()
    (found,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return found


def test_the_table_of_rules_is_that_of_the_code() -> None:
    _, _, shown = section("Rules").partition("### ")
    assert f"### {shown}".splitlines() == tables().splitlines()


def test_codes_are_words_in_lower_case_and_lines_are_sentences() -> None:
    for code, line in RULES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code), code
        assert re.fullmatch(r"[A-Za-z].*\.", line), line


def test_the_kinds_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", section("What is validated"), re.MULTILINE)
    shown = {(version, kind) for version, kinds in rows[1:] for kind in kinds.split(", ")}
    assert shown == set(KINDS)


def test_the_examples_run() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", section("In Python"), re.DOTALL | re.MULTILINE)
    globs: dict[str, Any] = {}
    runner = doctest.DocTestRunner()
    for block in blocks:
        example = doctest.DocTestParser().get_doctest(block, globs, PAGE.name, str(PAGE), 0)
        report: list[str] = []
        assert not runner.run(example, out=report.append, clear_globs=False).failed, "".join(report)
        globs = example.globs
    assert len(blocks) == 2


def service(spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "db", **metadata},
        "spec": {"ports": [{"port": 5432}], **spec},
    }


def node_port(number: int) -> dict[str, Any]:
    return service({"type": "NodePort", "ports": [{"port": 5432, "nodePort": number}]})


def ingress(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web"},
        "spec": {"rules": [{}], **spec},
    }


PATH = {
    "path": "/" + "a" * (4 << 20),
    "pathType": "Exact",
    "backend": {"service": {"name": "web", "port": {"number": 80}}},
}
UNKNOWN: dict[str, list[dict[str, Any]]] = {
    "whether a clusterIP is in range and free": [
        service({"clusterIP": address})
        for address in ("192.0.2.1", "10.0.0.0", "0.0.0.0", "127.0.0.1", "2001:db8::1")  # noqa: S104
    ],
    "whether a node port is in range and free": [
        *map(node_port, (1, 80, 30000, 65535)),
        service(
            {
                "type": "LoadBalancer",
                "externalTrafficPolicy": "Local",
                "healthCheckNodePort": 80,
            }
        ),
    ],
    "which IP families there are": [
        service({"ipFamilies": ["IPv6"]}),
        service({"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6", "IPv4"]}),
    ],
    "quotas": [service({"type": "LoadBalancer"})],
    "webhooks and admission policies": [service({"externalIPs": ["192.0.2.1"]})],
    "rights": [service({}, ownerReferences=[])],
    "whether the namespace exists": [service({}, namespace="no-such-namespace")],
    "whether the name is taken": [service({}, name="kubernetes", namespace="default")],
    "conflicts between field managers": [
        service({}, managedFields=[{"manager": "other", "operation": "Apply"}])
    ],
    "the size of an object": [ingress(rules=[{"http": {"paths": [PATH]}}])],
    "whether a referenced object exists": [
        ingress(ingressClassName="no-such-class", tls=[{"secretName": "no-such-secret"}]),
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": "db-1", "labels": {"kubernetes.io/service-name": "no-such"}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": ["192.0.2.1"], "nodeName": "no-such", "zone": "nowhere"}],
        },
    ],
}


def test_what_only_the_cluster_knows_is_listed() -> None:
    rows = re.findall(r"^\| (.+?) \| .+ \|$", section("What only the cluster knows"), re.MULTILINE)
    assert rows[1:] == list(UNKNOWN)


@pytest.mark.parametrize("manifests", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_only_the_cluster_knows_is_not_guessed_at(manifests: list[dict[str, Any]]) -> None:
    for version in ("1.36", None):
        assert [validate(one, kubernetes_version=version) for one in manifests] == [[]] * len(
            manifests
        )


@pytest.mark.parametrize("number", [-1, 65536])
def test_a_node_port_that_no_cluster_can_have_is_an_error(number: int) -> None:
    assert [one.code for one in validate(node_port(number))] == ["service-node-port-range"]


if __name__ == "__main__":
    _, _, old = section("Rules").partition("### ")
    PAGE.write_text(PAGE.read_text().replace(f"### {old}", tables()))
