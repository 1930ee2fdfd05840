"""Backends from AWS: EC2 instances and Elastic IPs, found by their tags.

Needs boto3 (`pip install 'k8s-endpoints[aws]'`), which takes credentials and region from where it
always does: the environment, the profile, the role of the machine. Another region or account is a
client: `instances(tags, client=boto3.client("ec2", region_name="eu-west-1"))`.

The credentials need `ec2:DescribeInstances` for `instances`, and `ec2:DescribeAddresses` and
`ec2:DescribeNetworkInterfaces` for `elastic_ips`.
"""

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Optional, cast

from ..core.findings import Finding, forbidden, invalid, join, required
from ..types import Backend
from .errors import SourceError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_ec2 import EC2Client
    from types_boto3_ec2.type_defs import FilterTypeDef, InstanceTypeDef

__all__ = ["Tags", "elastic_ips", "instances"]

Tags = Mapping[str, str | Sequence[str]]
"""What the tags must be: name to value, or to several values of which any will do. All of the tags
must fit. `*` and `?` are EC2's wildcards: `{"role": "*"}` is whatever has the tag at all."""


def instances(
    tags: Optional[Tags] = None,
    *,
    client: "Optional[EC2Client]" = None,
    public: bool = False,
    ipv6: bool = False,
    everything: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Give the EC2 instances that run and carry the tags.

    A backend's `id` is the instance's (`i-…`; `i-…/ipv6` for its IPv6 address, so that the lists of
    both families can be put together), its `zone` the availability zone. Instances without an
    address of the wanted kind are left out.

    Args:
        tags: The tags that an instance must carry. Required unless `everything`.
        client: The EC2 client to ask. Defaults to one made by `boto3.client("ec2")`.
        public: Take the public IPv4 address. Defaults to False: the primary private one.
        ipv6: Take the primary IPv6 address, or the first where none is primary. Defaults to False.
        everything: Take all instances of the region, whatever their tags. Defaults to False.
        allow_empty: Give an empty list where there is nothing. Defaults to False: an error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: An argument cannot be used, AWS cannot be asked, or there is nothing.
    """
    name = "aws.instances"
    if public and ipv6:
        raise SourceError(f"{name}: {forbidden('public', 'may not be used together with `ipv6`')}")
    kind = "IPv6" if ipv6 else "public IPv4" if public else "private IPv4"
    filters = _filters(name, tags, everything=everything)
    running: FilterTypeDef = {"Name": "instance-state-name", "Values": ["running"]}
    with _asking(name, filters, client) as (ec2, subject):
        search = ec2.get_paginator("describe_instances")
        pages = search.paginate(Filters=[*filters, running], PaginationConfig={"PageSize": _PAGE})
        found: list[InstanceTypeDef] = list(pages.search("Reservations[].Instances[]"))
    backends = _backends(
        (
            instance.get("InstanceId", "") + ("/ipv6" if ipv6 else ""),
            _address(instance, kind),
            instance.get("Placement", {}).get("AvailabilityZone"),
        )
        for instance in found
    )
    if not backends and not allow_empty:
        reason = f"{len(found)} found, no {kind} address" if found else "none found"
        raise SourceError(f"{subject}: running instances: {reason} ({_EMPTY_REMEDY})")
    return backends


def elastic_ips(
    tags: Optional[Tags] = None,
    *,
    client: "Optional[EC2Client]" = None,
    everything: bool = False,
    allow_empty: bool = False,
) -> list[Backend]:
    """Give the Elastic IPs that carry the tags, also those that nothing uses yet.

    A backend's `id` is the allocation's (`eipalloc-…`), its `zone` that of the instance, NAT
    gateway or load balancer which has the address, and none where nothing has it.

    Args:
        tags: The tags that an Elastic IP must carry. Required unless `everything`.
        client: The EC2 client to ask. Defaults to one made by `boto3.client("ec2")`.
        everything: Take all Elastic IPs of the region, whatever their tags. Defaults to False.
        allow_empty: Give an empty list where there is nothing. Defaults to False: an error.

    Returns:
        The backends, sorted by id.

    Raises:
        SourceError: An argument cannot be used, AWS cannot be asked, or there is nothing.
    """
    name = "aws.elastic_ips"
    filters = _filters(name, tags, everything=everything)
    with _asking(name, filters, client) as (ec2, subject):
        found = ec2.describe_addresses(Filters=filters).get("Addresses", ())
        zones = _zones(ec2, [held for eip in found if (held := eip.get("NetworkInterfaceId"))])
    backends = _backends(
        (eip.get("AllocationId", ""), eip.get("PublicIp"), zones.get(eip.get("NetworkInterfaceId")))
        for eip in found
    )
    if not backends and not allow_empty:
        raise SourceError(f"{subject}: no Elastic IP found ({_EMPTY_REMEDY})")
    return backends


_PAGE = 1000  # the most that EC2 gives at once
_VALUES = 200  # the most values that EC2 takes in one filter
_EMPTY_REMEDY = "correct the tags or the region, or pass allow_empty=True"

_REJECTED = re.compile("AuthFailure|ExpiredToken|InvalidClient|RequestExpired|SignatureDoes")
"""AWS's codes for credentials that it does not take. Their messages may quote the request."""

_DENIED = re.compile("AccessDenied|UnauthorizedOperation")
_FAILURES: Mapping[str, str] = {
    "NoCredentialsError": "no credentials (set AWS_PROFILE, or sign in with `aws sso login`)",
    "NoRegionError": "no region (set AWS_DEFAULT_REGION or the profile's region, or pass a client)",
    "EndpointConnectionError": "EC2 cannot be reached (check the region's name and the network)",
    "HTTPClientError": "the request cannot be sent (is there a line break in the credentials?)",
    "CredentialRetrievalError": "no credentials (`aws sts get-caller-identity` says why)",
}
"""What the SDK's own errors mean, where their texts say too little or too much."""


@contextmanager
def _asking(
    name: str, filters: "Sequence[FilterTypeDef]", client: "Optional[EC2Client]"
) -> "Generator[tuple[EC2Client, str]]":
    """Give the client, and the subject of what is said about its answers."""
    try:
        import boto3  # noqa: PLC0415 - an optional extra
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError:
        raise SourceError(f"{name}: needs boto3 (pip install 'k8s-endpoints[aws]')") from None
    wanted = ", ".join(
        f"{each.get('Name', '').removeprefix('tag:')}={'|'.join(each.get('Values', ()))}"
        for each in filters
    )
    subject = f"{name}({wanted or 'everything'})"
    try:
        ec2 = client or boto3.client("ec2")  # pyright: ignore[reportUnknownMemberType]
        subject = f"{subject} in {ec2.meta.region_name or 'no region'}"
        yield ec2, subject
    except ClientError as error:
        raise SourceError(f"{subject}: {_refusal(error)}") from None
    except (BotoCoreError, ValueError) as error:
        reason = _FAILURES.get(type(error).__name__) or _one_line(str(error))
        raise SourceError(f"{subject}: {reason}") from None


def _refusal(error: "ClientError") -> str:
    """Say what AWS answered instead of giving what was asked for."""
    answer = error.response.get("Error", {})
    code = answer.get("Code", "Unknown")
    if _REJECTED.match(code):
        remedy = "sign in again; a region that is not enabled for the account answers the same"
        return f"AWS does not take the credentials: {code} ({remedy})"
    message = _one_line(answer.get("Message", "").partition("Encoded authorization")[0])
    text = f"{error.operation_name}: {code}: {message}"
    return f"{text} (allow it to the credentials in use)" if _DENIED.match(code) else text


def _one_line(text: str) -> str:
    """Give a text on one line, without the user and password of a URL."""
    return re.sub(r"(?<=://)[^/@\s]+(?=@)", "***", " ".join(text.split()))[:300]


def _filters(name: str, tags: object, *, everything: bool) -> "list[FilterTypeDef]":
    """Make EC2's filters of tags, or say all that is wrong with them."""
    findings: list[Finding] = []
    filters: list[FilterTypeDef] = []
    if tags is not None and not isinstance(tags, Mapping):
        findings.append(invalid("tags", None, "must be a mapping of name to value"))
    elif everything and tags:
        findings.append(forbidden("tags", "may not be used together with `everything`"))
    elif not everything and not tags:
        remedy = "pass everything=True for all of the region"
        findings.append(required("tags", "at least one tag to look for", remedy))
    for tag, value in () if findings else cast("Mapping[Any, Any]", tags or {}).items():
        if not isinstance(tag, str) or not tag:
            findings.append(invalid("tags", None, "the name of a tag must be a text"))
        elif values := _texts(value):
            filters.append({"Name": f"tag:{tag}", "Values": values})
        else:
            reason = "must be a text or a list of texts, known when the program runs"
            findings.append(invalid(join("tags", tag), None, reason))
    if findings:
        raise SourceError("\n".join(f"{name}: {finding}" for finding in findings))
    return filters


def _texts(value: object) -> list[str]:
    """Give a text or a list of texts as a list, and nothing for anything else."""
    values = [value] if isinstance(value, str) else value
    items = list(cast("Sequence[Any]", values)) if isinstance(values, Sequence) else []
    return items if all(isinstance(item, str) for item in items) else []


def _address(instance: "InstanceTypeDef", kind: str) -> Optional[str]:
    if kind == "private IPv4":
        return instance.get("PrivateIpAddress")
    if kind == "public IPv4":
        return instance.get("PublicIpAddress")
    interfaces = sorted(
        instance.get("NetworkInterfaces", ()),
        key=lambda each: each.get("Attachment", {}).get("DeviceIndex", 0),
    )
    addresses = [address for each in interfaces for address in each.get("Ipv6Addresses", ())]
    best = sorted(addresses, key=lambda each: not each.get("IsPrimaryIpv6"))
    return best[0].get("Ipv6Address") if best else None


def _zones(ec2: "EC2Client", interfaces: Sequence[str]) -> dict[Optional[str], str]:
    """Give the zones of network interfaces by their ids, of those that still exist."""
    zones: dict[Optional[str], str] = {}
    search = ec2.get_paginator("describe_network_interfaces")
    for start in range(0, len(interfaces), _VALUES):
        part = interfaces[start : start + _VALUES]
        wanted: FilterTypeDef = {"Name": "network-interface-id", "Values": part}
        pages = search.paginate(Filters=[wanted], PaginationConfig={"PageSize": _PAGE})
        for interface in pages.search("NetworkInterfaces[]"):
            zones[interface["NetworkInterfaceId"]] = interface["AvailabilityZone"]
    return zones


def _backends(rows: Iterable[tuple[str, str | None, str | None]]) -> list[Backend]:
    """Make backends of ids, addresses and zones, sorted, without those that have no address."""
    backends: list[Backend] = []
    for identity, address, zone in sorted(rows, key=lambda row: row[0]):
        if address:
            backend: Backend = {"id": identity, "address": address}
            backends.append({**backend, "zone": zone} if zone else backend)
    return backends
