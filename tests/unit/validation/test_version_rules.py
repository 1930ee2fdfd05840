"""Rules and wording that changed between versions, with the versions before and after."""

from typing import Any

import pytest

from components.core.findings import INVALID, NOT_SUPPORTED, REQUIRED, TOO_LONG, TOO_MANY
from components.validation import validate
from testbed.agreement import golden
from tests.unit.validation.expected import LABEL, Expected, agree, errors

Object = dict[str, Any]

OWNER = {"apiVersion": "v1", "kind": "Service", "name": "db", "uid": "1"}
ADDRESSES = "endpoints[0].addresses"
NAME_1035 = "a DNS-1035 label must consist of"


def load_balancer(port: int) -> Object:
    ports = [{"name": "a", "port": 443}, {"name": "b", "port": port}]
    return golden.service({"type": "LoadBalancer", "ports": ports})


@pytest.mark.parametrize("version", ["1.30", "1.32", None])
def test_a_load_balancer_does_not_open_the_port_of_the_kubelet_before_1_33(
    version: str | None,
) -> None:
    detail = "may not expose port 10250 externally since it is used by kubelet"
    found = errors(validate(load_balancer(10250), kubernetes_version=version))

    assert agree(found, [("spec.ports[1]", INVALID, detail)]), found
    assert not validate(load_balancer(10251), kubernetes_version=version)
    node_port = golden.service({"type": "NodePort", "ports": [{"port": 10250}]})
    assert not validate(node_port, kubernetes_version=version)


@pytest.mark.parametrize("version", ["1.33", "1.37"])
def test_a_load_balancer_may_open_it_since(version: str) -> None:
    assert not validate(load_balancer(10250), kubernetes_version=version)


@pytest.mark.parametrize(
    "manifest", [golden.slice_("IPv4", "127.0.0.1"), golden.endpoints("127.0.0.1")]
)
def test_a_stored_object_is_validated_again_before_1_33(manifest: Object) -> None:
    labelled = {**manifest, "metadata": {"name": "golden", "labels": {"a": "b"}}}

    for version in ("1.32", None):
        assert validate(labelled, old=manifest, kubernetes_version=version)
    for version in ("1.33", "1.37"):
        assert not validate(labelled, old=manifest, kubernetes_version=version)


@pytest.mark.parametrize(
    ("manifest", "first"), [(golden.service(), "1.34"), (golden.policy("10.0.0.0/8"), "1.36")]
)
def test_a_generate_name_is_validated_again_on_update(manifest: Object, first: str) -> None:
    update = {**manifest, "metadata": {"name": "golden", "generateName": "a:b"}}

    for version in ("1.30", "1.33", "1.34", "1.35", "1.36", "1.37"):
        found = validate(update, old=manifest, kubernetes_version=version)
        codes = ["metadata-generate-name"] if version < first else []
        assert [one.code for one in found] == codes, version
    nameless = validate({**update, "metadata": {}}, old=manifest, kubernetes_version="1.30")
    assert [one.code for one in nameless] == ["metadata-name-required"]


@pytest.mark.parametrize(
    ("version", "codes"),
    [
        ("1.32", [("unknown-field", "warning")]),
        ("1.33", [("json-type", "error")]),
        (None, [("json-type", "error")]),
    ],
)
def test_node_hints_of_a_wrong_type_are_refused(
    version: str | None, codes: list[tuple[str, str]]
) -> None:
    given = golden.slice_("IPv4", "10.0.0.1", hints={"forNodes": ["a"]})

    found = validate(given, kubernetes_version=version)

    assert [(one.code, one.severity) for one in found] == codes


def by_rule(name: str) -> Object:
    backend = {"service": {"name": name, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return {**golden.ingress(), "spec": {"rules": [{"http": {"paths": [path]}}]}}


@pytest.mark.parametrize(
    ("stored", "first"), [(by_rule("9svc"), "1.34"), (golden.ingress("9svc"), "1.35")]
)
def test_a_stored_name_of_1_36_exempts_others(stored: Object, first: str) -> None:
    new = by_rule("8080")

    for version in ("1.30", "1.33", "1.34", "1.35"):
        found = errors(validate(new, old=stored, kubernetes_version=version))
        path = "spec.rules[0].http.paths[0].backend.service.name"
        expected = [(path, INVALID, NAME_1035)] if version < first else []
        assert agree(found, expected), (version, found)


def owned(**fields: object) -> Object:
    return golden.service(ownerReferences=[OWNER, {**OWNER, "uid": "2", **fields}])


def of_resource(**fields: str) -> Object:
    resource = {"kind": "Bucket", "name": "b", **fields}
    return {**golden.ingress(), "spec": {"defaultBackend": {"resource": resource}}}


def peers(*given: Object) -> Object:
    return {
        **golden.policy("10.0.0.0/8"),
        "spec": {"podSelector": {}, "egress": [{"to": list(given)}]},
    }


BROKEN_SLICE = {
    **golden.slice_("IPv4", "x"),
    "addressType": "IPv5",
    "ports": [{"port": 80, "protocol": "tcp"}],
}
MANY = {**golden.slice_("IPv4"), "endpoints": [{}] * 1001}
OWNERS = "metadata.ownerReferences"
EMPTY, NO_VERSION = "must not be empty", "version must not be empty"
PROTOCOL = ("ports[0].protocol", NOT_SUPPORTED, "supported values:")
TYPE = ("addressType", NOT_SUPPORTED, "supported values:")
PEER = ("spec.egress[0].to[1]", REQUIRED, "must specify a peer")
CIDR = ("spec.egress[0].to[0].ipBlock.cidr", REQUIRED, "")

WORDING: dict[str, tuple[Object, str, Expected, str, Expected]] = {
    "an owner without a name": (
        owned(name=""),
        *("1.33", [(f"{OWNERS}.name", INVALID, "name must not be empty")]),
        *("1.36", [(f"{OWNERS}.name", INVALID, EMPTY)]),
    ),
    "annotations that are too long": (
        golden.service(annotations={"a": "x" * 262144}),
        *("1.31", [("metadata.annotations", TOO_LONG, "must have at most 262144 bytes")]),
        *("1.32", [("metadata.annotations", TOO_LONG, "may not be more than 262144 bytes")]),
    ),
    "a name of a label that is too long": (
        golden.service(labels={"a" * 64: "", "a" * 254 + "/a": ""}),
        *(
            "1.34",
            [
                ("metadata.labels", INVALID, "name part must be no more than 63 characters"),
                ("metadata.labels", INVALID, "prefix part must be no more than 253 characters"),
            ],
        ),
        *(
            "1.35",
            [
                ("metadata.labels", INVALID, "name part must be no more than 63 bytes"),
                ("metadata.labels", INVALID, "prefix part must be no more than 253 bytes"),
            ],
        ),
    ),
    "an owner without a kind": (
        owned(kind=""),
        *("1.36", [(f"{OWNERS}.kind", INVALID, EMPTY)]),
        *("1.37", [(f"{OWNERS}[1].kind", REQUIRED, EMPTY)]),
    ),
    "an owner without an apiVersion": (
        owned(apiVersion=""),
        *("1.36", [(f"{OWNERS}.apiVersion", INVALID, NO_VERSION)]),
        *("1.37", [(f"{OWNERS}[1].apiVersion", REQUIRED, EMPTY)]),
    ),
    "an owner with an apiVersion of three parts": (
        owned(apiVersion="a/b/c"),
        *("1.36", [(f"{OWNERS}.apiVersion", INVALID, NO_VERSION)]),
        *("1.37", [(f"{OWNERS}[1].apiVersion", INVALID, "must be <group>/<version> or <version>")]),
    ),
    "an Event as owner": (
        owned(kind="Event"),
        *("1.36", [(OWNERS, INVALID, "/v1, Kind=Event is disallowed")]),
        *("1.37", [(f"{OWNERS}[1]", INVALID, "/v1, Kind=Event is disallowed")]),
    ),
    "a type of addresses that there is not": (
        BROKEN_SLICE,
        *("1.36", [TYPE, PROTOCOL]),
        *("1.37", [PROTOCOL, TYPE]),
    ),
    "no addresses, before another fault": (
        {**golden.slice_("IPv4", hostname="A")},
        *(
            "1.36",
            [
                (ADDRESSES, REQUIRED, "must contain at least 1 address"),
                ("endpoints[0].hostname", INVALID, LABEL),
            ],
        ),
        *("1.37", [("endpoints[0].hostname", INVALID, LABEL), (ADDRESSES, REQUIRED, "")]),
    ),
    "too many endpoints, without addresses": (
        MANY,
        *("1.36", [("endpoints", TOO_MANY, "must have at most 1000 items")]),
        *(
            "1.37",
            [
                ("endpoints", TOO_MANY, "must have at most 1000 items"),
                *((f"endpoints[{n}].addresses", REQUIRED, "") for n in range(1001)),
            ],
        ),
    ),
    "endpoints, and then ports": (
        {**golden.slice_("IPv4", "10.0.0.1", hostname="A"), "ports": BROKEN_SLICE["ports"]},
        *("1.32", [("endpoints[0].hostname", INVALID, LABEL), PROTOCOL]),
        *("1.33", [PROTOCOL, ("endpoints[0].hostname", INVALID, LABEL)]),
    ),
    "a block without CIDR, before another fault": (
        peers({"ipBlock": {}}, {}),
        *("1.36", [CIDR, PEER]),
        *("1.37", [PEER, CIDR]),
    ),
    "a resource without a kind": (
        of_resource(kind=""),
        *("1.33", [("spec.defaultBackend.resource.kind", REQUIRED, "kind is required")]),
        *("1.34", [("spec.defaultBackend.resource.kind", REQUIRED, "")]),
    ),
    "a resource without a name": (
        of_resource(name=""),
        *("1.33", [("spec.defaultBackend.resource.name", REQUIRED, "name is required")]),
        *("1.34", [("spec.defaultBackend.resource.name", REQUIRED, "")]),
    ),
}


@pytest.mark.parametrize(
    ("manifest", "old", "before", "new", "since"), WORDING.values(), ids=WORDING
)
def test_wording_follows_the_kubernetes_version(
    manifest: Object, old: str, before: Expected, new: str, since: Expected
) -> None:
    for version, expected in ((old, before), (new, since)):
        found = errors(validate(manifest, kubernetes_version=version))
        assert agree(found, expected), (version, found)
        assert [not one[2] for one in found] == [not one[2] for one in expected]


def test_a_type_changes_to_an_unknown_one() -> None:
    """The generated validator stops at the change, so that what the type is comes first."""
    stored = golden.slice_("IPv4", "10.0.0.1")
    changed = {**BROKEN_SLICE, "endpoints": stored["endpoints"]}

    found = errors(validate(changed, old=stored))

    assert agree(found, [TYPE, PROTOCOL, ("addressType", INVALID, "field is immutable")]), found
