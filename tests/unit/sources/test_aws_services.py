"""ECS tasks, Cloud Map instances and host names of RDS, against moto."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.moto_api import state_manager

from components import ExternalNameService
from components.sources import SourceError, aws
from components.sources.aws import _services
from components.testing import render
from tests.support.aws import Region, addresses
from tests.unit.sources.conftest import Stubs


@pytest.fixture
def tasks(region: Region) -> Iterator[Any]:
    """A cluster whose tasks run until they are stopped."""
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1000})
    region.client.modify_vpc_attribute(VpcId=region.vpc, EnableDnsHostnames={"Value": True})
    ecs = boto3.client("ecs")
    ecs.create_cluster(clusterName="shop")
    try:
        yield ecs
    finally:
        state_manager.unset_transition("ecs::task")


def run(ecs: Any, region: Region, family: str, count: int = 1, mode: str = "awsvpc") -> list[str]:
    """Run tasks of a family, and return their ids, sorted."""
    container = {"name": "web", "image": "web", "memory": 10}
    ecs.register_task_definition(family=family, networkMode=mode, containerDefinitions=[container])
    network = {"subnets": [region.subnets["eu-west-1b"]], "securityGroups": []}
    more = {"networkConfiguration": {"awsvpcConfiguration": network}} if mode == "awsvpc" else {}
    ids = []
    for _ in range(count):
        made = ecs.start_task if mode != "awsvpc" else ecs.run_task
        answer = made(cluster="shop", taskDefinition=family, launchType="FARGATE", **more)
        ids += [task["taskArn"].rpartition("/")[2] for task in answer["tasks"]]
    return sorted(ids)


def test_running_tasks_become_backends(region: Region, tasks: Any) -> None:
    ids = run(tasks, region, "web", 3)
    run(tasks, region, "worker")
    tasks.stop_task(cluster="shop", task=ids[0])
    found = aws.ecs_tasks("shop", family="web")
    assert [backend["id"] for backend in found] == ids[1:]
    assert {backend.get("zone") for backend in found} == {"eu-west-1b"}
    interfaces = region.client.describe_network_interfaces()["NetworkInterfaces"]
    live = {one["PrivateIpAddress"] for one in interfaces}
    assert addresses(found) < live
    assert len(aws.ecs_tasks("shop")) == 3


def test_many_tasks_are_described_in_batches(
    region: Region, tasks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = run(tasks, region, "web", 5)
    monkeypatch.setattr(_services, "_TASKS", 2)
    assert [backend["id"] for backend in aws.ecs_tasks("shop")] == ids


def test_a_cluster_that_is_missing_or_empty_is_an_error(tasks: Any) -> None:
    assert tasks
    with pytest.raises(SourceError, match=r"ecs_tasks\(shpo\) in eu-west-1: ListTasks: ClusterNot"):
        aws.ecs_tasks("shpo")
    with pytest.raises(
        SourceError, match=r"ecs_tasks\(shop, web\) in eu-west-1: running tasks: no"
    ):
        aws.ecs_tasks("shop", family="web")
    assert aws.ecs_tasks("shop", allow_empty=True) == []


def test_tasks_without_an_interface_are_left_out_with_a_warning(
    stubs: Stubs, warned: list[str]
) -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:task/shop/"
    details = [{"name": "subnetId", "value": "s"}, {"name": "networkInterfaceId", "value": "eni-1"}]
    attached = {"type": "ElasticNetworkInterface", "details": details}
    described = [
        {"taskArn": f"{arn}1", "lastStatus": "RUNNING", "attachments": [attached]},
        {"taskArn": f"{arn}2", "lastStatus": "RUNNING", "attachments": []},
        {"taskArn": f"{arn}3", "lastStatus": "PENDING", "attachments": [attached]},
    ]
    stubs.of("ecs").add_response(
        "list_tasks",
        {"taskArns": [f"{arn}{number}" for number in (1, 2, 3)]},
        {"cluster": "shop", "serviceName": "web", "desiredStatus": "RUNNING"},
    )
    stubs.of("ecs").add_response("describe_tasks", {"tasks": described})
    interface = {
        "NetworkInterfaceId": "eni-1",
        "AvailabilityZone": "eu-west-1a",
        "PrivateIpAddress": "192.0.2.1",
        "Association": {"PublicIp": "203.0.113.1"},
    }
    found = {"NetworkInterfaces": [interface]}
    stubs.of("ec2").add_response("describe_network_interfaces", found)
    assert aws.ecs_tasks("shop", "web", public=True, session=stubs) == [
        {"id": "1", "address": "203.0.113.1", "zone": "eu-west-1a"}
    ]
    subject = "aws.ecs_tasks(shop, web) in eu-west-1"
    assert warned == [f"{subject}: 1 left out, without public IPv4 address: 2"]


@pytest.fixture
def registry(region: Region) -> Any:
    """A Cloud Map service `db` in the namespace `shop`, with two instances."""
    assert region
    discovery = boto3.client("servicediscovery")
    discovery.create_http_namespace(Name="shop")
    (namespace,) = discovery.list_namespaces()["Namespaces"]
    service = discovery.create_service(
        Name="db", NamespaceId=namespace["Id"], HealthCheckCustomConfig={"FailureThreshold": 1}
    )["Service"]["Id"]
    for name, attributes in {
        "db-1": {
            "AWS_INSTANCE_IPV4": "192.0.2.1",
            "AWS_INSTANCE_IPV6": "2001:db8::1",
            "AWS_INSTANCE_PORT": "5433",
            "AVAILABILITY_ZONE": "eu-west-1a",
        },
        "db-2": {"AWS_INSTANCE_IPV4": "192.0.2.2"},
    }.items():
        discovery.register_instance(ServiceId=service, InstanceId=name, Attributes=attributes)
    return discovery, service


def test_registered_instances_become_backends(registry: Any) -> None:
    assert registry
    plain = [
        {"id": "db-1", "address": "192.0.2.1", "zone": "eu-west-1a"},
        {"id": "db-2", "address": "192.0.2.2"},
    ]
    assert aws.cloud_map("shop", "db") == plain
    assert aws.cloud_map("shop", "db", port="pg") == [{**plain[0], "ports": {"pg": 5433}}, plain[1]]
    both = aws.cloud_map("shop", "db", dual_stack=True)
    assert [backend["id"] for backend in both] == ["db-1", "db-1/ipv6", "db-2"]


def test_health_of_registered_instances_counts_on_request(registry: Any, warned: list[str]) -> None:
    discovery, service = registry

    def set_status(instance: str, status: str) -> None:
        discovery.update_instance_custom_health_status(
            ServiceId=service, InstanceId=instance, Status=status
        )

    def states(**options: bool) -> list[str]:
        found = aws.cloud_map("shop", "db", **options)
        return [str(one.get("state", "Active")) for one in found]

    set_status("db-2", "UNHEALTHY")
    assert states() == ["Active", "Active"]
    assert states(health=True) == ["Active", "Disabled"]
    assert warned == []
    set_status("db-1", "UNHEALTHY")
    assert states(health=True) == ["Active", "Active"]
    assert len(warned) == 1


def test_instances_by_host_name_are_left_out_with_a_warning(
    registry: Any, warned: list[str]
) -> None:
    discovery, service = registry
    attributes = {"AWS_INSTANCE_CNAME": "db.example.com"}
    discovery.register_instance(ServiceId=service, InstanceId="db-3", Attributes=attributes)
    assert addresses(aws.cloud_map("shop", "db")) == {"192.0.2.1", "192.0.2.2"}
    (text,) = warned
    assert text.endswith("1 left out, without private IPv4 address: db-3")


def test_a_service_that_is_missing_or_empty_is_an_error(registry: Any) -> None:
    discovery, service = registry
    for names, missing in ((("shpo", "db"), "namespace"), (("shop", "dv"), "service")):
        with pytest.raises(SourceError) as caught:
            aws.cloud_map(*names)
        assert str(caught.value) == (
            f"aws.cloud_map({', '.join(names)}) in eu-west-1: there is no such {missing}"
            " (correct the names or the region)"
        )
    for name in ("db-1", "db-2"):
        discovery.deregister_instance(ServiceId=service, InstanceId=name)
    with pytest.raises(SourceError, match="registered instances: none found"):
        aws.cloud_map("shop", "db")
    assert aws.cloud_map("shop", "db", health=True, allow_empty=True) == []


def test_all_pages_of_health_are_read(stubs: Stubs) -> None:
    stub = stubs.of("servicediscovery")
    namespace = [{"Id": "ns-1", "Name": "shop"}]
    stub.add_response("list_namespaces", {"Namespaces": namespace})
    of_namespace = {"Name": "NAMESPACE_ID", "Values": ["ns-1"], "Condition": "EQ"}
    services = {"Services": [{"Id": "srv-0", "Name": "web"}, {"Id": "srv-1", "Name": "db"}]}
    stub.add_response("list_services", services, {"Filters": [of_namespace]})
    for number, following in ((1, {"NextToken": "next"}), (2, {})):
        instance = {"Id": f"db-{number}", "Attributes": {"AWS_INSTANCE_IPV4": f"192.0.2.{number}"}}
        answer = {"Instances": [instance], **following}
        page = {"NextToken": "next"} if number == 2 else {}
        stub.add_response("list_instances", answer, {"ServiceId": "srv-1", **page})
    for status, page, following in (
        ({"db-1": "HEALTHY"}, {}, {"NextToken": "more"}),
        ({"db-2": "UNHEALTHY"}, {"NextToken": "more"}, {}),
    ):
        stub.add_response(
            "get_instances_health_status",
            {"Status": status, **following},
            {"ServiceId": "srv-1", "MaxResults": 1000, **page},
        )
    found = aws.cloud_map("shop", "db", health=True, session=stubs)
    assert [str(one.get("state", "Active")) for one in found] == ["Active", "Disabled"]


@pytest.fixture
def databases(region: Region) -> Any:
    assert region
    client = boto3.client("rds")
    user = {"MasterUsername": "admin", "MasterUserPassword": "s3cr3t-s3cr3t"}
    client.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=10,
        **user,
    )
    client.create_db_cluster(DBClusterIdentifier="carts", Engine="aurora-postgresql", **user)
    return client


def test_a_database_is_known_by_its_host_name(databases: Any) -> None:
    host = aws.rds("orders")
    assert host.startswith("orders.")
    assert host.endswith(".eu-west-1.rds.amazonaws.com")
    writer, reader = (aws.rds("carts", cluster=True, reader=reader) for reader in (False, True))
    assert writer.startswith("carts.cluster-")
    assert reader.startswith("carts.cluster-ro-")
    described = databases.describe_db_clusters()["DBClusters"][0]
    assert [writer, reader] == [described["Endpoint"], described["ReaderEndpoint"]]

    (manifest,) = render(lambda: ExternalNameService("orders-db", {"external_name": host}))
    assert manifest["spec"] == {"type": "ExternalName", "externalName": host}


def test_a_database_that_is_missing_is_an_error(databases: Any) -> None:
    assert databases
    with pytest.raises(
        SourceError, match=r"rds\(carts\) in eu-west-1: DescribeDBInstances: DBInst"
    ):
        aws.rds("carts")
    with pytest.raises(
        SourceError, match=r"rds\(orders\) in eu-west-1: DescribeDBClusters: DBClus"
    ):
        aws.rds("orders", cluster=True)
    with pytest.raises(SourceError, match="reader: Forbidden: an instance has no readers"):
        aws.rds("orders", reader=True)


@pytest.mark.parametrize(("reader", "what"), [(False, "endpoint"), (True, "reader endpoint")])
def test_a_database_that_is_being_made_has_no_host_name(
    stubs: Stubs, reader: bool, what: str
) -> None:
    described = {"DBClusters": [{"DBClusterIdentifier": "carts", "Status": "creating"}]}
    stubs.of("rds").add_response("describe_db_clusters", described)
    with pytest.raises(SourceError, match=rf"the database has no {what} yet \(wait until it"):
        aws.rds("carts", cluster=True, reader=reader, session=stubs)
