"""Processes that `make` finds, ends and waits for."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tools import processes, signals
from tools.paths import ROOT


def test_processes_are_found_by_a_folder_and_ended(tmp_path: Path) -> None:
    script = "import time; print(flush=True); time.sleep(60)"
    command = [sys.executable, "-c", script, f"{tmp_path}/x"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert started.stdout
    try:
        with started.stdout as ready:  # before it runs, the kernel may show an empty command
            ready.readline()
        found = processes.mentioning(tmp_path)
        assert [one.pid for one in found] == [started.pid]

        processes.end(found)

        assert started.wait(timeout=10) != 0
    finally:
        started.kill()
        started.wait()


def test_a_process_that_ignores_sigterm_is_ended_too(tmp_path: Path) -> None:
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print(); time.sleep(60)"
    started = subprocess.Popen(
        [sys.executable, "-u", "-c", script, f"{tmp_path}/x"], stdout=subprocess.PIPE
    )
    assert started.stdout
    with started.stdout as ready:
        ready.readline()
        processes.end(processes.mentioning(tmp_path), patience=0.5)
    assert started.wait(timeout=10) == -9


@pytest.mark.parametrize("folder", ["plain", "with space", "it's $HOME"])
def test_plugins_of_a_living_engine_are_no_orphans(tmp_path: Path, folder: str) -> None:
    """Their engine is recognised by its name, wherever it is."""
    here = tmp_path / folder
    here.mkdir()
    pulumi = here / "pulumi"
    pulumi.symlink_to(sys.executable)
    plugin = f"import time; time.sleep(60)  # {here}/pulumi-resource-kubernetes"
    script = f"import subprocess, sys; subprocess.run([{sys.executable!r}, '-c', {plugin!r}])"
    engine = subprocess.Popen([str(pulumi), "-c", script])
    try:
        deadline = time.monotonic() + 10
        while not processes.descendants(engine.pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        started = processes.descendants(engine.pid)
        assert [one.pid for one in processes.mentioning(here) if one.pid != engine.pid] == [
            started[0].pid
        ]
        assert processes.orphaned_plugins(here) == []

        engine.kill()
        engine.wait()

        assert [one.pid for one in processes.orphaned_plugins(here)] == [started[0].pid]
    finally:
        engine.kill()
        engine.wait()
        processes.end(processes.mentioning(here))


def test_a_reused_process_id_is_left_alone() -> None:
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        time.sleep(0.1)
        listed = processes.running()[started.pid]
        stale = processes.Process(listed.pid, listed.parent, "another command", "another")

        processes.end([stale], patience=0.2)

        assert started.poll() is None
    finally:
        started.kill()
        started.wait()


PARENT = """
import sys
from contextlib import suppress
from pathlib import Path
from tools import signals

try:
    with signals.heard():
        signals.run(
            [sys.executable, "-u", "-c", sys.argv[1]], cwd=Path.cwd(), environment={}, shown=True
        )
except signals.Terminated as end:
    print(f"then {end}")
    sys.exit(128 + end.number)
except KeyboardInterrupt:
    print("then SIGINT")
    sys.exit(130)
"""
CHILD = """
import signal, time
heard = []
def hear(number, frame):
    heard.append(number)
    print("heard", signal.Signals(number).name, flush=True)
    if len(heard) == {asked}:
        time.sleep(0.3)
        raise SystemExit
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, hear)
print("it runs", flush=True)
for _ in range(600):
    time.sleep(0.05)
"""
SLOW = """
import random, sys, time
random.seed({seed})
def pause(frame, event, argument):
    if frame.f_code.co_filename.endswith(("signals.py", "subprocess.py")):
        if random.random() < 0.05:
            time.sleep(0.02)
        return pause
sys.settrace(pause)
"""
"""Makes signals arrive between any two lines of the parent."""


def hear_everything() -> None:
    """Undo ignored signals, as of tests in the background and under nohup."""
    signals.hear_interrupts()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def told(asked: int, *sent: int, to_group: bool = False, prelude: str = "") -> tuple[int, str]:
    """Run a child as `make` runs pulumi, send signals, and return what came of it."""
    parent = subprocess.Popen(
        [sys.executable, "-u", "-c", prelude + PARENT, CHILD.format(asked=asked)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_everything,  # noqa: PLW1509 - the tests have one thread
    )
    assert parent.stdout
    with parent.stdout as said:
        first = said.readline()
        for turn, number in enumerate(sent):
            (os.killpg if to_group else os.kill)(parent.pid, number)
            if turn + 1 < asked:  # else the two of them may become one
                first += said.readline()
        return parent.wait(timeout=60), first + said.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("to_group", [False, True], ids=["to make", "to the group"])
def test_a_program_is_asked_once_to_end_and_waited_for(
    number: signal.Signals, to_group: bool
) -> None:
    code, said = told(1, number, number, number, to_group=to_group)

    assert said == f"it runs\nheard SIGTERM\nthen {number.name}\n"
    assert code == 128 + number


def test_an_interrupt_is_forwarded_where_no_terminal_does_it() -> None:
    assert told(1, signal.SIGINT) == (130, "it runs\nheard SIGINT\nthen SIGINT\n")


def test_a_second_interrupt_is_forwarded_too() -> None:
    code, said = told(2, signal.SIGINT, signal.SIGINT)

    assert said == "it runs\nheard SIGINT\nheard SIGINT\nthen SIGINT\n"
    assert code == 130


@pytest.mark.parametrize("seed", range(4))
def test_interrupts_are_forwarded_whenever_they_arrive(seed: int) -> None:
    code, said = told(2, signal.SIGINT, signal.SIGINT, prelude=SLOW.format(seed=seed))

    assert said == "it runs\nheard SIGINT\nheard SIGINT\nthen SIGINT\n"
    assert code == 130


def test_a_program_that_does_not_end_is_told_twice_and_killed() -> None:
    impatient = "from tools import signals\nsignals._PATIENCE = signals._INSISTENCE = 0.3\n"
    code, said = told(9, signal.SIGTERM, prelude=impatient)

    assert said == (
        "it runs\nheard SIGTERM\nheard SIGTERM\n"
        f"{Path(sys.executable).name} does not end; killing it\nthen SIGTERM\n"
    )
    assert code == 143


@pytest.mark.parametrize("ignored", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"])
def test_what_the_program_has_started_is_not_waited_for(tmp_path: Path, ignored: str) -> None:
    """It keeps the program's output open, and ends by its own means: here those of `heard`."""
    child = (
        f"import signal, subprocess, sys, time\n{ignored}\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)  # {tmp_path}/x'])\n"
        f"open({str(tmp_path / 'begun')!r}, 'w').close()\ntime.sleep(60)\n"
    )
    outer = (
        "import os, pathlib, sys, threading, time\nfrom tools import signals\n"
        "signals._PATIENCE = signals._INSISTENCE = 0.3\n"
        "def end():\n"
        f"    while not os.path.exists({str(tmp_path / 'begun')!r}): time.sleep(0.01)\n"
        "    os.kill(os.getpid(), 15)\n"
        "threading.Thread(target=end).start()\n"
        "with signals.heard():\n"
        f"    signals.run([sys.executable, '-c', {child!r}], cwd=pathlib.Path.cwd(),"
        " environment={}, shown=False)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", outer], cwd=ROOT, capture_output=True, text=True, timeout=30
    )

    assert "Terminated: SIGTERM" in ended.stderr
    assert processes.mentioning(tmp_path) == []


STOPPED = """
import os, signal, subprocess, sys
from pathlib import Path
from tools import signals

def at_each_line(frame, event, argument):
    global count
    if frame.f_code.co_filename.endswith("signals.py") and frame.f_code.co_name == "__exit__":
        if event == "line":
            count += 1
            if count == int(sys.argv[1]):
                os.kill(os.getpid(), signal.SIGINT)
        return at_each_line
    return at_each_line

count = 0
handlers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]
sys.settrace(at_each_line)
try:
    signals.run(["true"], cwd=Path("/"), environment=dict(os.environ), shown=False)
except KeyboardInterrupt:
    print("interrupted")
sys.settrace(None)
assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
found = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]
assert found == handlers, found
assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())
"""


@pytest.mark.parametrize("line", range(1, 13))
def test_a_signal_at_the_end_of_a_program_leaves_nothing_behind(line: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, str(line)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=hear_everything,
    )
    assert done.returncode == 0, done.stderr


def test_a_program_that_does_not_exist_leaves_signals_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with pytest.raises(FileNotFoundError):
        signals.run(["/there/is/none"], cwd=ROOT, environment={}, shown=False)
    after = signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert after == before


def test_indirectly_started_processes_end_too(tmp_path: Path) -> None:
    """A compiler that a build runs, for instance."""
    inner = f"import time; print('it runs', flush=True); time.sleep(60)  # {tmp_path}/x"
    middle = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    outer = (
        "import subprocess, sys\nfrom tools import signals\n"
        "with signals.heard():\n"
        f"    subprocess.run([sys.executable, '-c', {middle!r}])\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-u", "-c", outer],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert parent.stdout
    with parent.stdout as said:
        said.readline()
        parent.terminate()
        parent.wait(timeout=30)

    assert processes.mentioning(tmp_path) == []


def test_an_ignored_hang_up_stays_ignored() -> None:
    script = (
        "import os, signal\nfrom tools import signals\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with signals.heard():\n    os.kill(os.getpid(), signal.SIGHUP)\nprint('still here')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "still here\n"


def test_the_keys_of_a_terminal_reach_the_program_once() -> None:
    """It has the terminal; an interrupt forwarded on top of it would be the second one."""
    terminal, inside = pty.openpty()
    parent = subprocess.Popen(
        [sys.executable, "-u", "-c", PARENT, CHILD.format(asked=1)],
        cwd=ROOT,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - the tests have one thread
    )
    os.close(inside)
    said = b""
    while b"it runs\r\n" not in said:
        said += os.read(terminal, 4096)
    os.write(terminal, b"\x03")
    with suppress(OSError):  # that is how a terminal ends
        while more := os.read(terminal, 4096):
            said += more
    os.close(terminal)

    assert parent.wait(timeout=30) == 130
    assert said.decode().replace("\r", "").replace("^C", "") == (
        "it runs\nheard SIGINT\nthen SIGINT\n"
    )


def _take_terminal() -> None:
    signals.hear_interrupts()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
