"""Objects of kinds that do not exist are refused; objects of unknown kinds are not."""

from pathlib import Path

import pytest

from components.cli.results import validate_files
from components.validation import refusal, validate
from tests.unit.validation.hazard_tables import named

REFUSED = [
    ("Endpoint", "v1", "kind", "kind-misspelled", "write"),
    ("Services", "v1", "kind", "kind-misspelled", "write Service of v1"),
    ("EndpointSlices", "discovery.k8s.io/v1", "kind", "kind-misspelled", "EndpointSlice"),
    ("ingress", "networking.k8s.io/v1", "kind", "kind-misspelled", "Ingress"),
    ("EndpointSlice", "v1", "apiVersion", "api-version-wrong", "write discovery.k8s.io/v1"),
    ("Service", "apps/v1", "apiVersion", "api-version-wrong", "write v1"),
    ("Ingress", "v1", "apiVersion", "api-version-wrong", "write networking.k8s.io/v1"),
    ("EndpointSlice", "discovery.k8s.io/v1beta1", "apiVersion", "api-version-removed", "1.25"),
    ("Ingress", "extensions/v1beta1", "apiVersion", "api-version-removed", "1.22"),
    ("NetworkPolicy", "extensions/v1beta1", "apiVersion", "api-version-removed", "1.16"),
]
UNKNOWN = [
    ("Service", "serving.knative.dev/v1"),
    ("Endpoint", "example.com/v1"),
    ("NetworkPolicy", "projectcalico.org/v3"),
    ("Ingress", "networking.k8s.io/v2"),
    ("EndpointSlice", "discovery.k8s.io/v2alpha1"),
    ("IngressClass", "networking.k8s.io/v1"),
    ("ServiceCIDR", "networking.k8s.io/v1beta1"),
    ("Deployment", "extensions/v1beta1"),
    ("Ingress", "config.openshift.io/v1"),
]


@pytest.mark.parametrize(("kind", "version", "path", "code", "remedy"), REFUSED)
def test_a_near_miss_is_an_error(
    kind: str, version: str, path: str, code: str, remedy: str
) -> None:
    manifest = named(kind, version, "a", None)
    (finding,) = validate(manifest)
    assert (finding.severity, finding.path, finding.code) == ("error", path, code)
    assert f'no matches for kind "{kind}" in version "{version}"' in finding.message
    assert remedy in finding.remedy
    assert refusal(manifest) == finding


@pytest.mark.parametrize(("kind", "version"), UNKNOWN)
def test_an_object_of_an_unknown_kind_is_not_refused(kind: str, version: str) -> None:
    assert refusal(named(kind, version, "a", None)) is None


def test_the_command_reports_it_without_hazards_too(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n")
    found = validate_files([str(file)], None, with_hazards=False)
    assert [row.finding.code for row in found.rows] == ["api-version-removed"]
    assert (found.validated, found.exit_code) == (1, 1)
    file.write_text("apiVersion: networking.k8s.io/v2\nkind: Ingress\nmetadata: {name: a}\n")
    assert validate_files([str(file)], None).exit_code == 0
