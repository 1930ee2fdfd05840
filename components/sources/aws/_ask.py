"""Requests to AWS: sessions and clients, filters by tags, and the meaning of errors."""

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
"""Required tags: name to value, or to several values, one of which must match. All tags must match.
`*` and `?` are EC2's wildcards: `{"role": "*"}` matches any resource with the tag."""

PAGE = 1000
"""The maximum of results that EC2 returns at once."""

VALUES = 200
"""The maximum of values that EC2 accepts in one filter."""

EMPTY_REMEDY = "correct the tags or the region, or pass allow_empty=True"

_REJECTED = re.compile("AuthFailure|ExpiredToken|InvalidClient|RequestExpired|SignatureDoes")
"""AWS's error codes for rejected credentials. Their messages may quote the request."""

_DENIED = re.compile("AccessDenied|UnauthorizedOperation")
_FAILURES: Mapping[str, str] = {
    "NoCredentialsError": "no credentials (set AWS_PROFILE, or sign in with `aws sso login`)",
    "NoRegionError": "no region (set AWS_DEFAULT_REGION or the profile's, or pass a session)",
    "HTTPClientError": "the request cannot be sent (is there a line break in the credentials?)",
    "CredentialRetrievalError": "no credentials (`aws sts get-caller-identity` says why)",
}
"""Our text for errors of the SDK whose own texts say too little or too much."""


class Ask:
    """A query to AWS: creates its clients, and names it in messages."""

    def __init__(self, what: str, session: "Optional[Session]", client: Any = None) -> None:
        self.subject = what
        """The query, with the region once it is known."""
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

        # Older SDKs default to `legacy`, which retries fewer kinds of throttling. The number of
        # retries still comes from the environment and the profile.
        config = Config(retries={"mode": "standard"})
        source: Any = self._session or boto3
        return source.client(name, config=config)


@contextmanager
def asking(what: str, session: "Optional[Session]", client: Any = None) -> Generator[Ask]:
    """Yield an `Ask`; errors of AWS in the block become a `SourceError` of one line.

    Args:
        what: The query, such as `aws.instances(role=postgres)`.
        session: The session to use; None for boto3's default.
        client: A client to use for all requests; None to create clients.
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
    """Return the text of AWS's error."""
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
        SourceError: Some tags are invalid; it lists all errors.
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
        SourceError: One of them is not text, such as an Output. None means that it was not given.
    """
    findings: list[Finding] = []
    for field, value in values.items():
        if value is not None and (not isinstance(value, str) or not value):
            reason = "must be a string, known when the program runs"
            findings.append(invalid(field, None, reason))
    refuse(name, findings)
    return f"{name}({', '.join(str(value) for value in values.values() if value is not None)})"


def refuse(name: str, findings: Sequence[Finding]) -> None:
    """Raise a `SourceError` with all findings, if there are any."""
    if findings:
        raise SourceError("\n".join(f"{name}: {finding}" for finding in findings))


def _texts(value: object) -> list[str]:
    """Return a text or a list of texts as a list, or an empty list for other values."""
    values = [value] if isinstance(value, str) else value
    items = list(cast("Sequence[Any]", values)) if isinstance(values, Sequence) else []
    return items if all(isinstance(item, str) for item in items) else []
