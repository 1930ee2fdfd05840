"""The commands of the Makefile: up, status, down, clean, demo, venv, setup, ranges, lock."""

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from . import forecast, processes, report, signals, venv
from .backend import StateBackend
from .client_side_create import ENVIRONMENT
from .configuration import Configuration
from .console import CommandError, say
from .install import ensure, missing
from .lock import lock
from .locks import locked, remove_folder
from .parts import CONTROL_PLANE, CREATE, DATA_PLANE, POLICY_VERDICTS, PROVIDERS, PULUMI
from .paths import CLUSTER, DEMO, RENDER_STATE, ROOT, STATE, TOOLS, check_root
from .state import State
from .target import Target

_STACK = "dev"
_RENDER_STACK = "render"
_CONTINUE = "{}; run the same command again to continue"
_RENDER_KEY = "kubernetes:renderYamlToDirectory"


def main(arguments: Sequence[str]) -> int:
    """Run one command; an expected failure prints one line and returns exit code 1."""
    commands: dict[str, Callable[[], None]] = {
        "up": up,
        "status": status,
        "down": down,
        "clean": clean,
        "demo": demo,
        "venv": venv.ensure,
        "setup": setup,
        "ranges": ranges,
        "lock": lock,
    }
    name = arguments[0] if arguments else ""
    if name not in commands:
        say(f"usage: python3 -m tools {'|'.join(commands)}")
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):  # a path may have characters that it cannot encode
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with signals.heard():
            check_root()
            commands[name]()
    except CommandError as failure:
        say(f"error: {failure}")
        return 1
    except KeyboardInterrupt:
        say(_CONTINUE.format("interrupted"))
        return 128 + signal.SIGINT
    except signals.Terminated as end:
        with suppress(OSError):  # the terminal may be gone
            say(_CONTINUE.format(f"ended by {end}"))
        return 128 + end.number
    return 0


def setup() -> None:
    """Create `.venv` and get the parts, with a provider of each kind: everything for the tests."""
    venv.ensure()
    runs_data_plane = sys.platform == "linux" and os.geteuid() == 0
    other = () if os.environ.get("PROVIDER") else (PROVIDERS[CREATE],)
    data_plane = DATA_PLANE if runs_data_plane else ()
    ensure((*PULUMI, *other, *CONTROL_PLANE, *data_plane, POLICY_VERDICTS))


def ranges() -> None:
    """Run the unit tests with the oldest and the newest Pulumi of the supported range."""
    for end in venv.ENDS:
        python = venv.python(venv.ensure_end(end))
        say(f"unit tests with requirements/{end}.txt")
        command = [str(python), "-m", "pytest", "--quiet", "--numprocesses", "2", "tests/unit"]
        if subprocess.run(command, cwd=ROOT).returncode:
            raise CommandError(f"the unit tests fail with requirements/{end}.txt")


def demo() -> None:
    """Show the shop as YAML and as a table, and validate it: without an engine or a cluster."""
    python = venv.python(venv.ensure_runtime())
    command = [str(python), "-m", "tools.demo", str(DEMO.relative_to(ROOT))]
    if subprocess.run(command, cwd=ROOT).returncode:
        raise CommandError("the shop does not render")
    say("\n`make up` deploys this to a real control plane on this machine.")


def up() -> None:
    """Deploy the shop, or render it to YAML if RENDER names a folder."""
    needed = PULUMI if os.environ.get("RENDER") else (*PULUMI, *CONTROL_PLANE)
    if announcement := forecast.of_build(missing(needed)):
        say(announcement)
    venv.ensure_runtime()
    if os.environ.get("RENDER"):
        _render(Path(os.environ["RENDER"]).absolute())
        return
    backend, target = _places()
    renewed = target.start()
    backend.release(_STACK)
    lost = backend.select(_STACK)
    if backend.state is not None:
        if target.is_embedded and not renewed and not backend.state.holds(_STACK):
            backend.state.interrupt(
                _STACK
            )  # the control plane may have the objects of a lost state
        elif lost and not target.is_embedded:
            say(f"The state is lost: where objects of it exist, run `{ENVIRONMENT}=true make up`.")
        backend.state.bind(target.name)
    # A new control plane lacks the objects in the state.
    refresh = ["--refresh"] if renewed else []
    backend.up(_STACK, *refresh, kubeconfig=target.kubeconfig, shown=True)
    _print_services(backend, target)


def status() -> None:
    """Show the stack's outputs and its live Services."""
    backend, target = _places()
    if target.is_embedded and not target.cluster.is_ready():
        say("The control plane is not running; `make up` starts it.")
        return
    if backend.state is not None and not backend.state.has(_STACK):
        say("Nothing is deployed; `make up` deploys.")
        return
    target.reach()
    backend.pulumi("stack", "output", "--stack", _STACK, shown=True)
    _print_services(backend, target)


def down() -> None:
    """Destroy the stack and stop the control plane; nothing is left running."""
    if not TOOLS.exists():
        say("nothing is running")
        return
    backend, target = _places()
    state = backend.state
    if not target.is_embedded or target.cluster.is_ready():
        backend.release(_STACK)
        if state is None or state.holds(_STACK):
            target.reach()
            _destroy(backend, target)
    target.cluster.stop()
    if state is not None and target.is_embedded:
        state.reset()  # its objects are gone with the control plane
    processes.end(processes.orphaned_plugins(TOOLS))
    say("down: nothing of the project is running")


def clean() -> None:
    """Stop everything and remove all created files, except the user's configuration."""
    down()
    for stack, state in ((_STACK, State(STATE)), (_RENDER_STACK, State(RENDER_STATE))):
        configuration = Configuration.of(ROOT, stack)
        configuration.drop(_RENDER_KEY)
        state.reset()
        if keys := configuration.secure_keys():
            say(f"kept: {configuration.file.name}, and what decrypts {', '.join(keys)}")
            continue
        configuration.drop_salt()
        shutil.rmtree(state.directory, ignore_errors=True)
    DEMO.unlink(missing_ok=True)
    shutil.rmtree(CLUSTER, ignore_errors=True)
    with locked(TOOLS / "lock"):
        remove_folder(TOOLS / "lock")
    venv.remove()


def _places() -> tuple[StateBackend, Target]:
    """Return the state's backend and the target cluster, which must belong together.

    Raises:
        CommandError: The stack's objects are on another cluster.
    """
    parts = ensure((*PULUMI, *CONTROL_PLANE))
    backend = StateBackend.of_user(STATE, parts)
    target = Target.of_user(parts)
    if backend.state is not None:
        backend.state.check_target(_STACK, target.name)
    return backend, target


def _destroy(backend: StateBackend, target: Target) -> None:
    backend.select(_STACK)
    if not target.is_embedded and backend.was_interrupted(_STACK):
        # The state lacks some objects: an up takes them over.
        backend.up(_STACK, "--skip-preview", kubeconfig=None, shown=True)
    command = ("destroy", "--yes", "--stack", _STACK)
    backend.pulumi(*command, kubeconfig=target.kubeconfig, shown=True)
    if backend.state is not None:
        backend.state.unbind()


def _print_services(backend: StateBackend, target: Target) -> None:
    exported = backend.pulumi("stack", "export", "--stack", _STACK, kubeconfig=target.kubeconfig)
    services = report.services_of_state(exported)
    program = target.cluster.parts["kubectl"]
    table = report.services_table(
        services, program, target.kubeconfig, simulated=target.is_embedded
    )
    say("\n" + table)
    if ways := report.ways_table(report.ways_of_state(exported)):
        say("\n" + ways)


def _render(folder: Path) -> None:
    """Write the shop's YAML into `folder`, without a cluster.

    Rendering uses another provider, which would delete the live objects of the stack `dev`. So it
    has its own stack and state, new each time.
    """
    parts = ensure(PULUMI)
    State(RENDER_STATE).reset()
    backend = StateBackend(RENDER_STATE, parts)
    nowhere = Path(os.devnull)
    backend.select(_RENDER_STACK)
    target = RENDER_STATE / "yaml"
    backend.pulumi("config", "set", _RENDER_KEY, str(target), "--stack", _RENDER_STACK)
    command = ("up", "--yes", "--skip-preview", "--stack", _RENDER_STACK)
    backend.pulumi(*command, kubeconfig=nowhere, shown=True)
    folder.mkdir(parents=True, exist_ok=True)
    for part in sorted(target.iterdir()):
        shutil.rmtree(folder / part.name, ignore_errors=True)
        shutil.move(part, folder / part.name)
    say(f"\nrendered into {folder}:")
    for file in sorted(folder.glob("*/*.yaml")):
        say(f"  {file.relative_to(folder)}")
