"""What `make up` says about how long it takes, and what `make demo` shows."""

from pathlib import Path

import pytest
import yaml

from tools import demo, forecast, install, parts, report

MANIFESTS = [
    {"kind": "Namespace", "metadata": {"name": "shop"}},
    {
        "kind": "Service",
        "metadata": {"name": "db", "namespace": "shop"},
        "spec": {
            "type": "ClusterIP",
            "ports": [{"name": "postgres", "port": 5432, "protocol": "TCP"}],
        },
    },
    {
        "kind": "EndpointSlice",
        "metadata": {
            "name": "db-ipv4",
            "namespace": "shop",
            "labels": {"kubernetes.io/service-name": "db"},
        },
        "endpoints": [{"addresses": ["192.0.2.1"], "conditions": {"ready": True}}],
    },
    {
        "kind": "Service",
        "metadata": {"name": "app", "namespace": "shop"},
        "spec": {"type": "ClusterIP", "selector": {"app": "my-app"}, "ports": []},
    },
]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(install, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(install, "_RECORD", tmp_path / "tools" / "parts.json")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PROVIDER", raising=False)
    return tmp_path


def program(folder: Path, name: str, says: str = "") -> None:
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)


@pytest.mark.usefixtures("path")
def test_everything_is_missing_on_a_bare_machine() -> None:
    needed = (*parts.PULUMI, *parts.CONTROL_PLANE)
    assert install.missing(needed) == list(needed)


def test_programs_on_path_are_not_missing(path: Path) -> None:
    program(path, "etcd", "etcd Version: 3.7.3")

    assert "etcd" not in {part.name for part in install.missing(parts.CONTROL_PLANE)}


def test_pulumi_on_path_brings_its_plugins(path: Path) -> None:
    program(path, "pulumi", "v3.250.0")
    program(path, "pulumi-language-python")

    assert install.missing(parts.PULUMI) == []


def test_nothing_to_build_is_not_announced() -> None:
    assert forecast.of_build([]) == ""


def test_a_first_build_is_announced_with_its_duration() -> None:
    said = forecast.of_build([*parts.PULUMI, *parts.CONTROL_PLANE], cores=2)

    assert "10 programs are built from source, once: pulumi, " in said
    assert "about 9 min" in said
    assert "`make demo`" in said


def test_more_cores_build_faster() -> None:
    missing = [*parts.PULUMI, *parts.CONTROL_PLANE]
    assert "about 4 min" in forecast.of_build(missing, cores=4)


def test_manifests_are_laid_out_without_a_cluster() -> None:
    assert report.manifests_table(MANIFESTS).splitlines() == [
        "TYPE       HOST          PORTS              ENDPOINTS",
        "ClusterIP  app.shop.svc                     Pods with app=my-app",
        "ClusterIP  db.shop.svc   postgres 5432/TCP  192.0.2.1",
    ]


def test_routes_and_policies_are_laid_out_with_what_they_let_through() -> None:
    route = {
        "kind": "HTTPRoute",
        "metadata": {"name": "web"},
        "spec": {
            "hostnames": ["a.example.com"],
            "rules": [{"backendRefs": [{"name": "old", "port": 80}, {"name": "new", "port": 80}]}],
        },
    }
    policy = {
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "podSelector": {},
            "egress": [
                {
                    "to": [{"namespaceSelector": {}}, {"ipBlock": {"cidr": "192.0.2.1/32"}}],
                    "ports": [{"port": 53}, {"port": 53, "protocol": "UDP"}],
                }
            ],
        },
    }
    assert report.ways_table([*MANIFESTS, route, policy]).splitlines() == [
        "KIND           NAME         WHAT IT LETS THROUGH",
        "HTTPRoute      default/web  a.example.com -> old:80",
        "                            a.example.com -> new:80",
        "NetworkPolicy  shop/web     all Pods",
        "                            to Pods, 192.0.2.1/32: 53",
    ]
    assert report.ways_table(MANIFESTS) == ""


def test_the_demo_writes_shows_and_validates_the_shop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "out" / "shop.yaml"

    assert demo.main(file) == 0

    shown = capsys.readouterr().out
    kinds = [one["kind"] for one in yaml.safe_load_all(file.read_text())]
    assert kinds.count("Service") == 4
    assert kinds.count("EndpointSlice") == 3
    assert "pulumi.com/" not in file.read_text()
    assert file.read_text() in shown
    assert "orders-db.shop.svc  postgres 5432/TCP" in shown
    assert "Ingress        shop/shop               shop.example.com/ -> my-app:http (TLS" in shown
    assert "9 objects, 0 errors, 0 warnings" in shown
