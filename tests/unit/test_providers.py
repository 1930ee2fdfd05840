"""`PROVIDER` chooses the Kubernetes provider, and the Pulumi home that holds it."""

import os
from pathlib import Path

import pytest

from tools import backend, install, providers
from tools.client_side_create import ENVIRONMENT
from tools.console import CommandError
from tools.parts import CREATE, PROVIDER_PLUGIN, PROVIDERS, PULUMI, UPSERT
from tools.providers import PROGRAM, Provider


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setattr(providers, "TOOLS", folder)
    monkeypatch.delenv("PROVIDER", raising=False)
    return folder


def program(folder: Path, content: bytes = b"") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / PROGRAM
    made.write_bytes(content)
    made.chmod(0o755)
    return made


def test_the_pinned_provider_is_the_default() -> None:
    assert providers.serve(PULUMI) == (PULUMI, {})
    assert providers.serve(PULUMI, UPSERT) == (PULUMI, {})


def test_the_other_kind_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    other = (*PULUMI[:2], PROVIDERS[CREATE])

    assert providers.serve(PULUMI, CREATE) == (other, {})
    monkeypatch.setenv("PROVIDER", CREATE)
    assert providers.serve(PULUMI) == (other, {})
    assert providers.serve(PULUMI, UPSERT) == (PULUMI, {}), "what a test asks for comes first"


def test_parts_without_a_provider_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDER", "/nowhere")
    assert providers.serve(PULUMI[:1]) == (PULUMI[:1], {})


def test_a_path_is_linked_into_a_home_of_its_own(tmp_path: Path, tools: Path) -> None:
    given = program(tmp_path / "somewhere")

    parts, paths = providers.serve(PULUMI, str(given))

    assert parts == PULUMI[:2]
    link = paths[PROGRAM]
    assert link.resolve() == given.resolve()
    assert link.parent.name == PROVIDER_PLUGIN
    assert providers.home(link).parent == tools
    assert providers.serve(PULUMI, str(given))[1] == paths
    other = program(tmp_path / "elsewhere")
    assert providers.home(providers.serve(PULUMI, str(other))[1][PROGRAM]) != providers.home(link)


@pytest.mark.parametrize("given", ["upsrt", "missing/pulumi-resource-kubernetes", "."])
def test_an_unknown_provider_lists_the_choices(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDER", given)

    with pytest.raises(CommandError) as raised:
        install.ensure(PULUMI)

    assert str(raised.value) == (
        f"PROVIDER={given}: must be upsert, create or the path of a pulumi-resource-kubernetes"
    )


def test_each_provider_has_a_home(tools: Path) -> None:
    built = tools / "pulumi-create" / "plugins" / PROVIDER_PLUGIN / PROGRAM
    assert providers.home(built) == tools / "pulumi-create"
    brought = Path("/usr/bin/pulumi")  # a `pulumi` of the user's own gets its provider itself
    assert providers.home(brought) == providers.DEFAULT_HOME
    assert providers.home(None) == providers.DEFAULT_HOME
    homes = {part.into.parents[1] for part in PROVIDERS.values()}
    assert len(homes) == len(PROVIDERS)
    assert providers.DEFAULT_HOME in homes


def test_the_engine_takes_the_chosen_one_and_none_from_path(tools: Path, tmp_path: Path) -> None:
    built = program(tools / "pulumi-create" / "plugins" / PROVIDER_PLUGIN)
    here = backend.StateBackend(tmp_path, {"pulumi": Path("/usr/bin/pulumi"), PROGRAM: built})

    environment = here.environment()

    assert environment["PULUMI_HOME"] == str(tools / "pulumi-create")
    assert environment["PULUMI_IGNORE_AMBIENT_PLUGINS"] == "true"


def test_a_home_of_the_users_own_is_left_as_it_is(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    built = program(tools / "pulumi-create" / "plugins" / PROVIDER_PLUGIN)
    here = backend.StateBackend(None, {"pulumi": Path("/usr/bin/pulumi"), PROGRAM: built})

    environment = here.environment()

    assert environment["PATH"].split(os.pathsep)[0] == str(built.parent)
    assert "PULUMI_IGNORE_AMBIENT_PLUGINS" not in environment
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"ELF ... " + ENVIRONMENT.encode() + b" ...", CREATE), (b"ELF ... PULUMI_K8S_", UPSERT)],
)
def test_the_kind_is_read_from_the_program(tmp_path: Path, content: bytes, kind: str) -> None:
    assert Provider("any", program(tmp_path, content)).kind == kind


def test_a_provider_on_path_is_found_but_not_those_built_here(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = program(tools / "bin")
    monkeypatch.setenv("PATH", str(ours.parent))
    assert providers.on_path() == ""

    theirs = program(tmp_path / "theirs")
    monkeypatch.setenv("PATH", str(theirs.parent))
    assert providers.on_path() == str(theirs)
