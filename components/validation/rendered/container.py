"""A container of Pods (`validateContainerCommon`), as components render it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ...core import syntax
from ...core.findings import Finding, duplicate, invalid, required
from ...core.rules import RuleBook
from ...core.versions import Rules
from ..protocols import check_protocol
from ..shapes import (
    BOOL,
    INT32,
    INT_OR_STRING,
    STRING,
    STRING_MAP,
    STRINGS,
    ListOf,
    Struct,
)
from ..walk import Decoded, against, below, each
from . import resources
from .numbers import not_negative
from .volumes import descending_path

__all__ = ["RULES", "SHAPE", "validate_container"]

_KEY = Struct({"name": STRING, "key": STRING, "optional": BOOL})
_WHOLE = Struct({"name": STRING, "optional": BOOL})
_PROBE = Struct(
    {
        "httpGet": Struct(
            {
                "path": STRING,
                "port": INT_OR_STRING,
                "scheme": STRING,
                "httpHeaders": ListOf(Struct({"name": STRING, "value": STRING})),
            }
        ),
        "tcpSocket": Struct({"port": INT_OR_STRING}),
        "grpc": Struct({"port": INT32, "service": STRING}),
        "exec": Struct({"command": STRINGS}),
        "initialDelaySeconds": INT32,
        "periodSeconds": INT32,
        "timeoutSeconds": INT32,
        "successThreshold": INT32,
        "failureThreshold": INT32,
    }
)
_PORT = Struct({"name": STRING, "containerPort": INT32, "protocol": STRING})
_MOUNT = Struct({"name": STRING, "mountPath": STRING, "subPath": STRING, "readOnly": BOOL})
SHAPE = Struct(
    {
        "name": STRING,
        "image": STRING,
        "command": STRINGS,
        "args": STRINGS,
        "ports": ListOf(_PORT),
        "env": ListOf(
            Struct(
                {
                    "name": STRING,
                    "value": STRING,
                    "valueFrom": Struct({"secretKeyRef": _KEY, "configMapKeyRef": _KEY}),
                }
            )
        ),
        "envFrom": ListOf(Struct({"prefix": STRING, "secretRef": _WHOLE, "configMapRef": _WHOLE})),
        "resources": Struct({"requests": STRING_MAP, "limits": STRING_MAP}),
        "livenessProbe": _PROBE,
        "readinessProbe": _PROBE,
        "startupProbe": _PROBE,
        "securityContext": Struct(
            {
                "allowPrivilegeEscalation": BOOL,
                "readOnlyRootFilesystem": BOOL,
                "capabilities": Struct({"add": STRINGS, "drop": STRINGS}),
            }
        ),
        "volumeMounts": ListOf(_MOUNT),
    }
)

RULES = RuleBook(resources.RULES)
NAME = RULES.rule("container-name", "A container's name is an RFC 1123 label.")
IMAGE = RULES.rule("container-image", "A container has an image.")
PORT_NAME = RULES.rule(
    "container-port-name", "The name of a container's port is an IANA service name."
)
PORT_NAME_TWICE = RULES.rule("container-port-name-twice", "A container's ports differ in name.")
PORT = RULES.rule("container-port", "A container's port is 1 to 65535.")
PROTOCOL = RULES.rule("container-port-protocol", "A port's protocol is TCP, UDP or SCTP.")
ENV_NAME = RULES.rule("container-env-name", "An environment variable's name has its form.")
ENV_OBJECT = RULES.rule(
    "container-env-object", "The name of a Secret or ConfigMap is an RFC 1123 subdomain."
)
ENV_KEY = RULES.rule("container-env-key", "A key of a Secret or ConfigMap has its form.")
MOUNT_PATH = RULES.rule("container-mount-path", "Volumes are mounted at different paths.")
SUB_PATH = RULES.rule("container-sub-path", "A path in a volume is relative, without `..`.")
PROBE_ACTION = RULES.rule("container-probe-action", "A probe's action is complete.")
PROBE_HEADER = RULES.rule(
    "container-probe-header", "A header's name has the form of an HTTP header's."
)
PROBE_NUMBER = RULES.rule("container-probe-number", "A probe's numbers are not negative.")
PROBE_SUCCESS = RULES.rule(
    "container-probe-success", "The successThreshold of a probe that restarts is 1."
)
SYS_ADMIN = RULES.rule("container-sys-admin", "CAP_SYS_ADMIN is an escalation of privileges.")

_NUMBERS = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)


def validate_container(container: Decoded, *, rules: Rules) -> list[Finding]:
    """Validate a container, with paths that begin at it."""
    name: str = container.get("name", "")
    findings = against("name", name, syntax.dns_label, NAME) if name else [required("name")]
    if not container.get("image"):
        findings.append(required("image", rule=IMAGE))
    findings += _ports(container.get("ports", []))
    named = syntax.relaxed_env_name if rules.relaxed_env_names else syntax.env_name
    findings += each(container.get("env", []), partial(_env, named=named), "env")
    findings += each(container.get("envFrom", []), partial(_env_from, named=named), "envFrom")
    findings += _mounts(container.get("volumeMounts", []))
    findings += below("resources", resources.validate_resources(container.get("resources", {})))
    findings += _capabilities(container.get("securityContext", {}))
    findings += _probe(container.get("livenessProbe"), "livenessProbe", may_restart=True)
    findings += _probe(container.get("readinessProbe"), "readinessProbe", may_restart=False)
    return findings + _probe(container.get("startupProbe"), "startupProbe", may_restart=True)


def _ports(ports: list[Decoded]) -> list[Finding]:
    findings: list[Finding] = []
    taken: set[str] = set()
    for index, port in enumerate(ports):
        name: str = port.get("name", "")
        own = against("name", name, syntax.iana_service_name, PORT_NAME) if name else []
        if not own and name in taken:
            own.append(duplicate("name", name, rule=PORT_NAME_TWICE))
        taken.add(name)
        number: int = port.get("containerPort", 0)
        if number == 0:
            own.append(required("containerPort", rule=PORT))
        else:
            own += against("containerPort", number, syntax.port_number, PORT)
        own += check_protocol(port.get("protocol", "TCP"), PROTOCOL)
        findings += below(f"ports[{index}]", own)
    return findings


def _env(variable: Decoded, *, named: Any) -> list[Finding]:
    name: str = variable.get("name", "")
    findings = against("name", name, named, ENV_NAME) if name else [required("name", rule=ENV_NAME)]
    source: Decoded = variable.get("valueFrom", {})
    for kind in ("secretKeyRef", "configMapKeyRef"):
        if kind in source:
            findings += below(f"valueFrom.{kind}", _key(source[kind]))
    return findings


def _key(reference: Decoded) -> list[Finding]:
    name: str = reference.get("name", "")
    key: str = reference.get("key", "")
    findings = against("name", name, syntax.dns_subdomain, ENV_OBJECT)
    if not key:
        return [*findings, required("key", rule=ENV_KEY)]
    return findings + against("key", key, syntax.config_key, ENV_KEY)


def _env_from(source: Decoded, *, named: Any) -> list[Finding]:
    prefix: str = source.get("prefix", "")
    findings = against("prefix", prefix, named, ENV_NAME) if prefix else []
    for kind in ("configMapRef", "secretRef"):
        if kind in source:
            name: str = source[kind].get("name", "")
            if name:
                findings += against(f"{kind}.name", name, _subdomain_prefix, ENV_OBJECT)
            else:
                findings.append(required(f"{kind}.name", rule=ENV_OBJECT))
    return findings


def _subdomain_prefix(name: str) -> list[str]:
    """Return the reasons against a subdomain, or against a prefix of one if it ends with a dash."""
    return syntax.dns_subdomain(f"{name[:-1]}a" if name.endswith("-") and name != "-" else name)


def _mounts(mounts: list[Decoded]) -> list[Finding]:
    findings: list[Finding] = []
    taken: set[str] = set()
    for index, mount in enumerate(mounts):
        path: str = mount.get("mountPath", "")
        own: list[Finding] = [] if path else [required("mountPath", rule=MOUNT_PATH)]
        if path in taken:
            own.append(invalid("mountPath", path, "must be unique", rule=MOUNT_PATH))
        taken.add(path)
        findings += below(f"volumeMounts[{index}]", own)
        if mount.get("subPath"):
            findings += below("volumeMounts", _sub_path(mount["subPath"], index))
    return findings


def _sub_path(path: str, index: int) -> list[Finding]:
    """Validate a path; the API server's error does not say which one it is."""
    return [
        Finding(
            found.path,
            found.type,
            found.detail,
            found.value,
            found.remedy,
            found.code,
            "error",
            f"[{index}].subPath",
        )
        for found in descending_path(path, "subPath", SUB_PATH)
    ]


def _capabilities(context: Decoded) -> list[Finding]:
    if context.get("allowPrivilegeEscalation", True):
        return []
    added: list[str] = context.get("capabilities", {}).get("add", [])
    detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
    return [
        invalid("securityContext", None, detail, rule=SYS_ADMIN)
        for capability in added
        if capability == "CAP_SYS_ADMIN"
    ]


def _probe(probe: Decoded | None, field: str, *, may_restart: bool) -> list[Finding]:
    if probe is None:
        return []
    findings = _action(probe)
    for number in _NUMBERS:
        findings += not_negative(probe, number, PROBE_NUMBER)
    threshold: int = probe.get("successThreshold", 1) or 1
    if may_restart and threshold != 1:
        findings.append(invalid("successThreshold", threshold, "must be 1", rule=PROBE_SUCCESS))
    return below(field, findings)


def _action(probe: Decoded) -> list[Finding]:
    findings: list[Finding] = []
    if "httpGet" in probe:
        http: Mapping[str, Any] = probe["httpGet"]
        for header in http.get("httpHeaders", []):
            name: str = header.get("name", "")
            findings += against("httpGet.httpHeaders", name, syntax.http_header_name, PROBE_HEADER)
    if "exec" in probe and not probe["exec"].get("command"):
        findings.append(required("exec.command", rule=PROBE_ACTION))
    return findings
