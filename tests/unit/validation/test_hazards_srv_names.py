"""Names of SRV records in Pods, and the ports of the Services that they name."""

from typing import Any

import pytest

from tests.unit.validation.hazard_tables import (
    HEADLESS,
    SLICE_80,
    TCP_80,
    Hit,
    Quiet,
    deployment,
    eps,
    ids,
    named,
    service,
)

DB = {"app": "db"}
UNNAMED = {"port": 80}
NAME = "_http._tcp.db"
FULL = "_http._tcp.db.shop.svc.cluster.local"


def db(*ports: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return service("db", *(ports or (UNNAMED,)), **{"selector": DB, "clusterIP": "None", **fields})


def of_hand(*ports: dict[str, Any]) -> dict[str, Any]:
    return db(*ports, selector=None)


def looking_up(*values: str, field: str = "args", namespace: str | None = None) -> dict[str, Any]:
    made = deployment(DB, namespace=namespace)
    (container,) = made["spec"]["template"]["spec"]["containers"]
    env = [{"name": "TARGET", "value": value} for value in values]
    container[field] = env if field == "env" else list(values)
    return made


def nightly(value: str) -> dict[str, Any]:
    template = looking_up(value)["spec"]["template"]
    spec = {"jobTemplate": {"spec": {"template": template}}}
    return {**named("CronJob", "batch/v1", "app", None), "spec": spec}


def hit(says: str, *manifests: Any, also: tuple[str, ...] = ()) -> Hit:
    return Hit("srv-record-missing", 0, "spec.ports", says, list(manifests), also)


HITS = [
    hit('TCP port called "http" (it has none with a name)', db(), looking_up(NAME)),
    hit('"_http._tcp.db"', db(), looking_up(f"--store=dnssrv+{NAME}", field="command")),
    hit('"_http._tcp.db.default"', db(), looking_up(f"srv://{NAME}.default:80", field="env")),
    hit('of "app"', db(), nightly(NAME)),
    hit('it has "web" for TCP', db({"name": "web", "port": 80}), looking_up(NAME)),
    hit('no UDP port called "http"', db(TCP_80), looking_up("_http._udp.db")),
    hit(f'"{FULL}"', db(namespace="shop"), looking_up(f"{FULL}.", namespace="web")),
    hit("none with a name", db(clusterIP="10.96.0.9"), looking_up(NAME)),
    hit(
        "none with a name",
        of_hand(UNNAMED),
        eps(ports=[{"port": 80, "protocol": "TCP"}]),
        looking_up(NAME),
    ),
]
QUIET = [
    Quiet("a port of that name", [db(TCP_80), looking_up(NAME, FULL)]),
    Quiet("a port of that name, in capitals", [db(TCP_80), looking_up("_HTTP._TCP.db")]),
    Quiet("a Service that the set does not have", [db(), looking_up("_http._tcp.dbs")]),
    Quiet("a Service of another namespace", [db(), looking_up(FULL)]),
    Quiet("a domain of the internet", [db(), looking_up("_sip._tcp.db.example.com")]),
    Quiet("a Pod of the Service", [db(), looking_up("_http._tcp.pod-0.db.default.svc")]),
    Quiet("other clusters", [db(), looking_up("_http._tcp.db.default.svc.clusterset.local")]),
    Quiet("a namespace that is filled in", [db(), looking_up(f"{NAME}.$(NAMESPACE).svc")]),
    Quiet("a name that is filled in", [db(), looking_up(f"{NAME}${{SUFFIX}}")]),
    Quiet("a longer name", [db(), looking_up(f"a_{NAME}", f"{NAME}_b", f"x.{NAME}")]),
    Quiet(
        "an alias",
        [service("db", type="ExternalName", externalName="db.example.com"), looking_up(NAME)],
    ),
    Quiet("a Service without ports", [db(ports=[]), looking_up(NAME)]),
    Quiet("a Service that is there twice", [db(), db(), looking_up(NAME)]),
    Quiet("slices that the set does not have", [of_hand(UNNAMED), looking_up(NAME)]),
    Quiet(
        "slices with the name",
        [of_hand(TCP_80), eps(ports=[SLICE_80], labels={HEADLESS: ""}), looking_up(NAME)],
    ),
]


@pytest.mark.parametrize("hit", HITS, ids=ids(HITS))
def test_a_hazard_is_reported(hit: Hit) -> None:
    hit.check()


@pytest.mark.parametrize("quiet", QUIET, ids=ids(QUIET))
def test_a_near_miss_has_no_hazard(quiet: Quiet) -> None:
    quiet.check()
