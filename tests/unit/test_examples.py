"""The programs of `examples/` and of the pages in `docs/`: as they stand, under mocks."""

import inspect
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import config

from components import (
    Autoscaling,
    Backend,
    DeployedServiceArgs,
    EgressDestination,
    EgressDns,
    EgressPolicyArgs,
    EgressPrecedence,
    EnvSource,
    EnvValue,
    ExternalNameServiceArgs,
    ExternalServiceArgs,
    ExternalServiceSetArgs,
    HttpHost,
    HttpIngressArgs,
    HttpPath,
    HttpTls,
    MigratingServiceArgs,
    MigrationPhase,
    Preset,
    Probe,
    Resources,
    RouteBackend,
    Security,
    SelectorServiceArgs,
    ServicePort,
    TopologySpread,
    Volume,
    provider,
)
from components.core.arguments import PortArgs
from components.core.presets import PRESETS
from components.core.slicing import slices
from components.testing import render
from components.validation.hazards import hazards as hazards_of_manifests

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PAGES = sorted((ROOT / "docs").glob("*.md"))
README = ROOT / "README.md"

Manifests = dict[tuple[str, str], dict[str, Any]]

READY = {"ready": True, "serving": True, "terminating": False}
DRAINING = {"ready": False, "serving": True, "terminating": True}


class Machines(pulumi.runtime.Mocks):
    """Answers for the stack that makes the machines."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        assert args.inputs["name"] == "organization/machines/prod"
        outputs = {
            "databases": {"db-1": "192.0.2.10", "db-2": "192.0.2.11"},
            "workers": ["198.51.100.30", "198.51.100.31"],
        }
        return args.name, {**args.inputs, "outputs": outputs, "secretOutputNames": []}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(args.token)


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    token = config.CONFIG.set({"project:machines": "organization/machines/prod"})
    yield
    config.CONFIG.reset(token)


def run(example: str, *, preview: bool = False) -> Manifests:
    """Return what an example declares, by kind and name."""
    program = str(EXAMPLES / example / "__main__.py")
    mocks = Machines() if example == "virtual-machines" else None
    found = render(lambda: runpy.run_path(program), preview=preview, mocks=mocks)
    manifests = {(one["kind"], one["metadata"]["name"]): one for one in found}
    assert len(manifests) == len(found), "two objects of one kind and name"
    return manifests


def service(manifests: Manifests, name: str) -> dict[str, Any]:
    return manifests["Service", name]["spec"]


def endpoints(manifests: Manifests, name: str) -> dict[str, dict[str, Any]]:
    """Return the endpoints of a slice by address."""
    return {one["addresses"][0]: one for one in manifests["EndpointSlice", name]["endpoints"]}


def ports(manifests: Manifests, kind: str, name: str) -> list[tuple[str, int, str]]:
    manifest = manifests[kind, name]
    found = manifest["spec"]["ports"] if kind == "Service" else manifest["ports"]
    return [(port["name"], port["port"], port["protocol"]) for port in found]


@pytest.mark.parametrize(
    "example",
    [
        "app",
        "database",
        "databases",
        "dual-stack",
        "egress",
        "headless",
        "home-lab",
        "ingress",
        "migration",
        "prometheus",
        "saas",
        "shop",
        "sites",
        "virtual-machines",
        "web",
    ],
)
def test_a_preview_declares_what_an_up_declares(example: str) -> None:
    assert run(example, preview=True) == run(example)


def test_every_example_is_a_project_of_its_own() -> None:
    for program in EXAMPLES.glob("*/__main__.py"):
        if program.parent.name == "shop":  # it is run by the project at the top
            continue
        project = yaml.safe_load((program.parent / "Pulumi.yaml").read_text())
        assert project["name"] == program.parent.name
        assert project["runtime"] == "python"
        assert project["description"].endswith(".")


def test_database() -> None:
    found = run("database")
    assert list(found) == [("Service", "orders-db"), ("EndpointSlice", "orders-db-ipv4")]
    assert {one["metadata"]["namespace"] for one in found.values()} == {"shop"}
    assert ports(found, "Service", "orders-db") == [("postgres", 5432, "TCP")]
    assert ports(found, "EndpointSlice", "orders-db-ipv4") == [("postgres", 5432, "TCP")]
    assert "selector" not in service(found, "orders-db")
    assert {
        address: (one["zone"], one["conditions"])
        for address, one in endpoints(found, "orders-db-ipv4").items()
    } == {
        "192.0.2.10": ("eu-1a", READY),
        "192.0.2.11": ("eu-1b", DRAINING),
        "192.0.2.12": ("eu-1c", READY),
    }


def test_databases() -> None:
    found = run("databases")
    assert sorted((one["metadata"]["namespace"], *key) for key, one in found.items()) == [
        ("carts", "EndpointSlice", "carts-db-ipv4"),
        ("carts", "EndpointSlice", "sessions-ipv4"),
        ("carts", "Service", "carts-db"),
        ("carts", "Service", "sessions"),
        ("orders", "EndpointSlice", "orders-db-ipv4"),
        ("orders", "EndpointSlice", "orders-db-ipv6"),
        ("orders", "Service", "orders-db"),
    ]
    zones = {a: one["zone"] for a, one in endpoints(found, "orders-db-ipv4").items()}
    assert zones == {"192.0.2.10": "eu-1a", "192.0.2.11": "eu-1b"}
    assert ports(found, "EndpointSlice", "carts-db-ipv4") == [("mysql", 3306, "TCP")]


def test_dual_stack() -> None:
    found = run("dual-stack")
    spec = service(found, "resolver")
    assert spec["ipFamilies"] == ["IPv4", "IPv6"]
    assert spec["ipFamilyPolicy"] == "PreferDualStack"
    for family, addresses in (
        ("IPv4", ["192.0.2.53", "192.0.2.54"]),
        ("IPv6", ["2001:db8::53", "2001:db8::54"]),
    ):
        name = f"resolver-{family.lower()}"
        assert found["EndpointSlice", name]["addressType"] == family
        assert sorted(endpoints(found, name)) == addresses
        assert ports(found, "EndpointSlice", name) == [("dns", 53, "UDP"), ("dns-tcp", 53, "TCP")]
    assert len(found) == 3


def test_headless() -> None:
    found = run("headless")
    assert list(found) == [("Service", "kafka"), ("EndpointSlice", "kafka-ipv4")]
    assert service(found, "kafka")["clusterIP"] == "None"
    labels = found["EndpointSlice", "kafka-ipv4"]["metadata"]["labels"]
    assert labels["service.kubernetes.io/headless"] == ""
    assert {
        address: one["hostname"] for address, one in endpoints(found, "kafka-ipv4").items()
    } == {"192.0.2.20": "kafka-0", "192.0.2.21": "kafka-1", "192.0.2.22": "kafka-2"}


def test_virtual_machines() -> None:
    found = run("virtual-machines")
    assert sorted(found) == [
        ("EndpointSlice", "orders-db-ipv4"),
        ("EndpointSlice", "workers-ipv4"),
        ("Service", "orders-db"),
        ("Service", "workers"),
    ]
    assert sorted(endpoints(found, "orders-db-ipv4")) == ["192.0.2.10", "192.0.2.11"]
    assert sorted(endpoints(found, "workers-ipv4")) == ["198.51.100.30", "198.51.100.31"]
    assert ports(found, "EndpointSlice", "workers-ipv4") == [("http", 80, "TCP")]


def test_saas() -> None:
    found = run("saas")
    assert list(found) == [("Service", "payments")]
    spec = {"type": "ExternalName", "externalName": "api.payments.example"}
    assert service(found, "payments") == spec


def test_web() -> None:
    found = run("web")
    assert sorted(found) == [("Deployment", "web"), ("Service", "web")]
    spec = service(found, "web")
    template = found["Deployment", "web"]["spec"]["template"]
    assert spec["selector"] == template["metadata"]["labels"] == {"app": "web"}
    (container,) = template["spec"]["containers"]
    assert [port["targetPort"] for port in spec["ports"]] == [container["ports"][0]["name"]]


def test_app() -> None:
    found = run("app")
    assert sorted(found) == [
        ("Deployment", "my-app"),
        ("HorizontalPodAutoscaler", "my-app"),
        ("PodDisruptionBudget", "my-app"),
        ("Service", "my-app"),
    ]
    spec = service(found, "my-app")
    template = found["Deployment", "my-app"]["spec"]["template"]
    assert spec["selector"].items() <= template["metadata"]["labels"].items()
    (container,) = template["spec"]["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]
    assert [port["targetPort"] for port in spec["ports"]] == ["http"]
    assert hazards_of_manifests(list(found.values())) == []


def test_sites() -> None:
    found = run("sites")
    assert sorted(kind for kind, _ in found) == [
        "Deployment",
        "EndpointSlice",
        "Ingress",
        "Service",
        "Service",
    ]
    spec = found["Ingress", "sites"]["spec"]
    assert spec["tls"] == [
        {"hosts": ["home.example.com", "blog.example.com"], "secretName": "sites-tls"}
    ]
    led = {
        (rule["host"], path["path"]): path["backend"]["service"]
        for rule in spec["rules"]
        for path in rule["http"]["paths"]
    }
    assert led == {
        ("home.example.com", "/"): {"name": "home", "port": {"name": "http"}},
        ("blog.example.com", "/"): {"name": "blog", "port": {"name": "http"}},
        ("blog.example.com", "/feed"): {"name": "feeds", "port": {"number": 8000}},
    }


def test_home_lab() -> None:
    found = run("home-lab")
    rules = found["Ingress", "home-lab-ingress"]["spec"]["rules"]
    routes = [one for (kind, _), one in found.items() if kind == "HTTPRoute"]
    hosts = {"home.example.com", "proxmox.example.com", "nas.example.com"}
    assert {one["host"] for one in rules} == hosts
    assert {host for one in routes for host in one["spec"]["hostnames"]} == hosts
    policy = found["BackendTLSPolicy", "home-lab-nas-https"]["spec"]
    assert policy["validation"]["hostname"] == "nas.lan"
    assert policy["targetRefs"][0]["sectionName"] == "https"
    transport = found["Service", "nas"]["metadata"]["annotations"]
    key = "traefik.ingress.kubernetes.io/service.serverstransport"
    assert transport[key] == "home-lab-nas@kubernetescrd"
    assert found["ServersTransport", "nas"]["spec"] == {
        "serverName": "nas.lan",
        "rootCAs": [{"configMap": "nas-ca"}],
    }
    backend = {"name": "mqtt", "port": 1883}
    assert found["TCPRoute", "mqtt"]["spec"]["rules"] == [{"backendRefs": [backend]}]
    assert hazards_of_manifests(list(found.values())) == []


def test_ingress() -> None:
    found = run("ingress")
    assert sorted(found) == [
        ("EndpointSlice", "home-ipv4"),
        ("Endpoints", "home"),
        ("Ingress", "home"),
        ("Service", "home"),
    ]
    (rule,) = found["Ingress", "home"]["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    backend = path["backend"]["service"]
    assert backend == {"name": "home", "port": {"name": "http"}}
    assert ports(found, "Service", "home") == [("http", 80, "TCP")]
    assert ports(found, "EndpointSlice", "home-ipv4") == [("http", 8123, "TCP")]
    (subset,) = found["Endpoints", "home"]["subsets"]
    assert [port["port"] for port in subset["ports"]] == [8123]


def test_prometheus() -> None:
    found = run("prometheus")
    assert sorted(found) == [
        ("EndpointSlice", "node-exporter-ipv4"),
        ("EndpointSlice", "postgres-exporter-ipv4"),
        ("Endpoints", "node-exporter"),
        ("ScrapeConfig", "postgres-exporter"),
        ("Service", "node-exporter"),
        ("Service", "postgres-exporter"),
        ("ServiceMonitor", "node-exporter"),
    ]
    assert {one["metadata"]["namespace"] for one in found.values()} == {"monitoring"}

    monitor = found["ServiceMonitor", "node-exporter"]["spec"]
    labels = found["Service", "node-exporter"]["metadata"]["labels"]
    assert monitor["selector"]["matchLabels"].items() <= labels.items()
    (scraped,) = monitor["endpoints"]
    assert ports(found, "Service", "node-exporter") == [(scraped["port"], 9100, "TCP")]

    (discovery,) = found["ScrapeConfig", "postgres-exporter"]["spec"]["kubernetesSDConfigs"]
    (selector,) = discovery["selectors"]
    assert discovery["role"] == selector["role"] == "EndpointSlice"
    key, _, value = selector["label"].partition("=")
    assert found["EndpointSlice", "postgres-exporter-ipv4"]["metadata"]["labels"][key] == value


def test_shop() -> None:
    found = run("shop")
    assert sorted(found) == [
        ("Deployment", "my-app"),
        ("EndpointSlice", "orders-db-ipv4"),
        ("EndpointSlice", "orders-db-ipv6"),
        ("EndpointSlice", "sessions-ipv4"),
        ("Ingress", "shop"),
        ("Namespace", "shop"),
        ("NetworkPolicy", "my-app-2502dec487"),
        ("Service", "my-app"),
        ("Service", "orders-db"),
        ("Service", "payments"),
        ("Service", "sessions"),
    ]
    spaces = {one["metadata"].get("namespace") for one in found.values()}
    assert spaces == {"shop", None}  # the Namespace itself is in none
    deployment = found["Deployment", "my-app"]["spec"]
    assert deployment["replicas"] == 3
    assert deployment["template"]["metadata"]["labels"]["app"] == "my-app"  # for the policy
    ingress = found["Ingress", "shop"]["spec"]
    assert ingress["tls"] == [{"hosts": ["shop.example.com"], "secretName": "shop-tls"}]
    (path,) = ingress["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "my-app", "port": {"name": "http"}}
    assert service(found, "payments")["externalName"] == "api.payments.example"
    assert service(found, "orders-db")["ipFamilyPolicy"] == "PreferDualStack"
    zones = {a: one["zone"] for a, one in endpoints(found, "orders-db-ipv4").items()}
    assert zones == {"192.0.2.10": "eu-1a", "192.0.2.11": "eu-1b"}
    assert list(endpoints(found, "orders-db-ipv6")) == ["2001:db8::10"]
    assert list(endpoints(found, "sessions-ipv4")) == ["198.51.100.20"]
    assert ports(found, "EndpointSlice", "sessions-ipv4") == [("redis", 6379, "TCP")]
    assert allowed(found, "my-app-2502dec487") == {
        "192.0.2.10/31": [5432],
        "2001:db8::10/128": [5432],
        "198.51.100.20/32": [6379],
        "0.0.0.0/0": [443],
        "::/0": [443],
    }
    assert hazards_of_manifests(list(found.values())) == []


@pytest.mark.parametrize("phase", MigrationPhase)
def test_migration(phase: MigrationPhase) -> None:
    config.CONFIG.set({**config.CONFIG.get(), "project:phase": phase.value})
    found = run("migration")
    spec = service(found, "orders-db")
    template = found["Deployment", "orders-db"]["spec"]["template"]
    (container,) = template["spec"]["containers"]
    (port,) = spec["ports"]
    if phase in ("External", "Draining"):
        assert ("selector" in spec, port["targetPort"]) == (False, 6432)
    else:
        assert spec["selector"] == template["metadata"]["labels"]
        assert port["targetPort"] == container["ports"][0]["name"]
    assert (("EndpointSlice", "orders-db-ipv4") in found) == (phase != "Internal")
    assert hazards_of_manifests(list(found.values())) == []


def test_egress() -> None:
    found = run("egress")
    assert len(found) == 6
    assert allowed(found, "web-6dd5f154b0") == {
        "192.0.2.10/31": [5432],
        "2001:db8::10/128": [5432],
        "198.51.100.20/32": [6380],
    }
    assert hazards_of_manifests(list(found.values())) == []


def allowed(manifests: Manifests, name: str) -> dict[str, list[int]]:
    """Return the ports of each block that a policy allows, those of DNS left out."""
    return {
        peer["ipBlock"]["cidr"]: [port["port"] for port in rule["ports"]]
        for rule in manifests["NetworkPolicy", name]["spec"]["egress"][1:]
        for peer in rule["to"]
    }


def blocks() -> list[Any]:
    """Return every Python block of the pages that uses the components."""
    found = []
    for page in (README, *PAGES):
        for match in re.finditer(
            r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE
        ):
            line = page.read_text().count("\n", 0, match.start()) + 2
            if re.search(r"^(from|import) k8s_endpoints\b", match[1], re.MULTILINE):
                found.append(pytest.param(page, line, match[1], id=f"{page.name}:{line}"))
    return found


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("page", "line", "text"), blocks())
def test_a_program_of_a_page_runs(page: Path, line: int, text: str, preview: bool) -> None:
    code = compile("\n" * (line - 1) + text, str(page), "exec")
    made: dict[str, Any] = {"__name__": "__main__"}
    manifests = render(lambda: exec(code, made), preview=preview)  # noqa: S102
    tests = [made[name] for name in made if name.startswith("test_")]
    for test in tests:
        test()
    assert manifests or tests


@pytest.mark.parametrize(
    "file",
    [README, *(ROOT / "docs").rglob("*.md"), *EXAMPLES.rglob("*.py")],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_users_import_the_name_that_is_installed(file: Path) -> None:
    imported = re.findall(
        r"^(?:>>> )?(?:from|import) (components)\b", file.read_text(), re.MULTILINE
    )
    assert imported == []


def test_pages_have_programs() -> None:
    with_programs = {param.values[0].name for param in blocks()}
    assert with_programs >= {
        "README.md",
        "external-service.md",
        "external-service-set.md",
        "provider.md",
        "selector-service.md",
        "external-name-service.md",
        "outputs-as-inputs.md",
        "presets.md",
        "slicing.md",
    }


@pytest.mark.parametrize("page", [*PAGES, README], ids=lambda page: page.name)
def test_relative_links_point_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = page.parent / file if file else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_index_links_every_page() -> None:
    linked = set(re.findall(r"\]\(([^)/]+\.md)\)", (ROOT / "docs" / "index.md").read_text()))
    assert linked == {page.name for page in PAGES} - {"index.md"}


def rows(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    text = (ROOT / "docs" / page).read_text()
    (section,) = re.findall(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(
    ("page", "heading", "kind"),
    [
        ("external-service.md", "Arguments", ExternalServiceArgs),
        ("external-service.md", "Backend", Backend),
        ("external-service.md", "ServicePort", ServicePort),
        ("external-service-set.md", "Arguments", ExternalServiceSetArgs),
        ("selector-service.md", "Arguments", SelectorServiceArgs),
        ("external-name-service.md", "Arguments", ExternalNameServiceArgs),
        ("deployed-service.md", "Arguments", DeployedServiceArgs),
        ("deployed-service.md", "Autoscaling", Autoscaling),
        ("deployed-service.md", "EnvValue", EnvValue),
        ("deployed-service.md", "EnvSource", EnvSource),
        ("deployed-service.md", "Resources", Resources),
        ("deployed-service.md", "Probe", Probe),
        ("deployed-service.md", "Volume", Volume),
        ("deployed-service.md", "Security", Security),
        ("deployed-service.md", "TopologySpread", TopologySpread),
        ("http-ingress.md", "Arguments", HttpIngressArgs),
        ("http-ingress.md", "HttpHost", HttpHost),
        ("http-ingress.md", "HttpPath", HttpPath),
        ("http-ingress.md", "RouteBackend", RouteBackend),
        ("http-ingress.md", "HttpTls", HttpTls),
        ("migrating-service.md", "Arguments", MigratingServiceArgs),
        ("egress-policy.md", "Arguments", EgressPolicyArgs),
        ("egress-policy.md", "EgressDestination", EgressDestination),
        ("egress-policy.md", "EgressDns", EgressDns),
        ("egress-policy.md", "EgressPrecedence", EgressPrecedence),
    ],
)
def test_tables_of_arguments_are_complete(page: str, heading: str, kind: Any) -> None:
    found = rows(page, heading)
    assert [row[0].strip("`") for row in found] == list(kind.__annotations__)
    required = {row[0].strip("`") for row in found if row[2] == "required"}
    assert required == kind.__required_keys__


def test_the_table_of_the_arguments_of_a_provider_is_complete() -> None:
    given = [row[0].strip("`") for row in rows("provider.md", "Arguments")]
    assert given == list(inspect.signature(provider).parameters)[1:]


def test_the_table_of_presets_is_complete() -> None:
    def shown(port: PortArgs) -> tuple[str, str]:
        protocol = port.app_protocol
        return f"`{port.name}` {port.port}", f"`{protocol}`" if protocol else "none"

    expected = {
        f"`Preset.{preset.name}`": tuple(
            ", ".join(column) for column in zip(*map(shown, PRESETS[preset]), strict=True)
        )
        for preset in Preset
    }
    assert {row[0]: (row[1], row[2]) for row in rows("presets.md", "Table")} == expected


def test_the_placement_that_a_page_shows() -> None:
    table = rows("slicing.md", "Example")
    keys = [row[0].strip("`") for row in table]
    shown: dict[str, list[str]] = {}
    for row in table:
        shown.setdefault(row[2].strip("`"), []).append(row[0].strip("`"))
    placed = {f"orders-db-ipv4-{bits}": found for bits, found in slices(keys, 2).items()}
    assert {name: sorted(found) for name, found in shown.items()} == placed
