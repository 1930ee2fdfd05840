"""What is public: its names, their documentation, and what importing them costs."""

import ast
import enum
import importlib
import inspect
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import components
from components._registry import COMPONENTS, HOMES, Component

PACKAGE = Path(components.__file__).parent

# docs/design: the components, their arguments, and the words these are written in
DOCUMENTED = {
    *(name for component in COMPONENTS for name in component.names),
    "AdoptedKind",
    "AdoptedObject",
    "Autoscaling",
    "Backend",
    "BackendState",
    "EgressApi",
    "EgressDestination",
    "EgressDns",
    "EgressPrecedence",
    "EgressTier",
    "EmptyDir",
    "EndpointApi",
    "EnvSource",
    "EnvValue",
    "GrpcProbe",
    "BackendTls",
    "GatewayRef",
    "RouteBackend",
    "HttpHost",
    "HttpPath",
    "HttpProbe",
    "HttpTls",
    "IpFamily",
    "PathType",
    "RouteApi",
    "MigrationPhase",
    "Preset",
    "Probe",
    "ProjectedSource",
    "Protocol",
    "Resources",
    "Security",
    "ServiceAccountToken",
    "ServicePort",
    "ServiceType",
    "SessionAffinity",
    "TcpProbe",
    "TcpRoute",
    "TcpRouteArgs",
    "TopologySpread",
    "TrafficDistribution",
    "TrafficPolicy",
    "ValidationError",
    "Volume",
    "egress_destination",
    "migration_backends",
    "migration_destinations",
    "provider",
    "route_backend",
    "traefik_annotations",
}

MODULES = {
    "components": components,
    "components.testing": importlib.import_module("components.testing"),
    "components.sources.inventory": importlib.import_module("components.sources.inventory"),
}
PUBLIC = {
    f"{module_name}.{name}": getattr(module, name)
    for module_name, module in MODULES.items()
    for name in module.__all__
}


def test_the_documented_names_are_exported() -> None:
    assert set(components.__all__) == DOCUMENTED


def test_type_checkers_see_what_is_exported() -> None:
    (block,) = (
        node
        for node in ast.parse((PACKAGE / "_registry.py").read_text()).body
        if isinstance(node, ast.If)
    )
    seen = [
        (alias.name, node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    ]
    assert dict(seen) == HOMES
    assert len(seen) == len(HOMES)


INDEX = (PACKAGE.parent / "docs" / "index.md").read_text()


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_every_component_has_a_page_and_a_line_in_the_index(component: Component) -> None:
    page = PACKAGE.parent / "docs" / component.page
    assert page.read_text().startswith(f"# {component.name}\n")
    assert f"| [{component.name}]({component.page}) | {component.summary} |" in INDEX


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_exported_names_are_sorted_and_exist(module: typing.Any) -> None:
    assert module.__all__ == sorted(set(module.__all__))
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("public", PUBLIC.values(), ids=PUBLIC)
def test_public_names_and_their_public_parts_are_documented(public: typing.Any) -> None:
    assert (inspect.getdoc(public) or "").strip()
    for name, part in vars(public).items() if inspect.isclass(public) else ():
        if not name.startswith("_") and inspect.isfunction(part):
            assert (part.__doc__ or "").strip(), f"{public.__name__}.{name}"


def is_described(node: ast.AST | None) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def described_fields(public: type) -> dict[str, tuple[str, str]]:
    """Return annotation or value of each field of a class, and the text below it."""
    (tree,) = ast.parse(inspect.getsource(public)).body
    assert isinstance(tree, ast.ClassDef)
    fields: dict[str, tuple[str, str]] = {}
    for node, below in zip(tree.body, [*tree.body[1:], None], strict=True):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=kind):
                pass
            case _:
                continue
        if not name.startswith("_"):
            text = ast.literal_eval(below.value) if is_described(below) else ""  # type: ignore[union-attr]
            fields[name] = (ast.unparse(kind), text)
    return fields


RECORDS = {
    name: public
    for name, public in PUBLIC.items()
    if inspect.isclass(public) and (typing.is_typeddict(public) or issubclass(public, enum.Enum))
}


@pytest.mark.parametrize("public", RECORDS.values(), ids=RECORDS)
def test_every_field_and_member_is_documented(public: type) -> None:
    fields = described_fields(public)
    assert fields
    assert [name for name, (_, text) in fields.items() if not text.strip()] == []
    if typing.is_typeddict(public):
        assert fields.keys() == public.__annotations__.keys()
    else:
        assert list(fields) == [member.name for member in typing.cast("type[enum.Enum]", public)]


@pytest.mark.parametrize("public", RECORDS.values(), ids=RECORDS)
def test_every_field_that_may_be_left_out_says_its_default(public: type) -> None:
    silent = [
        name
        for name, (kind, text) in described_fields(public).items()
        if kind.startswith("NotRequired") and "Defaults " not in text
    ]
    assert silent == []


OUTPUTS = {
    **{component.name: {"service_name", "namespace", "host"} for component in COMPONENTS},
    "ExternalServiceSet": {"service_names", "hosts"},
    "EgressPolicy": {"policy_name", "namespace"},
    "TcpRoute": {"route_name", "namespace"},
    "HttpIngress": {"ingress_name", "namespace", "load_balancer"},
}


@pytest.mark.parametrize(("kind", "outputs"), OUTPUTS.items())
def test_a_components_outputs_are_documented(kind: str, outputs: set[str]) -> None:
    component = getattr(components, kind)
    fields = described_fields(component)
    assert outputs <= fields.keys()
    assert all(text.strip() for _, text in fields.values())
    assert list(inspect.signature(component).parameters) == ["name", "args", "opts"]


def imported(program: str) -> str:
    """Run a program in a fresh interpreter and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, str(PACKAGE)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_package_leaves_the_providers_large_modules_alone() -> None:
    program = (
        "import sys, components\n"
        "print('pulumi' in sys.modules)\n"
        "components.ExternalService, components.ExternalServiceSet, components.provider\n"
        "print([name for name in sys.modules if name.endswith('core.v1._inputs')])\n"
    )
    assert imported(program).splitlines() == ["False", "[]"]


def test_the_core_and_validation_import_neither_pulumi_nor_yaml() -> None:
    program = (
        "import importlib, pathlib, sys, types\n"
        "package = types.ModuleType('components')\n"
        "package.__path__ = [sys.argv[1]]\n"
        "sys.modules['components'] = package\n"
        "for folder in ('core', 'validation', 'topology'):\n"
        "    for file in sorted(pathlib.Path(sys.argv[1], folder).rglob('*.py')):\n"
        "        parts = file.relative_to(sys.argv[1]).with_suffix('').parts\n"
        "        importlib.import_module('.'.join(('components', *parts)))\n"
        "foreign = {'pulumi', 'pulumi_kubernetes', 'yaml', 'grpc', 'google', 'boto3'}\n"
        "print(sorted(foreign & {name.partition('.')[0] for name in sys.modules}))\n"
        "print('components.core.slicing' in sys.modules)\n"
    )
    assert imported(program).splitlines() == ["[]", "True"]


@pytest.mark.parametrize("name", ["validation", "validation.hazards"])
def test_validation_can_be_imported_by_its_former_name(name: str) -> None:
    program = (
        "import importlib, sys, warnings\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        f"    former = importlib.import_module('components.core.{name}')\n"
        f"now = importlib.import_module('components.{name}')\n"
        "print(all(getattr(former, one) is getattr(now, one) for one in former.__all__))\n"
        "print(caught[-1].category.__name__, 'pulumi' in sys.modules)\n"
    )
    assert imported(program).splitlines() == ["True", "DeprecationWarning False"]


def test_the_core_imports_nothing_of_the_network_the_clock_or_chance() -> None:
    banned = {"socket", "ssl", "http", "urllib", "time", "datetime", "random", "secrets", "asyncio"}
    found = {
        f"{file.name}: {name}"
        for folder in ("core", "validation", "topology")
        for file in (PACKAGE / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if name and name.partition(".")[0] in banned and not getattr(node, "level", 0)
    }
    assert found == set()


def test_the_package_imports_itself_by_relative_names_only() -> None:
    found = {
        f"{file.relative_to(PACKAGE)}:{node.lineno}"
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("components"))
        or (
            isinstance(node, ast.Import)
            and any(alias.name.partition(".")[0] == "components" for alias in node.names)
        )
        if not getattr(node, "level", 0)
    }
    assert found == set()
