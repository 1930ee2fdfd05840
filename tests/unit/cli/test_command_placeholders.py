"""Values that something fills in later are one error each, or none."""

from pathlib import Path

import pytest

from components.cli.results import validate_files

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: "{value}"}}
spec: {{selector: {{app: a}}, clusterIP: "{value}", ports: [{{port: 80}}]}}
"""
PLACEHOLDERS = ["${NAME}", "${NAME}-web", "${NAME:=web}", "{{ name }}", "<NAME>", "<the name>"]
PLACEHOLDERS += ["{self.path.k8s}", "a-{self.name}", "AUTOMATIC_REPLACE", "CHANGEME"]
NONE = ["$NAME", "$(NAME)", "{NAME}", "a<b>", "<>", "${}", "NAME"]
NONE += ["{name}", "{a-b.c}", "REPLACED", "NO_NAME"]


def codes(folder: Path, value: str, *, allowed: bool) -> list[str]:
    file = folder / "a.yaml"
    file.write_text(SERVICE.format(value=value))
    found = validate_files([str(file)], None, with_hazards=False, allow_placeholders=allowed)
    return [row.finding.code for row in found.rows]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_is_one_error(tmp_path: Path, value: str) -> None:
    assert codes(tmp_path, value, allowed=False) == ["placeholder"]
    assert codes(tmp_path, value, allowed=True) == []


@pytest.mark.parametrize("value", NONE)
def test_other_values_keep_their_errors(tmp_path: Path, value: str) -> None:
    found = codes(tmp_path, value, allowed=True)
    assert "metadata-name" in found
    assert found == codes(tmp_path, value, allowed=False)
    assert "placeholder" not in found
