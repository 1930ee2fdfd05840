"""`explain`: its arguments, clients and forms of output."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from components.cli.explanations import Style, write_tree
from components.cli.main import main
from components.topology import Client, Explainer, Snapshot
from tests.support.broken_setups import (
    Manifest,
    alias,
    endpoint_slice,
    in_namespace,
    pod,
    selecting,
    service,
    waiting,
)

GOOD = [service(), endpoint_slice()]
BAD = [service(), endpoint_slice({"name": "postgres", "port": 5432})]

Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Explain:
    def run(manifests: list[Manifest], *arguments: str) -> tuple[int, str, str]:
        file = tmp_path / "a.yaml"
        file.write_text(yaml.safe_dump_all(manifests))
        code = main(["explain", "-f", str(file), *arguments])
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name one Service, or give --all"),
        (("db", "--all"), "name one Service, or give --all"),
        (("db", "-A"), "-A goes with --all"),
        (("db", "--from", "shop/gone"), "there is no Pod gone in namespace shop"),
        (("--all", "--from", "app=web"), "say which namespace the client is in"),
        (("db", "--stack", "prod"), "-f and --stack exclude each other"),
    ],
)
def test_wrong_arguments_are_explained(
    explain: Explain, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = explain(GOOD, *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_file_that_cannot_be_read_is_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: [\n")
    assert main(["explain", "db", "-f", str(file)]) == 2
    assert "a.yaml" in capsys.readouterr().err


def test_the_namespace_is_that_of_the_only_service_of_the_name(explain: Explain) -> None:
    assert explain(in_namespace(GOOD, "shop"), "db")[1].startswith("Service shop/db: sound")
    both = [*in_namespace(GOOD, "shop"), *in_namespace(BAD, "web")]
    code, _, err = explain(both, "db")
    assert code == 2
    assert "name one (shop, web)" in err
    assert explain(both, "db", "-n", "web")[0] == 1
    assert explain(both, "db", "-n", "shop")[0] == 0


def test_all_is_a_table_with_the_worst_exit_code(explain: Explain) -> None:
    unknown = in_namespace([selecting()], "shop")
    both = [*in_namespace(GOOD, "shop"), *in_namespace(BAD, "web"), *unknown]
    code, out, _ = explain(both, "--all")
    assert code == 1
    lines = out.splitlines()
    assert lines[0].split() == ["NAMESPACE", "SERVICE", "VERDICT", "FIRST", "BREAK"]
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["shop", "db", "sound"],
        ["shop", "web", "cannot"],
        ["web", "db", "broken"],
    ]
    assert lines[-1] == "3 Services: 1 sound, 1 broken, 1 cannot tell"
    assert explain(both, "--all", "-n", "shop")[0] == 2
    assert explain(in_namespace(GOOD, "shop"), "--all")[0] == 0


def test_a_pod_of_the_files_can_be_the_client(explain: Explain) -> None:
    client = pod("checkout-0", {"app": "checkout"})
    code, out, _ = explain(in_namespace([*GOOD, client], "shop"), "db", "--from", "shop/checkout-0")
    assert code == 0
    assert "client: Pod shop/checkout-0" in out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("app=web", "namespace shop with app=web"),
        ("app.kubernetes.io/name=web,a=b", "shop with app.kubernetes.io/name=web,a=b"),
        ("web:app=web", "namespace web with app=web"),
    ],
)
def test_labels_can_be_the_client(explain: Explain, given: str, said: str) -> None:
    _, out, _ = explain(in_namespace(GOOD, "shop"), "db", "--from", given)
    assert said in out


def test_colours_and_lines_are_for_terminals(
    explain: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    plain = explain(BAD, "db")[1]
    assert "\033" not in plain
    assert plain.isascii()
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\033[31m" in explain(BAD, "db")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert explain(BAD, "db")[1] == plain


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_and_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    explanation = Explainer(Snapshot(BAD)).explain(("default", "db"))
    write_tree(explanation, [], out, style=Style.of(out), is_wide=False)
    assert "└─ " in out.getvalue()
    assert "\033[31m" in out.getvalue()
    monkeypatch.setenv("TERM", "dumb")
    assert not Style.of(out).has_colours


def test_an_alias_leads_to_its_name(explain: Explain) -> None:
    given = alias("db.example.com")
    given["spec"]["ports"] = [{"name": "pg", "port": 5432}]
    code, out, _ = explain([given], "db")
    assert code == 0
    assert "DNS db.default.svc -> db.example.com" in out
    assert "port pg 5432/TCP\n" in out
    assert "?" not in out


def test_many_backends_are_counted(explain: Explain) -> None:
    many = [service(), endpoint_slice(addresses=[f"192.0.2.{one}" for one in range(1, 101)])]
    code, out, _ = explain(many, "db")
    assert code == 0
    assert "... and 88 more (--wide)" in out
    assert out.count("192.0.2.") == 12
    assert explain(many, "db", "--wide")[1].count("192.0.2.") == 100


def test_nothing_of_a_manifest_reaches_a_terminal_as_a_command(explain: Explain) -> None:
    evil = "\033]0;x\007\u202e##[error]"
    bad = in_namespace([service(), endpoint_slice({"name": evil, "port": 5432})], "shop")
    bad[1]["endpoints"][0] |= {"zone": evil, "nodeName": evil, "hostname": evil}
    bad[1]["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] = evil
    bad[0]["spec"]["clusterIP"] = evil
    for arguments in (("db",), ("--all",), ("db", "-o", "json")):
        out = explain(bad, *arguments)[1]
        assert "\033" not in out
        assert "\u202e" not in out
        assert "##[" not in out


@pytest.mark.parametrize("broken", [[], "a", 5, {"a": []}, [{"a": 1}], [[None]]])
@pytest.mark.parametrize("field", ["ports", "selector", "externalName", "clusterIP", "type"])
def test_malformed_services_do_not_crash_it(explain: Explain, broken: object, field: str) -> None:
    bad = in_namespace([service(), endpoint_slice()], "shop")
    bad[0]["spec"][field] = broken
    assert explain(bad, "db", "--from", "a=b")[0] in {0, 1, 2}


@pytest.mark.parametrize("broken", [None, "a", 5, {"a": []}, [{"a": 1}], [[None]]])
@pytest.mark.parametrize("field", ["ports", "endpoints", "addressType", "metadata"])
def test_malformed_slices_do_not_crash_it(explain: Explain, broken: object, field: str) -> None:
    bad = in_namespace([service(), endpoint_slice()], "shop")
    bad[1][field] = broken
    assert explain(bad, "db", "--from", "a=b")[0] in {0, 1, 2}


def live(*manifests: Manifest, unseen: dict[str, str] | None = None) -> Snapshot:
    return Snapshot(in_namespace(manifests, "shop"), is_live=True, unseen=unseen or {})


def test_a_cluster_without_the_right_to_see_pods_is_broken_all_the_same() -> None:
    found = Explainer(live(selecting(), unseen={"Pod": "no right"})).explain(("shop", "web"))
    assert found.first is not None
    assert found.first.code == "service-without-endpoints"
    seen = Explainer(live(selecting(), pod(status=waiting("ImagePullBackOff"))))
    first = seen.explain(("shop", "web")).first
    assert first is not None
    assert "ImagePullBackOff" in first.text
    assert first.subject == "Pod shop/web"


def test_without_the_right_to_see_slices_the_verdict_is_unknown() -> None:
    found = Explainer(live(service(), unseen={"EndpointSlice": "no right"})).explain(("shop", "db"))
    assert found.verdict.exit_code == 2


def test_policies_that_cannot_be_seen_are_unknown_for_a_client() -> None:
    explainer = Explainer(live(*GOOD, unseen={"NetworkPolicy": "no right"}))
    client = Client("shop", {"app": "web"})
    assert explainer.explain(("shop", "db"), client).verdict.exit_code == 2
    assert explainer.explain(("shop", "db")).verdict.exit_code == 0


def test_a_load_balancer_without_an_address_is_a_weakness() -> None:
    given = [service(type="LoadBalancer"), endpoint_slice()]
    found = Explainer(live(*given)).explain(("shop", "db"))
    assert found.verdict.exit_code == 0
    assert [one.code for one in found.problems] == ["load-balancer-pending"]
    given[0]["status"] = {"loadBalancer": {"ingress": [{"ip": "203.0.113.1"}]}}
    assert not Explainer(live(*given)).explain(("shop", "db")).problems


def test_the_state_of_a_stack_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = ("core/v1:Service", "discovery.k8s.io/v1:EndpointSlice")
    resources: list[Manifest] = [
        {"type": f"kubernetes:{kind}", "outputs": one}
        for kind, one in zip(kinds, in_namespace(BAD, "shop"), strict=True)
    ]
    resources.append({"type": "pulumi:pulumi:Stack", "outputs": {"kind": "Service"}})

    class Stack:
        def __init__(self, folder: Path, name: str) -> None:
            assert (folder, name) == (Path("infra"), "prod")
            self.state = {"resources": resources}

    monkeypatch.setattr("components.cli.origins.Stack", Stack)
    assert main(["explain", "db", "--stack", "prod", "-C", "infra"]) == 1
    assert "service-port-unserved" in capsys.readouterr().out


def test_kubectl_shows_the_same(explain: Explain) -> None:
    row = json.loads(explain(in_namespace(BAD, "shop"), "db", "-o", "json", "--context", "a b")[1])
    assert row["commands"][0] == "kubectl '--context=a b' get service db -n shop -o yaml"
    assert any("kubernetes.io/service-name=db" in command for command in row["commands"])


def test_the_plugin_of_kubectl_shows_the_name_of_kubectl(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/local/bin/kubectl-k8s_endpoints"])
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    out = capsys.readouterr().out
    assert out.startswith("usage: kubectl k8s-endpoints explain")
    assert "  kubectl k8s-endpoints explain db -n shop" in out
