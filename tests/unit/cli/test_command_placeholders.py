"""Values that something fills in later are one error each, or none."""

from pathlib import Path

import pytest

from components.cli.results import validate_files

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: "{value}"}}
spec: {{selector: {{app: a}}, clusterIP: "{value}", ports: [{{port: 80}}]}}
"""
PLACEHOLDERS = ["${NAME}", "${NAME}-web", "${NAME:=web}", "{{ name }}", "<NAME>", "<the name>"]
PLACEHOLDERS += ["{self.path.k8s}", "a-{self.name}", "AUTOMATIC_REPLACE", "CHANGEME"]
PLACEHOLDERS += ["$HOST", "$(NS)", "((ns))", "((ns))-web", "@@HOST@@", "__NAME__", "YOUR_IP_HERE"]
PLACEHOLDERS += ["ENC[AES256_GCM,data:a,iv:b]", "<ip>:80", "foo.<your-domain>", "<a>.<b>"]
NONE = ["{NAME}", "a<b>", "<>", "${}", "NAME", "{name}", "{a-b.c}", "REPLACED", "NO_NAME"]
NONE += ["$host", "a-$HOST", "$5", "$()", "$(a b)", "a$(NS)", "(ns)", "(())", "@HOST@", "@@"]
NONE += ["__name__", "a__NAME__", "ENC[", "YOURIP", "YOUR_", "your_ip", "<5>:80", "a<b>.c", "<a>b"]


def codes(folder: Path, value: str, *, allowed: bool) -> list[str]:
    return codes_of(folder, SERVICE.format(value=value), allowed=allowed, with_hazards=False)


def codes_of(folder: Path, text: str, *, allowed: bool, with_hazards: bool = True) -> list[str]:
    file = folder / "a.yaml"
    file.write_text(text)
    found = validate_files([str(file)], None, with_hazards=with_hazards, allow_placeholders=allowed)
    return [row.finding.code for row in found.rows]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_is_one_error(tmp_path: Path, value: str) -> None:
    assert codes(tmp_path, value, allowed=False) == ["placeholder"]
    assert codes(tmp_path, value, allowed=True) == []


@pytest.mark.parametrize("value", NONE)
def test_other_values_keep_their_errors(tmp_path: Path, value: str) -> None:
    found = codes(tmp_path, value, allowed=True)
    assert "metadata-name" in found
    assert found == codes(tmp_path, value, allowed=False)
    assert "placeholder" not in found


BALANCED = """\
apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  type: "VALUE"
  selector: {app: a}
  externalTrafficPolicy: Local
  loadBalancerSourceRanges: [192.0.2.0/24]
  loadBalancerClass: example.com/a
  healthCheckNodePort: 30000
  ports: [{name: a, port: 80, nodePort: 30001}]
"""
PORT = """\
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {selector: {app: a}, ports: [{port: "VALUE"}]}
"""
FOLLOW_ON = {
    "the type": (BALANCED, "${TYPE}", "ClusterIP", "service-external-traffic-policy-type"),
    "a port": (PORT, "${PORT}", "0", "json-type"),
    "a port of Helm": (PORT, "{{ port }}", "0", "json-type"),
    "a port of GitHub": (PORT, "${{PORT}}", "0", "json-type"),
}


@pytest.mark.parametrize(
    ("text", "placeholder", "wrong", "code"), FOLLOW_ON.values(), ids=FOLLOW_ON
)
def test_nothing_follows_from_a_placeholder(
    tmp_path: Path, text: str, placeholder: str, wrong: str, code: str
) -> None:
    filled = text.replace("VALUE", placeholder)
    assert codes_of(tmp_path, filled, allowed=True) == []
    assert codes_of(tmp_path, filled, allowed=False) == ["placeholder"]
    assert code in codes_of(tmp_path, text.replace("VALUE", wrong), allowed=False)


def test_errors_beside_a_placeholder_remain(tmp_path: Path) -> None:
    text = PORT.replace("VALUE", "${PORT}").replace("{app: a}", "{app: a b}")
    assert codes_of(tmp_path, text, allowed=True) == ["metadata-label-value"]


SERVICES = "".join(
    f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
    'spec: {selector: {app: a}, clusterIP: "VALUE", ports: [{port: 80}]}\n'
    for name in "ab"
)


def test_two_placeholders_are_not_one_cluster_ip(tmp_path: Path) -> None:
    assert codes_of(tmp_path, SERVICES.replace("VALUE", "${IP}"), allowed=True) == []
    taken = codes_of(tmp_path, SERVICES.replace("VALUE", "10.0.0.1"), allowed=True)
    assert taken == ["cluster-ip-taken"]


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: "VALUE"}]}]
"""
INGRESS = """\
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {selector: {app: a}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: a}
spec: {defaultBackend: {service: {name: a, port: {name: "VALUE"}}}}
"""
NAMED_LATER = INGRESS.replace("name: http", 'name: "VALUE"').replace(
    '{name: "VALUE"}}}', "{name: b}}}"
)
SLICE = """\
apiVersion: v1
kind: Service
metadata: {name: a, namespace: b}
spec: {selector: {app: a}, ports: [{name: http, port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: a, namespace: b, labels: {kubernetes.io/service-name: "VALUE"}}
addressType: IPv4
endpoints: [{addresses: [192.0.2.1], conditions: {ready: true}}]
ports: [{name: http, port: 80}]
"""
HAZARDS = {
    "a policy's port": (POLICY, "${PORT}", "http", "policy-port-on-block"),
    "an Ingress's port": (INGRESS, "${PORTNAME}", "web", "ingress-port-missing"),
    "a Service's port": (NAMED_LATER, "${PORTNAME}", "web", "ingress-port-missing"),
    "a slice's Service": (SLICE, "${SVC}", "c", "slice-service-missing"),
}


@pytest.mark.parametrize(("text", "placeholder", "wrong", "code"), HAZARDS.values(), ids=HAZARDS)
def test_hazards_read_no_placeholders(
    tmp_path: Path, text: str, placeholder: str, wrong: str, code: str
) -> None:
    assert codes_of(tmp_path, text.replace("VALUE", placeholder), allowed=True) == []
    assert code in codes_of(tmp_path, text.replace("VALUE", wrong), allowed=True)


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_in_a_field_that_takes_any_text_is_not_reported(
    tmp_path: Path, value: str
) -> None:
    text = PORT.replace("name: a", f'name: a, annotations: {{a: "{value}"}}').replace("VALUE", "80")
    assert codes_of(tmp_path, text.replace('"80"', "80"), allowed=False) == []


def test_hazards_read_no_values_of_the_wrong_type(tmp_path: Path) -> None:
    text = NAMED_LATER.replace('name: "VALUE"', "name: 8080")
    assert codes_of(tmp_path, text, allowed=False) == ["json-type"]
    text = NAMED_LATER.replace("VALUE", "8080")
    assert "ingress-port-missing" in codes_of(tmp_path, text, allowed=False)
