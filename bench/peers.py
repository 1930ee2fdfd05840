"""The same 300 Services with a slice of 10 each, by others: kubectl, cdk8s, a YAML dump.

Run by `make bench`. Rendering without an engine: `components.testing.render` against cdk8s in
Python and in TypeScript (compiled, as JavaScript), and PyYAML's dump of the finished manifests as
the floor. Applying: `kubectl apply --server-side` against `pulumi up` of a stack that is deployed:
nothing to do, and one address changed. cdk8s is installed from its package registries on first
use; where there is no Node.js, its rows are left out.
"""

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.preview import program
from tests.support.cluster import throw_away_cluster
from tests.support.stack import Stack
from tools.console import step, table
from tools.paths import TOOLS

COUNT = 300
ROUNDS = 3
_CDK8S_PYTHON = ("cdk8s==2.70.115",)
_CDK8S_NODE = ("cdk8s@2.70.106", "constructs@10.4.3", "yaml@2.8.1")
_HOME = TOOLS / "bench"

_OBJECTS = """
def objects(count, changed):
    for i in range(count):
        name = f"svc-{i}"
        last = 200 if changed and i == 0 else 10
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": "bench"},
            "spec": {
                "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}],
            },
        }
        yield {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": f"{name}-ipv4",
                "namespace": "bench",
                "labels": {
                    "kubernetes.io/service-name": name,
                    "endpointslice.kubernetes.io/managed-by": "hand",
                },
            },
            "addressType": "IPv4",
            "endpoints": [
                {
                    "addresses": [f"10.{1 + i // 250}.{i % 250}.{n}"],
                    "conditions": {"ready": True, "serving": True, "terminating": False},
                }
                for n in [*range(1, 10), last]
            ],
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        }
"""

_RENDER = """
import pulumi
from components import ExternalServiceSet
from components.testing import render

def declare():
    ExternalServiceSet("all", {{"services": {{
        f"svc-{{i}}": {{
            "namespace": "bench",
            "addresses": [f"10.{{1 + i // 250}}.{{i % 250}}.{{n}}" for n in range(1, 11)],
            "ports": [{{"name": "http", "port": 80, "target_port": 8080}}],
        }}
        for i in range({count})
    }}}})

assert len(render(declare)) == {count} * 2
"""

_CDK8S = (
    _OBJECTS
    + """
import cdk8s

app = cdk8s.App(outdir="dist")
chart = cdk8s.Chart(app, "bench")
for one in objects({count}, False):
    made = cdk8s.ApiObject(
        chart, one["kind"] + one["metadata"]["name"],
        api_version=one["apiVersion"], kind=one["kind"], metadata=one["metadata"],
    )
    for key in one.keys() - {{"apiVersion", "kind", "metadata"}}:
        made.add_json_patch(cdk8s.JsonPatch.add("/" + key, one[key]))
app.synth()
"""
)

_CDK8S_JS = """
const { App, Chart, ApiObject } = require("cdk8s");
const app = new App({ outdir: "dist" });
const chart = new Chart(app, "bench");
for (let i = 0; i < %d; i++) {
  const name = `svc-${i}`;
  new ApiObject(chart, `Service${name}`, {
    apiVersion: "v1", kind: "Service", metadata: { name, namespace: "bench" },
    spec: { ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080 }] },
  });
  const endpoints = [];
  for (let n = 1; n <= 10; n++) {
    endpoints.push({
      addresses: [`10.${1 + Math.floor(i / 250)}.${i %% 250}.${n}`],
      conditions: { ready: true, serving: true, terminating: false },
    });
  }
  new ApiObject(chart, `EndpointSlice${name}`, {
    apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice",
    metadata: {
      name: `${name}-ipv4`, namespace: "bench",
      labels: {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "hand",
      },
    },
    addressType: "IPv4", endpoints, ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  });
}
app.synth();
"""

_DUMP = (
    _OBJECTS
    + """
import yaml

with open("all.yaml", "w") as sink:
    yaml.dump_all(objects({count}, {changed}), sink, Dumper=yaml.CSafeDumper)
"""
)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with TemporaryDirectory() as folder:
        _synth(Path(folder), count)
        _apply(Path(folder), count)


def _synth(folder: Path, count: int) -> None:
    ours = sys.executable
    runs: dict[str, Callable[[], object]] = {
        "components.testing.render": lambda: _python(ours, folder, _RENDER.format(count=count)),
        "PyYAML dump, C": lambda: _dump(folder, count, changed=False),
    }
    if python := _cdk8s_python():
        runs["cdk8s, Python"] = lambda: _python(python, folder, _literal(_CDK8S, count))
    if modules := _cdk8s_node():
        runs["cdk8s, TypeScript"] = lambda: _node(modules, folder, _CDK8S_JS % count)
    figures = _in_turns(runs)
    _print(f"{count} Services rendered without an engine", figures, "components.testing.render")


def _apply(folder: Path, count: int) -> None:
    with throw_away_cluster(name="k8s-endpoints-bench") as cluster:
        for namespace in ("bench", "kubectl"):
            cluster.kubectl("create", "namespace", namespace)
        stack = Stack(folder / "ours", cluster.parts, cluster.kubeconfig)
        text = program("ExternalServiceSet", count)
        moved = text.replace(
            "\nfrom components import ExternalServiceSet",
            '\nservices["svc-0"][-1] = "10.1.0.200"\nfrom components import ExternalServiceSet',
        )

        def kubectl(*, changed: bool) -> None:
            _dump(folder, count, changed=changed)
            cluster.kubectl(*_SERVER_SIDE, given=_in_namespace(folder / "all.yaml"))

        first: dict[str, list[float]] = {}
        _note(first, "pulumi up", stack.write(text).up)
        _note(first, "kubectl apply", lambda: kubectl(changed=False))
        _print(f"{count} Services created", first, "pulumi up")
        figures: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for changed in (False, True):
                what = "one address" if changed else "nothing to do"
                stack.write(text).up()
                kubectl(changed=False)
                stack.write(moved if changed else text)
                _note(figures, f"pulumi up, {what}", stack.up)
                _note(figures, f"kubectl apply, {what}", partial(kubectl, changed=changed))
        _print(f"{count} Services deployed already", figures, "pulumi up, nothing to do")


_SERVER_SIDE = ("apply", "--server-side", "--field-manager=bench", "-f", "-")


def _in_namespace(file: Path) -> str:
    return file.read_text().replace("namespace: bench", "namespace: kubectl")


def _literal(text: str, count: int) -> str:
    head, _, tail = text.partition("\nimport cdk8s")
    return head + "\nimport cdk8s" + tail.format(count=count)


def _dump(folder: Path, count: int, *, changed: bool) -> None:
    head, _, tail = _DUMP.partition("\nimport yaml")
    text = head + "\nimport yaml" + tail.format(count=count, changed=changed)
    _python(sys.executable, folder, text)


def _python(interpreter: str, folder: Path, text: str) -> None:
    (folder / "run.py").write_text(text)
    root = Path(__file__).resolve().parent.parent
    _run([interpreter, "run.py"], folder, {"PYTHONPATH": str(root)})


def _node(modules: Path, folder: Path, text: str) -> None:
    (folder / "run.js").write_text(text)
    _run(["node", "run.js"], folder, {"NODE_PATH": str(modules)})


def _run(command: list[str], folder: Path, extra: Mapping[str, str]) -> None:
    environment = {"PATH": _path(), "HOME": str(folder), **extra}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _path() -> str:
    node = shutil.which("node")
    return ":".join([str(Path(node).parent)] if node else []) + ":/usr/bin:/bin"


def _cdk8s_python() -> str | None:
    if not shutil.which("node"):  # it runs on Node.js too
        return None
    interpreter = _HOME / "venv" / "bin" / "python"
    if not interpreter.exists():
        with step("cdk8s for Python"):
            subprocess.run([sys.executable, "-m", "venv", _HOME / "venv"], check=True)
            pip = [interpreter, "-m", "pip", "install", "--quiet", *_CDK8S_PYTHON]
            subprocess.run(pip, check=True)
    return str(interpreter)


def _cdk8s_node() -> Path | None:
    if not shutil.which("npm"):
        return None
    modules = _HOME / "node" / "node_modules"
    if not modules.exists():
        with step("cdk8s for TypeScript"):
            modules.parent.mkdir(parents=True, exist_ok=True)
            npm = ["npm", "install", "--silent", "--prefix", str(modules.parent), *_CDK8S_NODE]
            subprocess.run(npm, check=True)
    return modules


def _in_turns(runs: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for what, act in runs.items():
            _note(figures, what, act)
    return figures


def _note(figures: dict[str, list[float]], what: str, act: Callable[[], object]) -> None:
    begun = time.monotonic()
    act()
    figures.setdefault(what, []).append(time.monotonic() - begun)


def _print(title: str, figures: Mapping[str, list[float]], against: str) -> None:
    medians = {what: statistics.median(values) for what, values in figures.items()}
    rows = [
        [what, f"{seconds:.2f}", f"{seconds / medians[against]:.2f}"]
        for what, seconds in medians.items()
    ]
    print(f"{title}, s, medians of {len(next(iter(figures.values())))} in turns")
    print(table(["", "wall", f"/ {against}"], rows))
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
