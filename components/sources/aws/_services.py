"""ECS tasks, Cloud Map instances, and the host names of RDS databases."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional

from ...core.findings import forbidden
from ...types import Backend, BackendState
from ..errors import SourceError
from ._ask import Ask, asking, plain_texts, refuse
from ._ec2 import add_interface, interfaces_of, parts, zone_ids_of
from ._finds import IPV6, PRIVATE, Finds, unless_all, wanted_kinds

if TYPE_CHECKING:
    from boto3 import Session
    from types_boto3_ecs import ECSClient
    from types_boto3_ecs.type_defs import TaskTypeDef
    from types_boto3_rds import RDSClient
    from types_boto3_servicediscovery import ServiceDiscoveryClient
    from types_boto3_servicediscovery.type_defs import InstanceSummaryTypeDef

_TASKS = 100  # the maximum that one request describes
_REMEDY = "correct the names or the region, or pass allow_empty=True"


def ecs_tasks(
    cluster: str,
    service: Optional[str] = None,
    *,
    family: Optional[str] = None,
    session: "Optional[Session]" = None,
    public: bool = False,
    ipv6: bool = False,
    dual_stack: bool = False,
    zone_ids: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the running tasks of an ECS cluster that have their own address.

    These have the network mode `awsvpc`, which Fargate always uses. Tasks of other modes are left
    out, with a warning. A backend's `id` is the task's, so a replaced task is another backend.

    Args:
        cluster: The cluster's name.
        service: The name of the ECS service that runs the tasks. Defaults to any.
        family: The family of the tasks' definition. Defaults to any.
        session: The boto3 session. Defaults to boto3's own.
        public: Whether to use public IPv4 addresses. Defaults to False: private ones.
        ipv6: Whether to use IPv6 addresses. Defaults to False: IPv4.
        dual_stack: Whether to use the addresses of both families. Defaults to False.
        zone_ids: Whether zones are ids (`euw1-az1`). Defaults to False: names (`eu-west-1a`).
        allow_empty: Whether to return an empty list if no task runs. Defaults to False: an error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: There is no such cluster or service, AWS returns an error, or nothing is found.
    """
    name = "aws.ecs_tasks"
    kinds = wanted_kinds(name, public=public, ipv6=ipv6, dual_stack=dual_stack)
    what = plain_texts(name, cluster=cluster, service=service, family=family)
    chosen: dict[str, Any] = {"cluster": cluster}
    if service is not None:
        chosen["serviceName"] = service
    if family is not None:
        chosen["family"] = family
    with asking(what, session) as ask:
        ecs: ECSClient = ask.client("ecs")
        tasks = list(_running_tasks(ecs, cluster, chosen))
        finds = Finds(ask, kinds, zone_ids_of(ask, wanted=zone_ids))
        held = {task: interface for task, interface in tasks if interface}
        found = {
            interface.get("NetworkInterfaceId", ""): interface
            for interface in interfaces_of(ask.client("ec2"), list(held.values()))
        }
        for task, held_interface in tasks:
            interface = found.get(held_interface or "")
            if interface:
                add_interface(finds, task, interface)
            else:
                finds.add(task, None, {})
    return finds.all(allow_empty=allow_empty, of="running tasks", remedy=_REMEDY)


def _running_tasks(
    ecs: "ECSClient", cluster: str, chosen: Mapping[str, Any]
) -> Iterator[tuple[str, Optional[str]]]:
    """Yield the id of each running task, and its network interface if it has one."""
    pages = ecs.get_paginator("list_tasks").paginate(**chosen, desiredStatus="RUNNING")
    arns = [arn for page in pages for arn in page.get("taskArns", ())]
    for part in parts(arns, _TASKS):
        for task in ecs.describe_tasks(cluster=cluster, tasks=part).get("tasks", ()):
            if task.get("lastStatus") == "RUNNING":
                yield task.get("taskArn", "").rpartition("/")[2], _interface(task)


def _interface(task: "TaskTypeDef") -> Optional[str]:
    for attachment in task.get("attachments", ()):
        if attachment.get("type") == "ElasticNetworkInterface":
            for detail in attachment.get("details", ()):
                if detail.get("name") == "networkInterfaceId":
                    return detail.get("value")
    return None


def cloud_map(
    namespace: str,
    service: str,
    *,
    port: Optional[str] = None,
    health: bool = False,
    session: "Optional[Session]" = None,
    ipv6: bool = False,
    dual_stack: bool = False,
    zone_ids: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Return the instances that are registered with a Cloud Map service.

    A backend's `id` is the instance's in Cloud Map, its `zone` the attribute `AVAILABILITY_ZONE`.
    Instances registered with a host name are left out, with a warning.

    Args:
        namespace: The namespace's name.
        service: The service's name.
        port: The name of the Service's port that the registered ports belong to. Defaults to none:
            registered ports are ignored.
        health: Whether unhealthy instances are `DISABLED`, unless all are unhealthy. Defaults to
            False.
        session: The boto3 session. Defaults to boto3's own.
        ipv6: Whether to use IPv6 addresses. Defaults to False: IPv4.
        dual_stack: Whether to use the addresses of both families. Defaults to False.
        zone_ids: Whether zones are ids (`euw1-az1`). Defaults to False: names (`eu-west-1a`).
        allow_empty: Whether to return an empty list if nothing is registered. Defaults to False: an
            error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: There is no such namespace or service, AWS returns an error, or nothing is
            found.
    """
    name = "aws.cloud_map"
    kinds = wanted_kinds(name, public=False, ipv6=ipv6, dual_stack=dual_stack)
    plain_texts(name, port=port)
    with asking(plain_texts(name, namespace=namespace, service=service), session) as ask:
        discovery: ServiceDiscoveryClient = ask.client("servicediscovery")
        identity = _service_id(ask, discovery, namespace, service)
        pages = discovery.get_paginator("list_instances").paginate(ServiceId=identity)
        found = [instance for page in pages for instance in page.get("Instances", ())]
        unhealthy = set(_unhealthy(discovery, identity)) if health and found else set[str]()
        unhealthy = unless_all(ask.subject, unhealthy, len(found))
        finds = Finds(ask, kinds, zone_ids_of(ask, wanted=zone_ids))
        for instance in found:
            _add_registered(finds, instance, port, unhealthy)
    return finds.all(allow_empty=allow_empty, of="registered instances", remedy=_REMEDY)


def _service_id(ask: Ask, discovery: "ServiceDiscoveryClient", namespace: str, service: str) -> str:
    namespaces = [
        found.get("Id", "")
        for page in discovery.get_paginator("list_namespaces").paginate()
        for found in page.get("Namespaces", ())
        if found.get("Name") == namespace
    ]
    for identity in namespaces:  # a public and a private one may share a name
        pages = discovery.get_paginator("list_services").paginate(
            Filters=[{"Name": "NAMESPACE_ID", "Values": [identity], "Condition": "EQ"}]
        )
        for page in pages:
            for found in page.get("Services", ()):
                if found.get("Name") == service:
                    return found.get("Id", "")
    missing = "service" if namespaces else "namespace"
    remedy = "correct the names or the region"
    raise SourceError(f"{ask.subject}: there is no such {missing} ({remedy})")


def _unhealthy(discovery: "ServiceDiscoveryClient", identity: str) -> Iterator[str]:
    token: dict[str, Any] = {}
    while True:
        page = discovery.get_instances_health_status(ServiceId=identity, MaxResults=1000, **token)
        for instance, status in page.get("Status", {}).items():
            if status == "UNHEALTHY":
                yield instance
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}


def _add_registered(
    finds: Finds,
    instance: "InstanceSummaryTypeDef",
    port: Optional[str],
    unhealthy: set[str],
) -> None:
    attributes = instance.get("Attributes", {})
    identity = instance.get("Id", "")
    number = attributes.get("AWS_INSTANCE_PORT", "")
    finds.add(
        identity,
        attributes.get("AVAILABILITY_ZONE"),
        {
            PRIVATE: attributes.get("AWS_INSTANCE_IPV4"),
            IPV6: attributes.get("AWS_INSTANCE_IPV6"),
        },
        ports={port: int(number)} if port and number.isdecimal() else None,
        state=BackendState.DISABLED if identity in unhealthy else None,
    )


def rds(
    identifier: str,
    *,
    cluster: bool = False,
    reader: bool = False,
    session: "Optional[Session]" = None,
) -> str:
    """Return the host name of an RDS or Aurora database, for an `ExternalNameService`.

    It never returns an address, because failover and maintenance change it; the host name stays.

    Args:
        identifier: The identifier of the instance, or of the cluster.
        cluster: Whether it is a cluster (Aurora or Multi-AZ), whose writer is returned. Defaults to
            False: an instance.
        reader: Whether to return the host name of the cluster's readers. Defaults to False.
        session: The boto3 session. Defaults to boto3's own.

    Raises:
        SourceError: There is no such database, it has no host name yet, or AWS returns an error.
    """
    name = "aws.rds"
    if reader and not cluster:
        refuse(name, [forbidden("reader", "an instance has no readers", "pass cluster=True")])
    with asking(plain_texts(name, identifier=identifier), session) as ask:
        client: RDSClient = ask.client("rds")
        hosts = _hosts(client, identifier, cluster=cluster, reader=reader)
        if not hosts or not hosts[0]:
            what = "reader endpoint" if reader else "endpoint"
            remedy = "wait until it is available"
            raise SourceError(f"{ask.subject}: the database has no {what} yet ({remedy})")
    return hosts[0]


def _hosts(
    client: "RDSClient", identifier: str, *, cluster: bool, reader: bool
) -> Sequence[Optional[str]]:
    if cluster:
        clusters = client.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"]
        if reader:
            return [found.get("ReaderEndpoint") for found in clusters]
        return [found.get("Endpoint") for found in clusters]
    instances = client.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    return [found.get("Endpoint", {}).get("Address") for found in instances]
