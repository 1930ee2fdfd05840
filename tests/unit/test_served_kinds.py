"""Whether a cluster serves a kind: which answers of `kubectl` count."""

import os
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import settings

from components._runtime import served_kinds
from components.core.custom_kinds import CUSTOM_KINDS, explain_unserved, unserved

VERSION = "gateway.networking.k8s.io/v1"
NOWHERE = {"kubeconfig": "", "context": "", "cluster": ""}
LISTS = 'echo \'{{"resources": [{{"name": "x", "kind": "{kind}"}}]}}\''
FAILS = "echo 'Error from server ({reason}): {reason}' >&2; exit 1"


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `kubectl` that is the only program on PATH besides the system's, still to be written."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder / "kubectl"


def write(kubectl: Path, script: str) -> None:
    kubectl.write_text(f"#!/bin/sh\n{script}\n")
    kubectl.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "is_missing"),
    [
        (LISTS.format(kind="HTTPRoute"), False),
        (LISTS.format(kind="Gateway"), True),
        (LISTS.format(kind="HTTPRouteX"), True),
        (FAILS.format(reason="NotFound"), True),
        (FAILS.format(reason="Forbidden"), False),
        (FAILS.format(reason="Timeout"), False),
        ("echo 'Unable to connect to the server' >&2; exit 1", False),
    ],
)
def test_only_an_answer_of_the_cluster_counts(kubectl: Path, script: str, is_missing: bool) -> None:
    write(kubectl, script)
    assert served_kinds.is_missing(NOWHERE, VERSION, "HTTPRoute") is is_missing


def test_without_kubectl_no_kind_counts_as_missing(kubectl: Path) -> None:
    assert not kubectl.exists()
    assert served_kinds.is_missing(NOWHERE, VERSION, "HTTPRoute") is False


def test_the_cluster_of_the_provider_is_asked(kubectl: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    shows = f'case $a in --kubeconfig=*) cat "${{a#*=}}" >> {said};; esac'
    write(kubectl, f'echo "$@" > {said}; for a; do {shows}; done')
    chosen = {"kubeconfig": "apiVersion: v1\nkind: Config\n", "context": "a", "cluster": "b"}
    served_kinds.is_missing(chosen, VERSION, "HTTPRoute")
    command, *config = said.read_text().splitlines()
    assert command.startswith(f"get --raw /apis/{VERSION} --request-timeout=")
    assert "--context=a --cluster=b" in command
    assert config == ["apiVersion: v1", "kind: Config"]
    file = command.rpartition("--kubeconfig=")[2]
    assert not Path(file).exists()  # it may hold a password


@pytest.mark.parametrize(
    ("opts", "is_waiting"),
    [
        (None, False),
        (pulumi.ResourceOptions(), False),
        (pulumi.ResourceOptions(depends_on=[]), False),
        (pulumi.ResourceOptions(depends_on=[object.__new__(pulumi.Resource)]), True),
    ],
)
def test_a_component_that_depends_on_others_waits(opts: Any, is_waiting: bool) -> None:
    assert served_kinds.is_waiting(opts) is is_waiting


class Resource:
    """A resource of a program, as far as it tells what it is and what is below it."""

    def __init__(self, kind: str, *below: "Resource") -> None:
        self.pulumi_resource_type = kind
        self._childResources = set(below)


@pytest.mark.parametrize(
    ("kind", "may_bring"),
    [
        ("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", True),
        ("kubernetes:helm.sh/v4:Chart", True),
        ("kubernetes:helm.sh/v3:Release", True),
        ("kubernetes:yaml/v2:ConfigFile", True),
        ("kubernetes:yaml:ConfigGroup", True),
        ("kubernetes:kustomize/v2:Directory", True),
        ("command:local:Command", True),
        ("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", False),
        ("kubernetes:core/v1:Namespace", False),
        ("aws:ec2/instance:Instance", False),
    ],
)
def test_a_program_that_may_install_the_kind_is_recognized(
    kind: str, may_bring: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    within = Resource("mine:index:Edge", Resource(kind))
    root = Resource("pulumi:pulumi:Stack", Resource("kubernetes:core/v1:Service"), within)
    monkeypatch.setattr(settings, "get_root_resource", lambda: root)
    assert served_kinds.may_bring_kinds() is may_bring


@pytest.mark.parametrize("kind", CUSTOM_KINDS)
def test_the_error_names_object_version_and_what_to_install(kind: str) -> None:
    found = str(unserved(kind, VERSION, "web"))
    begin = f"{kind}[web]: Forbidden: the cluster does not serve {kind} of {VERSION} (install "
    assert found.startswith(begin)
    assert "https://" in found
    assert "give the component `depends_on`" in found
    assert explain_unserved(kind).startswith(f"The cluster does not serve {kind}: install ")
