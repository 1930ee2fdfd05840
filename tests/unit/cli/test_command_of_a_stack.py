"""`explain` on the state of a stack: secret values do not count as absent."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.cli.main import main
from tests.support.broken_setups import Manifest, endpoint_slice, in_namespace, service

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "c"}
TYPES = {"Service": "core/v1", "EndpointSlice": "discovery.k8s.io/v1"}

Explain = Callable[[list[Manifest]], tuple[int, Any]]


@pytest.fixture
def explain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Explain:
    """Explains `db` of a stack whose state holds some objects."""
    pulumi = tmp_path / "pulumi"
    state = tmp_path / "state.json"
    pulumi.write_text(f"#!{sys.executable}\nprint(open({str(state)!r}).read())\n")
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def run(manifests: list[Manifest]) -> tuple[int, Any]:
        resources = [{"type": "pulumi:pulumi:Stack"}] + [
            {"type": f"kubernetes:{TYPES[one['kind']]}:{one['kind']}", "outputs": one}
            for one in in_namespace(manifests, "shop")
        ]
        state.write_text(json.dumps({"deployment": {"resources": resources}}))
        code = main(["explain", "db", "-n", "shop", "--stack", "prod", "-o", "json"])
        out, err = capsys.readouterr()
        assert err == ""
        return code, json.loads(out)

    return run


def test_the_state_of_the_last_update_is_explained(explain: Explain) -> None:
    code, row = explain([service(), endpoint_slice()])
    assert (code, row["verdict"], row["unseen"]) == (0, "sound", {})
    code, row = explain([service(), endpoint_slice({"name": "postgres", "port": 5432})])
    assert (code, row["first"]["code"]) == (1, "service-port-unserved")


@pytest.mark.parametrize("field", ["endpoints", "ports"])
def test_secret_backends_are_not_absent(explain: Explain, field: str) -> None:
    code, row = explain([service(), {**endpoint_slice(), field: SECRET}])
    assert (code, row["verdict"], row["first"]) == (2, "cannot tell", None)
    assert {*row["unseen"]} == {"EndpointSlice"}
    assert row["unknown"] == [
        "which backends there are: the stack's state holds at least one as a secret"
    ]


def test_one_secret_slice_of_two_leaves_the_verdict_unknown(explain: Explain) -> None:
    code, row = explain(
        [service(), endpoint_slice(), {**endpoint_slice(name="db-2"), "endpoints": [SECRET]}]
    )
    assert (code, row["verdict"]) == (2, "cannot tell")


def test_a_secret_service_leaves_the_verdict_unknown(explain: Explain) -> None:
    code, row = explain([{**service(), "spec": SECRET}, endpoint_slice()])
    assert (code, row["verdict"]) == (2, "cannot tell")
    assert "secret" in row["unknown"][0]


def test_a_secret_annotation_hides_nothing(explain: Explain) -> None:
    secret = service()
    secret["metadata"]["annotations"] = SECRET
    code, row = explain([secret, endpoint_slice()])
    assert (code, row["verdict"], row["unseen"]) == (0, "sound", {})
