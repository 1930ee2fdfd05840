"""Objects of kinds that do not exist are refused; objects of unknown kinds are not."""

from pathlib import Path

import pytest

from components.cli.results import validate_files
from components.validation import refusal, validate
from components.validation.built_in import KINDS_OF, is_one_letter_off, kind_meant
from components.validation.kinds import SPECS
from tests.unit.validation.hazard_tables import named

REFUSED = [
    ("Endpoint", "v1", "kind", "kind-misspelled", "write"),
    ("Services", "v1", "kind", "kind-misspelled", "write Service of v1"),
    ("EndpointSlices", "discovery.k8s.io/v1", "kind", "kind-misspelled", "EndpointSlice"),
    ("ingress", "networking.k8s.io/v1", "kind", "kind-misspelled", "Ingress"),
    ("EndpointSlice", "v1", "apiVersion", "api-version-wrong", "write discovery.k8s.io/v1"),
    ("Service", "apps/v1", "apiVersion", "api-version-wrong", "write v1"),
    ("Ingress", "v1", "apiVersion", "api-version-wrong", "write networking.k8s.io/v1"),
    ("Sevice", "v1", "kind", "kind-misspelled", "write Service of v1"),
    ("Serivce", "v1", "kind", "kind-misspelled", "write Service of v1"),
    ("Servicee", "v1", "kind", "kind-misspelled", "write Service of v1"),
    ("Ingres", "networking.k8s.io/v1", "kind", "kind-misspelled", "write Ingress"),
    ("NetworkPolice", "networking.k8s.io/v1", "kind", "kind-misspelled", "NetworkPolicy"),
    ("Deplyoment", "apps/v1", "kind", "kind-misspelled", "write Deployment of apps/v1"),
    ("Service", "V1", "apiVersion", "api-version-wrong", "write v1"),
    ("Service", "v1beta1", "apiVersion", "api-version-wrong", "write v1"),
    ("Service", "1", "apiVersion", "api-version-wrong", "write v1"),
    ("Ingress", "v1beta1", "apiVersion", "api-version-wrong", "write networking.k8s.io/v1"),
    ("Ingress", "networking/v1", "apiVersion", "api-version-wrong", "write networking.k8s.io/v1"),
    ("EndpointSlice", "discovery/v1", "apiVersion", "api-version-wrong", "discovery.k8s.io/v1"),
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
    ("Sevice", "example.com/v1"),
    ("Sevice", "apps/v1"),
    ("Sevice", "v2"),
    ("Srvice2", "v1"),
    ("Pods", "v1"),
    ("Nod", "v1"),
    ("Secret", "v1"),
    ("Config", "v1"),
    ("ServiceList", "v1"),
    ("Service", "v2"),
    ("Service", "v3beta1"),
    ("Service", "openslo/v1"),
    ("Service", "n9/v1alpha"),
    ("Ingress", "networking.example.com/v1"),
    ("Ingress", "networking"),
    ("Pipeline", "networking/v1"),
    ("Pipeline", "v1beta1"),
    ("Ingress", "discovery/v1"),
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


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Service", "Service", False),
        ("Service", "Services", True),
        ("Service", "ervice", True),
        ("Service", "Srevice", True),
        ("Service", "Servixe", True),
        ("Service", "Servicd", True),
        ("Service", "Servcei", False),
        ("Service", "Sevic", False),
        ("Service", "Xervicx", False),
        ("", "a", True),
        ("", "", False),
        ("ab", "ba", True),
    ],
)
def test_names_that_are_one_letter_off(one: str, other: str, near: bool) -> None:
    assert is_one_letter_off(one, other) is near
    assert is_one_letter_off(other, one) is near


def test_every_validated_kind_is_among_the_built_in_ones() -> None:
    assert all(spec.kind in KINDS_OF[spec.api_version] for spec in SPECS)
    assert all(
        kind_meant(version, kind) == "" for version in KINDS_OF for kind in KINDS_OF[version]
    )
