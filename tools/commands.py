"""The commands of the Makefile: up, status, down, clean, setup, ranges."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import processes, report, venv
from .backend import Backend
from .cluster import Cluster, kubectl
from .console import CommandError, say
from .install import ensure
from .parts import CONTROL_PLANE, DATA_PLANE, PULUMI
from .paths import CLUSTER, RENDER_STATE, ROOT, STATE, TOOLS, VENV

_STACK = "dev"
_RENDER_STACK = "render"
_EMBEDDED = "the embedded control plane"


def main(arguments: Sequence[str]) -> int:
    """Run one command; an expected failure ends in one line and exit code 1."""
    commands: dict[str, Callable[[], None]] = {
        "up": up,
        "status": status,
        "down": down,
        "clean": clean,
        "setup": setup,
        "ranges": ranges,
    }
    name = arguments[0] if arguments else ""
    if name not in commands:
        say(f"usage: python3 -m tools {'|'.join(commands)}")
        return 2
    try:
        commands[name]()
    except CommandError as failure:
        say(f"error: {failure}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; run the same command again to go on")
        return 130
    return 0


def setup() -> None:
    """Make `.venv` and get the parts, which is all that the tests need."""
    venv.ensure()
    runs_data_plane = sys.platform == "linux" and os.geteuid() == 0
    ensure((*PULUMI, *CONTROL_PLANE, *(DATA_PLANE if runs_data_plane else ())))


def ranges() -> None:
    """Run the unit tests with the oldest and the newest Pulumi of the supported range."""
    for end in venv.ENDS:
        python = venv.python(venv.ensure_end(end))
        say(f"unit tests with requirements/{end}.txt")
        command = [str(python), "-m", "pytest", "--quiet", "--numprocesses", "2", "tests/unit"]
        if subprocess.run(command, cwd=ROOT).returncode:
            raise CommandError(f"the unit tests fail with requirements/{end}.txt")


def up() -> None:
    """Deploy the shop, or render it to YAML where RENDER names a folder."""
    venv.ensure()
    if os.environ.get("RENDER"):
        _render(Path(os.environ["RENDER"]).absolute())
        return
    parts = ensure((*PULUMI, *CONTROL_PLANE))
    backend = Backend.of_user(STATE, parts)
    _check_target(backend, parts["kubectl"])
    kubeconfig, renewed = _cluster(parts)
    backend.release(_STACK)
    backend.select(_STACK)
    # A control plane that was made anew has forgotten what the state remembers.
    refresh = ["--refresh"] if renewed else []
    backend.pulumi("up", "--yes", *refresh, "--stack", _STACK, kubeconfig=kubeconfig, shown=True)
    backend.settle(_STACK, kubeconfig)
    _print_services(backend, kubeconfig, parts["kubectl"])


def status() -> None:
    """Show the stack's outputs and its Services as they stand in the cluster."""
    parts = ensure((*PULUMI, *CONTROL_PLANE))
    kubeconfig = _kubeconfig()
    if kubeconfig is not None and not Cluster(CLUSTER, parts).is_ready():
        say("The control plane is not running; `make up` starts it.")
        return
    backend = Backend.of_user(STATE, parts)
    _check_target(backend, parts["kubectl"])
    backend.pulumi("stack", "output", "--stack", _STACK, shown=True)
    _print_services(backend, kubeconfig, parts["kubectl"])


def down() -> None:
    """Destroy the stack and stop the control plane; nothing is left running."""
    if not TOOLS.exists():
        say("nothing is running")
        return
    parts = ensure((*PULUMI, *CONTROL_PLANE))
    backend = Backend.of_user(STATE, parts)
    _check_target(backend, parts["kubectl"])
    kubeconfig = _kubeconfig()
    cluster = Cluster(CLUSTER, parts)
    if kubeconfig is None or cluster.is_ready():
        backend.release(_STACK)
        backend.select(_STACK)
        if backend.cut_off(_STACK):
            # The state does not know what came of it: an up makes it the stack's own.
            command = ["up", "--yes", "--skip-preview", "--stack", _STACK]
            backend.pulumi(*command, kubeconfig=kubeconfig, shown=True)
            backend.settle(_STACK, kubeconfig)
        backend.pulumi("destroy", "--yes", "--stack", _STACK, kubeconfig=kubeconfig, shown=True)
        if backend.directory is not None:
            (backend.directory / "cluster").unlink(missing_ok=True)
    elif backend.directory is not None:
        # The embedded control plane is gone, and with it all that the state speaks of.
        shutil.rmtree(backend.directory, ignore_errors=True)
        (ROOT / f"Pulumi.{_STACK}.yaml").unlink(missing_ok=True)
    cluster.stop()
    processes.end(processes.orphaned_plugins(TOOLS))
    say("down: nothing of the project is running")


def clean() -> None:
    """Take down what runs and remove all that was made."""
    down()
    for folder in (STATE, RENDER_STATE, CLUSTER, TOOLS, VENV, *map(venv.of_end, venv.ENDS)):
        shutil.rmtree(folder, ignore_errors=True)
    for stack in (_STACK, _RENDER_STACK):
        (ROOT / f"Pulumi.{stack}.yaml").unlink(missing_ok=True)


def _check_target(backend: Backend, kubectl_program: Path) -> None:
    """Refuse to use the state of one cluster on another: Pulumi would not notice.

    Raises:
        CommandError: The state in the folder is that of another cluster.
    """
    if backend.directory is None:
        return
    target = _EMBEDDED
    if _kubeconfig() is None:
        server = "jsonpath={.clusters[0].cluster.server}"
        target = kubectl(kubectl_program, None, "config", "view", "--minify", "-o", server)
    file = backend.directory / "cluster"
    if file.exists() and file.read_text() != target:
        raise CommandError(
            f"{backend.directory.name} is the state of {file.read_text()}, not of {target}:"
            " go on with the KUBECONFIG that you began with, and `make down` there first"
        )
    backend.directory.mkdir(parents=True, exist_ok=True)
    file.write_text(target)


def _cluster(parts: dict[str, Path]) -> tuple[Path | None, bool]:
    """Give the cluster to deploy to, started, and whether it had to be made anew."""
    kubeconfig = _kubeconfig()
    if kubeconfig is None:
        say(f"cluster: the one of KUBECONFIG={os.environ['KUBECONFIG']}")
        return None, False
    cluster = Cluster(CLUSTER, parts)
    return kubeconfig, cluster.start()


def _kubeconfig() -> Path | None:
    """Give the embedded cluster's, or None where KUBECONFIG names one of the user's own."""
    given = os.environ.get("KUBECONFIG")
    own = Cluster(CLUSTER, {}).kubeconfig
    return None if given and Path(given).absolute() != own else own


def _print_services(backend: Backend, kubeconfig: Path | None, program: Path) -> None:
    exported = backend.pulumi("stack", "export", "--stack", _STACK, kubeconfig=kubeconfig)
    services = report.services_of_state(exported)
    simulated = kubeconfig is not None
    say("\n" + report.services_table(services, program, kubeconfig, simulated=simulated))


def _render(folder: Path) -> None:
    """Write the shop's YAML into `folder`, without a cluster.

    Rendering is another provider, so that on the stack `dev` it would delete what is deployed:
    it has a stack and a state of its own, new each time.
    """
    parts = ensure(PULUMI)
    shutil.rmtree(RENDER_STATE, ignore_errors=True)
    (ROOT / f"Pulumi.{_RENDER_STACK}.yaml").unlink(missing_ok=True)
    backend = Backend(RENDER_STATE, parts)
    nowhere = Path(os.devnull)
    backend.select(_RENDER_STACK)
    target = RENDER_STATE / "yaml"
    backend.pulumi(
        "config", "set", "kubernetes:renderYamlToDirectory", str(target), "--stack", _RENDER_STACK
    )
    command = ["up", "--yes", "--skip-preview", "--stack", _RENDER_STACK]
    backend.pulumi(*command, kubeconfig=nowhere, shown=True)
    folder.mkdir(parents=True, exist_ok=True)
    for part in sorted(target.iterdir()):
        shutil.rmtree(folder / part.name, ignore_errors=True)
        shutil.move(part, folder / part.name)
    say(f"\nrendered into {folder}:")
    for file in sorted(folder.glob("*/*.yaml")):
        say(f"  {file.relative_to(folder)}")
