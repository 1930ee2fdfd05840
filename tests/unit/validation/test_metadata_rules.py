"""Metadata: what the API server refuses in any kind, on create and on update."""

from typing import Any

import pytest

from components.core.findings import FORBIDDEN, INVALID, REQUIRED, TOO_LONG
from components.validation import validate
from tests.unit.validation.expected import (
    IMMUTABLE,
    LABEL,
    LABEL_VALUE,
    NAME_PART,
    NO_NAME_PART,
    SUBDOMAIN,
    Expected,
    agree,
    errors,
)

Metadata = dict[str, Any]

EMPTY = "must not be empty"
VERSION = "must be <group>/<version> or <version>"
STANDARD = "name is neither a standard finalizer name nor is it fully qualified"
ONE_CONTROLLER = (
    'Only one reference can have Controller set to true. Found "true" in references for '
    "Service/db and Service/db"
)
NO_NEW_FINALIZERS = (
    "no new finalizers can be added if the object is being deleted, found new finalizers "
    '[]string{"w.x/y", "x.y/z"}'
)
OWNERS = "metadata.ownerReferences"
FINALIZERS = "metadata.finalizers"

NAMED: Metadata = {"name": "db"}
OWNER = {"apiVersion": "v1", "kind": "Service", "name": "db", "uid": "1"}
BOSS = {**OWNER, "controller": True}


def slice_of(metadata: Metadata) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata,
        "addressType": "IPv4",
    }


def service_of(metadata: Metadata) -> dict[str, Any]:
    spec = {"ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def name(detail: str = SUBDOMAIN) -> tuple[str, str, str]:
    return ("metadata.name", INVALID, detail)


def generate_name(detail: str = SUBDOMAIN) -> tuple[str, str, str]:
    return ("metadata.generateName", INVALID, detail)


ACCEPTED: dict[str, Metadata] = {
    "a name": NAMED,
    "a name of digits and dots": {"name": "9db.x"},
    "a long name": {"name": "a" * 253},
    "a generated name": {"generateName": "db-"},
    "two dashes": {"generateName": "a--"},
    "a dash after what is cut off": {"generateName": "a" * 60 + "_-"},
    "a generateName beside a name": {"name": "db", "generateName": "a_-"},
    "no namespace": {**NAMED, "namespace": ""},
    "nulls": {**NAMED, "namespace": None, "labels": None, "finalizers": None},
    "a null label": {**NAMED, "labels": {"a": None}},
    "a label": {**NAMED, "labels": {"example.com/A_b.c": "A_b.c"}},
    "upper case annotations": {**NAMED, "annotations": {"Foo.IO/Bar": "any Text\n"}},
    "letters that lower to ASCII": {**NAMED, "annotations": {"\u212a8s.io/\u0130": ""}},
    "annotations of 256 KiB": {**NAMED, "annotations": {"a": "x" * 262143}},
    "an owner": {**NAMED, "ownerReferences": [OWNER]},
    "an owner of an odd version": {
        **NAMED,
        "ownerReferences": [{**OWNER, "apiVersion": "/apps"}],
    },
    "the same controller twice": {**NAMED, "ownerReferences": [BOSS, {**BOSS}]},
    "two owners, one controller": {**NAMED, "ownerReferences": [OWNER, BOSS]},
    "standard finalizers": {**NAMED, "finalizers": ["kubernetes", "orphan", "orphan"]},
    "a finalizer": {**NAMED, "finalizers": ["example.com/x"]},
    "what the server sets": {
        **NAMED,
        "uid": "x",
        "selfLink": "x",
        "generation": -1,
        "creationTimestamp": "2020-01-01T00:00:00Z",
        "deletionTimestamp": "2020-01-01T00:00:00Z",
        "deletionGracePeriodSeconds": -1,
    },
    "managed fields": {**NAMED, "managedFields": [{"operation": "Odd", "fieldsType": "Odd"}]},
    "version 0": {**NAMED, "resourceVersion": "0"},
    "a version that is not a number": {**NAMED, "resourceVersion": "abc"},
    "a version beyond 64 bits": {**NAMED, "resourceVersion": "18446744073709551616"},
}

REFUSED: dict[str, tuple[Metadata, Expected]] = {
    "no name": ({}, [("metadata.name", REQUIRED, "name or generateName is required")]),
    "an upper case name": ({"name": "Db"}, [name()]),
    "a name with a newline": ({"name": "db\n"}, [name()]),
    "a name too long": ({"name": "a" * 254}, [name("must be no more than 253 characters")]),
    "two bytes before the dash": (
        {"name": "db", "generateName": "dé-"},
        [generate_name()],
    ),
    "a dash alone": ({"generateName": "-"}, [generate_name(), name()]),
    "an underscore": ({"generateName": "A_"}, [generate_name(), name()]),
    "a masked underscore": ({"generateName": "a_-"}, [name()]),
    "a masked capital": ({"generateName": "A-"}, [name()]),
    "a masked dot": ({"generateName": "web.-"}, [name()]),
    "a bad generateName beside a name": (
        {"name": "db", "generateName": "web.v1."},
        [generate_name()],
    ),
    "a bad label": (
        {**NAMED, "labels": {"a b": "x y"}},
        [("metadata.labels", INVALID, NAME_PART), ("metadata.labels", INVALID, LABEL_VALUE)],
    ),
    "an empty key": (
        {**NAMED, "labels": {"": ""}},
        [("metadata.labels", INVALID, NO_NAME_PART), ("metadata.labels", INVALID, NAME_PART)],
    ),
    "an upper case prefix of a label": (
        {**NAMED, "labels": {"Foo.IO/Bar": ""}},
        [("metadata.labels", INVALID, "prefix part a lowercase RFC 1123 subdomain must")],
    ),
    "a value too long": (
        {**NAMED, "labels": {"a": "b" * 64}},
        [("metadata.labels", INVALID, "must be no more than 63 bytes")],
    ),
    "a bad annotation": (
        {**NAMED, "annotations": {"\u00fc": ""}},
        [("metadata.annotations", INVALID, NAME_PART)],
    ),
    "annotations of 256 KiB and a byte": (
        {**NAMED, "annotations": {"a": "x" * 262144}},
        [("metadata.annotations", TOO_LONG, "may not be more than 262144 bytes")],
    ),
    "annotations counted in bytes": (
        {**NAMED, "annotations": {"a": "\u00fc" * 131072}},
        [("metadata.annotations", TOO_LONG, "may not be more than 262144 bytes")],
    ),
    "an empty owner": (
        {**NAMED, "ownerReferences": [None]},
        [
            (f"{OWNERS}[0].apiVersion", REQUIRED, EMPTY),
            (f"{OWNERS}[0].kind", REQUIRED, EMPTY),
            (f"{OWNERS}[0].name", REQUIRED, EMPTY),
            (f"{OWNERS}[0].uid", REQUIRED, EMPTY),
        ],
    ),
    "an owner's apiVersion of three parts": (
        {**NAMED, "ownerReferences": [{**OWNER, "apiVersion": "a/b/c"}]},
        [(f"{OWNERS}[0].apiVersion", INVALID, VERSION)],
    ),
    "an owner's apiVersion of a group alone": (
        {**NAMED, "ownerReferences": [{**OWNER, "apiVersion": "apps/"}]},
        [(f"{OWNERS}[0].apiVersion", INVALID, VERSION)],
    ),
    "an Event as owner": (
        {**NAMED, "ownerReferences": [{**OWNER, "kind": "Event"}]},
        [(f"{OWNERS}[0]", INVALID, "/v1, Kind=Event is disallowed from being an owner")],
    ),
    "two controllers": (
        {**NAMED, "ownerReferences": [BOSS, {**BOSS, "blockOwnerDeletion": False}]},
        [
            (
                OWNERS,
                INVALID,
                ONE_CONTROLLER,
            )
        ],
    ),
    "a finalizer of one's own": (
        {**NAMED, "finalizers": ["a.b/c", "mine"]},
        [(f"{FINALIZERS}[1]", INVALID, STANDARD)],
    ),
    "an empty finalizer": (
        {**NAMED, "finalizers": [None]},
        [
            (FINALIZERS, INVALID, NO_NAME_PART),
            (FINALIZERS, INVALID, NAME_PART),
            (f"{FINALIZERS}[0]", INVALID, STANDARD),
        ],
    ),
    "finalizers at odds": (
        {**NAMED, "finalizers": ["foregroundDeletion", "orphan"]},
        [
            (
                FINALIZERS,
                INVALID,
                "finalizer orphan and foregroundDeletion cannot be both set",
            )
        ],
    ),
}

REFUSED_SERVICES: dict[str, tuple[Metadata, Expected]] = {
    "a negative generation": (
        {**NAMED, "generation": -1},
        [("metadata.generation", INVALID, "must be greater than or equal to 0")],
    ),
    "a name with a dot": ({"name": "a.b"}, [name("must not contain dots")]),
    "a name of 64 bytes": ({"name": "a" * 64}, [name("must be no more than 63 characters")]),
    "a generateName of 64 bytes": (
        {"generateName": "a" * 64},
        [generate_name("must be no more than 63 characters")],
    ),
}

REFUSED_OFFLINE: dict[str, tuple[Metadata, Expected]] = {
    "a namespace that is none": (
        {**NAMED, "namespace": "A_"},
        [("metadata.namespace", INVALID, LABEL)],
    ),
    "a version, which is asked for last": (
        {"name": "A", "resourceVersion": "05"},
        [
            name(),
            (
                "metadata.resourceVersion",
                FORBIDDEN,
                "resourceVersion should not be set on objects to be created",
            ),
        ],
    ),
}
"""Refused too, but with no field named: 400, and 500, the latter not by a dry run."""


@pytest.mark.parametrize("metadata", ACCEPTED.values(), ids=ACCEPTED)
def test_valid_metadata_is_accepted(metadata: Metadata) -> None:
    assert validate(slice_of(metadata)) == []


@pytest.mark.parametrize(("metadata", "expected"), REFUSED.values(), ids=REFUSED)
def test_invalid_metadata_is_refused(metadata: Metadata, expected: Expected) -> None:
    assert agree(found := errors(validate(slice_of(metadata))), expected), found


@pytest.mark.parametrize(("metadata", "expected"), REFUSED_SERVICES.values(), ids=REFUSED_SERVICES)
def test_invalid_metadata_of_a_service_is_refused(metadata: Metadata, expected: Expected) -> None:
    assert agree(found := errors(validate(service_of(metadata))), expected), found


@pytest.mark.parametrize(("metadata", "expected"), REFUSED_OFFLINE.values(), ids=REFUSED_OFFLINE)
def test_invalid_metadata_is_refused_without_a_server(
    metadata: Metadata, expected: Expected
) -> None:
    assert agree(found := errors(validate(slice_of(metadata))), expected), found


def test_a_generate_name_of_63_bytes_makes_a_service() -> None:
    assert validate(service_of({"generateName": "a" * 63})) == []


STORED: Metadata = {
    "name": "db",
    "namespace": "web",
    "uid": "1",
    "resourceVersion": "5",
    "generation": 3,
    "finalizers": ["a.b/c"],
    "creationTimestamp": "2020-01-01T00:00:00Z",
}
DELETED: Metadata = {
    **STORED,
    "deletionTimestamp": "2021-01-01T00:00:00Z",
    "deletionGracePeriodSeconds": 0,
}

UPDATES: dict[str, tuple[Metadata, Metadata, Expected]] = {
    "nothing": (STORED, STORED, []),
    "what the server restores": (STORED, {"name": "db", "generation": -1}, []),
    "another creation": (
        STORED,
        {"name": "db", "creationTimestamp": "2000-01-01T00:00:00Z"},
        [],
    ),
    "an unconditional update": (STORED, {"name": "db", "resourceVersion": "00"}, []),
    "a stale version": (
        STORED,
        {"name": "db", "resourceVersion": "4"},
        [("metadata.resourceVersion", INVALID, "the object has been modified")],
    ),
    "no name": (
        STORED,
        {"generateName": "db-"},
        [("metadata.name", REQUIRED, "name or generateName is required")],
    ),
    "another name": (STORED, {"name": "other"}, [name(IMMUTABLE)]),
    "another namespace": (
        STORED,
        {"name": "db", "namespace": "other"},
        [("metadata.namespace", INVALID, IMMUTABLE)],
    ),
    "another uid": (STORED, {"name": "db", "uid": "2"}, [("metadata.uid", INVALID, IMMUTABLE)]),
    "a deletion": (
        STORED,
        {"name": "db", "deletionTimestamp": "2021-01-01T00:00:00Z"},
        [("metadata.deletionTimestamp", INVALID, IMMUTABLE)],
    ),
    "a grace period": (
        STORED,
        {"name": "db", "deletionGracePeriodSeconds": 0},
        [("metadata.deletionGracePeriodSeconds", INVALID, IMMUTABLE)],
    ),
    "a deletion that stays": (DELETED, {"name": "db", "deletionTimestamp": None}, []),
    "another deletion": (
        DELETED,
        {"name": "db", "deletionTimestamp": "2022-01-01T00:00:00Z"},
        [],
    ),
    "another finalizer": (STORED, {"name": "db", "finalizers": ["a.b/c", "x.y/z"]}, []),
    "another finalizer while it is deleted": (
        DELETED,
        {"name": "db", "finalizers": ["a.b/c", "x.y/z", "w.x/y"]},
        [
            (
                FINALIZERS,
                FORBIDDEN,
                NO_NEW_FINALIZERS,
            )
        ],
    ),
    "fewer finalizers while it is deleted": (DELETED, {"name": "db", "finalizers": []}, []),
    "a bad generateName": (STORED, {"name": "db", "generateName": "A_"}, [generate_name()]),
    "a generateName that is not a path": (
        STORED,
        {"name": "db", "generateName": "a/b"},
        [generate_name("may not contain '/'"), generate_name()],
    ),
    "a bad label": (
        STORED,
        {"name": "db", "labels": {"a": "x y"}},
        [("metadata.labels", INVALID, LABEL_VALUE)],
    ),
    "a finalizer of one's own": (
        STORED,
        {"name": "db", "finalizers": ["mine"]},
        [(f"{FINALIZERS}[0]", INVALID, STANDARD)],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), UPDATES.values(), ids=UPDATES)
def test_updates_of_metadata_are_accepted_or_refused(
    old: Metadata, new: Metadata, expected: Expected
) -> None:
    findings = validate(slice_of(new), old=slice_of(old))
    assert agree(found := errors(findings), expected), found


def test_an_update_of_a_service_does_not_validate_its_generate_name() -> None:
    new, old = service_of({"name": "db", "generateName": "A_"}), service_of(STORED)
    assert validate(new, old=old) == []
