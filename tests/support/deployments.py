"""Arguments of a `DeployedService` whose objects the API server takes or refuses."""

from typing import Any

__all__ = ["VARIANTS"]

_HTTP: dict[str, Any] = {"http": {"path": "/healthz"}}


def _volume(**fields: Any) -> dict[str, Any]:
    return {"volumes": [{"name": "data", "mount_path": "/data", **fields}]}


def _probe(**fields: Any) -> dict[str, Any]:
    return {"liveness": {**_HTTP, **fields}}


VARIANTS: dict[str, dict[str, Any]] = {
    "all that is taken": {
        "replicas": 0,
        "min_available": 1,
        "labels": {"app": "my-app"},
        "pod_annotations": {"example.com/a": "b"},
        "env": {"A.b-c": "", "1 of 2": "x"},
        "env_values": [
            {"name": "B", "secret": "s", "key": "k", "optional": True},
            {"name": "C", "config_map": "c", "key": "a.b"},
        ],
        "env_from": [{"secret": "s", "prefix": "P_"}, {"config_map": "c"}],
        "command": ["/bin/app"],
        "args": ["--verbose"],
        "resources": {
            "requests": {"cpu": "100m", "memory": "64Mi", "example.com/gpu": "1"},
            "limits": {"memory": "64Mi", "example.com/gpu": "1", "ephemeral-storage": "1Gi"},
        },
        "liveness": {**_HTTP, "period_seconds": 5},
        "readiness": {"tcp": {}, "success_threshold": 2},
        "startup": {"exec": ["true"], "failure_threshold": 30},
        "service_account_name": "app.a",
        "image_pull_secrets": ["pull"],
        "security": {"run_as_user": 1000, "fs_group": 2, "add_capabilities": ["NET_BIND_SERVICE"]},
        "topology_spread": [{"topology_key": "a/b", "required": True}, {"topology_key": "a/b"}],
        "volumes": [
            {
                "name": "a",
                "mount_path": "/a",
                "empty_dir": {"in_memory": True, "size_limit": "1Mi"},
            },
            {"name": "b", "mount_path": "/b", "config_map": "c", "sub_path": "x/y"},
            {"name": "c", "mount_path": "/c", "secret": "s", "read_only": True},
            {"name": "d", "mount_path": "/d", "claim": "p"},
            {
                "name": "e",
                "mount_path": "/e",
                "projected": [
                    {"secret": "s"},
                    {"config_map": "c"},
                    {"service_account_token": {"path": "token", "expiration_seconds": 600}},
                ],
            },
        ],
    },
    "gRPC": {"readiness": {"grpc": {"service": "a"}}},
    "two ports of one container port": {
        "ports": [{"name": "a", "port": 80, "target_port": 8080}, {"name": "b", "port": 8080}]
    },
    "the same number over two protocols": {
        "ports": [
            {"name": "a", "port": 53, "protocol": "UDP"},
            {"name": "b", "port": 53, "protocol": "TCP"},
        ]
    },
    "autoscaling": {"autoscaling": {"max_replicas": 3, "cpu_percent": 1, "memory_percent": 500}},
    "replicas": {"replicas": -1},
    "budget": {"min_available": -1},
    "autoscaling, no minimum": {"autoscaling": {"max_replicas": 3, "min_replicas": 0}},
    "autoscaling, no maximum": {"autoscaling": {"max_replicas": 0}},
    "autoscaling, maximum below 0": {"autoscaling": {"max_replicas": -1}},
    "autoscaling, order": {"autoscaling": {"max_replicas": 2, "min_replicas": 4}},
    "autoscaling, percent": {"autoscaling": {"max_replicas": 4, "cpu_percent": 0}},
    "image": {"image": ""},
    "label": {"labels": {"a b": "c d"}},
    "annotation": {"pod_annotations": {"a b": "c"}},
    "port name": {"ports": [{"name": "far-too-long-a-name", "port": 80}]},
    "port number": {"ports": [{"name": "a", "port": 80, "target_port": 70000}]},
    "port names": {"ports": [{"name": "a", "port": 80}, {"name": "a", "port": 81}]},
    "no container port": {"ports": [{"name": "a", "port": 80, "target_port": 0}]},
    "env name": {"env": {"": "x", "a=b": "y"}},
    "env key": {"env_values": [{"name": "A", "secret": "s", "key": "a b"}]},
    "env key of dots": {"env_values": [{"name": "A", "config_map": "s", "key": ".."}]},
    "env without key": {"env_values": [{"name": "A", "config_map": "s", "key": ""}]},
    "env object": {"env_values": [{"name": "A", "secret": "S_", "key": "a"}]},
    "env from": {"env_from": [{"secret": ""}, {"config_map": "A"}, {"secret": "s", "prefix": "="}]},
    "request above limit": {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1500m"}}},
    "extended request": {
        "resources": {"requests": {"a.com/b": "1"}, "limits": {"a.com/b": "2", "a.com/c": "1500m"}}
    },
    "extended without limit": {"resources": {"requests": {"a.com/b": "1"}}},
    "resource name": {"resources": {"limits": {"gpu": "1", "a b": "1", "requests.a/b": "1"}}},
    "negative": {"resources": {"limits": {"cpu": "-1"}}},
    "huge pages": {"resources": {"limits": {"hugepages-2Mi": "4Mi"}}},
    "huge pages with memory": {"resources": {"limits": {"hugepages-2Mi": "4Mi", "memory": "1Gi"}}},
    "odd quantities": {
        "resources": {
            "limits": {"cpu": "1.", "memory": ".5e10", "ephemeral-storage": "+2E3"},
            "requests": {"cpu": "1E-1", "memory": "1Ki"},
        }
    },
    "probe path": {"liveness": {"http": {"path": ""}}},
    "probe header": _probe(http={"headers": {"a b": "c"}}),
    "probe command": {"startup": {"exec": []}},
    "probe numbers": _probe(
        initial_delay_seconds=-1, period_seconds=-1, timeout_seconds=-1, failure_threshold=-1
    ),
    "probe success": _probe(success_threshold=2),
    "probe success below 0": _probe(success_threshold=-1),
    "probe zeros": _probe(period_seconds=0, timeout_seconds=0, success_threshold=0),
    "account": {"service_account_name": "A_"},
    "user": {"security": {"run_as_user": -1, "run_as_group": 1 << 31, "fs_group": -2}},
    "capability": {"security": {"add_capabilities": ["CAP_SYS_ADMIN"]}},
    "capability with escalation": {
        "security": {"add_capabilities": ["CAP_SYS_ADMIN"], "allow_privilege_escalation": True}
    },
    "spread": {"topology_spread": [{"topology_key": "", "max_skew": 0}, {"topology_key": "a"}]},
    "spread twice": {"topology_spread": [{"topology_key": "a"}, {"topology_key": "a"}]},
    "volume name": {"volumes": [{"name": "A", "mount_path": "/a", "secret": "s"}]},
    "volume without name": {"volumes": [{"name": "", "mount_path": "/a", "secret": "s"}]},
    "volumes of one name": {
        "volumes": [
            {"name": "a", "mount_path": "/a", "secret": "s"},
            {"name": "a", "mount_path": "/b", "secret": "s"},
        ]
    },
    "volumes at one path": {
        "volumes": [
            {"name": "a", "mount_path": "/a", "secret": "s"},
            {"name": "b", "mount_path": "/a", "secret": "s"},
        ]
    },
    "mount path": {"volumes": [{"name": "a", "mount_path": "", "secret": "s"}]},
    "sub path": _volume(secret="s", sub_path="/a/../b"),  # noqa: S106
    "no secret": _volume(secret=""),
    "no config map": _volume(config_map=""),
    "no claim": _volume(claim=""),
    "size limit": _volume(empty_dir={"size_limit": "-1"}),
    "projected": _volume(projected=[{"secret": ""}, {"config_map": ""}]),
    "token": _volume(
        projected=[{"service_account_token": {"path": "", "expiration_seconds": 599}}]
    ),
    "token path": _volume(
        projected=[
            {"service_account_token": {"path": "..a", "expiration_seconds": 1 << 33}},
            {"service_account_token": {"path": "/a/.."}},
        ]
    ),
}
"""Each with what it breaks, or what it comes near to breaking, for a name."""
