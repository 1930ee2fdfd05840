"""The name formats of Kubernetes, each a function that returns the reasons why a value is invalid.

The rules and their wording are those of `apimachinery/pkg/util/validation`. Go's `$` matches at the
end of the text only, Python's also before a trailing newline, hence `fullmatch` throughout. Lengths
count bytes, as in Go.
"""

import re
from functools import lru_cache

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_RE = re.compile(_LABEL)
_LABEL_1035_RE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN_RE = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_WILDCARD_RE = re.compile(rf"\*\.{_LABEL}(\.{_LABEL})*")
_QUALIFIED_RE = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL_VALUE_RE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")

_LABEL_TEXT = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must"
    " start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for"
    " validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_LABEL_1035_TEXT = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
    " alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123',"
    " regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
)
_SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
    " and must start and end with an alphanumeric character (e.g. 'example.com', regex used for"
    r" validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_WILDCARD_TEXT = (
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which"
    " must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric"
    " character (e.g. '*.example.com', regex used for validation is"
    r" '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_QUALIFIED_TEXT = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
    " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
    " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
_QUALIFIED_SLASHES_TEXT = (
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and"
    " end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used"
    " for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain"
    " prefix and '/' (e.g. 'example.com/MyName')"
)
_LABEL_VALUE_TEXT = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.',"
    " and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or"
    " '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)

_ENV_NAME_RE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_ENV_NAME_TEXT = (
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or"
    " '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or"
    " 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
)
_RELAXED_ENV_NAME_TEXT = (
    "a valid environment variable name must consist only of printable ASCII characters other than"
    " '='"
)
_CONFIG_KEY_RE = re.compile(r"[-._a-zA-Z0-9]+")
_CONFIG_KEY_TEXT = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',"
    "  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
_HEADER_TEXT = (
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name',"
    " regex used for validation is '[-A-Za-z0-9]+')"
)


def dns_label(value: str) -> list[str]:
    """Return the reasons why `value` is not an RFC 1123 label of at most 63 bytes."""
    return _reasons(value, _LABEL_RE, _LABEL_TEXT, 63)


def dns_1035_label(value: str) -> list[str]:
    """Return the reasons why `value` is not a DNS-1035 label, as a Service's name must be."""
    return _reasons(value, _LABEL_1035_RE, _LABEL_1035_TEXT, 63)


def dns_subdomain(value: str) -> list[str]:
    """Return the reasons why `value` is not an RFC 1123 subdomain of at most 253 bytes."""
    return _reasons(value, _SUBDOMAIN_RE, _SUBDOMAIN_TEXT, 253)


def wildcard_subdomain(value: str) -> list[str]:
    """Return the reasons why `value` is not `*.` and a subdomain, at most 253 bytes in all."""
    return _reasons(value, _WILDCARD_RE, _WILDCARD_TEXT, 253)


def path_segment(value: str) -> list[str]:
    """Return the reasons why `value` cannot be a segment of a URL's path, as a kind is."""
    if value in (".", ".."):
        return [f"may not be '{value}'"]
    return [f"may not contain '{character}'" for character in "/%" if character in value]


@lru_cache(maxsize=4096)
def qualified_name(value: str) -> tuple[str, ...]:
    """Return the reasons why `value` is not a qualified name such as `example.com/my-key`."""
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        return (_QUALIFIED_SLASHES_TEXT,)
    reasons: list[str] = []
    if slash and not prefix:
        reasons.append("prefix part must be non-empty")
    elif slash:
        against = _reasons(prefix, _SUBDOMAIN_RE, _SUBDOMAIN_TEXT, 253, "bytes")
        reasons += [f"prefix part {reason}" for reason in against]
    if not name:
        reasons.append("name part must be non-empty")
    elif size(name) > 63:
        reasons.append("name part must be no more than 63 bytes")
    if not _QUALIFIED_RE.fullmatch(name):
        reasons.append(_QUALIFIED_TEXT)
    return tuple(reasons)


def label_value(value: str) -> list[str]:
    """Return the reasons why `value` cannot be the value of a label."""
    return _reasons(value, _LABEL_VALUE_RE, _LABEL_VALUE_TEXT, 63, "bytes")


def iana_service_name(value: str) -> list[str]:
    """Return the reasons why `value` is not an IANA service name (RFC 6335), as of a targetPort."""
    reasons: list[str] = []
    if size(value) > 15:
        reasons.append("must be no more than 15 characters")
    if not re.fullmatch(r"[-a-z0-9]+", value):
        reasons.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search(r"[a-z]", value):
        reasons.append("must contain at least one letter (a-z)")
    if "--" in value:
        reasons.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        reasons.append("must not begin or end with a hyphen")
    return reasons


def port_number(value: int) -> list[str]:
    """Return the reasons why `value` is not a port number, 1 to 65535."""
    return [] if 1 <= value <= 65535 else ["must be between 1 and 65535, inclusive"]


def env_name(value: str) -> list[str]:
    """Return the reasons why `value` is not a variable's name on every version."""
    reasons = [] if _ENV_NAME_RE.fullmatch(value) else [_ENV_NAME_TEXT]
    return [*reasons, *_folder_prefix(value)]


def relaxed_env_name(value: str) -> list[str]:
    """Return the reasons why `value` is not an environment variable's name from 1.32 on."""
    return [_RELAXED_ENV_NAME_TEXT] if re.search(r"[^ -<>-~]", value) else []


def config_key(value: str) -> list[str]:
    """Return the reasons why `value` is not a key of a Secret or ConfigMap."""
    return [*_reasons(value, _CONFIG_KEY_RE, _CONFIG_KEY_TEXT, 253), *_folder_prefix(value)]


def http_header_name(value: str) -> list[str]:
    """Return the reasons why `value` is not the name of an HTTP header."""
    return [] if re.fullmatch(r"[-A-Za-z0-9]+", value) else [_HEADER_TEXT]


def _folder_prefix(value: str) -> list[str]:
    if value in (".", ".."):
        return [f"must not be '{value}'"]
    return ["must not start with '..'"] if value.startswith("..") else []


def size(value: str) -> int:
    """Return the length in bytes, the unit of Go's `len` and of every limit."""
    return len(value.encode(errors="surrogatepass"))


def _reasons(
    value: str, form: re.Pattern[str], text: str, limit: int, unit: str = "characters"
) -> list[str]:
    reasons: list[str] = []
    if size(value) > limit:
        reasons.append(f"must be no more than {limit} {unit}")
    if not form.fullmatch(value):
        if form is _LABEL_RE and _SUBDOMAIN_RE.fullmatch(value):
            reasons.append("must not contain dots")
        else:
            reasons.append(text)
    return reasons
