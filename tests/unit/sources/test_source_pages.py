"""The pages in `docs/sources/`: their programs run, their links lead somewhere."""

import io
import json
import re
import runpy
import shutil
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pulumi
import pytest
import yaml
from botocore.client import BaseClient
from moto.moto_api import state_manager

from components.sources import SourceError, aws
from components.testing import render
from tests.support.aws import Region
from tests.support.zones import Zones

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs" / "sources").glob("*.md"))


def programs(page: str) -> list[Any]:
    """Return the Python blocks of a page that use the components, compiled, by line."""
    path = ROOT / "docs" / "sources" / page
    text = path.read_text()
    found = []
    for match in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if re.search(r"^(from|import) k8s_endpoints\b", match[1], re.MULTILINE):
            line = text.count("\n", 0, match.start()) + 2
            code = compile("\n" * (line - 1) + match[1], str(path), "exec")
            found.append(pytest.param(code, id=f"{page}:{line}"))
    return found


def declared(code: Any) -> list[dict[str, Any]]:
    return render(lambda: exec(code, {"__name__": "__main__"}))  # noqa: S102


def addresses(manifests: list[dict[str, Any]]) -> list[str]:
    """Return the addresses of all slices, sorted."""
    slices = [one for one in manifests if one["kind"] == "EndpointSlice"]
    return sorted(address for one in slices for e in one["endpoints"] for address in e["addresses"])


@pytest.mark.parametrize("code", programs("own.md"))
def test_the_page_about_own_sources_runs(monkeypatch: pytest.MonkeyPatch, code: Any) -> None:
    asked: list[str] = []

    def answer(url: str, timeout: float) -> io.BytesIO:
        asked.append(url)
        assert timeout
        machines = [{"name": f"db-{n}", "ip": f"192.0.2.{n}"} for n in (2, 1)]
        return io.BytesIO(json.dumps(machines).encode())

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    assert addresses(declared(code)) == ["192.0.2.1", "192.0.2.2"]
    assert asked == ["https://inventory.example/machines?role=postgres"]


@pytest.fixture
def account(region: Region) -> Region:
    """An AWS region that has one of everything."""
    instance = region.run("192.0.2.10", "eu-west-1a", role="postgres")
    region.allocate("203.0.113.10", instance, role="smtp")
    region.client.modify_vpc_attribute(VpcId=region.vpc, EnableDnsHostnames={"Value": True})
    subnet = region.subnets["eu-west-1a"]
    scaling = boto3.client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="web", ImageId="ami-12345678", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchConfigurationName="web",
        MinSize=1,
        MaxSize=1,
        VPCZoneIdentifier=subnet,
    )
    elb = boto3.client("elbv2")
    elb.create_load_balancer(Name="edge", Type="network", Subnets=[subnet])
    group = elb.create_target_group(Name="web", Protocol="TCP", Port=80, VpcId=region.vpc)
    arn = group["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": instance}])
    ecs = boto3.client("ecs")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "web", "image": "web", "memory": 10}
    ecs.register_task_definition(
        family="web", networkMode="awsvpc", containerDefinitions=[container]
    )
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}}
    ecs.run_task(
        cluster="shop", taskDefinition="web", launchType="FARGATE", networkConfiguration=network
    )
    discovery = boto3.client("servicediscovery")
    discovery.create_http_namespace(Name="shop")
    (namespace,) = discovery.list_namespaces()["Namespaces"]
    service = discovery.create_service(Name="db", NamespaceId=namespace["Id"])["Service"]["Id"]
    attributes = {"AWS_INSTANCE_IPV4": "192.0.2.1"}
    discovery.register_instance(ServiceId=service, InstanceId="db-1", Attributes=attributes)
    rds = boto3.client("rds")
    user = {"MasterUsername": "admin", "MasterUserPassword": "s3cr3t-s3cr3t"}
    rds.create_db_instance(
        DBInstanceIdentifier="carts",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=10,
        **user,
    )
    rds.create_db_cluster(DBClusterIdentifier="carts", Engine="aurora-postgresql", **user)
    return region


@pytest.mark.parametrize("code", [*programs("aws.md"), *programs("safety.md")])
@pytest.mark.usefixtures("account")
def test_the_page_about_aws_runs(code: Any) -> None:
    assert addresses(declared(code)) == ["192.0.2.10"]


@pytest.mark.parametrize("code", programs("dns.md"))
def test_the_page_about_dns_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, zones: Zones, code: Any
) -> None:
    zones.records = {
        ("orders-db.example.com", "A"): ["192.0.2.10"],
        ("_ldap._tcp.example.com", "SRV"): ["0 0 3389 dc.example.com."],
        ("dc.example.com", "A"): ["192.0.2.20"],
    }
    monkeypatch.chdir(tmp_path)
    assert addresses(declared(code)) == ["192.0.2.10", "192.0.2.20"]
    assert [file.name for file in tmp_path.iterdir()] == ["orders-db.lock.yaml"]


def test_the_example_of_dns(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, zones: Zones, warned: list[str]
) -> None:
    """It runs on its pinned answers, and rewrites them where its names resolve."""
    folder = tmp_path / "dns"
    shutil.copytree(ROOT / "examples" / "dns", folder)
    monkeypatch.chdir(folder)
    pinned = (folder / "answers.lock.yaml").read_text()
    program = str(folder / "__main__.py")
    found = render(lambda: runpy.run_path(program))
    assert addresses(found) == ["192.0.2.10", "192.0.2.11", "192.0.2.20", "192.0.2.21"]
    assert len([text for text in warned if "using the last good answer" in text]) == 2
    assert (folder / "answers.lock.yaml").read_text() == pinned
    zones.records = {
        ("orders-db.example.com", "A"): ["192.0.2.11", "192.0.2.10"],
        ("_ldap._tcp.example.com", "SRV"): [
            "0 0 3389 dc-2.example.com.",
            "0 0 389 dc-1.example.com.",
        ],
        ("dc-1.example.com", "A"): ["192.0.2.20"],
        ("dc-2.example.com", "A"): ["192.0.2.21"],
    }
    assert render(lambda: runpy.run_path(program)) == found
    assert (folder / "answers.lock.yaml").read_text() == pinned, "the same, byte for byte"


@pytest.mark.parametrize(("stack", "count"), [("eu", 2), ("us", 3)])
def test_the_example_of_a_loop_declares_what_its_source_finds(
    monkeypatch: pytest.MonkeyPatch, stack: str, count: int
) -> None:
    folder = ROOT / "examples" / "refresh"
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(pulumi, "get_stack", lambda: stack)
    found = render(lambda: runpy.run_path(str(folder / "__main__.py")))
    assert len(addresses(found)) == count
    assert {one["metadata"]["namespace"] for one in found} == {stack}


def test_manifests_of_the_page_about_schedules_are_yaml() -> None:
    text = (ROOT / "docs" / "sources" / "refreshing.md").read_text()
    workflow, stack = map(
        yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    )
    assert workflow["jobs"]["up"]["steps"][-1]["with"] == {"command": "up", "stack-name": "prod"}
    assert (stack["apiVersion"], stack["kind"]) == ("pulumi.com/v1", "Stack")
    assert stack["spec"]["continueResyncOnCommitMatch"] is True


TAGS = {"role": "postgres"}
CALLS: dict[str, list[Callable[[], object]]] = {
    "instances": [lambda: aws.instances(TAGS)],
    "auto_scaling_group": [lambda: aws.auto_scaling_group("web")],
    "network_interfaces": [lambda: aws.network_interfaces(everything=True)],
    "elastic_ips": [lambda: aws.elastic_ips({"role": "smtp"})],
    "load_balancer": [lambda: aws.load_balancer("edge")],
    "target_group": [lambda: aws.target_group("web", port="http")],
    "ecs_tasks": [lambda: aws.ecs_tasks("shop", allow_empty=True)],
    "cloud_map": [lambda: aws.cloud_map("shop", "db", health=True)],
    "rds": [lambda: aws.rds("carts"), lambda: aws.rds("carts", cluster=True)],
}


def functions() -> dict[str, set[str]]:
    """Return the rights of each function, as the page's table has them."""
    text = (ROOT / "docs" / "sources" / "aws.md").read_text()
    rows = [line.split("|") for line in text.splitlines() if re.match(r"\| `\w+\(", line)]
    return {
        re.findall(r"`(\w+)\(", row[1])[0]: set(re.findall(r"`([a-z0-9]+:\w+)`", row[4]))
        for row in rows
    }


def test_the_table_of_aws_is_complete() -> None:
    assert functions().keys() == CALLS.keys() == {*aws.__all__} - {"Tags"}


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("name", CALLS)
def test_the_page_lists_the_permissions_each_function_needs(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1000})
    asked: set[str] = set()
    call: Any = vars(BaseClient)["_make_api_call"]

    def recorded(client: Any, operation: str, arguments: Any) -> Any:
        asked.add(f"{client.meta.service_model.signing_name}:{operation}")
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
    try:
        for ask in CALLS[name]:
            with suppress(SourceError):  # moto knows no addresses of load balancers
                ask()
    finally:
        state_manager.unset_transition("ecs::task")
    assert asked == functions()[name]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_point_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = page.parent / file if file else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def test_the_index_links_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    linked = set(re.findall(r"\]\(sources/([^)/]+\.md)\)", index))
    assert linked == {page.name for page in PAGES}


@pytest.mark.parametrize("code", programs("inventory.md"))
def test_the_page_about_inventories_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: Any
) -> None:
    (content,) = re.findall(
        r"^```yaml\n(.*?)^```",
        (PAGES[0].parent / "inventory.md").read_text(),
        re.DOTALL | re.MULTILINE,
    )
    (tmp_path / "backends.yaml").write_text(content)
    monkeypatch.chdir(tmp_path)
    found = declared(code)
    assert addresses(found) == ["192.0.2.10", "192.0.2.11"]
    kinds = sorted((one["kind"], one["metadata"]["name"]) for one in found)
    assert kinds == [
        ("EndpointSlice", "orders-db-ipv4"),
        ("Service", "orders-db"),
        ("Service", "payments"),
    ]
