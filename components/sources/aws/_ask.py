"""How AWS is asked: sessions and clients, filters by tags, and what its errors mean."""

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Optional, cast

from ...core.findings import Finding, forbidden, invalid, join, required
from .._base import one_line, require
from ..errors import SourceError

if TYPE_CHECKING:
    from boto3 import Session
    from botocore.exceptions import ClientError
    from types_boto3_ec2.type_defs import FilterTypeDef

Tags = Mapping[str, str | Sequence[str]]
"""What the tags must be: name to value, or to several values of which any will do. All of the tags
must fit. `*` and `?` are EC2's wildcards: `{"role": "*"}` is whatever has the tag at all."""

PAGE = 1000
"""The most that EC2 returns at once."""

VALUES = 200
"""The most values that EC2 takes in one filter."""

EMPTY_REMEDY = "correct the tags or the region, or pass allow_empty=True"

_REJECTED = re.compile("AuthFailure|ExpiredToken|InvalidClient|RequestExpired|SignatureDoes")
"""AWS's codes for credentials that it does not take. Their messages may quote the request."""

_DENIED = re.compile("AccessDenied|UnauthorizedOperation")
_FAILURES: Mapping[str, str] = {
    "NoCredentialsError": "no credentials (set AWS_PROFILE, or sign in with `aws sso login`)",
    "NoRegionError": "no region (set AWS_DEFAULT_REGION or the profile's, or pass a session)",
    "HTTPClientError": "the request cannot be sent (is there a line break in the credentials?)",
    "CredentialRetrievalError": "no credentials (`aws sts get-caller-identity` says why)",
}
"""What the SDK's own errors mean, where their texts say too little or too much."""


class Ask:
    """One question to AWS: makes the clients that it takes, and names it in messages."""

    def __init__(self, what: str, session: "Optional[Session]", client: Any = None) -> None:
        self.subject = what
        """What is asked, and the region once that is known."""
        self.service = "AWS"
        self._what = what
        self._session = session
        self._client = client

    def client(self, name: str) -> Any:
        """Return a client of a service, which retries throttled requests."""
        client = self._client or self._make(name)
        self.service = client.meta.service_model.service_id
        self.subject = f"{self._what} in {client.meta.region_name or 'no region'}"
        return client

    def _make(self, name: str) -> Any:
        import boto3  # noqa: PLC0415 - an optional extra
        from botocore.config import Config  # noqa: PLC0415

        # Older SDKs default to `legacy`, which retries fewer kinds of throttling. How often is
        # still taken from the environment and the profile.
        config = Config(retries={"mode": "standard"})
        source: Any = self._session or boto3
        return source.client(name, config=config)


@contextmanager
def asking(what: str, session: "Optional[Session]", client: Any = None) -> Generator[Ask]:
    """Return what asks AWS; its errors become a `SourceError` of one line.

    Args:
        what: What is asked, such as `aws.instances(role=postgres)`.
        session: The session to use; None for boto3's default.
        client: The one client to use, whatever it is asked for; None to make clients.
    """
    name = what.partition("(")[0]
    if session is not None and client is not None:
        refuse(name, [forbidden("client", "may not be used together with `session`")])
    require(name, "boto3", "boto3", "aws")
    from botocore.exceptions import (  # noqa: PLC0415 - an optional extra
        BotoCoreError,
        ClientError,
        EndpointConnectionError,
    )

    ask = Ask(what, session, client)
    try:
        yield ask
    except ClientError as error:
        raise SourceError(f"{ask.subject}: {_refusal(error)}") from None
    except EndpointConnectionError:
        remedy = "check the region's name and the network"
        raise SourceError(f"{ask.subject}: {ask.service} cannot be reached ({remedy})") from None
    except (BotoCoreError, ValueError) as error:
        reason = _FAILURES.get(type(error).__name__) or one_line(str(error))
        raise SourceError(f"{ask.subject}: {reason}") from None


def _refusal(error: "ClientError") -> str:
    """Return what AWS answered instead of what was asked for."""
    answer = error.response.get("Error", {})
    code = answer.get("Code", "Unknown")
    if _REJECTED.match(code):
        remedy = "sign in again; a region that is not enabled for the account answers the same"
        return f"AWS rejects the credentials: {code} ({remedy})"
    message = one_line(answer.get("Message", "").partition("Encoded authorization")[0])
    text = f"{error.operation_name}: {code}: {message}"
    return f"{text} (grant it to the credentials in use)" if _DENIED.match(code) else text


def call_name(name: str, filters: "Sequence[FilterTypeDef]") -> str:
    """Return a query by tags as messages name it."""
    wanted = ", ".join(
        f"{each.get('Name', '').removeprefix('tag:')}={'|'.join(each.get('Values', ()))}"
        for each in filters
    )
    return f"{name}({wanted or 'everything'})"


def tag_filters(name: str, tags: object, *, everything: bool) -> "list[FilterTypeDef]":
    """Return EC2's filters of tags.

    Raises:
        SourceError: With everything that is wrong with them.
    """
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
            findings.append(invalid("tags", None, "the name of a tag must be a string"))
        elif values := _texts(value):
            filters.append({"Name": f"tag:{tag}", "Values": values})
        else:
            reason = "must be a string or a list of strings, known when the program runs"
            findings.append(invalid(join("tags", tag), None, reason))
    refuse(name, findings)
    return filters


def plain_texts(name: str, **values: object) -> str:
    """Return the arguments of a query as messages name them.

    Raises:
        SourceError: One of them is not a text, such as an Output. None stands for one not given.
    """
    findings: list[Finding] = []
    for field, value in values.items():
        if value is not None and (not isinstance(value, str) or not value):
            reason = "must be a string, known when the program runs"
            findings.append(invalid(field, None, reason))
    refuse(name, findings)
    return f"{name}({', '.join(str(value) for value in values.values() if value is not None)})"


def refuse(name: str, findings: Sequence[Finding]) -> None:
    """Raise a `SourceError` where there are findings, with all of them."""
    if findings:
        raise SourceError("\n".join(f"{name}: {finding}" for finding in findings))


def _texts(value: object) -> list[str]:
    """Return a text or a list of texts as a list, and nothing for anything else."""
    values = [value] if isinstance(value, str) else value
    items = list(cast("Sequence[Any]", values)) if isinstance(values, Sequence) else []
    return items if all(isinstance(item, str) for item in items) else []
