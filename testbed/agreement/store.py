"""Objects that are stored in the API server, for updates of them."""

import base64
import http.client
import json
import re
import time
from copy import deepcopy
from http import HTTPStatus
from pathlib import Path
from typing import Self

from .generator import KINDS, Base, base
from .server import ApiServer, Object

_KEYS = {
    "Service": "/registry/services/specs",
    "Endpoints": "/registry/services/endpoints",
    "EndpointSlice": "/registry/endpointslices",
    "Ingress": "/registry/ingress",
    "NetworkPolicy": "/registry/networkpolicies",
}
"""Where the API server keeps the objects of a kind."""


class Etcd:
    """The API server's store, for what it would not store itself any more."""

    def __init__(self, directory: Path) -> None:
        """Find it by the files of an embedded control plane."""
        (configuration,) = directory.glob("clusters/*/kwok.yaml")
        (self._address,) = set(
            re.findall(r"--etcd-servers=http://(\S+)", configuration.read_text())
        )

    def put(self, manifest: Object) -> None:
        """Store an object as it is."""
        metadata = manifest["metadata"]
        key = f"{_KEYS[manifest['kind']]}/{metadata['namespace']}/{metadata['name']}"
        pair = {"key": _encoded(key), "value": _encoded(json.dumps(manifest))}
        connection = http.client.HTTPConnection(self._address, timeout=10)
        try:
            connection.request("POST", "/v3/kv/put", json.dumps(pair))
            assert connection.getresponse().status == HTTPStatus.OK
        finally:
            connection.close()


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Store:
    """So many stored objects of each kind, all of them right when they were stored."""

    def __init__(self, server: ApiServer, etcd: Etcd, namespace: str, seed: int, each: int) -> None:
        self._server = server
        self._etcd = etcd
        self._namespace = namespace
        self._plans = {
            (kind.name, number): base(seed, kind, number)
            for kind in KINDS
            for number in range(each)
        }
        self._stored = self._settled()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the objects that wait for a finalizer."""
        for (kind, _number), stored in self._stored.items():
            if "deletionTimestamp" in stored["metadata"]:
                metadata = {**stored["metadata"], "finalizers": []}
                metadata.pop("resourceVersion")
                name = metadata["name"]
                body = {**stored, "metadata": metadata}
                self._server.replace(body, kind, self._namespace, name, dry=False)

    @property
    def objects(self) -> dict[str, list[Object]]:
        """All stored objects by kind, in their order."""
        return {
            kind.name: [stored for (name, _), stored in self._stored.items() if name == kind.name]
            for kind in KINDS
        }

    def get(self, kind: str, number: int) -> Object:
        """Return a stored object."""
        return deepcopy(self._stored[kind, number])

    def fresh(self, kind: str, number: int, name: str) -> Object:
        """Return a manifest that makes the same object once more, under another name."""
        return {**self._plans[kind, number].manifest, "metadata": {"name": name}}

    def _settled(self) -> dict[tuple[str, int], Object]:
        """Store all, and read them once controllers leave them alone.

        A controller that has only just started deletes Endpoints that have no Service.
        """
        read: dict[tuple[str, int], Object] = {}
        before = None
        while read != before or not all(read.values()):
            for (kind, number), plan in self._plans.items():
                if not read.get((kind, number)):
                    self._write(kind, plan)
            time.sleep(1)
            before, read = (
                read,
                {
                    (kind, number): self._read(kind, plan)
                    for (kind, number), plan in self._plans.items()
                },
            )
        return read

    def _write(self, kind: str, plan: Base) -> None:
        answer = self._server.create(plan.manifest, kind, self._namespace, dry=False)
        assert answer.accepted, (answer, plan.manifest)
        if plan.deleted:
            self._server.delete(kind, self._namespace, plan.manifest["metadata"]["name"])
        if plan.legacy:
            self._etcd.put(plan.aged(self._read(kind, plan)))

    def _read(self, kind: str, plan: Base) -> Object:
        return self._server.get(kind, self._namespace, plan.manifest["metadata"]["name"]).stored
